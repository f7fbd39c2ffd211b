"""Terms in the portal: which key divides which cost, and who pays."""

import datetime as dt
from collections.abc import Callable
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from agreements.models import Agreement, CostType, Key, Term
from agreements.portal import payers_in_words, scope_in_words
from agreements.reports import applying
from municipalities.models import Cooperation, Municipality
from services.models import Application
from sharedict.accounts.models import User
from sharedict.jobs.models import Job
from tests.factories.agreements import AgreementFactory, CostTypeFactory, TermFactory, even_key
from tests.factories.services import ApplicationFactory

pytestmark = pytest.mark.django_db
SignIn = Callable[[User], Client]


@pytest.fixture
def agreement(north: Cooperation) -> Agreement:
    return Agreement.objects.get(cooperation=north)


def filled_in(by_key: Key, under: Agreement, **values: Any) -> dict[str, Any]:
    return {
        "application": "",
        "cost_type": "",
        "key": by_key.pk,
        "agreement": under.pk,
        "payers": "subscribers",
        "named": [],
        "valid_from": "2026-10-01",
        "valid_until": "",
    } | values


def test_a_term_is_added_with_the_municipalities_it_names(
    administrator: User,
    erp: Application,
    population_key: Key,
    agreement: Agreement,
    sign_in: SignIn,
    torsby: Municipality,
) -> None:
    data = filled_in(
        population_key, agreement, application=erp.pk, payers="named", named=[torsby.pk], by_days="on"
    )
    response = sign_in(administrator).post("/north/terms/new/", data)
    assert response.headers["Location"] == "/north/terms/"
    term = Term.objects.get(application=erp)
    assert (term.key, term.by_days, list(term.named.all())) == (population_key, True, [torsby])
    assert not term.after_leaving
    assert Job.objects.filter(touches_from=dt.date(2026, 10, 1)).exists()


def test_a_term_may_charge_also_after_leaving_and_says_so(
    administrator: User, default_term: Term, agreement: Agreement, sign_in: SignIn
) -> None:
    client = sign_in(administrator)
    data = filled_in(default_term.key, agreement, valid_from="2020-01-01", after_leaving="on")
    assert client.post(f"/north/terms/{default_term.pk}/", data).status_code == 302
    default_term.refresh_from_db()
    assert default_term.after_leaving
    said = "those who use the application, also after leaving"
    assert payers_in_words(default_term) == said
    for path in ("terms/", "terms/?format=csv", "keys/even/", "services/erp/"):
        response = client.get(f"/north/{path}")
        content = b"".join(response.streaming_content) if response.streaming else response.content
        assert said in content.decode(), path
    (row,) = client.get("/api/v1/terms/?cooperation=north").json()["results"]
    assert row["after_leaving"] is True


def test_the_form_is_filled_in_for_what_was_asked(
    administrator: User, erp: Application, even_key: Key, sign_in: SignIn
) -> None:
    client = sign_in(administrator)
    initial = client.get("/north/terms/new/?application=erp&key=even").context["form"].initial
    assert (initial["application"], initial["key"]) == (erp, even_key)
    assert client.get("/north/terms/new/?application=%00&key=%F0").status_code == 200


def test_a_changed_term_forgets_whom_it_named(
    north: Cooperation, administrator: User, even_key: Key, agreement: Agreement, sign_in: SignIn
) -> None:
    application = ApplicationFactory(cooperation=north)
    place = Municipality.objects.ever_in(north)[0]
    term = TermFactory(
        key=even_key, agreement=agreement, application=application, payers="named", named=[place]
    )
    data = filled_in(even_key, agreement, application=application.pk, payers="members", named=[place.pk])
    sign_in(administrator).post(f"/north/terms/{term.pk}/", data)
    term.refresh_from_db()
    assert (term.payers, term.named.count()) == ("members", 0)


@pytest.mark.parametrize(
    ("values", "field", "said"),
    [
        ({"valid_until": "2026-09-30"}, "valid_until", "It cannot end before it begins."),
        ({"valid_from": "2021-01-01"}, "valid_from", "Another term holds for the same costs"),
        ({"valid_from": ""}, "valid_from", "This field is required."),
        ({"payers": "named"}, "named", "Name at least one municipality"),
        ({"payers": "nobody"}, "payers", "Select a valid choice"),
        ({"key": ""}, "key", "This field is required."),
        ({"application": "0"}, "application", "Select a valid choice"),
        ({"named": ["9" * 30]}, "named", "Select a valid choice"),
    ],
)
def test_what_is_wrong_is_said_at_the_field_and_nothing_is_saved(
    administrator: User,
    even_key: Key,
    agreement: Agreement,
    sign_in: SignIn,
    values: dict[str, Any],
    field: str,
    said: str,
) -> None:
    data = filled_in(even_key, agreement, **values)
    response = sign_in(administrator).post("/north/terms/new/", data)
    assert response.status_code == 422
    assert any(said in error for error in response.context["form"].errors[field])
    assert Term.objects.filter(cooperation=agreement.cooperation).count() == 1


