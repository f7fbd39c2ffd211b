"""Two people at one row: each saves what they changed, and is told where both changed the same."""

import datetime as dt
import json
from collections.abc import Callable
from typing import Any

import pytest
from django.core.exceptions import ValidationError
from django.test import Client
from django.utils import timezone

from agreements.models import Key, Term
from municipalities.actions import (
    ChangedMeanwhileError,
    create_token,
    delete_row,
    end_row,
    revoke_token,
    save_row,
    save_site,
)
from municipalities.models import Cooperation, Link, Municipality, Site, Token
from services.models import Application, Installation
from sharedict.accounts.models import User
from sharedict.audit.models import Entry
from sharedict.jobs.models import Job
from tests.factories.accounts import UserFactory
from tests.factories.municipalities import LinkFactory, SiteFactory, SupplierFactory
from tests.factories.services import DependencyFactory, InstallationFactory, OutageFactory
from tests.forms import shown_form, typed

SignIn = Callable[[User], Client]


@pytest.fixture
def link(north: Cooperation) -> Link:
    site = SiteFactory(cooperation=north, name="Room")
    found: Link = LinkFactory(site=site, name="Line", kind="vpn", outside="Telia", mbps=10)
    return found


@pytest.fixture
def operator(db: None, sign_in: SignIn) -> Client:
    return sign_in(UserFactory(username="operator", is_staff=True, is_superuser=True))


def changes() -> list[dict[str, Any]]:
    """What the change log says, first to last."""
    return list(Entry.objects.order_by("id").values_list("changes", flat=True))


def test_what_another_has_changed_meanwhile_stays(link: Link, administrator: User) -> None:
    first, second = Link.objects.get(), Link.objects.get()
    first.name, second.mbps = "Fibre", 100
    save_row(row=first, by=administrator)
    saved = save_row(row=second, by=administrator)
    link.refresh_from_db()
    assert (link.name, link.mbps) == (saved.name, saved.mbps) == ("Fibre", 100)
    assert changes() == [{"name": ["Line", "Fibre"]}, {"mbps": ["10", "100"]}]


def test_who_changes_the_same_is_told_and_nothing_is_lost(link: Link, administrator: User) -> None:
    first, second = Link.objects.get(), Link.objects.get()
    first.kind, second.kind = "broadband", "wdm"
    second.mbps = 100
    save_row(row=first, by=administrator)
    with pytest.raises(ChangedMeanwhileError) as refused:
        save_row(row=second, by=administrator)
    assert set(refused.value.message_dict) == {"kind"}
    assert "“broadband”" in refused.value.message_dict["kind"][0]
    link.refresh_from_db()
    assert (link.kind, link.mbps) == ("broadband", 10)
    assert (second.kind, second.mbps) == ("wdm", 100)


def test_who_changes_it_to_the_same_needs_not_be_told(link: Link, administrator: User) -> None:
    first, second = Link.objects.get(), Link.objects.get()
    first.name = second.name = "Fibre"
    save_row(row=first, by=administrator)
    save_row(row=second, by=administrator)
    assert changes() == [{"name": ["Line", "Fibre"]}]


def test_a_row_saved_again_knows_what_was_saved(link: Link, administrator: User) -> None:
    row = Link.objects.get()
    for name in ("Fibre", "Line", "Copper"):
        row.name = name
        save_row(row=row, by=administrator)
    row.refresh_from_db()
    row.name = "Fibre"
    save_row(row=row, by=administrator)
    assert Link.objects.get().name == "Fibre"


def test_what_was_not_read_is_not_written(link: Link, administrator: User) -> None:
    row = Link.objects.only("name", "site").get()
    Link.objects.update(outside="Another")
    row.name = "Fibre"
    save_row(row=row, by=administrator)
    assert Link.objects.values_list("name", "outside").get() == ("Fibre", "Another")


