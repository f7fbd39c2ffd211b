"""Forms that reach into closed months say so before they save, and the truth afterwards."""

import datetime as dt
from collections.abc import Callable
from decimal import Decimal
from typing import Any

import pytest
from django.contrib.messages import get_messages
from django.test import Client

from agreements.models import Agreement, CostType, Key, Term
from billing.actions import close_period, propose_period
from billing.models import Cost, Period
from municipalities.models import Cooperation, Member, Municipality, Reading
from services.models import Application, Subscription
from sharedict.accounts.models import User
from sharedict.jobs.models import Job
from tests import uploading
from tests.factories.billing import CostFactory
from tests.factories.closed import APRIL, MAY, close_quarter
from tests.factories.municipalities import DriverFactory
from tests.factories.services import ApplicationFactory
from tests.uploading import apply, is_applied, upload

REGISTER = "/north/costs/register/"
CASE = (
    "external_id;application;cost_type;supplier;invoice_number;description;amount;starts_on;ends_on\r\n"
    "LATE;erp;licence;Svea AB;1;half a year, invoice came in April;6000,00;2025-01-01;2025-07-01\r\n"
)


@pytest.fixture
def quarter(north: Cooperation, administrator: User, second_administrator: User) -> Cooperation:
    return close_quarter(north, proposer=administrator, closer=second_administrator)


@pytest.fixture
def client(sign_in: Callable[[User], Client], administrator: User, quarter: Cooperation) -> Client:
    return sign_in(administrator)


@pytest.fixture
def late(erp: Application, licence: CostType) -> dict[str, Any]:
    """A cost for January to June 2025, as somebody types it."""
    return {
        "description": "half a year, invoice came in April",
        "application": erp.pk,
        "cost_type": licence.pk,
        "supplier": "Svea AB",
        "invoice_number": "1",
        "amount": "6 000,00",
        "starts_on": "2025-01-01",
        "ends_on": "2025-06-30",
        "credits": "",
        "external_id": "LATE",
    }


def said(answer: Any) -> str:
    """The last message that an answer leaves for the next page."""
    return [str(message) for message in get_messages(answer.wsgi_request)][-1]


def level(answer: Any) -> str:
    return [message.level_tag for message in get_messages(answer.wsgi_request)][-1]


def told(answer: Any) -> str:
    """What is said before saving."""
    return " ".join(answer.context["effect"].warnings)


def mark(answer: Any) -> dict[str, str]:
    """The hidden field of the form that is shown."""
    shown: str = answer.context["effect"].mark
    assert f'<input type="hidden" name="told" value="{shown}">' in answer.content.decode()
    return {"told": shown}


def test_a_late_cost_is_told_then_saved_by_saving_again(client: Client, late: dict[str, Any]) -> None:
    answer = client.post(f"{REGISTER}new/", late)
    assert answer.status_code == 200
    assert not Cost.objects.filter(external_id="LATE").exists()
    assert not Job.objects.exists()
    assert told(answer) == (
        "+2,983.42\u00a0SEK falls in closed months (January 2025 +1,027.62, February 2025 +928.18, "
        "March 2025 +1,027.62): it is charged as corrections in April 2025, unless somebody decides to leave "
        "it."
    )
    for name, value in late.items():
        assert answer.context["form"][name].value() == str(value)
    shown = answer.content.decode()
    assert shown.index("data-focus autofocus") < shown.index('type="submit" class="btn btn-primary"')
    assert ">Add it all the same</button>" in shown
    assert ">Add the cost</button>" not in shown
    saved = client.post(f"{REGISTER}new/", late | mark(answer))
    assert saved.status_code == 302
    assert Cost.objects.get(external_id="LATE").amount == 6000
    assert level(saved) == "success"
    assert said(saved) == (
        "Added. The shares of April 2025 to June 2025 are recomputed. +2,983.42\u00a0SEK falls in closed "
        "months, January 2025 to March 2025: it becomes corrections in April 2025."
    )


