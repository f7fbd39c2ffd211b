"""Late changes on their pages: who sees what of them, and the decision to charge or leave them."""

import datetime as dt
import html
import re
from collections.abc import Callable
from decimal import Decimal

import pytest
import time_machine
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone, translation

from agreements.models import CostType, Key, KeyVersion, Term
from billing.actions import decide_late, recompute, restore_cost, withdraw_cost
from billing.models import Cost, LateDecision, Period, RunLine
from billing.snapshots import late_states
from billing.views.late import value_of
from municipalities.models import Cooperation, Driver, Member, Municipality, Reading
from services.models import Application
from sharedict.accounts.models import User
from sharedict.audit.models import Entry
from sharedict.jobs.actions import announce_change, run_all
from sharedict.jobs.models import Job
from tests.billing.books import take
from tests.budgets import MOMENT
from tests.factories.agreements import add_version, even
from tests.factories.billing import CostFactory, close, compute
from tests.pictures.measuring import words

pytestmark = pytest.mark.django_db
SignIn = Callable[[User], Client]
PAGE = "/north/costs/late/"
SEPTEMBER, OCTOBER = dt.date(2026, 9, 1), dt.date(2026, 10, 1)
LATE, MOVED = "C00000101", "C00000102"


def recomputed(north: Cooperation) -> None:
    recompute(cooperation_id=north.pk, touches=(dt.date.min, None))


@pytest.fixture
def closed(
    north: Cooperation,
    costs: list[Cost],
    support: CostType,
    administrator: User,
    second_administrator: User,
) -> Period:
    """September, closed with support of 10.00 that is divided by population: 6.00 and 4.00."""
    CostFactory(
        cooperation=north,
        cost_type=support,
        reference=MOVED,
        description="Support in September",
        amount=Decimal("10.00"),
        starts_on=SEPTEMBER,
        ends_on=OCTOBER,
    )
    first = compute(north)[0]
    return close(first, proposer=administrator, closer=second_administrator)


@pytest.fixture
def late(north: Cooperation, closed: Period, erp: Application, licence: CostType) -> Cost:
    """A licence of 50.02 for September that comes after it was closed: 25.01 each."""
    cost: Cost = CostFactory(
        cooperation=north,
        application=erp,
        cost_type=licence,
        reference=LATE,
        description="Late licence",
        amount=Decimal("50.02"),
        starts_on=SEPTEMBER,
        ends_on=OCTOBER,
    )
    recomputed(north)
    return cost


@pytest.fixture
def waiting(north: Cooperation, closed: Period, population: Driver, torsby: Municipality) -> None:
    """Torsby's population of that year is corrected afterwards: half each, 1.00 moves to Hagfors."""
    Reading.objects.filter(driver=population, municipality=torsby, reference_on=dt.date(2025, 12, 31)).update(
        value=8000
    )
    recomputed(north)


def values(north: Cooperation) -> dict[str, str]:
    """What a form sends for each late change, by reference."""
    return {state.correction.cost.reference: value_of(state) for state in late_states(north)}


def test_without_late_changes_the_page_says_what_it_is_for(
    closed: Period, finance: User, sign_in: SignIn
) -> None:
    text = sign_in(finance).get(PAGE).content.decode()
    assert "Every closed month is charged as it should be" in text
    assert "<form method" not in text.partition("<main")[2]


def test_a_late_cost_is_charged_in_the_next_month_and_seen_by_all(
    late: Cost, finance: User, sign_in: SignIn
) -> None:
    text = sign_in(finance).get(PAGE).content.decode()
    assert "Charged in October 2026" in text
    assert "Late licence" in text
    assert "+50.02" in text
    assert 'data-label="Torsby">+25.01' in text
    table = text[text.index('id="effects"') :]
    assert "Torsby" in table
    assert "Hagfors" in table
    assert table.count('<th scope="col"') == 2, "one month is the total"
    assert 'name="verdict"' not in text


