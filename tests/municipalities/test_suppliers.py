"""Whoever delivers what is shared: once for each name, and not removed while something hangs on it."""

from collections.abc import Callable

import pytest
from django.test import Client

from municipalities.models import Cooperation, Link, Supplier
from sharedict.accounts.models import User
from tests.factories.municipalities import LinkFactory, SupplierFactory

pytestmark = pytest.mark.django_db
SignIn = Callable[[User], Client]


def test_a_supplier_is_added_changed_and_chosen_for_a_link(
    north: Cooperation, administrator: User, sign_in: SignIn
) -> None:
    client, link = sign_in(administrator), LinkFactory(site__cooperation=north)
    client.post("/north/suppliers/new/", {"name": "Teracom", "contact": ""})
    supplier = Supplier.objects.get()
    client.post(f"/north/suppliers/{supplier.pk}/", {"name": "Teracom", "contact": "020-10 10, at night"})
    assert "020-10 10, at night" in client.get("/north/suppliers/").content.decode()
    sent = {"name": link.name, "kind": link.kind, "site": link.site_id, "outside": "Teracom"}
    client.post(
        f"/north/network/links/{link.pk}/", {**sent, "supplier": supplier.pk, "valid_from": "2024-01-01"}
    )
    assert Link.objects.get().supplier == supplier
    assert ">Teracom<" in client.get("/north/network/").content.decode()


def test_a_name_is_given_once_however_its_letters_are_written(
    north: Cooperation, administrator: User, sign_in: SignIn
) -> None:
    SupplierFactory(cooperation=north, name="Teracom")
    SupplierFactory(name="TERACOM")
    answer = sign_in(administrator).post("/north/suppliers/new/", {"name": "TERACOM"})
    assert answer.status_code == 422
    assert "There is already a supplier with this name." in answer.content.decode()


def test_what_something_hangs_on_is_not_removed(
    north: Cooperation, administrator: User, sign_in: SignIn
) -> None:
    supplier = SupplierFactory(cooperation=north)
    LinkFactory(site__cooperation=north, supplier=supplier)
    answer = sign_in(administrator).post(f"/north/suppliers/{supplier.pk}/delete/")
    assert answer.status_code == 409
    assert Supplier.objects.get() == supplier


def test_a_supplier_of_another_cooperation_is_none_to_choose(
    north: Cooperation, administrator: User, sign_in: SignIn
) -> None:
    theirs, link = SupplierFactory(), LinkFactory(site__cooperation=north)
    sent = {"name": link.name, "kind": link.kind, "site": link.site_id, "outside": "Teracom"}
    answer = sign_in(administrator).post(
        f"/north/network/links/{link.pk}/", {**sent, "supplier": theirs.pk, "valid_from": "2024-01-01"}
    )
    assert answer.status_code == 422
    assert Link.objects.get(pk=link.pk).supplier is None
