"""Every page's address; the API's are in ``sharedict.api``."""

from django.contrib import admin
from django.urls import include, path
from django.views.generic import TemplateView

from billing.views.home import Home
from billing.views.home_file import HomeFile
from sharedict import health

handler400 = "sharedict.common.problems.bad_request"
handler403 = "sharedict.common.problems.forbidden"
handler404 = "sharedict.common.problems.not_found"
handler500 = "sharedict.common.problems.server_error"

urlpatterns = [
    path("api/", include("sharedict.api")),
    path("system/", admin.site.urls),
    path("", include("sharedict.accounts.urls")),
    path("health/", health.alive, name="health"),
    path("health/ready/", health.ready, name="ready"),
    path("accessibility/", TemplateView.as_view(template_name="accessibility.html"), name="accessibility"),
    path("", Home.as_view(), name="home"),
    path("mine.<slug:kind>", HomeFile.as_view(), name="home-file"),
    path("", include("municipalities.urls")),
    path("<slug:cooperation>/", include("services.urls")),
    path("<slug:cooperation>/", include("agreements.urls")),
    path("<slug:cooperation>/", include("billing.urls")),
]
