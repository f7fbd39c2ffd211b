"""What was adopted or entered by mistake is taken away again, unless closed months were computed with it."""

import datetime as dt
import html
from collections.abc import Callable
from typing import Any

import pytest
from django.core.exceptions import ValidationError
from django.test import Client

from agreements.actions import ComponentDraft, adopt_key_version, withdraw_key_version
from agreements.models import Key, KeyVersion, Term
from billing.models import Cost, Period
from municipalities.actions import end_row, withdraw_row
from municipalities.models import Cooperation, Member
from services.models import Application, Subscription
from sharedict.accounts.models import User
from sharedict.audit.models import Entry
from sharedict.jobs.actions import run_all
from tests.billing.books import charged, month, post
from tests.factories.agreements import TermFactory
from tests.factories.municipalities import MemberFactory, MunicipalityFactory, SiteFactory
from tests.factories.services import ApplicationFactory, SubscriptionFactory

JANUARY, FEBRUARY, MARCH, FAR = (
    dt.date(2026, 1, 1),
    dt.date(2026, 2, 1),
    dt.date(2026, 3, 1),
    dt.date(2066, 1, 1),
)
Shut = Callable[[dt.date], Period]
SignIn = Callable[[User], Client]


def adopted(day: dt.date, kind: str = "even", **rules: Any) -> KeyVersion:
    """A version of the key by population that divides evenly from ``day`` on, and all that follows done."""
    version = adopt_key_version(
        key=Key.objects.get(code="population"),
        valid_from=day,
        decision="Joint board § 9",
        decided_on=JANUARY,
        components=[ComponentDraft(kind=kind, percent=100)],  # type: ignore[arg-type]
        by=None,
        **rules,
    )
    run_all()
    return version


def page(version: KeyVersion) -> str:
    return f"/north/keys/versions/{version.pk}/delete/"


def text_of(response: Any, status: int = 200) -> str:
    assert response.status_code == status
    return html.unescape(response.content.decode()).replace("\xa0", " ")


def spans() -> list[tuple[int, dt.date | None]]:
    """Number and end of the versions of the key by population."""
    rows = KeyVersion.objects.filter(key__code="population").order_by("valid_from")
    return [*rows.values_list("number", "valid_until")]


@pytest.fixture
def client(administrator: User, sign_in: SignIn) -> Client:
    return sign_in(administrator)


def test_a_version_dated_far_ahead_is_taken_away_and_the_one_before_goes_on(
    by_population: Cost, client: Client, administrator: User
) -> None:
    version = adopted(FAR)
    assert spans() == [(1, FAR), (2, None)]
    assert f'href="{page(version)}"' in text_of(client.get("/north/keys/population/"))
    asked = text_of(client.get(page(version)))
    assert "By population, version 1 goes on, without an end." in asked
    assert "No share computed so far changes." in asked
    said = text_of(client.post(page(version), follow=True))
    assert "By population, version 2 is removed. No share computed so far changes." in said
    assert spans() == [(1, None)]
    going, gone = Entry.objects.order_by("-id")[:2]
    assert (gone.verb, gone.user) == ("delete", administrator)
    assert gone.changes["components"] == ["100 % evenly", ""]
    assert gone.changes["decision"] == ["Joint board § 9", ""]
    assert going.changes == {"valid_until": ["2066-01-01", ""]}
    assert client.get(page(version)).status_code == 404


@pytest.mark.parametrize("own_end", [dt.date(2027, 1, 1), dt.date(2026, 6, 1)])
def test_the_version_before_goes_on_until_its_own_end(by_population: Cost, own_end: dt.date) -> None:
    """Also where it ended by itself on the very day on which the other began."""
    end_row(row=KeyVersion.objects.get(key__code="population"), on=own_end, by=None)
    before = spans()
    withdraw_key_version(version=adopted(dt.date(2026, 6, 1)), by=None)
    assert spans() == before == [(1, own_end)]


