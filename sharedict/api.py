"""The API: its router, schema and version."""

from collections.abc import Sequence
from typing import Any

from django.contrib.auth.views import redirect_to_login
from django.http import HttpRequest, HttpResponseBase
from django.urls import URLPattern, URLResolver, include, path
from drf_spectacular.views import SpectacularAPIView, SpectacularSwaggerSplitView
from rest_framework.routers import DefaultRouter
from rest_framework.viewsets import ViewSetMixin

from agreements.api import views as agreements
from billing.api import views as billing
from billing.api.late import LateChangeViewSet
from billing.api.outage_costs import OutageCostViewSet
from municipalities.api import colleagues
from municipalities.api import views as municipalities
from municipalities.api.search import SearchViewSet
from services.api import orders, outages
from services.api import views as services
from services.api.impact import ImpactViewSet

RESOURCES: list[tuple[str, type[ViewSetMixin]]] = [
    ("cooperations", municipalities.CooperationViewSet),
    ("municipalities", municipalities.MunicipalityViewSet),
    ("members", municipalities.MemberViewSet),
    ("sites", municipalities.SiteViewSet),
    ("links", municipalities.LinkViewSet),
    ("suppliers", municipalities.SupplierViewSet),
    ("colleagues", colleagues.ColleagueViewSet),
    ("absences", colleagues.AbsenceViewSet),
    ("drivers", municipalities.DriverViewSet),
    ("readings", municipalities.ReadingViewSet),
    ("jobs", municipalities.JobViewSet),
    ("applications", services.ApplicationViewSet),
    ("calendars", services.CalendarViewSet),
    ("closed-days", services.ClosedDayViewSet),
    ("tasks", services.TaskViewSet),
    ("data-protection", services.DataProtectionViewSet),
    ("lifecycle-moves", services.LifecycleMoveViewSet),
    ("purposes", services.PurposeViewSet),
    ("documents", services.DocumentViewSet),
    ("variants", services.VariantViewSet),
    ("installations", services.InstallationViewSet),
    ("dependencies", services.DependencyViewSet),
    ("competences", services.CompetenceViewSet),
    ("on-call", services.OnCallViewSet),
    ("subscriptions", services.SubscriptionViewSet),
    ("orders", orders.OrderViewSet),
    ("order-lines", orders.OrderLineViewSet),
    ("order-rules", orders.OrderRuleViewSet),
    ("order-steps", orders.OrderStepViewSet),
    ("outages", outages.OutageViewSet),
    ("outage-effects", outages.OutageEffectViewSet),
    ("outage-updates", outages.OutageUpdateViewSet),
    ("outage-priorities", outages.PriorityTableViewSet),
    ("alerts", outages.AlertViewSet),
    ("agreements", agreements.AgreementViewSet),
    ("cost-types", agreements.CostTypeViewSet),
    ("keys", agreements.KeyViewSet),
    ("terms", agreements.TermViewSet),
    ("costs", billing.CostViewSet),
    ("outage-costs", OutageCostViewSet),
    ("periods", billing.PeriodViewSet),
    ("runs", billing.RunViewSet),
    ("shares", billing.ShareViewSet),
    ("late-changes", LateChangeViewSet),
    ("statements", billing.StatementViewSet),
]

router = DefaultRouter(use_regex_path=False)
router.include_format_suffixes = False
for name, viewset in RESOURCES:
    router.register(name, viewset, basename=name)


COMPUTED = [
    path("search/", SearchViewSet.as_view({"get": "find"}), name="search"),
    path("impact/", ImpactViewSet.as_view({"get": "falls"}), name="impact"),
    path("single-points/", ImpactViewSet.as_view({"get": "points"}), name="single-points"),
]


class DocsPage(SpectacularSwaggerSplitView):
    """The documentation to read and try, for those who are signed in to the portal."""

    template_name = "api/docs.html"
    url_name = "schema"

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        if not request.user.is_authenticated:
            return redirect_to_login(request.get_full_path())
        return super().dispatch(request, *args, **kwargs)


urlpatterns: Sequence[URLPattern | URLResolver] = [
    path("v1/", include(([*router.urls, *COMPUTED], "v1"))),
    path("schema/", SpectacularAPIView.as_view(), name="schema"),
    path("docs/", DocsPage.as_view(), name="api-docs"),
]