def test_a_late_cost_that_nothing_divides_promises_no_correction(
    client: Client, quarter: Cooperation, late: dict[str, Any]
) -> None:
    """Nor does one whose open month stays open for it."""
    nobodys = ApplicationFactory(cooperation=quarter)
    answer = client.post(f"{REGISTER}new/", late | {"application": nobodys.pk})
    assert told(answer) == (
        "Nothing divides it in January 2025 to March 2025: Nobody uses the application in this month. It is "
        "charged to nobody, and April 2025 cannot be proposed until something divides it there, or somebody "
        "leaves it. Nothing divides it in April 2025 to June 2025, so that cannot be closed yet: Nobody uses "
        "the application in this month."
    )
    saved = client.post(f"{REGISTER}new/", late | {"application": nobodys.pk} | mark(answer))
    assert "Nothing divides it in January 2025 to March 2025" in said(saved)
    assert "Nothing divides it in April 2025 to June 2025, so that cannot be closed yet" in said(saved)
    assert "becomes" not in said(saved)
    assert level(saved) == "warning"
    note = late | {"application": nobodys.pk, "amount": "-100", "credits": "", "external_id": "OTHER"}
    open_note = note | {"starts_on": "2025-04-01"}
    asked = client.post(f"{REGISTER}new/", open_note)
    assert "Nothing divides it in April 2025 to June 2025" in told(asked)
    assert not Cost.objects.filter(external_id="OTHER").exists()
    open_only = client.post(f"{REGISTER}new/", open_note | mark(asked))
    assert "Nothing divides it in April 2025 to June 2025" in said(open_only)
    assert level(open_only) == "warning"


def test_each_reason_why_nothing_divides_a_cost_is_said_of_its_own_months(
    client: Client, quarter: Cooperation, late: dict[str, Any], default_term: Term
) -> None:
    nobodys = ApplicationFactory(cooperation=quarter)
    Term.objects.filter(pk=default_term.pk).update(
        valid_from=dt.date(2025, 2, 1), valid_until=dt.date(2025, 6, 1)
    )
    answer = client.post(f"{REGISTER}new/", late | {"application": nobodys.pk})
    no_term, nobody = "No term says how such a cost is divided.", "Nobody uses the application in this month."
    ends = (
        "It is charged to nobody, and April 2025 cannot be proposed until something divides it there, or "
        "somebody leaves it."
    )
    warned = answer.content.decode()
    assert f"Nothing divides it in January 2025: {no_term} {ends}" in warned
    assert f"Nothing divides it in February 2025 to March 2025: {nobody} {ends}" in warned
    saved = said(client.post(f"{REGISTER}new/", late | {"application": nobodys.pk} | mark(answer)))
    so = "so that cannot be closed yet"
    assert f"Nothing divides it in April 2025 to May 2025, {so}: {nobody}" in saved
    assert f"Nothing divides it in June 2025, {so}: {no_term}" in saved


def test_it_is_told_in_swedish(client: Client, late: dict[str, Any]) -> None:
    answer = client.post(f"{REGISTER}new/", late, headers={"Accept-Language": "sv"})
    assert "+2\u00a0983,42\u00a0SEK" in told(answer)
    assert "stängda" in told(answer)
    assert "april 2025" in told(answer)


def test_what_is_wrong_is_said_before_what_would_follow(client: Client, late: dict[str, Any]) -> None:
    answer = client.post(f"{REGISTER}new/", late | {"ends_on": "2024-12-31"})
    assert answer.status_code == 422
    assert list(answer.context["form"].errors) == ["ends_on"]
    assert 'name="told"' not in answer.content.decode()
    taken = client.post(f"{REGISTER}new/", late | {"external_id": "erp-01"})
    assert (taken.status_code, list(taken.context["form"].errors)) == (422, ["external_id"])


def test_a_cost_of_open_months_is_saved_at_once(client: Client, late: dict[str, Any]) -> None:
    answer = client.post(f"{REGISTER}new/", late | {"starts_on": "2025-04-01"})
    assert answer.status_code == 302
    assert said(answer) == "Added. The shares of April 2025 to June 2025 are recomputed."


@pytest.fixture
def proposed(quarter: Cooperation, administrator: User) -> Period:
    """April 2025, which holds the cost erp-04 of 100.00."""
    return propose_period(period=Period.objects.get(first_day=APRIL), by=administrator)


