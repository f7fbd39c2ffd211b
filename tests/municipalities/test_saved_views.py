"""Views of lists that people keep: whose they are, what they show to whom, and how many rows each has."""

from collections.abc import Callable
from typing import Any
from urllib.parse import quote

import pytest
from django.core.exceptions import ValidationError
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from municipalities.actions import MOST_PINNED, MOST_VIEWS, forget_person, pin_view, remove_view, save_view
from municipalities.models import Cooperation, Municipality, Role, SavedView
from services.models import Application
from sharedict.accounts.models import User
from sharedict.audit.models import Entry
from tests.budgets import MOMENT
from tests.factories.accounts import UserFactory
from tests.factories.municipalities import DriverFactory, RoleFactory, SavedViewFactory
from tests.factories.services import ApplicationFactory
from tests.forms import typed

SignIn = Callable[[User], Client]
LIST, IDEAS = "/north/services/", "lifecycle=idea"
NEW = f"/north/views/new/?list=services/&query={quote(IDEAS)}"


def kept(north: Cooperation, maker: User, **more: Any) -> SavedView:
    view: SavedView = SavedViewFactory(cooperation=north, maker=maker, name="Ideas", query=IDEAS, **more)
    return view


def pinned(view: SavedView, by: User) -> SavedView:
    return pin_view(view=view, is_pinned=True, by=by)


def counts(client: Client) -> dict[str, Any]:
    found = client.get("/north/views/counts/").context["counted"]
    return {each.view.name: each.fault or each.count for each in found}


def test_a_list_is_saved_under_a_name_and_found_again(
    sign_in: SignIn, coordinator: User, north: Cooperation
) -> None:
    client = sign_in(coordinator)
    page = client.get(f"{LIST}?page=2&owner=&lifecycle=idea&columns=name,code")
    form = client.get(page.context["beside"].save_url)
    answer = client.post(page.context["beside"].save_url, typed(form, name="Ideas"))
    assert answer["Location"] == f"{LIST}?columns=name,code&lifecycle=idea"
    assert str(client.get(answer["Location"]).context["beside"].open) == "Ideas"
    view = SavedView.objects.get()
    assert (view.maker, view.path, view.is_shared) == (coordinator, "services/", False)
    assert client.get(f"{LIST}?lifecycle=idea").context["beside"].open is None


def test_saving_changing_pinning_and_removing_are_in_the_change_log(
    sign_in: SignIn, coordinator: User, north: Cooperation
) -> None:
    client = sign_in(coordinator)
    client.post(NEW, typed(client.get(NEW), name="Ideas", is_pinned="on"))
    address = f"/north/views/{SavedView.objects.get().pk}/"
    client.post(address, typed(client.get(address), name="Plans"))
    client.post(f"{address}delete/")
    entries = Entry.objects.filter(subject_type="municipalities.savedview").order_by("pk")
    assert [entry.verb for entry in entries] == ["add", "change", "change", "delete"]
    assert not SavedView.objects.exists()


def test_what_is_not_shared_is_nobody_elses(
    sign_in: SignIn, coordinator: User, administrator: User, north: Cooperation
) -> None:
    view = kept(north, coordinator)
    client = sign_in(administrator)
    for end in ("", "delete/", "overview/"):
        assert client.get(f"/north/views/{view.pk}/{end}").status_code == 404
    assert "Ideas" not in client.get("/north/views/").content.decode()
    assert client.get(f"{LIST}?{IDEAS}").context["beside"].views == ()


def test_what_is_shared_is_opened_by_all_and_changed_by_its_maker_alone(
    sign_in: SignIn, coordinator: User, finance: User, administrator: User, north: Cooperation
) -> None:
    view = kept(north, coordinator, is_shared=True)
    reader, boss = sign_in(finance), sign_in(administrator)
    assert "Ideas" in reader.get("/north/views/").content.decode()
    assert [str(each) for each, _url in reader.get(LIST).context["beside"].views] == ["Ideas"]
    assert [client.get(f"/north/views/{view.pk}/").status_code for client in (reader, boss)] == [403, 403]
    assert reader.post(f"/north/views/{view.pk}/delete/").status_code == 403
    assert boss.post(f"/north/views/{view.pk}/delete/").status_code == 302
    assert not SavedView.objects.exists()


