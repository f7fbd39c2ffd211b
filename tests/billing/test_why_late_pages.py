"""Why a late change is what it is, told before anybody decides on it: what was read then, and what is now."""

import datetime as dt
import html
from collections.abc import Callable
from decimal import Decimal
from typing import Any

import pytest
from django.test import Client
from django.utils import translation

from agreements.models import Key, KeyVersion, Term
from billing.actions import decide_late, recompute
from billing.models import Cost, Period
from billing.snapshots import late_states
from municipalities.models import Cooperation, Driver, Member
from sharedict.accounts.models import User
from tests.billing.books import change, post, read_again
from tests.factories.agreements import add_version, by, even
from tests.factories.billing import close

pytestmark = pytest.mark.django_db
SignIn = Callable[[User], Client]
JANUARY, FEBRUARY = dt.date(2026, 1, 1), dt.date(2026, 2, 1)


def late_page(cost: Cost) -> str:
    return f"/north/costs/late/2026-01/{cost.reference}/"


def page(cost: Cost, key: str = "SE1737") -> str:
    return f"{late_page(cost)}{key}/"


def text_of(client: Client, path: str, **headers: str) -> str:
    response = client.get(path, headers=headers)
    assert response.status_code == 200
    return html.unescape(response.content.decode())


def compared(client: Client, path: str) -> dict[str, tuple[Any, Any]]:
    return {line.label: (line.before, line.after) for line in client.get(path).context["compared"]}


def differing(client: Client, path: str) -> set[str]:
    return {line.label for line in client.get(path).context["compared"] if line.differs}


def decided(cooperation: Cooperation, verdict: str, by: User) -> None:
    decide_late(
        cooperation=cooperation, states=late_states(cooperation), verdict=verdict, reason="Board", by=by
    )
    recompute(cooperation_id=cooperation.pk, touches=(dt.date.min, None))


@pytest.fixture
def waiting(by_population: Cost) -> Cost:
    """January divided 12,000 against 8,000; now both have 8,000 and 10.00 move to Hagfors."""
    read_again(8000)
    return by_population


def test_what_waits_is_explained_with_both_readings(waiting: Cost, finance: User, sign_in: SignIn) -> None:
    client = sign_in(finance)
    rows = text_of(client, late_page(waiting))
    assert page(waiting) in rows
    assert page(waiting, "SE1783") in rows
    text = text_of(client, page(waiting))
    assert "Why a difference of \u221210.00\xa0SEK?" in text
    assert "What Torsby pays otherwise of “Licences” in January 2026" in text
    assert '<p class="sd-figure">\u221210.00 <span class="sd-unit">SEK</span>' in text
    assert "<strong>Charged 60.00\xa0SEK, should be 50.00\xa0SEK.</strong> The cost is the same" in text
    assert "The difference is not charged: it waits for a decision." in text
    assert "Waits for a decision" in text
    assert "who pays it in January 2026, or how much of it, has changed" in text
    section = text[text.index('id="compared"') : text.index('id="before"')]
    assert section.index(">12,000<") < section.index(">8,000<")
    assert text.count("The exact share</h3>") == 2
    assert "frozen as they were charged" in text


def test_the_table_marks_what_was_read_otherwise(waiting: Cost, finance: User, sign_in: SignIn) -> None:
    client = sign_in(finance)
    lines = compared(client, page(waiting))
    assert lines["Population, Torsby"] == ("12,000", "8,000")
    assert lines["Population, reference date"] == ("31 December 2025", "31 December 2025")
    assert lines["Population of all payers"] == ("20,000", "16,000")
    assert lines["Percent"] == ("60\N{NO-BREAK SPACE}%", "50\N{NO-BREAK SPACE}%")
    assert differing(client, page(waiting)) == {
        "Population, Torsby",
        "Population of all payers",
        "Percent",
        "Exact share",
        "Share",
    }
    assert not {"Days", "Base amount", "Floor", "Cap"} & lines.keys()
    others = differing(client, page(waiting, "SE1783"))
    assert "Population of all payers" in others
    assert "Population, Hagfors" not in others


@pytest.mark.parametrize(
    ("verdict", "said", "stamp"),
    [
        ("leave", "The difference is left uncharged.", "Left uncharged"),
        ("charge", "not charged yet: by decision it is when February 2026 closes.", "Charged by decision"),
    ],
)
def test_what_is_decided_is_explained_as_well(
    north: Cooperation,
    waiting: Cost,
    administrator: User,
    finance: User,
    sign_in: SignIn,
    verdict: str,
    said: str,
    stamp: str,
) -> None:
    decided(north, verdict, administrator)
    client = sign_in(finance)
    assert page(waiting) in text_of(client, late_page(waiting))
    text = text_of(client, page(waiting))
    assert said in text
    assert stamp in text
    assert compared(client, page(waiting))["Population, Torsby"] == ("12,000", "8,000")


def test_a_late_cost_is_explained_before_it_is_charged(
    north: Cooperation, by_population: Cost, finance: User, sign_in: SignIn
) -> None:
    cost = post(north, "50.02", JANUARY, FEBRUARY)
    client = sign_in(finance)
    assert page(cost) in text_of(client, late_page(cost))
    text = text_of(client, page(cost))
    assert "Why a difference of +25.01\xa0SEK?" in text
    assert "not charged yet: it is when February 2026 closes, unless it is left." in text
    assert "Torsby carried nothing of this cost when January 2026 was closed." in text
    assert 'id="compared"' not in text


