"""Every list shows the columns that its address names, on the page and in its file."""

import csv
import io
from collections.abc import Callable
from typing import Any
from urllib.parse import quote

import openpyxl
import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from municipalities.models import Cooperation
from services.models import Application
from sharedict.accounts.models import User
from tests.factories.municipalities import LinkFactory
from tests.factories.services import ApplicationFactory
from tests.municipalities.test_lists import by_name

SignIn = Callable[[User], Client]
LIST = "/north/services/"


@pytest.fixture
def client(sign_in: SignIn, administrator: User, north: Cooperation) -> Client:
    ApplicationFactory(cooperation=north, code="abc", name="Archive", vendor="Fjord AB")
    return sign_in(administrator)


def shown(answer: Any) -> list[str]:
    return [column.name for column in answer.context["table"].columns]


def header(answer: Any) -> list[str]:
    return next(csv.reader(io.StringIO(b"".join(answer).decode("utf-8-sig"))))


def test_a_list_shows_the_named_columns_in_their_order(client: Client) -> None:
    answer = client.get(f"{LIST}?columns=code,name,vendor")
    assert shown(answer) == ["code", "name", "vendor"]
    assert answer.content.decode().index("abc") < answer.content.decode().index(">Archive<")


def test_the_file_has_the_same_columns_in_the_same_order(client: Client) -> None:
    assert header(client.get(f"{LIST}?columns=code,name&format=csv")) == ["Code", "Application"]
    book = openpyxl.load_workbook(
        io.BytesIO(client.get(f"{LIST}?columns=code,name&format=xlsx").content), read_only=True
    )
    assert [cell.value for cell in next(iter(book.worksheets[0].rows))] == ["Code", "Application"]
    book.close()


def test_the_links_of_the_page_to_its_files_keep_the_columns(client: Client) -> None:
    context = client.get(f"{LIST}?columns=code,name&page=2&lifecycle=idea").context
    assert context["csv_url"] == "?columns=code,name&lifecycle=idea&format=csv"


def test_columns_that_are_at_choice_are_not_shown_unless_chosen(client: Client) -> None:
    assert not {"code", "vendor", "review_on"} & set(shown(client.get(LIST)))
    assert "Code" not in header(client.get(f"{LIST}?columns=name,owner&format=csv"))


def test_a_file_has_all_that_an_import_reads_unless_columns_are_chosen(client: Client) -> None:
    assert {"Code", "Vendor", "Next review", "Unit price"} <= set(header(client.get(f"{LIST}?format=csv")))


def test_what_a_row_is_stays_and_stands_first_where_nobody_names_it(client: Client) -> None:
    assert shown(client.get(f"{LIST}?columns=vendor,code")) == ["name", "vendor", "code"]


def test_the_form_sends_columns_one_by_one_and_the_address_says_them_once(client: Client) -> None:
    answer = client.get(f"{LIST}?lifecycle=idea&columns=name&columns=vendor")
    assert (answer.status_code, answer["Location"]) == (302, f"{LIST}?lifecycle=idea&columns=name,vendor")


def test_the_usual_columns_are_not_named_in_the_address(client: Client) -> None:
    usual = "&".join(f"columns={name}" for name in shown(client.get(LIST)))
    assert client.get(f"{LIST}?{usual}")["Location"] == f"{LIST}?"


def test_narrowing_a_list_keeps_its_columns_and_its_order(client: Client) -> None:
    page = client.get(f"{LIST}?columns=name,code&sort=-name&lifecycle=idea")
    assert page.context["filter_keeps"] == [("columns", "name,code"), ("sort", "-name")]
    assert page.context["filter_clear"] == "?columns=name,code&sort=-name"
    assert page.context["table"].choice.kept == (("sort", "-name"), ("lifecycle", "idea"))


@pytest.mark.parametrize(
    ("asked", "columns", "said"),
    [
        ("", None, "The address names no column: the usual ones are shown."),
        (",,", None, "The address names no column: the usual ones are shown."),
        ("name,nothing", ["name"], "There is no column “nothing” here."),
        ("name,actions", ["name"], "There is no column “actions” here."),
        ("name,__class__,x", ["name"], "There are no columns “__class__”, “x” here."),
        ("code,code,name", ["code", "name"], "The column “code” is named more than once: it is shown once."),
        ("nothing", None, "There is no column “nothing” here."),
        (",".join(["code"] * 500), ["name", "code"], "only the first 100 are read"),
        ("<b>,name", ["name"], "There is no column “&lt;b&gt;” here."),
    ],
)
def test_odd_columns_are_passed_over_and_said(
    client: Client, asked: str, columns: list[str] | None, said: str
) -> None:
    answer = client.get(f"{LIST}?columns={quote(asked)}")
    assert (answer.status_code, shown(answer)) == (200, columns or shown(client.get(LIST)))
    assert said in answer.content.decode()


@by_name
def test_no_choice_of_columns_breaks_a_list(
    sign_in: SignIn, administrator: User, north: Cooperation, fill: Any
) -> None:
    client, address = sign_in(administrator), fill(north, 2)
    for odd in (
        "x" * 5_000,
        "😀",
        "\0",
        ",",
        "9" * 30,
        "%",
        "pk,id,__class__",
        ",".join(map(str, range(999))),
    ):
        for end in ("", "&format=csv", "&links-columns=state,state,x"):
            assert client.get(f"{address}?columns={quote(odd)}{end}").status_code == 200


@by_name
def test_each_column_of_each_list_can_be_shown_alone(
    sign_in: SignIn, administrator: User, north: Cooperation, fill: Any
) -> None:
    client, address = sign_in(administrator), fill(north, 2)
    options = client.get(address).context["table"].choice.options
    for option in options:
        answer = client.get(f"{address}?columns={option.name}")
        names = [name for name in shown(answer) if name != "actions"]
        assert names == list(dict.fromkeys([options[0].name, option.name]))
        assert len(header(client.get(f"{address}?columns={option.name}&format=csv"))) == len(names)


def test_the_second_list_of_a_page_has_columns_of_its_own(client: Client, north: Cooperation) -> None:
    LinkFactory(site__cooperation=north)
    first = client.get("/north/network/")
    name = [option.name for option in first.context["links"].choice.options][1]
    page = client.get(f"/north/network/?links-columns={name}")
    assert len([column for column in page.context["links"].columns if column.name != "actions"]) == 2
    assert shown(page) == shown(first)
    assert len(header(client.get(f"/north/network/{page.context['links_csv_url']}"))) == 2


def test_fewer_columns_ask_for_no_more(client: Client) -> None:
    asked = []
    for query in ("", "?columns=name,code"):
        with CaptureQueriesContext(connection) as queries:
            client.get(LIST + query)
        asked.append(len(queries))
    assert asked[1] <= asked[0]


def test_a_reader_chooses_columns_as_an_administrator_does(
    sign_in: SignIn, coordinator: User, north: Cooperation
) -> None:
    answer = sign_in(coordinator).get(f"{LIST}?columns=name,code")
    assert shown(answer) == ["name", "code"]
    assert Application.objects.of(north).exists()
