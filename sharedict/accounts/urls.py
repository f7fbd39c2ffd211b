from django.urls import path
from django.views.i18n import set_language

from sharedict.accounts import views

urlpatterns = [
    path("sign-in/", views.SignInPage.as_view(), name="sign-in"),
    path("sign-out/", views.SignOut.as_view(), name="sign-out"),
    path("set-up/<str:secret>/", views.FirstPage.as_view(), name="first"),
    path("language/", set_language, name="set-language"),
    path("theme/", views.set_theme, name="set-theme"),
    path("accounts/password/", views.PasswordPage.as_view(), name="change-password"),
]