def test_what_belongs_to_others_is_no_choice(
    administrator: User, even_key: Key, agreement: Agreement, outside: Cooperation, sign_in: SignIn
) -> None:
    theirs = {
        "application": Application.objects.get(cooperation=outside).pk,
        "cost_type": CostType.objects.get(cooperation=outside).pk,
        "key": Key.objects.filter(cooperation=outside)[0].pk,
        "agreement": Agreement.objects.get(cooperation=outside).pk,
        "named": [Municipality.objects.ever_in(outside)[0].pk],
    }
    data = filled_in(even_key, agreement, **theirs)
    errors = sign_in(administrator).post("/north/terms/new/", data).context["form"].errors
    for field in theirs:
        assert "Select a valid choice" in errors[field][0]


def test_a_term_ends_on_a_day(administrator: User, default_term: Term, sign_in: SignIn) -> None:
    client, url = sign_in(administrator), f"/north/terms/{default_term.pk}/end/"
    assert "everything else" in client.get(url).content.decode()
    client.post(url, {"valid_until": "2026-12-31"})
    default_term.refresh_from_db()
    assert default_term.valid_until == dt.date(2027, 1, 1)


def test_the_list_is_filtered_by_the_day(coordinator: User, default_term: Term, sign_in: SignIn) -> None:
    client = sign_in(coordinator)
    assert "1 row" in client.get("/north/terms/?as_of=2026-01-01").content.decode()
    assert "Nothing fits the filter" in client.get("/north/terms/?as_of=2019-01-01").content.decode()


def test_the_list_takes_the_same_queries_for_any_number_of_rows(
    north: Cooperation, coordinator: User, even_key: Key, sign_in: SignIn, torsby: Municipality
) -> None:
    client = sign_in(coordinator)

    def queries() -> int:
        with CaptureQueriesContext(connection) as found:
            assert client.get("/north/terms/").status_code == 200
        return len(found)

    def another() -> None:
        TermFactory(
            key=even_key,
            application=ApplicationFactory(cooperation=north),
            cost_type=CostTypeFactory(cooperation=north),
            payers="named",
            named=[torsby],
        )

    another()
    few = queries()
    for _ in range(4):
        another()
    assert queries() == few


def test_the_scope_of_a_term_is_put_in_words(north: Cooperation, erp: Application, licence: CostType) -> None:
    key = even_key(cooperation=north)
    scopes = [(erp, licence), (erp, None), (None, licence), (None, None)]
    said = [
        scope_in_words(Term(key=key, application=application, cost_type=cost_type))
        for application, cost_type in scopes
    ]
    assert said == [
        "ERP: Licence",
        "ERP: all other costs",
        "any other application: Licence",
        "everything else",
    ]


def test_a_term_of_the_whole_application_leaves_nothing_to_wider_ones(
    north: Cooperation, erp: Application, licence: CostType, default_term: Term
) -> None:
    key, other = even_key(cooperation=north), CostTypeFactory(cooperation=north)
    own = TermFactory(key=key, application=erp, cost_type=licence)
    of_licence = TermFactory(key=key, cost_type=licence)
    of_other = TermFactory(key=key, cost_type=other)
    terms = [default_term, of_licence, of_other, own]
    assert applying(terms) == [own, of_other, default_term]
    whole = TermFactory(key=key, application=erp)
    assert applying([*terms, whole]) == [own, whole]


@pytest.mark.parametrize("name", ["coordinator", "finance", "auditor"])
def test_only_administrators_edit(
    request: pytest.FixtureRequest, default_term: Term, sign_in: SignIn, name: str
) -> None:
    client = sign_in(request.getfixturevalue(name))
    for url in ("new/", f"{default_term.pk}/", f"{default_term.pk}/end/"):
        assert client.get(f"/north/terms/{url}").status_code == 403
        assert client.post(f"/north/terms/{url}").status_code == 403


def test_a_term_of_another_cooperation_is_not_there(
    administrator: User, outside: Cooperation, stranger: User, default_term: Term, sign_in: SignIn
) -> None:
    theirs = Term.objects.get(cooperation=outside)
    client = sign_in(administrator)
    for url in (f"{theirs.pk}/", f"{theirs.pk}/end/"):
        assert client.get(f"/north/terms/{url}").status_code == 404
        assert client.post(f"/north/terms/{url}").status_code == 404
    for url in ("", "new/", f"{default_term.pk}/", f"{default_term.pk}/end/"):
        assert sign_in(stranger).get(f"/north/terms/{url}").status_code == 404


def test_an_agreement_of_another_cooperation_is_refused_by_the_action_too(
    administrator: User, default_term: Term, outside: Cooperation, sign_in: SignIn
) -> None:
    theirs = AgreementFactory(cooperation=outside)
    data = filled_in(default_term.key, theirs)
    response = sign_in(administrator).post(f"/north/terms/{default_term.pk}/", data)
    assert "Select a valid choice" in response.context["form"].errors["agreement"][0]
