"""A version of a key that was written wrong is mended where it stands, unless a closed month used it."""

import datetime as dt
import html
from collections.abc import Callable
from decimal import Decimal
from typing import Any

import pytest
from django.core.exceptions import ValidationError
from django.test import Client

from agreements.actions import ComponentDraft, adopt_key_version, change_key_version, withdraw_key_version
from agreements.models import Key, KeyVersion
from billing.actions import propose_period
from billing.models import Cost, Period
from municipalities.actions import ChangedMeanwhileError
from municipalities.models import Cooperation, Role
from sharedict.accounts.models import User
from sharedict.audit.models import Entry
from sharedict.jobs.actions import run_all
from tests import cast
from tests.billing.books import month, post

JANUARY, FEBRUARY, MARCH, JUNE, FAR = (
    dt.date(2026, 1, 1),
    dt.date(2026, 2, 1),
    dt.date(2026, 3, 1),
    dt.date(2026, 6, 1),
    dt.date(2066, 1, 1),
)
EVEN = [ComponentDraft(kind="even", percent=Decimal(100))]
SignIn = Callable[[User], Client]


def adopted(day: dt.date, **rules: Any) -> KeyVersion:
    """A version of the key by population that divides evenly from ``day`` on, and all that follows done."""
    key = Key.objects.get(code="population")
    told = {"decision": "Joint board § 9", "decided_on": JANUARY, "components": EVEN, "by": None}
    version = adopt_key_version(key=key, valid_from=day, **{**told, **rules})
    run_all()
    return version


def page(version: KeyVersion) -> str:
    return f"/north/keys/versions/{version.pk}/"


def spans() -> list[tuple[int, dt.date, dt.date | None]]:
    """Number, first day and end of the versions of the key by population."""
    rows = KeyVersion.objects.filter(key__code="population").order_by("valid_from")
    return [*rows.values_list("number", "valid_from", "valid_until")]


def amounts(north: Cooperation, day: dt.date) -> dict[str, Decimal]:
    run: Any = month(north, day).current_run
    return dict(run.totals.values_list("municipality__code", "amount"))


def text_of(response: Any, status: int = 200) -> str:
    assert response.status_code == status
    return html.unescape(response.content.decode()).replace("\xa0", " ")


def as_shown(response: Any) -> dict[str, str]:
    """What a browser would send of the form as it stands."""
    assert response.status_code in (200, 422), response.content.decode()[:2000]
    found = {"parts_seen": response.context["parts_seen"]}
    forms = [response.context["form"], *response.context["rows"], response.context["fixed"]]
    for form in [*forms, response.context["rows"].management_form]:
        for field in form:
            value = field.value()
            written = field.field.widget.format_value(value) if value is not None else ""
            found[field.html_name] = written[0] if isinstance(written, list) else written or ""
    return found


@pytest.fixture
def client(administrator: User, sign_in: SignIn) -> Client:
    return sign_in(administrator)


@pytest.fixture
def costs(north: Cooperation, by_population: Cost, support: Any) -> Cost:
    return post(north, "100.00", JANUARY, dt.date(2027, 1, 1), cost_type=support)


def test_a_year_written_wrong_is_mended_in_the_portal(
    north: Cooperation, costs: Cost, client: Client, administrator: User
) -> None:
    version, before = adopted(FAR), amounts(north, JUNE)
    assert f'href="{page(version)}"' in text_of(client.get("/north/keys/population/"))
    sent = as_shown(client.get(page(version))) | {"valid_from": "2026-06-01"}
    shown = text_of(client.post(page(version), {**sent, "show": "1"}))
    assert "What it changes in December 2026" in shown
    assert spans()[1] == (2, FAR, None)
    told = client.post(page(version), sent)
    if told.status_code == 200:
        told = client.post(page(version), sent | {"told": told.context["effect"].mark})
    assert told.status_code == 302, text_of(told)
    run_all()
    assert [(number, end) for number, _, end in spans()] == [(1, JUNE), (2, None)]
    assert amounts(north, JUNE) != before
    assert len(set(amounts(north, JUNE).values())) <= 2
    entries = Entry.objects.filter(user=administrator, subject_type="agreements.keyversion").order_by("id")
    assert [entry.changes for entry in entries] == [
        {"valid_until": ["2066-01-01", "2026-06-01"]},
        {"valid_from": ["2066-01-01", "2026-06-01"]},
    ]