FALLS = (
    "April 2025 is proposed to be closed: by this the proposal falls, and the month has to be proposed again."
)
FALLEN = "The proposal to close April 2025 falls: look at it, and propose it again."


@pytest.mark.parametrize(
    ("values", "is_moved"),
    [
        ({"amount": "101"}, True),
        ({"starts_on": "2025-05-01", "ends_on": "2025-05-31"}, True),
        ({"description": "Other words"}, False),
    ],
)
def test_a_changed_cost_of_a_proposed_month_tells_that_the_proposal_falls(
    client: Client,
    late: dict[str, Any],
    proposed: Period,
    do_jobs: Callable[[], int],
    values: dict[str, Any],
    is_moved: bool,
) -> None:
    cost = Cost.objects.get(external_id="erp-04")
    same = {"amount": "100", "starts_on": "2025-04-01", "ends_on": "2025-04-30", "external_id": "erp-04"}
    sent = late | same | {"description": "Licences", "supplier": "", "invoice_number": ""} | values
    answer = client.post(f"{REGISTER}{cost.pk}/", sent)
    assert told(answer) == FALLS
    assert Cost.objects.get(pk=cost.pk).amount == 100
    saved = client.post(f"{REGISTER}{cost.pk}/", sent | mark(answer))
    assert said(saved).endswith(FALLEN)
    assert ("The shares of April 2025" in said(saved)) == is_moved
    do_jobs()
    proposed.refresh_from_db()
    assert proposed.state == Period.State.OPEN


def test_an_added_and_a_withdrawn_cost_of_a_proposed_month_tell_it_too(
    client: Client, late: dict[str, Any], proposed: Period
) -> None:
    answer = client.post(f"{REGISTER}new/", late | {"starts_on": "2025-04-01"})
    assert told(answer) == FALLS
    closed_only = client.post(f"{REGISTER}new/", late | {"ends_on": "2025-01-31"})
    assert FALLS in told(closed_only)  # April charges what falls in January
    swedish = client.post(
        f"{REGISTER}new/", late | {"starts_on": "2025-04-01"}, headers={"Accept-Language": "sv"}
    )
    assert "april 2025 är föreslagen för stängning: med detta faller förslaget" in told(swedish)
    later = client.post(f"{REGISTER}new/", late | {"starts_on": "2025-05-01"})
    assert said(later) == "Added. The shares of May 2025 to June 2025 are recomputed."
    cost = Cost.objects.get(external_id="erp-04")
    assert FALLS in client.get(f"{REGISTER}{cost.pk}/withdraw/").content.decode()


def test_what_a_proposed_month_does_not_hold_leaves_the_proposal(
    client: Client, late: dict[str, Any], proposed: Period, do_jobs: Callable[[], int]
) -> None:
    cost = Cost.objects.get(external_id="erp-04")
    same = {"amount": "100", "starts_on": "2025-04-01", "ends_on": "2025-04-30", "external_id": "erp-04"}
    sent = late | same | {"description": "Licences", "supplier": "", "invoice_number": "another"}
    assert "falls" not in said(client.post(f"{REGISTER}{cost.pk}/", sent))
    do_jobs()
    proposed.refresh_from_db()
    assert proposed.state == Period.State.PROPOSED


def test_what_lies_before_the_first_month_is_told(client: Client, late: dict[str, Any]) -> None:
    answer = client.post(
        f"{REGISTER}new/", late | {"starts_on": "2024-12-31", "ends_on": "2025-01-01", "amount": "2"}
    )
    assert "1.00\u00a0SEK lies before January 2025, the first month that is shared" in told(answer)
    assert "+1.00\u00a0SEK falls in January 2025, which is closed" in told(answer)


def test_what_changes_between_telling_and_saving_is_told_again(
    client: Client,
    late: dict[str, Any],
    administrator: User,
    second_administrator: User,
) -> None:
    """In another tab, or by somebody else."""
    first = client.post(f"{REGISTER}new/", late)
    april = Period.objects.get(first_day=APRIL)
    close_period(period=propose_period(period=april, by=administrator), by=second_administrator)
    again = client.post(f"{REGISTER}new/", late | mark(first))
    assert again.status_code == 200
    assert "April 2025 +994.48" in told(again)
    assert "corrections in May 2025" in told(again)
    other = client.post(f"{REGISTER}new/", late | mark(again) | {"amount": "6001"})
    assert other.status_code == 200
    assert not Cost.objects.filter(external_id="LATE").exists()
    assert client.post(f"{REGISTER}new/", late | mark(again)).status_code == 302