@pytest.mark.parametrize("path", [PAGE, f"{PAGE}2026-09/{LATE}/"])
def test_while_late_changes_are_computed_again_their_pages_say_so_and_poll(
    path: str, north: Cooperation, late: Cost, finance: User, sign_in: SignIn
) -> None:
    run_all()
    client, polling = sign_in(finance), {"hx-request": "true"}
    assert "sd-job" not in client.get(path).content.decode()
    announce_change(cooperation_id=north.pk, touches=(OCTOBER, None))
    assert "sd-job" not in client.get(path).content.decode()
    job = announce_change(cooperation_id=north.pk, touches=(SEPTEMBER, None))
    text = client.get(path).content.decode()
    assert "what closed months should have been charged is being recomputed" in text
    assert f'hx-get="{path}"' in text
    assert client.get(path, headers=polling).status_code == 200
    run_all()
    ended = client.get(path, headers=polling)
    assert ended.status_code == 286
    assert f'<a href="{path}">' in ended.content.decode()
    assert "sd-job" not in client.get(path).content.decode()
    Job.objects.filter(pk=job.pk).update(state=Job.State.FAILED, finished_at=timezone.now())
    assert "could not be recomputed" in client.get(path).content.decode()


def test_others_differences_are_shown_only_where_shares_are_open(
    north: Cooperation, late: Cost, finance: User, sign_in: SignIn
) -> None:
    Cooperation.objects.filter(pk=north.pk).update(shares_are_open=False)
    client = sign_in(finance)
    for path in (PAGE, f"{PAGE}2026-09/{LATE}/"):
        text = client.get(path).content.decode()
        assert "+25.01" in text
        assert "Hagfors" not in text


def test_one_late_change_opens_with_what_was_charged_too_little(
    late: Cost, finance: User, sign_in: SignIn
) -> None:
    text = sign_in(finance).get(f"{PAGE}2026-09/{LATE}/").content.decode()
    assert "September 2026 was charged too little by" in text
    assert '50.02 <span class="sd-unit">SEK' in text
    assert f"{PAGE}2026-09/{LATE}/SE1737/" in text
    rows = text[text.index('id="by-municipality"') :]
    assert rows.index("Torsby") < rows.index("Hagfors")
    assert "Leave September 2026 as it was charged" in text
    assert 'name="verdict"' not in text


@pytest.mark.parametrize(
    ("language", "found"),
    [
        ("en", ["September 2026 closed", "decide before October 2026 closes 1 November 2026"]),
        ("sv", ["september 2026 stängd", "besluta innan oktober 2026 stängs 1 november 2026"]),
    ],
)
def test_a_late_change_shows_how_it_came_and_the_day_to_act(
    waiting: None, finance: User, sign_in: SignIn, language: str, found: list[str]
) -> None:
    page = f"{PAGE}2026-09/{MOVED}/"
    with (
        translation.override(language),  # the request leaves its language behind
        time_machine.travel(dt.datetime(2026, 10, 20, 12, tzinfo=dt.UTC), tick=False),
    ):
        answer = sign_in(finance).get(page, headers={"Accept-Language": language})
    came = answer.context["came"]
    assert [said for said in found if said in came.finding] == found
    assert came.finding in html.unescape(answer.content.decode())


@pytest.mark.parametrize(("day", "date"), [(20, "1 November"), (40, "9 November")])
def test_a_late_change_says_when_it_is_charged_and_no_more_when_it_is_left(
    late: Cost, administrator: User, sign_in: SignIn, day: int, date: str
) -> None:
    """The month that charges it can be open after its end: then it can close today."""
    page, charged = f"{PAGE}2026-09/{LATE}/", f"October 2026 can close and charge it {date} 2026"
    noon = dt.datetime(2026, 9, 30, 12, tzinfo=dt.UTC) + dt.timedelta(days=day)
    with time_machine.travel(noon, tick=False):
        client = sign_in(administrator)
        before = client.get(page).context["came"]
        sent = {"change": values(late.cooperation)[LATE], "verdict": "leave", "reason": "It is small"}
        client.post(page, sent)
        left = client.get(page).context["came"]
    assert charged in before.finding
    assert "1 September to 30 September: days of the cost" in words(before, 1000)
    assert "left" in left.finding
    assert "can close" not in left.finding


def test_a_withdrawn_cost_is_on_the_line_of_time(
    closed: Period, administrator: User, sign_in: SignIn
) -> None:
    withdraw_cost(cost=Cost.objects.get(reference=MOVED), on=OCTOBER, by=administrator)
    run_all()
    finding = sign_in(administrator).get(f"{PAGE}2026-09/{MOVED}/").context["came"].finding
    assert "cost withdrawn" in finding
    assert "decide before" not in finding