def test_moved_later_the_version_before_goes_on_until_it(costs: Cost) -> None:
    version = adopted(MARCH)
    version.valid_from = JUNE
    change_key_version(version=version, components=EVEN, by=None)
    assert [(number, end) for number, _, end in spans()] == [(1, JUNE), (2, None)]
    withdraw_key_version(version=version, by=None)
    assert [(number, end) for number, _, end in spans()] == [(1, None)]


def test_changed_components_count_and_are_logged(north: Cooperation, costs: Cost) -> None:
    version = adopted(FEBRUARY)
    place = cast.torsby()
    fixed = [ComponentDraft(kind="fixed", percent=Decimal(100), fixed={place: Decimal(100)})]
    change_key_version(version=version, components=fixed, by=None)
    run_all()
    entry = Entry.objects.filter(verb="change").latest("id")
    assert entry.changes == {"components": ["100 % evenly", "100 % in fixed parts (Torsby 100 %)"]}
    assert KeyVersion.objects.get(pk=version.pk).components.get().kind == "fixed"


@pytest.mark.parametrize("day", [dt.date(1999, 1, 1), JUNE, dt.date(2026, 7, 1)])
def test_it_stays_between_the_versions_beside_it(costs: Cost, day: dt.date) -> None:
    version = adopted(MARCH)
    adopted(JUNE)
    before, version = spans(), KeyVersion.objects.get(pk=version.pk)
    version.valid_from = day
    with pytest.raises(ValidationError) as caught:
        change_key_version(version=version, components=EVEN, by=None)
    assert set(caught.value.error_dict) == {"valid_from"}
    assert spans() == before


def test_one_that_a_closed_month_was_computed_with_stays(
    costs: Cost, shut: Callable[[dt.date], Period], client: Client
) -> None:
    version = adopted(FEBRUARY)
    sent = as_shown(client.get(page(version)))
    shut(FEBRUARY)
    why = "Months that are closed were computed with it: February 2026."
    assert why in text_of(client.get(page(version)))
    assert why in text_of(client.post(page(version), sent | {"decision": "Another"}), 409)
    version.decision = "Another"
    with pytest.raises(ValidationError, match="were computed with it"):
        change_key_version(version=version, components=EVEN, by=None)
    assert KeyVersion.objects.get(pk=version.pk).decision == "Joint board § 9"


def test_a_proposal_that_was_built_on_it_drops(north: Cooperation, costs: Cost, administrator: User) -> None:
    version = adopted(FEBRUARY, valid_until=JUNE)
    period = month(north, FEBRUARY)
    propose_period(period=period, by=administrator)
    assert month(north, FEBRUARY).state == Period.State.PROPOSED
    version.valid_from = MARCH
    change_key_version(version=version, components=EVEN, by=None)
    run_all()
    assert month(north, FEBRUARY).state == Period.State.OPEN


def test_two_tabs_lose_nothing_of_each_other(costs: Cost, client: Client) -> None:
    version = adopted(JUNE)
    first = as_shown(client.get(page(version)))
    other = [ComponentDraft(kind="fixed", percent=Decimal(100), fixed={cast.torsby(): Decimal(100)})]
    change_key_version(version=KeyVersion.objects.get(pk=version.pk), components=other, by=None)
    refused = client.post(page(version), first | {"decision": "Mine"})
    assert "Somebody has changed this to “100 % in fixed parts (Torsby 100 %)” meanwhile." in text_of(
        refused, 422
    )
    assert KeyVersion.objects.get(pk=version.pk).decision == "Joint board § 9"
    stale = KeyVersion.objects.get(pk=version.pk)
    KeyVersion.objects.filter(pk=version.pk).update(decision="Theirs")
    stale.decision = "Mine"
    with pytest.raises(ChangedMeanwhileError):
        change_key_version(version=stale, components=EVEN, by=None)


def test_it_is_for_administrators_of_its_cooperation(
    north: Cooperation, costs: Cost, sign_in: SignIn
) -> None:
    version = adopted(JUNE)
    finance = cast.person("finance", north, Role.Kind.FINANCE, cast.torsby())
    assert sign_in(finance).get(page(version)).status_code == 403
    stranger = cast.person("elsewhere", cast.outside(), Role.Kind.ADMINISTRATOR)
    assert sign_in(stranger).get(page(version)).status_code == 404
    assert sign_in(stranger).post(page(version).replace("north", "outside"), {}).status_code == 404