def test_words_of_a_closed_months_cost_change_without_a_question(
    client: Client, late: dict[str, Any]
) -> None:
    cost = Cost.objects.get(external_id="erp-01")
    same = {"amount": "100", "starts_on": "2025-01-01", "ends_on": "2025-01-31", "external_id": "erp-01"}
    answer = client.post(f"{REGISTER}{cost.pk}/", late | same | {"description": "Other words"})
    assert answer.status_code == 302
    assert said(answer) == "Saved. No share computed so far changes."


def test_a_cost_that_others_carry_is_told(client: Client, late: dict[str, Any], north: Cooperation) -> None:
    cost = Cost.objects.get(external_id="erp-01")
    same = {"amount": "100", "starts_on": "2025-01-01", "ends_on": "2025-01-31", "external_id": "erp-01"}
    answer = client.post(f"{REGISTER}{cost.pk}/", late | same | {"application": ""})
    assert "January 2025, the amount stays, but others may carry it" in told(answer)
    done = client.post(f"{REGISTER}{cost.pk}/", late | same | {"application": ""} | mark(answer))
    assert "Where others carry it in months that are closed, January 2025" in said(done)


def test_the_questions_tell_what_withdrawing_and_then_restoring_do(client: Client) -> None:
    cost = Cost.objects.get(external_id="erp-01")
    address = f"{REGISTER}{cost.pk}/withdraw/"
    question = client.get(address)
    assert "\u2212100.00\u00a0SEK falls in January 2025, which is closed" in told(question)
    assert "charged as a correction in April 2025" in question.content.decode()
    unread = client.post(address)
    assert unread.status_code == 200
    assert not Cost.objects.get(pk=cost.pk).is_withdrawn
    done = client.post(address, mark(question))
    assert done.status_code == 302
    assert said(done) == (
        "Withdrawn. \u2212100.00\u00a0SEK falls in January 2025, which is closed: it becomes a correction in "
        "April 2025."
    )
    address = f"{REGISTER}{cost.pk}/restore/"
    dropped = (
        "What was to be charged in April 2025 for January 2025, \u2212100.00\u00a0SEK, is not: by this "
        "change it is charged in no month."
    )
    question = client.get(address)
    assert told(question) == dropped
    done = client.post(address, mark(question))
    assert said(done) == f"Restored. {dropped}"


def test_a_cost_of_an_open_month_is_withdrawn_after_its_one_question(client: Client) -> None:
    cost = Cost.objects.get(external_id="erp-04")
    done = client.post(f"{REGISTER}{cost.pk}/withdraw/")
    assert said(done) == "Withdrawn. The shares of April 2025 are recomputed."


def test_the_dry_run_says_what_falls_in_closed_months(client: Client) -> None:
    shown = upload(client, f"{REGISTER}import/", CASE.encode())
    assert shown.status_code == 200
    assert "+2,983.42\u00a0SEK falls in closed months" in told(shown)
    assert "corrections in April 2025" in told(shown)
    [finding] = shown.context["findings"]
    assert finding.effect == "+2,983.42\u00a0SEK in January 2025 to March 2025, charged in April 2025"
    assert finding.effect in shown.content.decode()
    done = apply(client, shown).context["upload"].said
    assert done.startswith("1 row saved. The shares of April 2025 to June 2025 are recomputed. +2,983.42")
    assert "it becomes corrections in April 2025" in done


def test_an_import_with_a_wrong_row_speaks_of_the_file_alone(client: Client) -> None:
    wrong = CASE + "BAD;erp;licence;Svea AB;1;no amount;-;2025-01-01;2025-07-01\r\n"
    text = upload(client, f"{REGISTER}import/", wrong.encode()).content.decode()
    assert "Change it above" not in text
    assert text.count("data-focus") == 1
    assert "charged in April 2025" in text