def test_a_change_of_rules_waits_until_it_is_charged_with_a_reason(
    north: Cooperation, waiting: None, administrator: User, sign_in: SignIn
) -> None:
    client = sign_in(administrator)
    text = client.get(PAGE).content.decode()
    assert "Waits for a decision" in text
    assert "Move 1.00\xa0SEK in October 2026" in text
    assert "Leave 1.00\xa0SEK where it is" in text
    sent = {"group": "waiting", "change": values(north)[MOVED], "verdict": "charge"}
    refused = client.post(PAGE, sent)
    assert refused.status_code == 422
    assert "Say why: members and auditors read it." in refused.content.decode()
    assert not LateDecision.objects.exists()
    said = client.post(PAGE, sent | {"reason": "Statistics Sweden corrected it"}, follow=True)
    assert "1 late change is charged in October 2026: it moves 1.00\xa0SEK." in said.content.decode()
    assert LateDecision.objects.get().reason == "Statistics Sweden corrected it"
    assert Entry.objects.get(verb="decide").subject == f"2026-09 {MOVED}"
    recomputed(north)
    shares = RunLine.objects.current().get(concerns=SEPTEMBER, reference=MOVED)
    assert shares.amount == 0
    run_all()
    month = client.get("/north/costs/2026-10/").content.decode()
    assert "moves 1.00" in month[month.index('id="corrections"') :]
    closed = client.get("/north/costs/2026-09/").content.decode()
    assert "Corrected in October 2026: 1 cost, moves 1.00\xa0SEK." in closed
    proposing = client.get("/north/costs/2026-10/propose/").content.decode()
    assert "1 correction of earlier months is charged: moves 1.00\xa0SEK." in proposing
    text = client.get(f"{PAGE}2026-09/{MOVED}/").content.decode()
    assert "September 2026 charged the wrong municipalities with" in text
    assert "This is decided." in text


@pytest.mark.parametrize("step", ["propose", "close"])
def test_a_step_says_what_waits_and_leads_there_instead_of_offering_itself(
    step: str,
    north: Cooperation,
    closed: Period,
    population: Driver,
    torsby: Municipality,
    administrator: User,
    second_administrator: User,
    sign_in: SignIn,
) -> None:
    run_all()
    url, client = f"/north/costs/2026-10/{step}/", sign_in(second_administrator)
    state = {"state": "proposed", "proposed_by": administrator, "proposed_at": timezone.now()}
    proposed = Period.objects.filter(cooperation=north, first_day=OCTOBER)
    if step == "close":
        proposed.update(**state)
    assert "<button" in client.get(url).content.decode().partition("<main")[2]
    Reading.objects.filter(driver=population, municipality=torsby, reference_on=dt.date(2025, 12, 31)).update(
        value=8000
    )
    recomputed(north)
    if step == "close":
        proposed.update(**state)
    text = client.get(url).content.decode().partition("<main")[2]
    said = "1 late change of closed months waits for a decision: moves 1.00\xa0SEK."
    assert f'{said} <a href="{PAGE}">' in text
    assert "<button" not in text


def test_a_sentence_that_begins_with_a_month_begins_large_in_swedish(
    waiting: None, administrator: User, sign_in: SignIn
) -> None:
    text = sign_in(administrator).get(PAGE, headers={"accept-language": "sv"}).content.decode()
    assert "Oktober 2026 kan inte föreslås innan dess." in text


WHOSE = "Population, Torsby, 31 December 2025: 12,000 then, 8,000 now."


@pytest.mark.parametrize("path", [PAGE, f"{PAGE}2026-09/{MOVED}/", f"{PAGE}2026-09/{MOVED}/SE1783/"])
def test_a_reading_that_changed_is_named_with_whose_it_is_and_when(
    waiting: None, administrator: User, sign_in: SignIn, path: str
) -> None:
    assert WHOSE in sign_in(administrator).get(path).content.decode()


def test_others_readings_are_named_only_where_shares_are_open(
    north: Cooperation, waiting: None, finance: User, sign_in: SignIn, hagfors: Municipality
) -> None:
    Cooperation.objects.filter(pk=north.pk).update(shares_are_open=False)
    client, path = sign_in(finance), f"{PAGE}2026-09/{MOVED}/"
    assert WHOSE in client.get(path).content.decode()
    Reading.objects.filter(municipality=hagfors, reference_on=dt.date(2025, 12, 31)).update(value=4000)
    recomputed(north)
    text = client.get(path).content.decode()
    assert WHOSE in text
    assert "4,000" not in text