def test_a_row_that_was_removed_does_not_come_back(link: Link, administrator: User) -> None:
    row = Link.objects.get()
    delete_row(row=link, by=administrator)
    row.name = "Fibre"
    with pytest.raises(ValidationError, match="removed"):
        save_row(row=row, by=administrator)
    assert not Link.objects.exists()


def test_columns_that_are_not_logged_are_no_stale_ones_either(
    north: Cooperation, administrator: User
) -> None:
    now = timezone.now()
    later = now + dt.timedelta(days=1)
    token, _secret = create_token(
        cooperation=north, name="Ledger", scopes=["read"], expires_at=later, by=administrator
    )
    stale = Token.objects.get(pk=token.pk)
    Token.objects.update(last_used_at=now)
    revoke_token(token=stale, by=administrator)
    token.refresh_from_db()
    assert (token.last_used_at, bool(token.revoked_at)) == (now, True)


def test_two_tabs_of_one_row_lose_nothing(sign_in: SignIn, administrator: User, link: Link) -> None:
    client, address = sign_in(administrator), f"/north/network/links/{link.pk}/"
    first, second = client.get(address), client.get(address)
    assert 'type="hidden" name="was"' in first.content.decode()
    assert client.post(address, typed(first, name="Fibre")).status_code == 302
    assert client.post(address, typed(second, outside="Tele2")).status_code == 302
    link.refresh_from_db()
    assert (link.name, link.outside) == ("Fibre", "Tele2")


def test_a_second_tab_is_told_at_the_field_and_saves_by_saving_again(
    sign_in: SignIn, administrator: User, link: Link
) -> None:
    client, address = sign_in(administrator), f"/north/network/links/{link.pk}/"
    first, second = client.get(address), client.get(address)
    client.post(address, typed(first, name="Fibre", outside="Tele2"))
    told = client.post(address, typed(second, name="Copper", mbps="100"))
    assert told.status_code == 422
    assert "“Fibre”" in shown_form(told).errors["name"][0]
    assert list(shown_form(told).errors) == ["name"]
    link.refresh_from_db()
    assert (link.name, link.mbps) == ("Fibre", 10)
    assert client.post(address, typed(told)).status_code == 302
    link.refresh_from_db()
    assert (link.name, link.outside, link.mbps) == ("Copper", "Tele2", 100)


def test_going_back_and_saving_again_is_no_second_change(
    sign_in: SignIn, administrator: User, link: Link
) -> None:
    client, address = sign_in(administrator), f"/north/network/links/{link.pk}/"
    sent = typed(client.get(address), name="Fibre")
    assert client.post(address, sent).status_code == 302
    assert client.post(address, sent).status_code == 302
    assert changes() == [{"name": ["Line", "Fibre"]}]


@pytest.mark.parametrize("was", ["", "no JSON", "[]", '{"name": 7, "mirrors": "x", "no": "such"}', "\x00"])
def test_whatever_is_sent_of_what_was_shown_breaks_nothing(
    sign_in: SignIn, administrator: User, link: Link, was: str
) -> None:
    client, address = sign_in(administrator), f"/north/network/links/{link.pk}/"
    sent = typed(client.get(address), name="Fibre", was=was)
    assert client.post(address, sent).status_code in (302, 422)


def test_two_tabs_that_choose_several_lose_none(
    sign_in: SignIn, administrator: User, north: Cooperation
) -> None:
    one, two, three = (SiteFactory(cooperation=north, name=name) for name in ("One", "Two", "Three"))
    mirror: Site = SiteFactory(cooperation=north, name="Mirror", kind=Site.Kind.MIRROR)
    mirror.mirrors.set([one])
    client, address = sign_in(administrator), f"/north/network/sites/{mirror.pk}/"
    first, second = client.get(address), client.get(address)
    client.post(address, typed(first, mirrors=[one.pk, two.pk]))
    client.post(address, typed(second, mirrors=[three.pk]))
    assert {*mirror.mirrors.all()} == {two, three}
    assert changes() == [{"mirrors": ["One", "One, Two"]}, {"mirrors": ["One, Two", "Three, Two"]}]


