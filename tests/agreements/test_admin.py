"""Repair of catalogue and terms under ``/system/``."""

from collections.abc import Callable

import pytest
from django.contrib import admin
from django.test import Client
from django.urls import reverse
from factory.base import FactoryMetaClass

from agreements.models import Agreement, Key, KeyVersion, Term
from municipalities.models import Cooperation, Municipality
from sharedict.accounts.models import User
from sharedict.audit.models import Entry
from sharedict.jobs.models import Job
from tests.factories import services
from tests.factories.accounts import UserFactory
from tests.factories.agreements import KeyFactory, add_version

pytestmark = pytest.mark.django_db
SignIn = Callable[[User], Client]
MODELS = [model for model in admin.site._registry if model._meta.app_label in ("services", "agreements")]
MADE_BY = {
    made._meta.model: made
    for made in vars(services).values()
    if isinstance(made, FactoryMetaClass) and not made._meta.abstract
}


@pytest.fixture
def operator(sign_in: SignIn) -> Client:
    return sign_in(UserFactory(username="operator", is_staff=True, is_superuser=True))


def test_every_model_has_its_place() -> None:
    assert {model._meta.object_name for model in MODELS} == {
        "Alert",
        "AlertSource",
        "Application",
        "Calendar",
        "ClosedDay",
        "Competence",
        "DataProtection",
        "Dependency",
        "Document",
        "Installation",
        "LifecycleMove",
        "OnCall",
        "Order",
        "OrderLine",
        "OrderRule",
        "OrderStep",
        "Outage",
        "OutageEffect",
        "OutageUpdate",
        "PriorityTable",
        "Purpose",
        "StatusFeed",
        "Subscription",
        "Task",
        "Variant",
        "WatchedThing",
        "Agreement",
        "CostType",
        "Key",
        "KeyVersion",
        "Component",
        "FixedPart",
        "Term",
    }


@pytest.mark.parametrize("model", MODELS, ids=lambda model: model._meta.model_name)
def test_every_list_and_row_opens(
    model: type, north: Cooperation, torsby: Municipality, operator: Client
) -> None:
    fixed = {"kind": "fixed", "percent": 100, "fixed": {torsby: 100}}
    add_version(KeyFactory(cooperation=north), fixed)
    if not model.objects.exists():  # type: ignore[attr-defined]
        MADE_BY[model]()
    name = f"admin:{model._meta.label_lower.replace('.', '_')}"  # type: ignore[attr-defined]
    assert operator.get(reverse(f"{name}_changelist"), {"q": "o"}).status_code == 200
    row = model.objects.order_by("-pk")[0]  # type: ignore[attr-defined]
    assert operator.get(reverse(f"{name}_change", args=[row.pk])).status_code == 200


def test_a_key_version_is_read_and_never_written(even_key: Key, operator: Client) -> None:
    version = even_key.versions.get()
    for page in ("change", "delete"):
        url = reverse(f"admin:agreements_keyversion_{page}", args=[version.pk])
        assert operator.post(url, {"decision": "Another", "post": "yes"}).status_code == 403
    assert operator.get(reverse("admin:agreements_keyversion_add")).status_code == 403
    assert KeyVersion.objects.get(pk=version.pk).decision == version.decision


def filled_in(term: Term, **values: object) -> dict[str, object]:
    return {
        "cooperation": term.cooperation_id,
        "agreement": term.agreement_id,
        "key": term.key_id,
        "payers": "members",
        "valid_from": "2020-01-01",
        "named": [],
    } | values


def test_a_repaired_term_is_logged_and_recomputed(
    default_term: Term, torsby: Municipality, operator: Client
) -> None:
    url = reverse("admin:agreements_term_change", args=[default_term.pk])
    assert operator.post(url, filled_in(default_term, payers="named", named=[torsby.pk])).status_code == 302
    default_term.refresh_from_db()
    assert (default_term.payers, list(default_term.named.all())) == ("named", [torsby])
    assert Entry.objects.filter(subject_type="agreements.term", verb="change").exists()
    assert Job.objects.filter(cooperation=default_term.cooperation).exists()
    operator.post(url, filled_in(default_term, named=[torsby.pk]))
    assert not default_term.named.exists()


def test_a_term_that_names_nobody_or_another_cooperation_is_refused_in_words(
    default_term: Term, outside: Cooperation, operator: Client
) -> None:
    url = reverse("admin:agreements_term_change", args=[default_term.pk])
    page = operator.post(url, filled_in(default_term, payers="named"))
    assert "Name at least one municipality" in page.content.decode()
    theirs = Agreement.objects.get(cooperation=outside)
    page = operator.post(url, filled_in(default_term, agreement=theirs.pk))
    assert "There is no such choice: choose another." in page.content.decode()
    default_term.refresh_from_db()
    assert default_term.payers == "subscribers"