def test_only_what_changed_since_it_was_last_charged_is_told(
    north: Cooperation,
    waiting: None,
    torsby: Municipality,
    administrator: User,
    second_administrator: User,
    sign_in: SignIn,
) -> None:
    decide_late(
        cooperation=north,
        states=late_states(north),
        verdict=LateDecision.Verdict.CHARGE,
        reason="Corrected",
        by=administrator,
    )
    run_all()
    october = Period.objects.get(cooperation=north, first_day=OCTOBER)
    close(october, proposer=administrator, closer=second_administrator)
    Reading.objects.filter(municipality=torsby, reference_on=dt.date(2025, 12, 31)).update(value=2000)
    recomputed(north)
    text = sign_in(administrator).get(f"{PAGE}2026-09/{MOVED}/").content.decode()
    assert "Population, Torsby, 31 December 2025: 8,000 then, 2,000 now." in text
    assert "12,000" not in text


def test_another_version_of_the_key_and_other_payers_are_named(
    north: Cooperation,
    closed: Period,
    population_key: Key,
    hagfors: Municipality,
    administrator: User,
    sign_in: SignIn,
) -> None:
    KeyVersion.objects.filter(key=population_key).update(valid_until=SEPTEMBER)
    add_version(population_key, even(), valid_from=SEPTEMBER)
    recomputed(north)
    client, path = sign_in(administrator), f"{PAGE}2026-09/{MOVED}/"
    said = "Divided by “By population”, version 1, then; by “By population”, version 2, now."
    assert said in client.get(path).content.decode()
    Member.objects.filter(cooperation=north, municipality=hagfors).update(valid_until=SEPTEMBER)
    recomputed(north)
    assert "No longer among the payers: Hagfors." in client.get(path).content.decode()


def test_who_only_reads_is_told_who_decides(
    waiting: None, late: Cost, finance: User, sign_in: SignIn
) -> None:
    client = sign_in(finance)
    said = "The administrators of the cooperation decide."
    text = client.get(f"{PAGE}2026-09/{MOVED}/").content.decode()
    assert f"{said} Until they have, October 2026 cannot be proposed to close." in text
    text = client.get(f"{PAGE}2026-09/{LATE}/").content.decode()
    assert f"{said} Unless they leave it, it is charged when October 2026 closes." in text
    assert "Two ways on" not in text


def test_a_decision_on_another_result_is_told(
    north: Cooperation, late: Cost, administrator: User, sign_in: SignIn
) -> None:
    client, said = sign_in(administrator), "Decided before; the result has changed since."
    sent = {"group": "charged", "change": values(north)[LATE], "verdict": "leave", "reason": "Withdrawn"}
    assert said not in client.post(PAGE, sent, follow=True).content.decode()
    Cost.objects.filter(pk=late.pk).update(amount=60)
    recomputed(north)
    assert said in client.get(PAGE).content.decode()


def test_a_shared_cost_that_nothing_divides_any_more_says_its_part(
    north: Cooperation, closed: Period, administrator: User, sign_in: SignIn
) -> None:
    Term.objects.filter(cooperation=north).delete()
    recomputed(north)
    client = sign_in(administrator)
    assert "of 10.00 in the month" in client.get(PAGE).content.decode()
    text = client.get(f"{PAGE}2026-09/{MOVED}/").content.decode()
    assert "Leave 10.00\xa0SEK where it is" in text
    assert "Nothing divides any more in September 2026" in text