def test_another_cooperations_views_are_not_there(
    sign_in: SignIn, stranger: User, coordinator: User, north: Cooperation, outside: Cooperation
) -> None:
    view, client = kept(north, coordinator, is_shared=True), sign_in(stranger)
    for end in ("", "delete/", "overview/"):
        assert client.get(f"/outside/views/{view.pk}/{end}").status_code == 404
        assert client.get(f"/north/views/{view.pk}/{end}").status_code == 404
    assert client.get("/outside/services/").context["beside"].views == ()


def test_a_view_shows_each_reader_what_they_may_see(
    sign_in: SignIn, administrator: User, finance: User, north: Cooperation
) -> None:
    """The list of tokens is for those who see the change log."""
    view = pinned(
        SavedViewFactory(cooperation=north, maker=administrator, name="Keys", path="tokens/"), administrator
    )
    save_view(view=_shared(view), is_pinned=True, by=administrator)
    pinned(view, finance)
    assert counts(sign_in(administrator)) == {"Keys": 0}
    assert counts(sign_in(finance)) == {"Keys": "This list is not there any more, or not for you."}


def _shared(view: SavedView) -> SavedView:
    view.is_shared = True
    return view


def test_what_is_shared_no_more_leaves_the_overviews_of_others(
    coordinator: User, finance: User, north: Cooperation
) -> None:
    view = kept(north, coordinator, is_shared=True)
    pinned(pinned(view, coordinator), finance)
    view.is_shared = False
    save_view(view=view, is_pinned=True, by=coordinator)
    assert [*view.pinned_by.all()] == [coordinator]


def test_the_overview_knows_pinned_views_and_fetches_their_counts(
    sign_in: SignIn, coordinator: User, north: Cooperation
) -> None:
    pinned(kept(north, coordinator), coordinator)
    ApplicationFactory.create_batch(3, cooperation=north, lifecycle=Application.Lifecycle.IDEA)
    client = sign_in(coordinator)
    page = client.get("/north/overview/").content.decode()
    assert 'hx-get="/north/views/counts/"' in page
    assert counts(client) == {"Ideas": 3}
    part = client.get("/north/views/counts/", headers={"HX-Request": "true"}).content.decode()
    assert part.lstrip().startswith("<ul")
    assert 'hx-get="' not in part


def test_a_shared_view_is_pinned_by_a_reader_and_taken_off_again(
    sign_in: SignIn, coordinator: User, finance: User, north: Cooperation
) -> None:
    view, client = kept(north, coordinator, is_shared=True), sign_in(finance)
    for sent, count in (({"is_pinned": "on"}, 1), ({"is_pinned": "on"}, 1), ({}, 0)):
        assert client.post(f"/north/views/{view.pk}/overview/", sent).status_code == 302
        assert view.pinned_by.count() == count


def test_a_view_whose_filter_does_not_hold_any_more_says_so(
    sign_in: SignIn, coordinator: User, north: Cooperation
) -> None:
    view = kept(north, coordinator)
    pinned(view, coordinator)
    SavedView.objects.filter(pk=view.pk).update(query="lifecycle=gone")
    client = sign_in(coordinator)
    assert counts(client) == {"Ideas": "Its filter does not hold any more."}
    page = client.get(f"{LIST}?lifecycle=gone").content.decode()
    assert "The filter of the saved view “Ideas” does not hold any more" in page


def test_a_view_of_a_list_that_is_gone_says_so(
    sign_in: SignIn, coordinator: User, north: Cooperation
) -> None:
    driver = DriverFactory(cooperation=north)
    for name, path in (
        ("Readings", f"drivers/{driver.pk}/"),
        ("Nothing", "no/such/"),
        ("Form", "views/new/"),
    ):
        view = SavedViewFactory(cooperation=north, maker=coordinator, name=name, path=path)
        pinned(view, coordinator)
    client, gone = sign_in(coordinator), "This list is not there any more, or not for you."
    assert counts(client) == {"Readings": 0, "Nothing": gone, "Form": gone}
    driver.delete()
    assert counts(client) == {"Readings": gone, "Nothing": gone, "Form": gone}
    assert client.get("/north/views/").status_code == 200


@pytest.mark.parametrize(
    ("path", "query"),
    [
        ("", ""),
        ("no/such/", ""),
        ("services/new/", ""),
        ("../outside/services/", ""),
        ("services/\0", ""),
        ("x" * 300, ""),
        ("services/", "q=" + "x" * 3000),
        ("services/", "q=\0"),
        ("tokens/", ""),
    ],
)
def test_what_is_no_list_of_theirs_is_refused_with_a_word(
    sign_in: SignIn, finance: User, north: Cooperation, path: str, query: str
) -> None:
    client = sign_in(finance)
    assert client.get("/north/views/new/", {"list": path, "query": query}).status_code == 200
    answer = client.post("/north/views/new/", {"name": "Odd", "path": path, "query": query})
    if answer.status_code != 302:
        assert (answer.status_code, bool(answer.context["form"].errors)) == (422, True)
    assert SavedView.objects.count() == (
        path == "services/" and query == "q=\0" and answer.status_code == 302
    )


