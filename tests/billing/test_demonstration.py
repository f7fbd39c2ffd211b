"""The demonstration data: complete, computed, and refused where they would be a danger."""

import dataclasses
import datetime as dt
from decimal import Decimal
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.db.models import Min, Model, Sum
from django.utils import timezone
from django.utils.translation import override

from agreements.models import Agreement, CostType, Key, KeyVersion
from billing.management.demonstration import ekommune_sunnmore, orders, outages, swedish, variants
from billing.management.demonstration.builder import Builder
from billing.management.demonstration.cooperations import MONTHS_SHOWN, load_cooperations, load_people
from billing.management.demonstration.swedish import SWEDISH
from billing.models import Cost, Period, Run, RunLine, Share, Statement
from billing.snapshots import late_states
from municipalities.access import rights_of
from municipalities.models import (
    Colleague,
    Cooperation,
    Driver,
    Link,
    Member,
    Municipality,
    Notice,
    Reading,
    Site,
)
from services.engine.data_protection import Missing
from services.engine.staffing import Lack
from services.models import (
    Application,
    Dependency,
    Installation,
    LifecycleMove,
    Order,
    Outage,
    OutageEffect,
    Subscription,
)
from services.reports import due_of, gaps_of, risks_of, staff_of
from sharedict.accounts.demonstration import SIGN_INS
from sharedict.accounts.models import User
from sharedict.jobs.models import Job

TODAY = dt.date(2026, 3, 9)
VARMLAND = {
    "north-varmland": {"Torsby", "Sunne", "Hagfors"},
    "east-varmland": {"Kristinehamn", "Storfors", "Karlskoga", "Degerfors"},
}


pytestmark = pytest.mark.django_db


@pytest.fixture(scope="module", autouse=True)
def loaded(kept: None) -> None:
    """All of it as of one day, loaded once for this module and rolled back after it."""
    call_command("load_registers", verbosity=0)
    load_cooperations(load_people(), TODAY)


def north() -> Cooperation:
    return Cooperation.objects.get(slug="north-varmland")


def test_four_cooperations_stand_under_the_banner() -> None:
    found = Cooperation.objects.filter(is_demonstration=True)
    assert {row.slug for row in found} == {*VARMLAND, "it-varmland", "ekommune-sunnmore-2017"}


def test_each_begins_with_the_first_month_that_it_has_costs_in() -> None:
    for cooperation in Cooperation.objects.filter(is_demonstration=True):
        first = Period.objects.of(cooperation).aggregate(first=Min("first_day"))["first"]
        assert cooperation.first_month == first


SAYING: tuple[tuple[type[Model], str], ...] = (
    *((Application, name) for name in ("name", "purpose")),
    *((model, "name") for model in (Cooperation, Site, Link, CostType, Key, Driver, Agreement)),
    *((model, "decision") for model in (Agreement, KeyVersion)),
    (Driver, "unit"),
    (Reading, "source"),
    (Dependency, "purpose"),
    (Cost, "description"),
)
"""What people read of the rows that a demonstration cooperation has."""
SAME = {
    "IT Värmland",
    "eKommune Sunnmøre",
    "eKommune Sunnmøre 2017",
    "VPN Hagfors-Torsby",
    "VPN Sunne-Torsby",
}


def test_whatever_rows_say_they_say_in_swedish_too() -> None:
    found = set[str]()
    for model, name in SAYING:
        rows: Any = model._default_manager.all()
        mine = {"is_demonstration": True} if model is Cooperation else {"cooperation__isnull": False}
        found |= {*rows.filter(**mine).values_list(name, flat=True)}
    found |= {*Cost.objects.filter(supplier__startswith="Own ").values_list("supplier", flat=True)}
    assert len(found) > 100
    assert found - SWEDISH.keys() == SAME
    assert {*SWEDISH} & {*SWEDISH.values()} == {"Support"}