def test_several_are_left_at_once_and_charged_after_all(
    north: Cooperation, late: Cost, licence: CostType, administrator: User, sign_in: SignIn
) -> None:
    CostFactory(
        cooperation=north,
        cost_type=licence,
        reference="C00000103",
        amount=Decimal("-10.00"),
        starts_on=SEPTEMBER,
        ends_on=OCTOBER,
    )
    recomputed(north)
    client = sign_in(administrator)
    both = list(values(north).values())
    text = client.get(PAGE).content.decode()
    assert "Leave those ticked</button>" in text
    assert " checked>" not in text
    refused = client.post(PAGE, {"group": "charged", "change": both[:1], "verdict": "leave"})
    assert refused.status_code == 422
    text = refused.content.decode()
    assert text.count(" checked>") == 1
    assert "Leave 50.02\xa0SEK uncharged" in text
    assert 'aria-invalid="true" aria-describedby="reason-charged-error' in text
    assert text.count("Say why: members and auditors read it.") == 2
    refused = client.post(PAGE, {"group": "charged", "change": both, "verdict": "leave"})
    assert "Leave 40.02\xa0SEK uncharged" in refused.content.decode()
    sent = {"group": "charged", "change": both, "verdict": "leave", "reason": "The supplier withdraws both"}
    said = client.post(PAGE, sent, follow=True).content.decode()
    assert "2 late changes stay uncharged, +40.02\xa0SEK in all." in said
    both = list(values(north).values())
    assert "The supplier withdraws both" in said
    assert "Charge those ticked in October 2026" in said
    recomputed(north)
    assert not RunLine.objects.current().filter(concerns=SEPTEMBER).exists()
    month = client.get("/north/costs/2026-10/").content.decode()
    assert "2 late changes were left uncharged: +40.02\xa0SEK." in month
    client.post(PAGE, {"group": "left", "change": both, "verdict": "charge"})
    recomputed(north)
    assert RunLine.objects.current().filter(concerns=SEPTEMBER).count() == 2


def test_a_result_that_has_moved_refuses_the_whole_decision(
    north: Cooperation, late: Cost, waiting: None, administrator: User, sign_in: SignIn
) -> None:
    shown = values(north)
    Cost.objects.filter(pk=late.pk).update(amount=60)
    recomputed(north)
    sent = {"group": "charged", "change": [shown[MOVED], shown[LATE]], "verdict": "leave", "reason": "No"}
    refused = sign_in(administrator).post(PAGE, sent)
    assert refused.status_code == 409
    assert f"{LATE} (2026-09) is not as it was shown any more" in refused.content.decode()
    assert not LateDecision.objects.exists()


@pytest.mark.parametrize(
    "sent", [{}, {"verdict": "leave"}, {"change": "x"}, {"verdict": "burn", "change": "x"}]
)
def test_a_decision_on_nothing_is_refused(
    late: Cost, administrator: User, sign_in: SignIn, sent: dict[str, str]
) -> None:
    refused = sign_in(administrator).post(PAGE, sent)
    assert refused.status_code == 422
    assert "Tick at least one late change" in refused.content.decode()


def test_on_its_own_page_no_other_late_change_is_decided(
    north: Cooperation, late: Cost, waiting: None, administrator: User, sign_in: SignIn
) -> None:
    sent = {"change": values(north)[MOVED], "verdict": "leave", "reason": "No"}
    assert sign_in(administrator).post(f"{PAGE}2026-09/{LATE}/", sent).status_code == 404
    assert not LateDecision.objects.exists()


def test_only_administrators_decide(
    north: Cooperation, late: Cost, finance: User, auditor: User, stranger: User, sign_in: SignIn
) -> None:
    sent = {"change": values(north)[LATE], "verdict": "leave", "reason": "No"}
    for path in (PAGE, f"{PAGE}2026-09/{LATE}/"):
        assert sign_in(finance).post(path, sent).status_code == 403
        assert sign_in(auditor).post(path, sent).status_code == 403
        assert sign_in(stranger).post(path, sent).status_code == 404
    assert not LateDecision.objects.exists()


def test_a_late_cost_that_nothing_divides_stops_the_month_and_can_only_be_left(
    north: Cooperation, closed: Period, default_term: Term, administrator: User, sign_in: SignIn
) -> None:
    odd = CostType.objects.create(cooperation=north, code="odd", name="Odd")
    default_term.cost_type = CostType.objects.get(cooperation=north, code="licence")
    default_term.save()
    CostFactory(
        cooperation=north, cost_type=odd, reference=LATE, amount=7, starts_on=SEPTEMBER, ends_on=OCTOBER
    )
    recomputed(north)
    client = sign_in(administrator)
    text = client.get(PAGE).content.decode()
    assert "Nothing divides it" in text
    assert "No term says how such a cost is divided." in text
    assert "Leave 7.00\xa0SEK uncharged" in text
    assert take(client, "/north/costs/2026-10/propose/").status_code == 409
    sent = {"change": values(north)[LATE], "reason": "Too small"}
    assert client.post(PAGE, sent | {"verdict": "charge"}).status_code == 422
    assert client.post(PAGE, sent | {"verdict": "leave"}).status_code == 302
    assert [state.verdict for state in late_states(north)] == ["left"]