def test_an_import_into_open_months_says_so(client: Client) -> None:
    text = CASE.replace("2025-01-01", "2025-04-01")
    shown = upload(client, f"{REGISTER}import/", text.encode())
    assert told(shown) == ""
    assert "In closed months" not in shown.content.decode()
    done = apply(client, shown).context["upload"].said
    assert done == "1 row saved. The shares of April 2025 to June 2025 are recomputed."


def test_a_dry_run_is_shown_anew_when_a_month_has_closed_since(
    client: Client, administrator: User, second_administrator: User
) -> None:
    shown = upload(client, f"{REGISTER}import/", CASE.encode())
    april = Period.objects.get(first_day=APRIL)
    close_period(period=propose_period(period=april, by=administrator), by=second_administrator)
    again = apply(client, shown)
    assert not is_applied(again)
    assert "corrections in May 2025" in told(again)
    assert not Cost.objects.filter(external_id="LATE").exists()


@pytest.mark.parametrize("rows", [1, 40])
def test_a_dry_run_takes_the_same_number_of_queries(
    client: Client, rows: int, django_assert_max_num_queries: Any
) -> None:
    head, row = CASE.split("\r\n")[:2]
    text = "\r\n".join([head, *(row.replace("LATE", f"LATE-{number}") for number in range(rows))])
    uploading.take(client, f"{REGISTER}import/", text.encode())
    with django_assert_max_num_queries(18 + uploading.QUERIES_OF_HELPER):
        uploading.work()


def assert_waits(answer: Any, months: str = "January 2025 to March 2025") -> None:
    assert answer.status_code == 200
    assert f"It reaches into months that are closed: {months}." in told(answer)
    assert "decides whether the difference is charged or left, before April 2025 can be proposed" in told(
        answer
    )


def assert_waited(answer: Any, months: str = "January 2025 to March 2025") -> None:
    assert answer.status_code == 302
    assert f"Closed months are held against it: {months}." in said(answer)
    assert "before April 2025 can be proposed" in said(answer)


def test_a_term_that_reaches_back_waits_for_a_decision(
    client: Client, default_term: Term, population_key: Key, licence: CostType
) -> None:
    typed = {
        "application": "",
        "cost_type": licence.pk,
        "key": population_key.pk,
        "agreement": Agreement.objects.get().pk,
        "payers": "members",
        "valid_from": "2025-02-10",
        "valid_until": "",
    }
    shown = client.post("/north/terms/new/", typed)
    assert_waits(shown, "March 2025")
    assert not Term.objects.filter(cost_type=licence).exists()
    assert_waited(client.post("/north/terms/new/", typed | mark(shown)), "March 2025")
    twice = client.post("/north/terms/new/", typed)
    assert twice.status_code == 422  # it overlaps, and that is said first


def test_other_named_payers_are_a_change_of_a_term(
    client: Client, default_term: Term, torsby: Municipality, hagfors: Municipality
) -> None:
    Term.objects.filter(pk=default_term.pk).update(payers="named")
    default_term.named.set([torsby])
    typed = {
        "application": "",
        "cost_type": "",
        "key": default_term.key_id,
        "agreement": default_term.agreement_id,
        "payers": "named",
        "named": [torsby.pk],
        "valid_from": default_term.valid_from.isoformat(),
        "valid_until": "",
    }
    address = f"/north/terms/{default_term.pk}/"
    same = client.post(address, typed)
    assert said(same) == "Saved. No share computed so far changes."
    shown = client.post(address, typed | {"named": [hagfors.pk]})
    assert_waits(shown)
    assert list(default_term.named.all()) == [torsby]
    assert_waited(client.post(address, typed | {"named": [hagfors.pk]} | mark(shown)))


def test_ending_a_term_in_a_closed_month_is_told(client: Client, default_term: Term) -> None:
    address = f"/north/terms/{default_term.pk}/end/"
    shown = client.post(address, {"valid_until": "2025-02-28"})
    assert_waits(shown, "March 2025")
    assert Term.objects.get(pk=default_term.pk).valid_until is None
    assert shown.context["form"]["valid_until"].value() == "2025-02-28"
    assert_waited(client.post(address, {"valid_until": "2025-02-28"} | mark(shown)), "March 2025")