def test_the_version_before_goes_on_until_the_one_after(by_population: Cost) -> None:
    """As it would have, had the one between never been: no gap stays where that one ended by itself."""
    between = adopted(dt.date(2026, 6, 1), valid_until=dt.date(2026, 8, 1))
    last = adopted(dt.date(2026, 9, 1))
    withdraw_key_version(version=between, by=None)
    assert spans() == [(1, dt.date(2026, 9, 1)), (3, None)]
    withdraw_key_version(version=last, by=None)
    assert spans() == [(1, None)]


def test_open_months_are_recomputed_by_the_version_that_goes_on(
    north: Cooperation, by_population: Cost, support: Any, client: Client
) -> None:
    post(north, "100.00", FEBRUARY, MARCH, cost_type=support)
    before = dict(month(north, FEBRUARY).current_run.totals.values_list("municipality__code", "amount"))
    version = adopted(FEBRUARY)
    assert (
        dict(month(north, FEBRUARY).current_run.totals.values_list("municipality__code", "amount")) != before
    )
    assert "The shares of February 2026 are recomputed." in text_of(client.get(page(version)))
    text_of(client.post(page(version), follow=True))
    run_all()
    assert (
        dict(month(north, FEBRUARY).current_run.totals.values_list("municipality__code", "amount")) == before
    )


def test_a_version_that_a_closed_month_was_computed_with_stays(
    north: Cooperation, by_population: Cost, shut: Shut, client: Client
) -> None:
    version = adopted(FEBRUARY)
    shut(FEBRUARY)
    why = "Months that are closed were computed with it: February 2026."
    asked = text_of(client.get(page(version)))
    assert why in asked
    assert "btn-danger" not in asked
    assert why in text_of(client.post(page(version)), 409)
    with pytest.raises(ValidationError, match="were computed with it"):
        withdraw_key_version(version=version, by=None)
    assert spans() == [(1, FEBRUARY), (2, None)]


def test_a_version_within_the_last_closed_month_was_not_in_force_on_its_first_day(
    by_population: Cost, client: Client
) -> None:
    version = adopted(dt.date(2026, 1, 20))
    text_of(client.post(page(version), follow=True))
    assert spans() == [(1, None)]


def test_the_version_before_goes_on_until_the_next_one(by_population: Cost, client: Client) -> None:
    version = adopted(FAR)
    adopted(dt.date(2070, 1, 1))
    assert "version 1 goes on, and 31 December 2069 is its last day." in text_of(client.get(page(version)))
    text_of(client.post(page(version), follow=True))
    assert spans() == [(1, dt.date(2070, 1, 1)), (3, None)]


def test_where_no_version_was_before_none_takes_its_place(north: Cooperation, client: Client) -> None:
    key = Key.objects.create(cooperation=north, code="later", name="Later")
    version = adopt_key_version(
        key=key,
        valid_from=FAR,
        decision="Board",
        decided_on=JANUARY,
        components=[ComponentDraft(kind="even", percent=100)],  # type: ignore[arg-type]
        by=None,
    )
    assert "No version takes its place" in text_of(client.get(page(version)))
    text_of(client.post(page(version), follow=True))
    assert not key.versions.exists()


def test_fixed_parts_go_with_their_version(north: Cooperation, by_population: Cost, client: Client) -> None:
    [member, *_] = Member.objects.filter(cooperation=north)
    part = ComponentDraft(kind="fixed", percent=100, fixed={member.municipality: 100})  # type: ignore[arg-type,dict-item]
    version = adopt_key_version(
        key=Key.objects.get(code="population"),
        valid_from=FAR,
        decision="Board",
        decided_on=JANUARY,
        components=[part],
        by=None,
    )
    text_of(client.post(page(version), follow=True))
    gone = Entry.objects.get(verb="delete")
    assert str(member.municipality) in gone.changes["components"][0]


def test_two_who_take_the_same_version_away_take_it_away_once(by_population: Cost) -> None:
    version = adopted(FAR)
    withdraw_key_version(version=version, by=None)
    with pytest.raises(ValidationError, match="meantime"):
        withdraw_key_version(version=version, by=None)
    assert spans() == [(1, None)]