def test_a_cooperation_is_loaded_in_swedish() -> None:
    places = {place.key: place for place in Municipality.objects.all()}
    with override("sv"):
        cooperation = Cooperation(
            slug="svenska", name="East Värmland", currency="NOK", first_month=dt.date(2017, 1, 1)
        )
        builder = Builder(cooperation, load_people(), dt.date(2017, 1, 1))
        ekommune_sunnmore.build(builder, places, ekommune_sunnmore.MONTHS[:1])
    assert builder.cooperation.name == "Östra Värmland"
    names = Application.objects.of(builder.cooperation).values_list("name", flat=True)
    assert {*names} == {"Ärendehantering", "Elektroniska blanketter"}
    assert KeyVersion.objects.get(key__cooperation=builder.cooperation).decision.endswith("den 1 januari")
    costs = Cost.objects.of(builder.cooperation)
    assert costs.get(description="Projektkontor").supplier == "Egen personal i Ålesund"
    lines = RunLine.objects.of(builder.cooperation)
    assert {line.cost_type_name for line in lines} <= {*SWEDISH.values()}


def test_the_command_says_in_which_language_it_loads() -> None:
    with pytest.raises(CommandError, match="invalid choice: 'no'"):
        call_command("load_demonstration", "--language=no")


@pytest.mark.parametrize("slug", VARMLAND)
def test_members_are_those_published(slug: str) -> None:
    members = Member.objects.filter(cooperation__slug=slug).select_related("municipality")
    assert {member.municipality.name for member in members} == VARMLAND[slug]


def test_it_varmland_has_all_16_and_sunnmore_all_8() -> None:
    assert Member.objects.filter(cooperation__slug="it-varmland").count() == 16
    assert Member.objects.filter(cooperation__slug="ekommune-sunnmore-2017").count() == 8


def test_loading_again_changes_nothing() -> None:
    before = [model.objects.count() for model in (Cooperation, User, Cost, Run, Share, Job)]
    assert load_cooperations(load_people(), TODAY + dt.timedelta(days=40)) == []
    assert [model.objects.count() for model in (Cooperation, User, Cost, Run, Share, Job)] == before


def test_every_month_is_computed_and_no_job_is_left() -> None:
    assert not Job.objects.exclude(state=Job.State.DONE).exists()
    assert not Period.objects.filter(current_run=None).exists()
    for run in Run.objects.current():
        shared = run.shares.aggregate(total=Sum("amount", default=0))["total"]
        assert shared == run.total - run.unallocated
        assert shared == run.totals.aggregate(total=Sum("amount", default=0))["total"]


def test_all_but_the_last_two_months_are_closed_by_two_people() -> None:
    for slug in (*VARMLAND, "it-varmland"):
        periods = Period.objects.filter(cooperation__slug=slug).order_by("first_day")
        assert [period.is_closed for period in periods] == [True] * (MONTHS_SHOWN - 2) + [False] * 2
        assert periods.last().first_day == TODAY.replace(day=1)
    closed = Period.objects.filter(state=Period.State.CLOSED)
    assert all(period.proposed_by_id != period.closed_by_id for period in closed)
    unread = Notice.objects.unread().filter(kind="month-closed", user__username="coordinator.torsby")
    last = {period.cooperation_id: str(period.month) for period in closed.order_by("first_day")}
    assert {(each.cooperation_id, each.about) for each in unread} <= {*last.items()}
    assert unread.exists(), "somebody who looks around finds something under the bell"


def test_statements_are_numbered_without_gaps() -> None:
    numbers = Statement.objects.of(north()).values_list("number", flat=True)
    assert sorted(numbers) == list(range(1, 3 * (MONTHS_SHOWN - 2) + 1))


def test_north_varmland_shares_seven_applications_mirrored_at_a_fourth_site() -> None:
    assert Application.objects.of(north()).count() == 7
    social_care = Application.objects.of(north()).get(code="social-care")
    assert (social_care.confidentiality, social_care.runs.monday) == (3, "00:00-24:00")
    mirror = Site.objects.of(north()).get(kind=Site.Kind.MIRROR)
    assert mirror.mirrors.count() == 3
    for application in Application.objects.of(north()):
        installed = Installation.objects.filter(application=application)
        assert sorted(row.purpose for row in installed) == ["mirror", "primary"]
        assert installed.get(purpose="mirror").site == mirror
        assert installed.get(purpose="primary").site.municipality == application.owner


def test_colleagues_of_north_varmland_leave_three_things_to_work_down() -> None:
    risks = risks_of(staff_of(north(), TODAY))
    assert [(risk.application.code, risk.lack) for risk in risks] == [
        ("erp", Lack.AWAY),
        ("utilities", Lack.ONE),
        ("e-services", Lack.ONE),
    ]
    assert Colleague.objects.filter(cooperation__slug="it-varmland", name="Rut Glavander").exists()


