"""Addresses of the billing pages, under ``/<cooperation>/``."""

from django.urls import path, register_converter

from billing.views import (
    closing,
    cost,
    cost_forms,
    cost_steps,
    costs,
    files,
    late_change,
    late_changes,
    outage_costs,
    overview,
    paper,
    period_list,
    periods,
    reports,
    set_up,
    statements,
    undivided,
    why,
    why_difference,
)
from sharedict.kernel.periods import Month, MonthError


class MonthConverter:
    """A month in an address: ``2026-10``; anything else is no page."""

    regex = r"\d{4}-\d{2}"

    def to_python(self, value: str) -> Month:
        try:
            return Month.parse(value)
        except MonthError as error:
            raise ValueError(value) from error

    def to_url(self, value: Month | str) -> str:
        return str(value)


class PlaceConverter:
    """A municipality in an address: country and official code, ``SE1737``."""

    regex = r"[A-Z]{2}[0-9]{3,6}"

    def to_python(self, value: str) -> str:
        return value

    def to_url(self, value: str) -> str:
        return value


register_converter(MonthConverter, "month")
register_converter(PlaceConverter, "place")

urlpatterns = [
    path("", overview.Start.as_view(), name="start"),
    path("overview/", overview.Overview.as_view(), name="overview"),
    path("reports/", reports.Reports.as_view(), name="reports"),
    path("costs/", period_list.Periods.as_view(), name="periods"),
    path("costs/register/", costs.Costs.as_view(), name="costs"),
    path("costs/register/new/", cost_forms.CostAdd.as_view(), name="cost-add"),
    path("costs/register/import/", costs.CostsImport.as_view(), name="costs-import"),
    path("costs/register/<int:pk>/", cost.CostChange.as_view(), name="cost-change"),
    path("costs/register/<int:pk>/withdraw/", cost_steps.CostWithdraw.as_view(), name="cost-withdraw"),
    path("costs/register/<int:pk>/restore/", cost_steps.CostRestore.as_view(), name="cost-restore"),
    path("outages/<int:pk>/cost/", outage_costs.OutageCostAdd.as_view(), name="outage-cost-add"),
    path(
        "outages/costs/<int:pk>/delete/", outage_costs.OutageCostDelete.as_view(), name="outage-cost-delete"
    ),
    path("set-up/cost/", set_up.SetUpCost.as_view(), name="set-up-cost"),
    path("costs/late/", late_changes.LateChanges.as_view(), name="late-changes"),
    path(
        "costs/late/<month:month>/<slug:reference>/", late_change.LateChangePage.as_view(), name="late-change"
    ),
    path(
        "costs/late/<month:month>/<slug:reference>/<place:key>/",
        why_difference.WhyLate.as_view(),
        name="why-late",
    ),
    path("costs/<int:year>/shares.csv", files.YearFile.as_view(), name="year-file"),
    path("costs/<month:month>/", periods.PeriodPage.as_view(), name="period"),
    path("costs/<month:month>/progress/", periods.PeriodProgress.as_view(), name="period-progress"),
    path("costs/<month:month>/propose/", closing.Propose.as_view(), name="period-propose"),
    path("costs/<month:month>/reopen/", closing.Reopen.as_view(), name="period-reopen"),
    path("costs/<month:month>/close/", closing.Close.as_view(), name="period-close"),
    path("costs/<month:month>/divide/<slug:reference>/", undivided.CostDivide.as_view(), name="cost-divide"),
    path("costs/<month:month>/month.<slug:kind>", files.PeriodFile.as_view(), name="period-file"),
    path("costs/<month:month>/<place:key>/", statements.StatementPage.as_view(), name="statement"),
    path(
        "costs/<month:month>/<place:key>/statement.pdf",
        paper.StatementPaper.as_view(),
        name="statement-paper",
    ),
    path(
        "costs/<month:month>/<place:key>/statement.<slug:kind>",
        statements.StatementFile.as_view(),
        name="statement-file",
    ),
    path("costs/<month:month>/<place:key>/<slug:reference>/", why.Why.as_view(), name="why"),
    path(
        "costs/<month:charging>/<place:key>/<slug:reference>/<month:month>/",
        why_difference.WhyCorrection.as_view(),
        name="why-correction",
    ),
]
