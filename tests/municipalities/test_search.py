"""Anything is found from one box: words in any form, by whoever may see it and nobody else."""

import datetime as dt
import re
from collections.abc import Callable

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from billing.models import Cost, Statement
from municipalities.actions import forget_colleague
from municipalities.models import Cooperation, Municipality, Supplier
from municipalities.portal import SearchKind, add_search_kind, search, search_kinds
from sharedict.accounts.models import User
from sharedict.common.access import sight_of
from sharedict.common.searching import LONGEST, typed
from sharedict.common.sight import seeing
from tests.factories.agreements import AgreementFactory, KeyFactory
from tests.factories.billing import CostFactory, close, compute
from tests.factories.municipalities import ColleagueFactory, LinkFactory, SiteFactory, SupplierFactory
from tests.factories.services import ApplicationFactory, OrderFactory, OutageFactory

pytestmark = pytest.mark.django_db
SignIn = Callable[[User], Client]


@pytest.fixture
def titles(north: Cooperation, coordinator: User) -> Callable[[str], list[str]]:
    """What the coordinator of Torsby finds, best first."""

    def found(text: str) -> list[str]:
        with seeing(sight_of(coordinator)):
            groups = search(typed(text), coordinator, cooperation=north)
        return [each.title for group in groups for each in group.results]

    return found


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("Överföring Älvdalen", "overforing"),
        ("Overforing", "ÖVERFÖRING"),
        ("Läsplattornas licenser", "licens"),
        ("Licens för mätning", "licenserna"),
        ("Security policy", "policies"),
        ("Policies and rules", "policy"),
        ("Stadsnätet", "nät"),
        ("Skånetrafiken", "tRAfik"),
        ("Café Zürich", "cafe zurich"),
        ("Ærø, Łódź", "aero lodz"),
        ("W3D3 ärende-hantering", "hantering w3"),
        ("Lönesystem (Personec)", "personec"),
    ],
)
def test_words_are_found_in_any_form(
    north: Cooperation, titles: Callable[[str], list[str]], name: str, text: str
) -> None:
    ApplicationFactory(cooperation=north, code="wanted", name=name)
    assert name in titles(text)


@pytest.mark.parametrize("text", ["it", "xyz", "wanted nothing", "licensxyz"])
def test_what_does_not_fit_is_not_found(
    north: Cooperation, titles: Callable[[str], list[str]], text: str
) -> None:
    ApplicationFactory(cooperation=north, code="wanted", name="Digital licens", purpose="p")
    assert "Digital licens" not in titles(text)


def test_the_best_comes_first(
    north: Cooperation, coordinator: User, titles: Callable[[str], list[str]]
) -> None:
    for name in ("Stadsfiber", "Fibernät", "Fiber", "Vår fiber", "Fiber och drift"):
        SupplierFactory(cooperation=north, name=name)
    SupplierFactory(cooperation=north, name="Annan", contact="ring fiber")
    best = ["Fiber", "Fiber och drift", "Fibernät", "Vår fiber", "Stadsfiber"]
    assert titles("fiber") == best
    [group] = search(typed("fiber"), coordinator, cooperation=north, kinds=["supplier"], most=50)
    assert [each.title for each in group.results] == [*best, "Annan"]


def test_the_kind_with_the_best_stands_on_top(north: Cooperation, coordinator: User) -> None:
    ApplicationFactory(cooperation=north, code="a", name="Register of Teracom")
    SupplierFactory(cooperation=north, name="Teracom")
    groups = search(typed("teracom"), coordinator, cooperation=north)
    assert [group.kind.name for group in groups] == ["supplier", "application"]


