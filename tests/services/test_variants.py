"""The forms in which an application is offered: named, priced, and chosen by who uses it."""

from collections.abc import Callable
from decimal import Decimal

import pytest
from django.db import IntegrityError, connection
from django.test import Client

from municipalities.models import Cooperation
from services.models import Application, Subscription, Variant
from sharedict.accounts.models import User
from sharedict.audit.models import Entry
from tests.factories.services import ApplicationFactory, VariantFactory

SignIn = Callable[[User], Client]


def told(erp: Application, **more: object) -> dict[str, object]:
    return {"application": erp.pk, "name": "Plus", "unit_price": "45,50", "delivery_days": "3", **more}


def test_a_variant_is_added_changed_and_removed_and_stands_on_the_page(
    erp: Application, administrator: User, sign_in: SignIn
) -> None:
    client = sign_in(administrator)
    added = client.post("/north/variants/new/?application=erp", told(erp, included="<b>All</b>"))
    assert (added.status_code, added["Location"]) == (302, "/north/services/erp/")
    row = Variant.objects.get()
    assert (row.unit_price, row.delivery_days, row.cooperation) == (Decimal("45.50"), 3, erp.cooperation)
    page = client.get("/north/services/erp/").content.decode()
    assert all(each in page for each in ("Plus", "45.50", "&lt;b&gt;All", "3 working days"))
    assert client.post(f"/north/variants/{row.pk}/", told(erp, name="Basic")).status_code == 302
    assert client.post(f"/north/variants/{row.pk}/delete/").status_code == 302
    verbs = (
        Entry.objects.filter(subject_type="services.variant").order_by("pk").values_list("verb", flat=True)
    )
    assert [*verbs] == ["add", "change", "delete"]


def test_what_a_variant_does_not_tell_is_as_for_the_application(
    erp: Application, administrator: User, sign_in: SignIn
) -> None:
    Application.objects.filter(pk=erp.pk).update(unit_price="30.00", priced_per="user", delivery_days=5)
    VariantFactory(application=erp, name="Basic")
    VariantFactory(application=erp, name="Plus", unit_price="45.00", delivery_days=0)
    found = sign_in(administrator).get("/north/services/erp/").context["variants"]
    assert [(str(row), price.replace("\xa0", " "), days) for row, price, days in found] == [
        ("Plus", "45.00 SEK for each user", "0 working days"),
        ("Basic", "30.00 SEK for each user", "5 working days"),
    ]


@pytest.mark.parametrize(
    "wrong",
    [{"name": ""}, {"unit_price": "-1"}, {"unit_price": "lots"}, {"delivery_days": "-4"}, {"name": "n" * 61}],
)
def test_what_is_no_variant_is_refused(
    wrong: dict[str, str], erp: Application, administrator: User, sign_in: SignIn
) -> None:
    assert sign_in(administrator).post("/north/variants/new/", told(erp, **wrong)).status_code == 422
    assert not Variant.objects.exists()


def test_one_name_is_used_once(erp: Application, administrator: User, sign_in: SignIn) -> None:
    VariantFactory(application=erp, name="Plus")
    answer = sign_in(administrator).post("/north/variants/new/", told(erp))
    assert answer.status_code == 422
    assert "already a variant with this name" in answer.content.decode()


def test_a_use_may_say_its_variant_and_none_of_another_application(
    erp: Application, administrator: User, sign_in: SignIn
) -> None:
    client, row = sign_in(administrator), Subscription.objects.filter(application=erp).first()
    assert row is not None
    own = VariantFactory(application=erp, name="Plus")
    other = VariantFactory(application=ApplicationFactory(cooperation=erp.cooperation), name="Foreign")
    values = {"application": erp.pk, "municipality": row.municipality_id, "valid_from": row.valid_from}
    address = f"/north/subscriptions/{row.pk}/"
    assert "Foreign" not in client.get(address).content.decode()
    assert client.post(address, {**values, "variant": other.pk}).status_code == 422
    assert client.post(address, {**values, "variant": own.pk}).status_code == 302
    row.refresh_from_db()
    assert row.variant == own
    refused = client.post(f"/north/variants/{own.pk}/delete/", follow=True)
    assert refused.status_code < 500
    assert Variant.objects.filter(pk=own.pk).exists()


def test_the_database_refuses_the_variant_of_another_application(
    erp: Application, north: Cooperation
) -> None:
    other = VariantFactory(application=ApplicationFactory(cooperation=north))
    Subscription.objects.filter(application=erp).update(variant=other)
    with pytest.raises(IntegrityError, match="services_subscription_own_variant"):
        connection.check_constraints()


def test_another_cooperation_sees_none(erp: Application, stranger: User, sign_in: SignIn) -> None:
    row = VariantFactory(application=erp)
    client = sign_in(stranger)
    assert client.get(f"/north/variants/{row.pk}/").status_code == 404
    assert client.get("/api/v1/variants/").json()["results"] == []