def test_what_nothing_divides_any_more_says_so(
    north: Cooperation, by_population: Cost, finance: User, sign_in: SignIn
) -> None:
    Term.objects.filter(cooperation=north).delete()
    recompute(cooperation_id=north.pk, touches=(dt.date.min, None))
    client = sign_in(finance)
    assert page(by_population) in text_of(client, late_page(by_population))
    text = text_of(client, page(by_population))
    assert "The difference is not charged: nothing divides the cost any more." in text
    assert "on what is known today. No term says how such a cost is divided." in text
    assert "Nothing divides it, so nobody has a share of it in January 2026." in text
    assert "should carry nothing" not in text


def test_what_a_correction_takes_back_is_explained(
    north: Cooperation,
    by_population: Cost,
    administrator: User,
    second_administrator: User,
    finance: User,
    sign_in: SignIn,
) -> None:
    """The cost is 160.00 for as long as February is open, and 100.00 as before when that is closed."""
    change(by_population, amount=Decimal(160))
    february = Period.objects.get(cooperation=north, first_day=FEBRUARY)
    close(february, proposer=administrator, closer=second_administrator)
    post(north, "1.00", dt.date(2026, 3, 1), dt.date(2026, 4, 1))
    change(by_population, amount=Decimal(100))
    text = text_of(sign_in(finance), page(by_population))
    assert "Why a difference of \u221236.00\xa0SEK?" in text
    assert "What was corrected since then is taken back." in text
    assert "Charged in all" in text


def test_others_reasons_stay_theirs(
    north: Cooperation, waiting: Cost, coordinator: User, stranger: User, sign_in: SignIn
) -> None:
    client = sign_in(coordinator)
    assert client.get(page(waiting, "SE1783")).status_code == 200
    Cooperation.objects.filter(pk=north.pk).update(shares_are_open=False)
    assert client.get(page(waiting, "SE1783")).status_code == 404
    assert page(waiting, "SE1783") not in text_of(client, late_page(waiting))
    assert "Hagfors" not in text_of(client, page(waiting))
    assert sign_in(stranger).get(page(waiting)).status_code == 404


@pytest.mark.parametrize("key", ["SE2281", "SE9999"])
def test_who_is_not_concerned_has_no_page(waiting: Cost, finance: User, sign_in: SignIn, key: str) -> None:
    assert sign_in(finance).get(page(waiting, key)).status_code == 404


def test_what_is_charged_as_it_should_be_has_no_page(
    by_population: Cost, finance: User, sign_in: SignIn
) -> None:
    assert sign_in(finance).get(page(by_population)).status_code == 404


def test_days_base_floor_and_cap_stand_where_either_side_has_one(
    north: Cooperation, by_population: Cost, population_key: Key, finance: User, sign_in: SignIn
) -> None:
    """Hagfors turns out to have come on 17 January, under a key with a base amount and limits."""
    KeyVersion.objects.filter(key=population_key).update(
        base_amount=Decimal("10.00"), floor_percent=5, cap_percent=90
    )
    Term.objects.filter(key=population_key).update(by_days=True, payers="members")
    Member.objects.filter(cooperation=north, municipality__code="1783").update(
        valid_from=dt.date(2026, 1, 17)
    )
    recompute(cooperation_id=north.pk, touches=(dt.date.min, None))
    client = sign_in(finance)
    lines = compared(client, page(by_population, "SE1783"))
    assert lines["Days"] == (None, "15 of 31")
    assert lines["Base amount"] == (None, "4.838709…")
    assert lines["Floor"] == (None, "5\N{NO-BREAK SPACE}%")
    assert lines["Cap"] == (None, "90\N{NO-BREAK SPACE}%")
    assert compared(client, page(by_population))["Days"] == (None, "31 of 31")


def test_components_of_one_driver_stand_beside_each_other(
    north: Cooperation,
    by_population: Cost,
    population: Driver,
    population_key: Key,
    finance: User,
    sign_in: SignIn,
) -> None:
    """Half of it is divided evenly now, and the driver has another name."""
    KeyVersion.objects.filter(key=population_key).update(valid_until=JANUARY)
    add_version(population_key, even(50), by(population, 50, "latest_before"), valid_from=JANUARY)
    Driver.objects.filter(pk=population.pk).update(name="Inhabitants")
    recompute(cooperation_id=north.pk, touches=(dt.date.min, None))
    client = sign_in(finance)
    lines = compared(client, page(by_population))
    assert lines["Evenly among the payers, part of the key"] == (None, "50\N{NO-BREAK SPACE}%")
    assert lines["Inhabitants, part of the key"] == ("100\N{NO-BREAK SPACE}%", "50\N{NO-BREAK SPACE}%")
    assert lines["Inhabitants, Torsby"] == ("12,000", "12,000")
    assert not [label for label in lines if label.startswith("Population")]
    assert {"Key", "Inhabitants, part of the key"} <= differing(client, page(by_population))


def test_it_is_told_in_swedish(waiting: Cost, finance: User, sign_in: SignIn) -> None:
    with translation.override("sv"):  # the request leaves its language behind
        text = text_of(sign_in(finance), page(waiting), accept_language="sv")
    assert "Varför en skillnad på \u221210,00\xa0SEK?" in text
    assert "<strong>Debiterat 60,00\xa0SEK, ska vara 50,00\xa0SEK.</strong> Kostnaden är densamma" in text
    assert "Skillnaden är inte debiterad: den väntar på beslut." in text
    assert "Debiterat i januari 2026" in text
    assert "Debiteras i januari 2026" not in text