def test_every_kind_is_found_and_its_page_opens(
    north: Cooperation, administrator: User, auditor: User, sign_in: SignIn
) -> None:
    ApplicationFactory(cooperation=north, code="findable", name="Findable")
    site = SiteFactory(cooperation=north, name="Findable site")
    supplier = SupplierFactory(cooperation=north, name="Findable supplier")
    LinkFactory(site=site, name="Findable link", supplier=supplier)
    CostFactory(cooperation=north, description="Findable cost")
    User.objects.filter(pk=administrator.pk).update(first_name="Findable", last_name="Person")
    AgreementFactory(cooperation=north, name="Findable agreement")
    KeyFactory(cooperation=north, code="findable", name="Findable key")
    OrderFactory(cooperation=north, title="Findable order")
    OutageFactory(cooperation=north, title="Findable outage")
    ColleagueFactory(cooperation=north, name="Findable Colleague")
    names = {"findable": search_kinds().keys() - {"member"}, "torsby": {"member"}}
    for text, kinds in names.items():
        for reader in (administrator, auditor):
            client = sign_in(reader)
            page = client.get("/north/search/", {"q": text})
            shown = {group["title"]: group for group in page.context["groups"]}
            for name in kinds:
                kind = search_kinds()[name]
                [first, *_] = shown[kind.many]["results"]
                assert client.get(first["url"]).status_code == 200, (name, first["url"])


def test_outages_that_are_called_the_same_are_told_apart_by_their_day(
    north: Cooperation, coordinator: User
) -> None:
    for day in (1, 2):
        at = dt.datetime(2026, 6, day, 22, 30, tzinfo=dt.UTC)  # after midnight, where the portal is used
        OutageFactory(cooperation=north, title="Care is slow", starts_at=at)
    [group] = search(typed("slow"), coordinator, cooperation=north)
    assert [each.detail for each in group.results] == ["2026-06-03", "2026-06-02"]


def test_who_was_forgotten_is_not_found(
    north: Cooperation, torsby: Municipality, administrator: User, titles: Callable[[str], list[str]]
) -> None:
    anna = ColleagueFactory(
        cooperation=north,
        name="Anna Alm",
        municipality=torsby,
        work="Nurse",
        phone="0560 123",
        email="a@ex.se",
    )
    asked = ("alm", "nurse", "0560", "a@ex.se")
    assert all("Anna Alm" in titles(text) for text in asked)
    forget_colleague(colleague=anna, by=administrator)
    assert [titles(text) for text in (*asked, "forgotten")] == [[]] * 5
    assert "" not in titles("torsby")


ODD = [
    *(
        "",
        " ",
        "'",
        '"',
        "a' OR 1=1 --",
        "a & | ! :* <-> b",
        "%",
        "_",
        "\\",
        "%%%s",
        "()",
        "a:*",
        "\x00",
        "a\x00b",
    ),
    *(
        "och",
        "the",
        "och att det som en på är",
        "the of and",
        "å",
        "😀",
        "😀 erp",
        "\u202eerp",
        "\ufb01",
        "ﬀ",
    ),
    *(
        "x" * 10_000,
        "a " * 5_000,
        "ä" * 10_000,
        "\n",
        "\t",
        "e\u0301",
        "\u0301",
        "İ",
        "ß",
        "ⅷ",
        "{}",
        "{0}",
        "%s",
    ),
]


@pytest.mark.parametrize("text", ODD)
def test_whatever_is_typed_gets_a_page(
    north: Cooperation, coordinator: User, sign_in: SignIn, text: str
) -> None:
    client = sign_in(coordinator)
    for query in ({"q": text}, {"q": text, "kind": "cost"}, {"q": text, "kind": text}):
        answer = client.get("/north/search/", query)
        assert answer.status_code == 200


def test_stop_words_are_looked_for_like_any_other(
    north: Cooperation, titles: Callable[[str], list[str]]
) -> None:
    SupplierFactory(cooperation=north, name="Drift och Data")
    assert titles("och") == ["Drift och Data"]


def test_what_is_too_long_says_so(north: Cooperation, coordinator: User, sign_in: SignIn) -> None:
    SupplierFactory(cooperation=north, name="Teracom")
    client = sign_in(coordinator)
    page = client.get("/north/search/", {"q": "teracom" + " teracom" * 1_000}).content.decode()
    assert "That is much at once" in page
    assert "Teracom" in page
    assert "That is much" not in client.get("/north/search/", {"q": "teracom"}).content.decode()
    assert len(typed("ä" * 10_000).text) <= LONGEST