def test_what_is_settled_keeps_its_page(
    north: Cooperation,
    late: Cost,
    administrator: User,
    second_administrator: User,
    finance: User,
    sign_in: SignIn,
) -> None:
    october = Period.objects.get(cooperation=north, first_day=OCTOBER)
    close(october, proposer=administrator, closer=second_administrator)
    text = sign_in(finance).get(f"{PAGE}2026-09/{LATE}/").content.decode()
    assert "nothing is left to decide" in text
    assert "Corrected in October 2026 by" in text
    assert LATE not in sign_in(finance).get(PAGE).content.decode()


@pytest.mark.parametrize("path", ["2026-09/C00000001/", "2026-10/C00000101/", "2026-09/C99999999/"])
def test_what_is_as_it_was_charged_has_no_page(late: Cost, finance: User, sign_in: SignIn, path: str) -> None:
    assert sign_in(finance).get(f"{PAGE}{path}").status_code == 404


@pytest.mark.parametrize("path", [PAGE, "/north/costs/2026-10/", "/north/costs/2026-09/", "/north/overview/"])
def test_pages_take_the_same_few_queries_however_many_are_late(
    north: Cooperation, late: Cost, auditor: User, sign_in: SignIn, path: str
) -> None:
    client, counts = sign_in(auditor), []
    for extra in (0, 5):
        for number in range(extra):
            CostFactory(
                cooperation=north,
                cost_type=late.cost_type,
                reference=f"C000002{number:02d}",
                amount=number + 1,
                starts_on=SEPTEMBER,
                ends_on=OCTOBER,
            )
        recomputed(north)
        with CaptureQueriesContext(connection) as queries:
            assert client.get(path).status_code == 200
        counts.append(len(queries))
    assert counts[0] == counts[1] <= 24 + MOMENT


def test_a_decision_that_somebody_else_took_meanwhile_is_not_replaced_unseen(
    north: Cooperation, late: Cost, administrator: User, second_administrator: User, sign_in: SignIn
) -> None:
    seen = values(north)[LATE]
    sent = {"group": "charged", "change": seen, "verdict": "leave"}
    first, second = sign_in(administrator), sign_in(second_administrator)
    for _ in range(2):
        assert first.post(PAGE, {**sent, "reason": "A trifle"}).status_code == 302 or seen
    response = second.post(PAGE, {**sent, "reason": "A gift"})
    assert response.status_code == 409
    assert "is not as it was shown any more" in response.content.decode()
    [state] = late_states(north)
    assert state.decision
    assert (state.decision.reason, state.decision.decided_by) == ("A trifle", administrator)


def test_a_refund_goes_with_the_late_cost_that_is_left(
    north: Cooperation, late: Cost, administrator: User, sign_in: SignIn
) -> None:
    note = CostFactory(
        cooperation=north,
        cost_type=late.cost_type,
        application=late.application,
        credits=late,
        reference="C00000104",
        amount=-late.amount / 2,
        starts_on=late.starts_on,
        ends_on=late.ends_on,
    )
    recomputed(north)
    client = sign_in(administrator)
    page = f"{PAGE}2026-09/{LATE}/"
    along = values(north)[note.reference]
    left = f"Its credit note {note.reference}, \u221225.01\xa0SEK, follows: it is left too."
    charged = f"Its credit note {note.reference}, \u221225.01\xa0SEK, follows: it is charged too."
    shown, listed = client.get(page).content.decode(), client.get(PAGE).content.decode()
    assert shown.count(left) == shown.count(charged) == 1
    assert f"If it is left: {left}" in listed
    sent = {"change": values(north)[LATE], "verdict": "leave", "reason": "The supplier withdraws it"}
    said = client.post(page, sent, follow=True).content.decode()
    assert left in said
    run_all()
    assert client.get(page).content.decode().count(left) == 1
    assert client.get(PAGE).content.decode().count(left) == 1
    assert f'value="{along}"' not in client.get(PAGE).content.decode()
    own = client.get(f"{PAGE}2026-09/{note.reference}/").content.decode()
    assert f"It refunds {LATE}: what is decided on that" in own
    assert "It refunds a cost that was left uncharged, and is left with it." in own
    assert 'value="charge"' not in own
    assert "This is decided" not in own
    refused = client.post(page, {"change": values(north)[note.reference], "verdict": "charge"})
    assert refused.status_code in (404, 422)