def test_ending_a_term_in_an_open_month_tells_what_counts_nowhere_then(
    client: Client, default_term: Term
) -> None:
    address = f"/north/terms/{default_term.pk}/end/"
    asked = client.post(address, {"valid_until": "2025-03-31"})
    assert told(asked).replace("\u00a0", " ") == (
        "“Licences” would be charged to nobody in April 2025, 100.00 SEK: No term says how such a cost is "
        "divided."
    )
    done = client.post(address, {"valid_until": "2025-03-31"} | mark(asked))
    assert done.status_code == 302
    assert said(done).endswith("ends. The shares of April 2025 are recomputed.")


def version_of(driver_percent: str, valid_from: str) -> dict[str, str]:
    return {
        "valid_from": valid_from,
        "decided_on": "2025-01-01",
        "decision": "The board",
        "when_zero": "error",
        "base_amount": "",
        "floor_percent": "",
        "cap_percent": "",
        "components-TOTAL_FORMS": "1",
        "components-INITIAL_FORMS": "0",
        "components-MIN_NUM_FORMS": "0",
        "components-MAX_NUM_FORMS": "20",
        "components-0-percent": driver_percent,
        "components-0-kind": "even",
        "components-0-driver": "",
        "components-0-rule": "",
    }


def test_adopting_a_key_version_is_told(client: Client, even_key: Key) -> None:
    address = "/north/keys/even/new-version/"
    wrong = client.post(address, version_of("90", "2025-03-01"))
    assert wrong.status_code == 422
    assert 'name="told"' not in wrong.content.decode()
    shown = client.post(address, version_of("100", "2025-03-01"))
    assert_waits(shown, "March 2025")
    assert even_key.versions.count() == 1
    assert 'value="The board"' in shown.content.decode()
    assert_waited(client.post(address, version_of("100", "2025-03-01") | mark(shown)), "March 2025")
    assert even_key.versions.count() == 2
    later = client.post(address, version_of("100", "2025-04-01"))
    assert said(later).endswith("is adopted. The shares of April 2025 are recomputed.")


def test_what_begins_within_a_month_counts_from_the_next(client: Client, even_key: Key) -> None:
    address = "/north/keys/even/new-version/"
    assert_waits(client.post(address, version_of("100", "2025-02-15")), "March 2025")
    done = client.post(address, version_of("100", "2025-03-15"))
    assert said(done).endswith("is adopted. The shares of April 2025 are recomputed.")


def test_readings_are_told_when_added_changed_imported_and_removed(
    client: Client, quarter: Cooperation, torsby: Municipality
) -> None:
    driver = DriverFactory(cooperation=quarter, code="users")
    typed = {"municipality": torsby.pk, "reference_on": "2025-02-01", "value": "10", "source": "Count"}
    address, months = f"/north/drivers/{driver.pk}/new/", "February 2025 to March 2025"
    shown = client.post(address, typed)
    assert_waits(shown, months)
    assert_waited(client.post(address, typed | mark(shown)), months)
    reading = Reading.objects.get(driver=driver)
    address = f"/north/drivers/readings/{reading.pk}/"
    words = client.post(address, typed | {"source": "Directory"})
    assert said(words) == "Saved. No share computed so far changes."
    assert_waits(client.post(address, typed | {"value": "11"}), months)
    question = client.get(f"{address}delete/")
    assert_waits(question, months)
    assert client.post(f"{address}delete/").status_code == 200
    assert Reading.objects.filter(driver=driver).exists()
    assert_waited(client.post(f"{address}delete/", mark(question)), months)
    table = "code;reference_date;value;source\r\n1737;2025-03-31;12;Count\r\n1737;2025-04-01;13;Count\r\n"
    address = f"/north/drivers/{driver.pk}/import/"
    shown = upload(client, address, table.encode())
    assert_waits(shown, "March 2025")
    assert {finding.line: finding.effect for finding in shown.context["findings"]} == {2: "March 2025", 3: ""}
    done = apply(client, shown).context["upload"].said
    assert "Closed months are held against it: March 2025." in done
    assert "before April 2025 can be proposed" in done