def test_nothing_of_another_cooperation_is_found_or_counted(
    north: Cooperation, outside: Cooperation, coordinator: User, stranger: User, sign_in: SignIn
) -> None:
    for cooperation in (north, outside):
        ApplicationFactory(cooperation=cooperation, code="same", name=f"Secret of {cooperation.slug}")
        CostFactory(cooperation=cooperation, description=f"Secret of {cooperation.slug}")
    for reader, own, others in ((coordinator, "north", "outside"), (stranger, "outside", "north")):
        client = sign_in(reader)
        page = client.get(f"/{own}/search/", {"q": "secret"})
        assert page.context["total"] == 2
        assert f"Secret of {others}" not in page.content.decode()
        assert client.get(f"/{others}/search/", {"q": "secret"}).status_code == 404


def test_the_database_itself_shows_nothing_of_others(
    north: Cooperation, outside: Cooperation, coordinator: User
) -> None:
    """Asked for all that there is: row security narrows it where nobody else does."""
    CostFactory(cooperation=outside, description="Secret")
    SupplierFactory(cooperation=outside, name="Secret")
    with seeing(sight_of(coordinator)):
        assert not Cost.objects.filter(cooperation=outside).exists()
        assert not Supplier.objects.filter(cooperation=outside).exists()


def test_it_asks_as_many_questions_for_few_as_for_many(
    north: Cooperation, coordinator: User, sign_in: SignIn
) -> None:
    client, counts = sign_in(coordinator), []
    for number in (1, 40):
        for each in range(number):
            SupplierFactory(cooperation=north, name=f"Many {number} {each}")
            ApplicationFactory(cooperation=north, code=f"m{number}-{each}", name=f"Many {number} {each}")
        with CaptureQueriesContext(connection) as asked:
            page = client.get("/north/search/", {"q": "many"})
        counts.append(len(asked))
    assert counts[0] == counts[1]
    assert page.context["total"] == 82


def test_few_of_a_kind_are_shown_and_more_of_it_alone(
    north: Cooperation, coordinator: User, sign_in: SignIn
) -> None:
    for number in range(7):
        SupplierFactory(cooperation=north, name=f"Many {number}")
    client = sign_in(coordinator)
    page = client.get("/north/search/", {"q": "many"})
    [group] = page.context["groups"]
    assert (group["total"], len(group["results"])) == (7, 5)
    [more] = client.get("/north/search/" + group["all_url"]).context["groups"]
    assert len(more["results"]) == 7


def test_a_cost_is_found_by_what_changed_of_it(
    north: Cooperation, administrator: User, titles: Callable[[str], list[str]]
) -> None:
    cost = CostFactory(cooperation=north, description="Before", invoice_number="INV/20-417")
    assert titles("inv 20 417") == [f"{cost.reference} Before"]
    type(cost).objects.filter(pk=cost.pk).update(description="Därefter")
    assert titles("before") == []
    assert titles("darefter") == [f"{cost.reference} Därefter"]


def test_the_box_stands_on_every_page_but_its_own(
    north: Cooperation, coordinator: User, sign_in: SignIn
) -> None:
    client = sign_in(coordinator)
    assert 'action="/north/search/"' in client.get("/north/services/").content.decode()
    own = client.get("/north/search/").content.decode()
    assert len(re.findall(r'type="search"', own)) == 1
    assert 'action="/north/search/"' not in client.get("/accounts/notices/").content.decode()


def test_what_is_closed_to_a_reader_is_neither_found_nor_counted(
    north: Cooperation,
    finance: User,
    auditor: User,
    administrator: User,
    second_administrator: User,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Whatever an app lets be found: of others' statements nothing, where members do not see each other's."""
    monkeypatch.setattr("municipalities.portal.searching._kinds", dict(search_kinds()))
    CostFactory(cooperation=north)
    close(compute(north)[0], proposer=administrator, closer=second_administrator)
    Cooperation.objects.filter(pk=north.pk).update(shares_are_open=False)
    bills = SearchKind(
        "bill", "Bills", Statement, title=("payer_name",), more=("payee_name",), page="statement"
    )
    add_search_kind(bills)
    for reader, count in ((auditor, 2), (finance, 1)):
        with seeing(sight_of(reader)):
            [group] = search(typed("north"), reader, cooperation=north, kinds=["bill"])
            assert (group.total, len(group.results)) == (count, count), reader
    with seeing(sight_of(finance)):
        assert search(typed("hagfors"), finance, kinds=["bill"]) == []
        [group] = search(typed("torsby"), finance, kinds=["bill"])
    assert group.total == 1