@pytest.fixture
def far_rows(north: Cooperation) -> dict[str, Any]:
    """A row of each kind that begins far ahead, by the page that takes it away."""
    application = ApplicationFactory(cooperation=north)
    [member, *_] = Member.objects.filter(cooperation=north)
    key = Key.objects.get(cooperation=north, code="population")
    return {
        "members": MemberFactory(
            cooperation=north, municipality=MunicipalityFactory(code="1766", name="Sunne"), valid_from=FAR
        ),
        "subscriptions": SubscriptionFactory(
            application=application, municipality=member.municipality, valid_from=FAR
        ),
        "terms": TermFactory(
            cooperation=north,
            agreement=Term.objects.filter(cooperation=north)[0].agreement,
            key=key,
            application=application,
            valid_from=FAR,
        ),
        "network/sites": SiteFactory(cooperation=north, valid_from=FAR),
    }


@pytest.mark.parametrize("kind", ["members", "subscriptions", "terms", "network/sites"])
def test_other_rows_that_begin_far_ahead_are_taken_away_too(
    by_population: Cost, far_rows: dict[str, Any], client: Client, kind: str
) -> None:
    row = far_rows[kind]
    url = f"/north/{kind}/{row.pk}/delete/"
    assert f">Remove {row}</button>" in text_of(client.get(url))
    assert "is removed." in text_of(client.post(url, follow=True))
    assert not type(row)._default_manager.filter(pk=row.pk).exists()
    assert Entry.objects.filter(verb="delete", subject_id=str(row.pk)).exists()


@pytest.mark.parametrize("model", [Member, Term])
def test_other_rows_that_closed_months_were_computed_with_stay(
    north: Cooperation, by_population: Cost, client: Client, model: Any
) -> None:
    row = model.objects.filter(cooperation=north).first()
    with pytest.raises(ValidationError, match="January 2026"):
        withdraw_row(row=row, by=None)
    kind = "members" if model is Member else "terms"
    refused = text_of(client.get(f"/north/{kind}/{row.pk}/delete/"))
    assert "cannot be removed" in refused
    assert ">Back</a>" in refused
    assert ">Cancel</a>" not in refused
    assert model.objects.filter(pk=row.pk).exists()
    assert charged(north) == {"SE1737": 6000, "SE1783": 4000}
    own_page = text_of(client.get(f"/north/{kind}/{row.pk}/"))
    assert f"/{row.pk}/delete/" not in own_page
    assert f"/{row.pk}/end/" in own_page
    assert "Months that are closed were computed with it: January 2026." in own_page


def test_taking_a_version_away_is_offered_where_it_can_go(
    north: Cooperation, by_population: Cost, client: Client
) -> None:
    coming = adopted(FAR)
    first = KeyVersion.objects.get(key=coming.key, number=1)
    text = text_of(client.get("/north/keys/population/"))
    assert page(coming) in text
    assert page(first) not in text


def test_a_subscription_that_ended_before_the_first_closed_month_can_go(
    north: Cooperation, by_population: Cost
) -> None:
    [member, *_] = Member.objects.filter(cooperation=north)
    row = SubscriptionFactory(
        application=ApplicationFactory(cooperation=north),
        municipality=member.municipality,
        valid_from=dt.date(2025, 1, 1),
        valid_until=JANUARY,
    )
    withdraw_row(row=row, by=None)
    assert not Subscription.objects.filter(pk=row.pk).exists()


def test_an_only_membership_stays_while_its_municipality_would_go_on_paying(
    north: Cooperation, erp: Application, administrator: User, sign_in: SignIn
) -> None:
    """What ends with a membership is told where it ends; where it had never been, nobody would be."""
    sunne = MunicipalityFactory(code="1766", name="Sunne")
    member = MemberFactory(cooperation=north, municipality=sunne, valid_from=dt.date(2026, 2, 1))
    used = SubscriptionFactory(application=erp, municipality=sunne, valid_from=dt.date(2026, 2, 1))
    client, address = sign_in(administrator), f"/north/members/{member.pk}/delete/"
    for text in (client.get(address).content.decode(), client.post(address).content.decode()):
        assert "Sunne would go on paying without a membership. Take these away first: subscriptions." in text
    assert Member.objects.filter(pk=member.pk).exists()
    withdraw_row(row=used, by=None)
    assert client.post(address).status_code == 302
    assert not Member.objects.filter(pk=member.pk).exists()