def test_two_tabs_of_an_operator_lose_nothing(operator: Client, link: Link) -> None:
    address = f"/system/municipalities/link/{link.pk}/change/"
    first, second, third = (operator.get(address) for _ in range(3))
    assert 'type="hidden" name="was"' in first.content.decode()
    assert operator.post(address, typed(first, name="Fibre")).status_code == 302
    assert operator.post(address, typed(second, outside="Tele2")).status_code == 302
    told = operator.post(address, typed(third, name="Copper"))
    assert "“Fibre”" in shown_form(told).errors["name"][0]
    link.refresh_from_db()
    assert (link.name, link.outside) == ("Fibre", "Tele2")
    assert operator.post(address, typed(told)).status_code == 302
    link.refresh_from_db()
    assert (link.name, link.outside) == ("Copper", "Tele2")


def test_two_tabs_of_a_cooperation_lose_nothing(operator: Client, north: Cooperation) -> None:
    address = f"/system/municipalities/cooperation/{north.pk}/change/"
    first, second = operator.get(address), operator.get(address)
    assert json.loads(typed(first)["was"])["name"] == north.name
    assert 'type="hidden" name="was"' in first.content.decode()
    assert operator.post(address, typed(first, name="North")).status_code == 302
    assert operator.post(address, typed(second, payment_days="45")).status_code == 302
    north.refresh_from_db()
    assert (north.name, north.payment_days) == ("North", 45)


def installation_of(erp: Application, torsby: Municipality) -> Installation:
    found: Installation = InstallationFactory(application=erp)
    found.administered_by.set([torsby])
    return found


def test_who_administers_an_installation_is_logged(
    sign_in: SignIn, administrator: User, erp: Application, torsby: Municipality, hagfors: Municipality
) -> None:
    row = installation_of(erp, torsby)
    client, address = sign_in(administrator), f"/north/installations/{row.pk}/"
    client.post(address, typed(client.get(address), administered_by=[hagfors.pk]))
    assert list(row.administered_by.all()) == [hagfors]
    assert changes() == [{"administered_by": ["Torsby", "Hagfors"]}]


def test_who_administers_an_installation_is_logged_for_an_operator_too(
    operator: Client, erp: Application, torsby: Municipality, hagfors: Municipality
) -> None:
    row = installation_of(erp, torsby)
    address = f"/system/services/installation/{row.pk}/change/"
    sent = typed(operator.get(address), administered_by=[torsby.pk, hagfors.pk])
    assert operator.post(address, sent).status_code == 302
    assert changes() == [{"administered_by": ["Torsby", "Hagfors, Torsby"]}]


def test_what_a_removed_row_had_chosen_is_logged(
    erp: Application, torsby: Municipality, administrator: User
) -> None:
    delete_row(row=installation_of(erp, torsby), by=administrator)
    assert changes()[0]["administered_by"] == ["Torsby", ""]


@pytest.mark.parametrize("page", ["/north/terms/{}/", "/system/agreements/term/{}/change/"])
def test_whom_a_term_names_is_logged_before_and_after(
    operator: Client,
    sign_in: SignIn,
    administrator: User,
    default_term: Term,
    even_key: Key,
    torsby: Municipality,
    hagfors: Municipality,
    page: str,
) -> None:
    Term.objects.update(payers=Term.Payers.NAMED)
    default_term.named.set([torsby])
    client = operator if page.startswith("/system") else sign_in(administrator)
    address = page.format(default_term.pk)
    answer = client.post(address, typed(client.get(address), named=[hagfors.pk]))
    assert answer.status_code == 302
    assert changes() == [{"named": ["Torsby", "Hagfors"]}]
    assert Job.objects.count() == 1