def test_a_late_change_says_who_withdrew_and_who_restored_its_cost(
    north: Cooperation,
    closed: Period,
    administrator: User,
    second_administrator: User,
    finance: User,
    sign_in: SignIn,
) -> None:
    cost, page = Cost.objects.get(reference=MOVED), f"{PAGE}2026-09/{MOVED}/"
    withdraw_cost(cost=cost, on=OCTOBER, by=administrator)
    run_all()
    assert happened(sign_in(administrator), page) == [("Withdrawn", "administrator")]
    assert happened(sign_in(finance), page) == [("Withdrawn", "")]
    october = Period.objects.get(cooperation=north, first_day=OCTOBER)
    close(october, proposer=administrator, closer=second_administrator)
    restore_cost(cost=cost, by=second_administrator)
    run_all()
    found = [("Restored", "second"), ("Withdrawn", "administrator")]
    assert happened(sign_in(administrator), page) == found


def happened(client: Client, page: str) -> list[tuple[str, str]]:
    """What the page says that was done to the cost since its month was closed, and by whom."""
    text = client.get(page).content.decode()
    return re.findall(r"<li>(\w+) [^<]*; the month was closed [^<(]*(?:\((\w+)\))?</li>", text)


def test_a_cost_that_was_given_back_and_counts_again_says_so(
    north: Cooperation,
    closed: Period,
    administrator: User,
    second_administrator: User,
    finance: User,
    sign_in: SignIn,
) -> None:
    cost, page, client = Cost.objects.get(reference=MOVED), f"{PAGE}2026-09/{MOVED}/", sign_in(finance)
    withdraw_cost(cost=cost, on=OCTOBER, by=administrator)
    run_all()
    assert "counts no longer" in client.get(page).content.decode()
    october = Period.objects.get(cooperation=north, first_day=OCTOBER)
    close(october, proposer=administrator, closer=second_administrator)
    restore_cost(cost=cost, by=second_administrator)
    run_all()
    text = client.get(page).content.decode()
    assert "“Support in September” was charged and given back since, and counts again." in text
    assert "was not charged then" not in text
    assert "So far, nothing of the cost is charged" in client.get(PAGE).content.decode()
    why = client.get(f"{page}SE1737/").content.decode()
    assert "The cost counts as it did when September 2026 was closed." in why
    assert "The cost itself has changed" not in why


def test_a_late_change_that_is_sent_twice_is_decided_and_told_once(
    north: Cooperation, late: Cost, administrator: User, sign_in: SignIn
) -> None:
    """On the list and on its own page, and where the action is asked with it twice."""
    [state], client = late_states(north), sign_in(administrator)
    sent = {"change": [value_of(state)] * 2, "verdict": "leave", "reason": "Board", "group": "charged"}
    said = client.post(PAGE, sent, follow=True).content.decode()
    assert "1 late change stays uncharged, +50.02" in said
    assert LateDecision.objects.count() == 1
    [state] = late_states(north)
    charge = {"change": [value_of(state)] * 2, "verdict": "charge"}
    assert client.post(f"{PAGE}2026-09/{LATE}/", charge).status_code == 302
    assert LateDecision.objects.count() == 2
    [state], leave = late_states(north), LateDecision.Verdict.LEAVE
    decided = decide_late(
        cooperation=north, states=[state, state], verdict=leave, reason="Board", by=administrator
    )
    assert (len(decided), LateDecision.objects.count()) == (1, 3)


@pytest.mark.parametrize("verdict", ["leave", "charge"])
def test_a_reason_that_nobody_can_see_is_none(
    north: Cooperation, late: Cost, administrator: User, sign_in: SignIn, verdict: str
) -> None:
    """Also where none is needed: members and auditors would read nothing."""
    [state] = late_states(north)
    for url in (PAGE, f"{PAGE}2026-09/{LATE}/"):
        sent = {"change": value_of(state), "verdict": verdict, "reason": "\u200b \u2060", "group": "charged"}
        refused = sign_in(administrator).post(url, sent)
        assert refused.status_code == 422
        assert "Say why: members and auditors read it." in refused.content.decode()
    assert not LateDecision.objects.exists()