def test_two_views_of_a_person_have_two_names(sign_in: SignIn, coordinator: User, north: Cooperation) -> None:
    kept(north, coordinator)
    client = sign_in(coordinator)
    answer = client.post(NEW, typed(client.get(NEW), name="Ideas"))
    assert answer.context["form"].errors["name"] == ["You have a saved view of this name already."]


def test_the_view_that_is_replaced_keeps_its_name(
    sign_in: SignIn, coordinator: User, north: Cooperation
) -> None:
    view, client = kept(north, coordinator), sign_in(coordinator)
    [(offered, address)] = client.get(f"{LIST}?lifecycle=project").context["beside"].replaceable
    assert offered == view
    form = client.get(address)
    assert "Saving replaces what “Ideas” keeps" in form.content.decode()
    client.post(address, typed(form))
    view.refresh_from_db()
    assert (view.name, view.query) == ("Ideas", "lifecycle=project")


def test_two_tabs_that_rename_a_view_lose_nothing(
    sign_in: SignIn, coordinator: User, north: Cooperation
) -> None:
    view, client = kept(north, coordinator), sign_in(coordinator)
    address = f"/north/views/{view.pk}/"
    first, second = client.get(address), client.get(address)
    assert client.post(address, typed(first, name="Plans")).status_code == 302
    answer = client.post(address, typed(second, name="Wishes"))
    assert answer.status_code == 422
    assert "Somebody has changed this to “Plans” meanwhile" in answer.content.decode()


def test_nobody_keeps_or_counts_more_than_so_many(coordinator: User, north: Cooperation) -> None:
    for number in range(MOST_PINNED):
        pinned(SavedViewFactory(cooperation=north, maker=coordinator, name=f"{number}"), coordinator)
    with pytest.raises(ValidationError, match="counts 8 views"):
        pinned(kept(north, coordinator), coordinator)
    SavedViewFactory.create_batch(MOST_VIEWS - MOST_PINNED - 1, cooperation=north, maker=coordinator)
    more = SavedView(cooperation=north, maker=coordinator, name="One more", path="services/")
    with pytest.raises(ValidationError, match="You keep 50 views here"):
        save_view(view=more, is_pinned=False, by=coordinator)


def test_counting_asks_as_often_for_many_rows_and_for_each_view_a_little(
    sign_in: SignIn, coordinator: User, north: Cooperation, torsby: Municipality
) -> None:
    client, asked = sign_in(coordinator), []
    for views, rows in ((1, 1), (0, 9), (3, 0)):
        for view in SavedViewFactory.create_batch(
            views, cooperation=north, maker=coordinator, query=f"{IDEAS}&owner={torsby.key}"
        ):
            pinned(view, coordinator)
        ApplicationFactory.create_batch(rows, cooperation=north, lifecycle="idea", owner=torsby)
        with CaptureQueriesContext(connection) as queries:
            assert {*counts(client).values()} == {Application.objects.filter(lifecycle="idea").count()}
        asked.append(len(queries))
    assert asked[0] == asked[1] <= 8 + MOMENT
    assert asked[2] - asked[1] <= 3 * 3


def test_the_overview_asks_no_more_for_its_views(
    sign_in: SignIn, coordinator: User, north: Cooperation
) -> None:
    client, asked = sign_in(coordinator), []
    for count in (0, 1, 5):
        for view in SavedViewFactory.create_batch(count, cooperation=north, maker=coordinator):
            pinned(view, coordinator)
        with CaptureQueriesContext(connection) as queries:
            client.get("/north/overview/")
        asked.append(len(queries))
    assert asked[0] == asked[1] == asked[2] <= 15


def test_with_a_person_goes_what_they_kept_for_themselves(north: Cooperation, administrator: User) -> None:
    gone: User = UserFactory()
    RoleFactory(cooperation=north, user=gone, kind=Role.Kind.AUDITOR)
    SavedViewFactory(cooperation=north, maker=gone, name="Mine")
    pinned(SavedViewFactory(cooperation=north, maker=gone, name="Ours", is_shared=True), gone)
    forget_person(user=gone, by=administrator)
    assert [(view.name, view.pinned_by.count()) for view in SavedView.objects.all()] == [("Ours", 0)]