def test_a_choice_of_another_cooperation_is_none(
    north: Cooperation, outside: Cooperation, operator: Client, administrator: User
) -> None:
    theirs = SiteFactory(cooperation=outside, name="Theirs")
    mirror = SiteFactory(cooperation=north, name="Mirror", kind=Site.Kind.MIRROR)
    with pytest.raises(ValidationError, match="choose another"):
        save_site(site=mirror, mirrors=[theirs], by=administrator)
    address = f"/system/municipalities/site/{mirror.pk}/change/"
    assert operator.post(address, typed(operator.get(address), mirrors=[theirs.pk])).status_code == 302
    assert not mirror.mirrors.exists()
    assert not changes()


@pytest.mark.parametrize("name", ["name", "outside"])
def test_a_text_with_nothing_to_be_seen_is_refused_at_its_field(
    link: Link, sign_in: SignIn, administrator: User, operator: Client, name: str
) -> None:
    """By a person, by an operator and by an action, whether or not the text is needed."""
    for client, url in (
        (sign_in(administrator), f"/north/network/links/{link.pk}/"),
        (operator, f"/system/municipalities/link/{link.pk}/change/"),
    ):
        refused = client.post(url, typed(client.get(url), **{name: "\u200b"}))
        assert shown_form(refused).errors == {name: ["Nothing of this text can be seen."]}
    setattr(link, name, " \u2060")
    with pytest.raises(ValidationError) as said:
        save_row(row=link, by=administrator)
    assert said.value.message_dict == {name: ["Nothing of this text can be seen."]}
    assert changes() == []


def test_a_row_whose_text_nobody_sees_can_still_end(link: Link, administrator: User) -> None:
    """It was stored before such texts were refused."""
    Link.objects.update(outside="\u200b")
    ended = end_row(
        row=Link.objects.get(), on=timezone.localdate() + dt.timedelta(days=400), by=administrator
    )
    assert (ended.outside, len(changes())) == ("\u200b", 1)


def test_a_person_has_a_name_that_can_be_seen(db: None) -> None:
    with pytest.raises(ValidationError) as said:
        User(username="anna", password="x", first_name="\u200b").full_clean()
    assert said.value.message_dict == {"first_name": ["Nothing of this text can be seen."]}


CHOSEN: dict[str, Callable[[Cooperation, Any], Any]] = {
    "network/links": lambda north, link: (
        DependencyFactory(application__cooperation=north, needs=[link]).links
    ),
    "suppliers": lambda north, row: DependencyFactory(application__cooperation=north, needs=[row]).suppliers,
    "network/sites": lambda north, site: chosen_in(OutageFactory(cooperation=north).sites, site),
}


def chosen_in(field: Any, row: Any) -> Any:
    field.add(row)
    return field


@pytest.mark.parametrize("things", CHOSEN)
def test_what_is_chosen_somewhere_is_not_removed(
    things: str, north: Cooperation, administrator: User, operator: Client, sign_in: SignIn
) -> None:
    """Else a need, or what an outage has taken away, would lose it without a word in the change log."""
    makers: dict[str, Callable[[], Any]] = {
        "network/links": lambda: LinkFactory(site__cooperation=north),
        "suppliers": lambda: SupplierFactory(cooperation=north),
        "network/sites": lambda: SiteFactory(cooperation=north),
    }
    row = makers[things]()
    field = CHOSEN[things](north, row)
    client, page = sign_in(administrator), f"/north/{things}/{row.pk}/delete/"
    assert "It cannot be removed: it is used by" in client.get(page).content.decode()
    assert client.post(page).status_code == 409
    system = f"/system/municipalities/{row._meta.model_name}/{row.pk}/delete/"
    answer = operator.post(system, {"post": "yes"}, follow=True)
    assert "It cannot be removed: it is used by" in answer.content.decode()
    assert [*field.all()] == [row]
    field.clear()
    assert client.post(page).status_code == 302
