"""Agreements and cost types in the portal."""

import datetime as dt
from collections.abc import Callable

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from agreements.models import Agreement, CostType, Key
from municipalities.models import Cooperation
from sharedict.accounts.models import User
from tests.factories.agreements import AgreementFactory, CostTypeFactory, TermFactory

pytestmark = pytest.mark.django_db
SignIn = Callable[[User], Client]
AGREEMENT = {
    "name": 'Agreement "2027" 🏗️',
    "decision": "Councils, autumn 2026",
    "valid_from": "2027-01-01",
    "valid_until": "2029-12-31",
    "notice_months": "12",
}


def test_the_list_begins_with_what_runs_out_first_and_says_when_to_act(
    north: Cooperation, coordinator: User, sign_in: SignIn
) -> None:
    AgreementFactory(cooperation=north, name="A lasting one")
    AgreementFactory(cooperation=north, name="Running out", valid_until=dt.date(2030, 1, 1), notice_months=12)
    page = sign_in(coordinator).get("/north/agreements/").content.decode()
    assert page.index("Running out") < page.index("1 January 2029") < page.index("A lasting one")


def test_an_agreement_is_added_changed_and_ended(
    north: Cooperation, administrator: User, sign_in: SignIn
) -> None:
    client = sign_in(administrator)
    assert client.post("/north/agreements/new/", AGREEMENT).status_code == 302
    added = Agreement.objects.get(cooperation=north, name=AGREEMENT["name"])
    assert added.notice_by == dt.date(2029, 1, 1)
    client.post(f"/north/agreements/{added.pk}/", AGREEMENT | {"notice_months": "6"})
    client.post(f"/north/agreements/{added.pk}/end/", {"valid_until": "2028-12-31"})
    added.refresh_from_db()
    assert (added.notice_months, added.valid_until) == (6, dt.date(2029, 1, 1))


@pytest.mark.parametrize(
    ("values", "field", "said"),
    [
        ({"name": "Cooperation agreement"}, "name", "There is already an agreement with this name."),
        ({"name": "å" * 10_000}, "name", "at most 150 characters"),
        ({"valid_until": "2026-12-31"}, "valid_until", "It cannot end before it begins."),
        ({"notice_months": "-1"}, "notice_months", "greater than or equal to 0"),
        ({"notice_months": "99999"}, "notice_months", "less than or equal to 32767"),
    ],
)
def test_what_is_wrong_with_an_agreement_is_said_at_the_field(
    north: Cooperation, administrator: User, sign_in: SignIn, values: dict[str, str], field: str, said: str
) -> None:
    response = sign_in(administrator).post("/north/agreements/new/", AGREEMENT | values)
    assert response.status_code == 422
    assert any(said in error for error in response.context["form"].errors[field])
    assert Agreement.objects.filter(cooperation=north).count() == 1


def test_a_cost_type_is_added_changed_and_removed(
    north: Cooperation, administrator: User, sign_in: SignIn
) -> None:
    client = sign_in(administrator)
    client.post("/north/cost-types/new/", {"code": "support", "name": "Support"})
    added = CostType.objects.get(cooperation=north, code="support")
    client.post(f"/north/cost-types/{added.pk}/", {"code": "other", "name": "Helpdesk"})
    added.refresh_from_db()
    assert (added.code, added.name) == ("support", "Helpdesk")
    assert client.get(f"/north/cost-types/{added.pk}/delete/").status_code == 200
    client.post(f"/north/cost-types/{added.pk}/delete/")
    assert not CostType.objects.filter(pk=added.pk).exists()


def test_a_cost_type_in_use_stays_and_says_why(
    administrator: User, licence: CostType, even_key: Key, sign_in: SignIn
) -> None:
    TermFactory(key=even_key, cost_type=licence)
    response = sign_in(administrator).post(f"/north/cost-types/{licence.pk}/delete/")
    assert response.status_code == 409
    text = response.content.decode().partition("<main")[2]
    assert "It cannot be removed: it is used by term." in text
    assert "<button" not in text
    assert ">Back</a>" in text
    assert CostType.objects.filter(pk=licence.pk).exists()


@pytest.mark.parametrize("page", ["agreements", "cost-types"])
def test_the_lists_take_the_same_queries_for_any_number_of_rows(
    north: Cooperation, coordinator: User, sign_in: SignIn, page: str
) -> None:
    client = sign_in(coordinator)

    def queries() -> int:
        with CaptureQueriesContext(connection) as found:
            assert client.get(f"/north/{page}/").status_code == 200
        return len(found)

    one = queries()
    for _ in range(4):
        AgreementFactory(cooperation=north)
        CostTypeFactory(cooperation=north)
    assert queries() == one


@pytest.mark.parametrize("name", ["coordinator", "finance", "auditor"])
def test_only_administrators_edit(
    request: pytest.FixtureRequest, licence: CostType, sign_in: SignIn, name: str
) -> None:
    agreement = Agreement.objects.get(cooperation=licence.cooperation)
    client = sign_in(request.getfixturevalue(name))
    for url in (
        "agreements/new/",
        f"agreements/{agreement.pk}/",
        f"agreements/{agreement.pk}/end/",
        "cost-types/new/",
        f"cost-types/{licence.pk}/",
        f"cost-types/{licence.pk}/delete/",
    ):
        assert client.get(f"/north/{url}").status_code == 403
        assert client.post(f"/north/{url}").status_code == 403
    assert CostType.objects.filter(pk=licence.pk).exists()


def test_what_belongs_to_another_cooperation_is_not_there(
    administrator: User, outside: Cooperation, stranger: User, north: Cooperation, sign_in: SignIn
) -> None:
    agreement = Agreement.objects.get(cooperation=outside)
    licence = CostType.objects.get(cooperation=outside)
    client = sign_in(administrator)
    for url in (
        f"agreements/{agreement.pk}/",
        f"agreements/{agreement.pk}/end/",
        f"cost-types/{licence.pk}/",
        f"cost-types/{licence.pk}/delete/",
    ):
        assert client.post(f"/north/{url}").status_code == 404
    for page in ("agreements", "cost-types"):
        assert sign_in(stranger).get(f"/north/{page}/").status_code == 404