def test_repairing_a_view_names_nobody_who_counts_it(
    operator_client: Client, coordinator: User, north: Cooperation
) -> None:
    view = pinned(kept(north, coordinator, is_shared=True), coordinator)
    answer = operator_client.post(f"/system/municipalities/savedview/{view.pk}/delete/", {"post": "yes"})
    assert (answer.status_code, SavedView.objects.exists()) == (302, False)
    entry = Entry.objects.get(subject_type="municipalities.savedview", verb="delete")
    assert "pinned_by" not in entry.changes


@pytest.fixture
def operator_client(db: None, sign_in: SignIn) -> Client:
    operator: User = UserFactory(is_staff=True, is_superuser=True)
    return sign_in(operator)


def test_a_view_that_is_shared_no_more_is_not_counted_by_whoever_saw_it_before(
    north: Cooperation, administrator: User, coordinator: User
) -> None:
    """It would take one of the places on an overview, and nobody could take it off."""
    seen = kept(north, administrator, is_shared=True)
    now = SavedView.objects.get()
    now.is_shared = False
    save_view(view=now, is_pinned=False, by=administrator)
    with pytest.raises(ValidationError, match="not there any more"):
        pinned(seen, coordinator)
    assert not now.pinned_by.exists()
    assert pinned(seen, administrator)


def test_a_view_that_is_removed_meanwhile_is_neither_counted_nor_removed_twice(
    north: Cooperation, administrator: User, coordinator: User
) -> None:
    seen = kept(north, administrator, is_shared=True)
    remove_view(view=SavedView.objects.get(), by=administrator)
    with pytest.raises(ValidationError, match="not there any more"):
        pinned(seen, coordinator)
    remove_view(view=seen, by=coordinator)
    assert Entry.objects.filter(subject_type="municipalities.savedview", verb="delete").count() == 1


def test_whoever_does_not_save_after_all_is_back_where_they_were(
    sign_in: SignIn, coordinator: User, north: Cooperation
) -> None:
    client = sign_in(coordinator)
    view = kept(north, coordinator)
    assert client.get(NEW).context["cancel_url"] == f"{LIST}?{IDEAS}"
    assert (
        client.post(NEW, {"name": "", "path": "services/", "query": ""}).context["cancel_url"]
        == f"{LIST}?{IDEAS}"
    )
    change = f"/north/views/{view.pk}/"
    assert client.get(f"{change}?query=q%3Dx").context["cancel_url"] == f"{LIST}?q=x"
    assert client.get(change).context["cancel_url"] == "/north/views/"
    odd = client.get("/north/views/new/?list=//evil.example/&query=x")
    assert odd.context["cancel_url"] == "/north/views/"


def test_a_view_that_cannot_be_read_keeps_the_others_from_nothing(
    sign_in: SignIn, coordinator: User, north: Cooperation
) -> None:
    kept(north, coordinator).pinned_by.add(coordinator)
    row = SavedViewFactory(cooperation=north, maker=coordinator, name="Odd", query="&" * 1_500)
    row.pinned_by.add(coordinator)
    assert counts(sign_in(coordinator)) == {"Ideas": 0, "Odd": "Its filter does not hold any more."}


def test_the_list_of_views_says_which_list_each_is_of(
    sign_in: SignIn, coordinator: User, north: Cooperation
) -> None:
    """In words, without a further question for each; of one that is gone, that it is."""
    lists = {"Ideas": "services/", "Wishes": "orders/", "Old": "no-such-list/", "Mine": "services/"}
    for name, path in lists.items():
        SavedViewFactory(cooperation=north, maker=coordinator, name=name, path=path)
    client = sign_in(coordinator)
    with CaptureQueriesContext(connection) as few:
        page = client.get("/north/views/")
    told = {row.record.name: str(row.get_cell("path")) for row in page.context["table"].paginated_rows}
    gone = "not there any more, or not for you"
    catalogue = "Service catalogue"
    assert told == {"Ideas": catalogue, "Mine": catalogue, "Wishes": "Orders", "Old": gone}
    SavedViewFactory(cooperation=north, maker=coordinator, name="More", path="outages/")
    with CaptureQueriesContext(connection) as many:
        assert client.get("/north/views/", {"order_by": "path"}).status_code == 200
    assert len(many) <= len(few)