def test_members_and_subscriptions_are_told(
    client: Client, erp: Application, hagfors: Municipality, sundsvall: Municipality
) -> None:
    typed: dict[str, Any] = {"municipality": sundsvall.pk, "valid_from": "2025-03-15", "valid_until": ""}
    shown = client.post("/north/members/new/", typed)
    assert_waits(shown, "March 2025")
    assert not Member.objects.filter(municipality=sundsvall).exists()
    assert_waited(client.post("/north/members/new/", typed | mark(shown)), "March 2025")
    typed = {"application": erp.pk, "municipalities": [sundsvall.pk], "valid_from": "2025-03-15", "users": ""}
    shown = client.post("/north/subscriptions/new/", typed)
    assert_waits(shown, "March 2025")
    assert not Subscription.objects.filter(municipality=sundsvall).exists()
    assert_waited(client.post("/north/subscriptions/new/", typed | mark(shown)), "March 2025")
    use = Subscription.objects.get(application=erp, municipality=hagfors)
    ended = {"valid_until": "2025-02-01"}
    shown = client.post(f"/north/subscriptions/{use.pk}/end/", ended)
    assert_waits(shown, "February 2025 to March 2025")


def test_what_only_names_something_promises_nothing(client: Client, erp: Application) -> None:
    added = client.post("/north/cost-types/new/", {"name": "Support", "code": "support"})
    assert said(added) == "Added."
    kind = CostType.objects.get(code="support")
    changed = client.post(f"/north/cost-types/{kind.pk}/", {"name": "Help", "code": "support"})
    assert said(changed) == "Saved. No share computed so far changes."
    site = client.post(
        "/north/network/sites/new/", {"name": "Hall", "kind": "mirror", "valid_from": "2025-01-01"}
    )
    assert said(site) == "Saved."


def test_the_question_of_a_credit_note_is_filled_in_with_what_is_left(
    client: Client, quarter: Cooperation
) -> None:
    cost = Cost.objects.get(external_id="erp-04")
    like = {
        "cooperation": quarter,
        "application": cost.application,
        "cost_type": cost.cost_type,
        "credits": cost,
    }
    days = {"starts_on": APRIL, "ends_on": dt.date(2025, 4, 16)}
    CostFactory(**like, **days, amount=Decimal(-30), description="Half a month, too much")
    CostFactory(**like, **days, amount=Decimal(-9), description="A mistake", withdrawn_on=APRIL)
    shown = client.get(f"{REGISTER}{cost.pk}/")
    text = shown.content.decode()
    assert "Half a month, too much" in text
    assert "A mistake" not in text
    assert "15 April 2025" in text
    assert shown.context["left_to_refund"] == 70
    assert text.count("Left to refund") == 1
    offered = f"{REGISTER}new/?credits={cost.reference}"
    assert f'href="{offered}"' in text
    form = client.get(offered).context["form"]
    assert form.initial["amount"] == -70
    CostFactory(**like, starts_on=dt.date(2025, 4, 16), ends_on=MAY, amount=Decimal(-70))
    assert offered not in client.get(f"{REGISTER}{cost.pk}/").content.decode()


@pytest.mark.parametrize(
    ("values", "field", "message"),
    [
        ({"starts_on": "2025-03-31"}, "starts_on", "lies inside the days of the cost it refunds"),
        ({"ends_on": "2025-05-01"}, "ends_on", "lies inside the days of the cost it refunds"),
        ({"amount": "10"}, "amount", "the opposite sign"),
        ({"amount": "-100.01"}, "amount", "more would be refunded for April 2025"),
        ({"application": ""}, "credits", "the application and cost type"),
    ],
)
def test_a_credit_note_that_does_not_fit_is_refused_where_it_does_not(
    client: Client, late: dict[str, Any], values: dict[str, str], field: str, message: str
) -> None:
    cost = Cost.objects.get(external_id="erp-04")
    fits = {"amount": "-100", "starts_on": "2025-04-01", "ends_on": "2025-04-30", "credits": cost.reference}
    answer = client.post(f"{REGISTER}new/", late | fits | values)
    assert answer.status_code == 422
    assert message in " ".join(answer.context["form"].errors[field])
    assert list(answer.context["form"].errors) == [field]
    assert client.post(f"{REGISTER}new/", late | fits).status_code == 302