def test_swedish_says_of_what_a_month_charges_and_calls_each_sum_of_bytes_its_own(
    late: Cost, finance: User, sign_in: SignIn
) -> None:
    with translation.override("sv"):  # the request leaves its language behind
        text = sign_in(finance).get(PAGE, headers={"Accept-Language": "sv"}).content.decode()
        names = {
            translation.gettext(each)
            for each in (
                "Fingerprint of the inputs",
                "Hash of what was issued (SHA-256)",
                "Fingerprint of how it should be",
            )
        }
    assert "Vad oktober 2026 debiterar av de här sena ändringarna" in text
    assert {name.split()[0] for name in names} == {"Underlagets", "Beskedets", "Fingeravtryck"}


def of_cost(client: Client, reference: str) -> tuple[str, str]:
    """What the page of a cost begins with, and the rows of its table, in words."""
    cost = Cost.objects.get(reference=reference)
    answer = client.get(f"/north/costs/register/{cost.pk}/")
    said = answer.context["opening"]["sentences"]
    table = answer.content.decode().partition("<tbody>")[2].partition("</table>")[0]
    words = html.unescape(re.sub(r"<[^>]+>", " ", table))
    return " ".join(f"{each.get('bold', '')} {each['text']}" for each in said), " ".join(words.split())


def test_a_late_cost_says_on_its_page_what_its_table_lists(
    north: Cooperation,
    late: Cost,
    administrator: User,
    second_administrator: User,
    sign_in: SignIn,
) -> None:
    run_all()
    client = sign_in(administrator)
    counts = "It counts late, in October 2026: 50.02\xa0SEK, as a correction of September 2026."
    said, table = of_cost(client, LATE)
    assert said == counts
    assert "October 2026 , correction of September 2026 Evenly, version 1" in table
    sent = {"change": values(north)[LATE], "reason": "Too late", "verdict": "leave"}
    client.post(PAGE, sent)
    run_all()
    said, table = of_cost(client, LATE)
    assert said.strip() == "50.02\xa0SEK of September 2026 is left uncharged, by decision."
    assert "Of September 2026, charged in no month" in table
    client.post(PAGE, sent | {"change": values(north)[LATE], "verdict": "charge"})
    run_all()
    close(
        Period.objects.get(cooperation=north, first_day=OCTOBER),
        proposer=administrator,
        closer=second_administrator,
    )
    run_all()
    assert of_cost(client, LATE)[0] == counts
    withdraw_cost(cost=late, on=OCTOBER, by=administrator)
    run_all()
    said, table = of_cost(client, LATE)
    assert "in no month" not in said, "October charged it"
    assert "Corrected in " in said
    assert "correction of September 2026" in table


def test_a_late_cost_that_nothing_divides_says_so_on_its_page(
    north: Cooperation, closed: Period, default_term: Term, administrator: User, sign_in: SignIn
) -> None:
    odd = CostType.objects.create(cooperation=north, code="odd", name="Odd")
    default_term.cost_type = CostType.objects.get(cooperation=north, code="licence")
    default_term.save()
    CostFactory(
        cooperation=north, cost_type=odd, reference=LATE, amount=7, starts_on=SEPTEMBER, ends_on=OCTOBER
    )
    run_all()
    recomputed(north)
    said, table = of_cost(sign_in(administrator), LATE)
    assert said.strip() == "7.00\xa0SEK of September 2026 came late, and nothing divides it."
    assert "Nothing divides it" in table


def test_a_shared_cost_whose_rules_changed_says_what_waits(
    waiting: None, administrator: User, sign_in: SignIn
) -> None:
    said, table = of_cost(sign_in(administrator), MOVED)
    assert said.startswith("Shared in September 2026, by the key By population, version 1.")
    assert "A change of September 2026 waits for a decision and counts in no month." in said
    assert "Waits for a decision" in table


def test_a_withdrawn_cost_says_where_it_still_stands(
    north: Cooperation, late: Cost, administrator: User, sign_in: SignIn
) -> None:
    run_all()
    client = sign_in(administrator)
    client.post(f"/north/costs/register/{late.pk}/withdraw/", follow=True)
    Cost.objects.filter(pk=late.pk).update(withdrawn_on=OCTOBER)
    announce_change(cooperation_id=north.pk, touches=(SEPTEMBER, OCTOBER))
    said, table = of_cost(client, LATE)
    assert said == "Withdrawn on 1 October 2026: it is being taken out of October 2026."
    assert "correction of September 2026" in table
    run_all()
    answer = client.get(f"/north/costs/register/{late.pk}/").content.decode()
    assert answer.count("in no month") == 1