def test_the_network_of_north_varmland_is_as_published() -> None:
    links = Link.objects.of(north())
    broadband = links.filter(kind=Link.Kind.BROADBAND)
    assert {(str(link.supplier), link.mbps) for link in broadband} == {("Teracom", 100)}
    internet = links.get(kind=Link.Kind.INTERNET)
    assert str(internet.supplier) == "TeliaSonera"
    assert (internet.site.municipality.name, internet.routed_by.name) == ("Torsby", "Torsby")
    vpn = links.filter(kind=Link.Kind.VPN)
    assert {(link.site.municipality.name, link.other_site.municipality.name) for link in vpn} == {
        ("Hagfors", "Torsby"),
        ("Sunne", "Torsby"),
    }


def test_north_varmland_divides_evenly_to_the_ore_over_a_year() -> None:
    """Only Hagfors pays less: it joined one application late."""
    runs = Run.objects.of(north()).current().filter(period__first_day__year=2025)
    shares = Share.objects.filter(run__in=list(runs)).exclude(line__application_code="e-services")
    totals = {
        row["municipality"]: row["sum"] for row in shares.values("municipality").annotate(sum=Sum("amount"))
    }
    assert max(totals.values()) - min(totals.values()) <= Decimal("0.02")


def test_the_administrator_has_one_cost_to_decide() -> None:
    lines = RunLine.objects.filter(run__in=Run.objects.current()).exclude(reason="")
    assert [(line.cooperation.slug, line.reason, line.cost.starts_on) for line in lines] == [
        ("north-varmland", "no_term", TODAY.replace(day=1))
    ]


def test_a_credit_note_undoes_its_invoice() -> None:
    credit = Cost.objects.of(north()).get(credits__isnull=False)
    runs = Run.objects.of(north()).current()
    pair = Share.objects.filter(run__in=list(runs), line__cost__in=[credit, credit.credits])
    assert {row["sum"] for row in pair.values("municipality").annotate(sum=Sum("amount"))} == {Decimal(0)}


def test_late_changes_are_there_charged_to_be_charged_and_waiting() -> None:
    """One late cost was charged in a closed month, one is to be; a late reading waits in East Värmland."""
    charged = RunLine.objects.of(north()).current().filter(concerns__isnull=False)
    states = [(line.run.period.state, line.amount) for line in charged.order_by("concerns")]
    assert states == [("closed", Decimal("12480.00")), ("open", Decimal("2983.42"))]
    assert [state.verdict for state in late_states(north())] == ["counts"]
    east = Cooperation.objects.get(slug="east-varmland")
    waiting = late_states(east)
    assert {state.verdict for state in waiting} == {"waiting"}
    assert {state.correction.cost.application for state in waiting} == {"helpdesk"}


def test_every_way_to_choose_a_term_is_seen() -> None:
    """Application and cost type, application, cost type, default; subscribers, members and named."""
    east = Cooperation.objects.get(slug="east-varmland")
    keys = {
        (line.application_code, line.cost_type_code): line.key_code
        for line in RunLine.objects.filter(run__in=Run.objects.of(east).current())
    }
    assert keys["schools", "support"] == "even"
    assert keys["schools", "licence"] == "pupils"
    assert keys["", "network"] == "fibre"
    assert keys["mail", "licence"] == "accounts"


def test_one_key_has_a_second_version_and_one_subscription_begins_in_mid_month() -> None:
    assert KeyVersion.objects.filter(key__code="accounts", number=2, floor_percent=10).exists()
    assert Subscription.objects.of(north()).filter(valid_from__day=16).count() == 1


def test_sign_ins_work_and_see_what_they_should() -> None:
    for sign_in in SIGN_INS:
        user = User.objects.get(username=sign_in.username)
        assert user.is_demonstration
        assert user.check_password(sign_in.password)
    assert rights_of(User.objects.get(username="admin"), north()).is_administrator
    assert rights_of(User.objects.get(username="auditor"), north()).is_auditor
    finance = User.objects.get(username="finance.torsby")
    assert list(Cooperation.objects.visible_to(finance)) == [north()]
    assert not rights_of(finance, north()).may_edit


def test_production_refuses_them(settings: Any) -> None:
    settings.IS_PRODUCTION = True
    with pytest.raises(CommandError, match="refused in production"):
        call_command("load_demonstration")


def test_north_varmland_had_a_year_of_outages() -> None:
    rows = Outage.objects.of(north())
    over = rows.exclude(ends_at=None).order_by("starts_at")
    assert rows.count() >= 14
    assert {row.is_planned for row in rows} == {True, False}
    assert (over.last().starts_at - over.first().starts_at).days > 300  # type: ignore[union-attr]
    assert rows.exclude(merged_into=None).count() == 1
    assert rows.exclude(follow_up="").filter(followed_up_on=None).exists()
    assert OutageEffect.objects.of(north()).exclude(reason="").exists()
    for row in rows.exclude(cause="").filter(merged_into=None):
        assert row.effects.exists(), row.title
    assert not rows.exclude(pk__in=OutageEffect.objects.values("outage")).filter(merged_into=None).exists()


def test_north_varmland_tells_its_catalogue_and_leaves_something_to_do() -> None:
    rows = Application.objects.of(north())
    assert not rows.filter(serves=None).exists()
    assert not rows.filter(availability=None).exists()
    assert rows.get(charging="priced").unit_price == Decimal("12.50")
    today = timezone.localdate()
    late = [str(each.row) for each in due_of(north(), today) if each.on < today]
    assert len(late) == 2
    lacking = {Missing.SIGNATURE, Missing.LATE}
    gaps = [gap for gap in gaps_of(north(), today) if gap.row]
    assert [{*gap.missing} for gap in gaps] == [lacking]
    assert LifecycleMove.objects.of(north()).get().to_stage == "in_use"


@pytest.mark.parametrize("slug", VARMLAND)
def test_orders_are_in_each_state_and_one_asks_for_several_services(slug: str) -> None:
    rows = Order.objects.filter(cooperation__slug=slug)
    assert {row.state for row in rows} == {*Order.State.values}
    assert max(row.lines.values("application").distinct().count() for row in rows) == 3
    assert [line.variant.name for row in rows for line in row.lines.exclude(variant=None)] == ["Plus"]
    decided = rows.filter(state__in=["approved", "rejected", "done"])
    assert all(row.decided_by_id not in (None, row.ordered_by_id, row.sent_by_id) for row in decided)
    assert all(row.effect and row.effect["payers"] for row in rows.exclude(state="draft"))
    assert {step.moved_at.month for row in rows for step in row.steps.all()} == {TODAY.month}


def test_torsby_orders_in_two_cooperations() -> None:
    rows = Order.objects.filter(ordered_by__username="coordinator.torsby")
    assert {row.cooperation.slug for row in rows} == {"north-varmland", "it-varmland"}


@pytest.mark.parametrize("slug", VARMLAND)
def test_one_service_is_used_as_basic_and_as_plus(slug: str) -> None:
    rows = Subscription.objects.filter(cooperation__slug=slug).exclude(variant=None)
    used = {(row.variant.name, row.municipality.name) for row in rows.as_of(TODAY)}
    assert {name for name, _place in used} == {"Basic", "Plus"}
    assert {place for _name, place in used} == VARMLAND[slug]
    assert len({row.application_id for row in rows}) == 1


@pytest.mark.parametrize(("slug", "least"), [("east-varmland", 6), ("it-varmland", 2)])
def test_the_others_had_outages_too(slug: str, least: int) -> None:
    rows = Outage.objects.filter(cooperation__slug=slug)
    assert rows.count() >= least
    assert {row.is_planned for row in rows} == {True, False}
    assert not rows.exclude(pk__in=OutageEffect.objects.values("outage")).exists()
    if slug == "east-varmland":
        assert rows.filter(ends_at=None).exists()


OFFERS = [
    offered for offers in (variants.NORTH, variants.EAST) for each in offers.values() for offered in each
]
WRITTEN: tuple[Any, ...] = (
    *(*orders.NORTH, *orders.EAST, *orders.IT_VARMLAND),
    *(line for wished in (*orders.NORTH, *orders.EAST, *orders.IT_VARMLAND) for line in wished.lines),
    *(*outages.NORTH, *outages.EAST, *outages.IT_VARMLAND),
    *OFFERS,
)


def test_what_is_written_in_two_languages_is_written_in_both() -> None:
    found = 0
    for each in WRITTEN:
        for field in dataclasses.fields(each):
            if field.type == swedish.Both and any(value := getattr(each, field.name)):
                found += 1
                assert all(value), value
                assert value[0] != value[1] or value == variants.PLUS, value
    assert found > 80
