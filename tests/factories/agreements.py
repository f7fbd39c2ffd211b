import datetime as dt
from decimal import Decimal
from typing import Any

import factory
from django.db import transaction
from factory.django import DjangoModelFactory

from agreements.models import Agreement, Component, CostType, FixedPart, Key, KeyVersion, Term
from municipalities.models import Driver, Municipality
from tests.factories.municipalities import LONG_AGO, CooperationFactory


class AgreementFactory(DjangoModelFactory):
    class Meta:
        model = Agreement

    cooperation = factory.SubFactory(CooperationFactory)
    name = factory.Sequence(lambda number: f"Agreement {number}")
    valid_from = LONG_AGO


class CostTypeFactory(DjangoModelFactory):
    class Meta:
        model = CostType

    cooperation = factory.SubFactory(CooperationFactory)
    code = factory.Sequence(lambda number: f"type-{number}")
    name = factory.LazyAttribute(lambda row: row.code.title())


class KeyFactory(DjangoModelFactory):
    """A key without any version; ``even_key`` and its like give whole ones."""

    class Meta:
        model = Key

    cooperation = factory.SubFactory(CooperationFactory)
    code = factory.Sequence(lambda number: f"key-{number}")
    name = factory.LazyAttribute(lambda row: row.code.title())


class TermFactory(DjangoModelFactory):
    """The default term of its agreement; subscribers pay."""

    class Meta:
        model = Term
        skip_postgeneration_save = True

    cooperation = factory.SelfAttribute("key.cooperation")
    agreement = factory.SubFactory(AgreementFactory, cooperation=factory.SelfAttribute("..cooperation"))
    key = factory.SubFactory(KeyFactory)
    valid_from = LONG_AGO

    @factory.post_generation
    def named(self, create: bool, extracted: list[Municipality] | None, **kwargs: Any) -> None:
        if create and extracted:
            self.named.set(extracted)


@transaction.atomic
def add_version(
    key: Key,
    *components: dict[str, Any],
    valid_from: dt.date = LONG_AGO,
    valid_until: dt.date | None = None,
    **values: Any,
) -> KeyVersion:
    """A version of ``key`` with ``components``: their fields, and as ``fixed`` percent by municipality."""
    version = KeyVersion.objects.create(
        **{
            "cooperation": key.cooperation,
            "key": key,
            "number": key.versions.count() + 1,
            "valid_from": valid_from,
            "valid_until": valid_until,
            "decision": "Board 2019-12-01, paragraph 1",
            "decided_on": dt.date(2019, 12, 1),
        }
        | values
    )
    for position, given in enumerate(components, start=1):
        fields = dict(given)
        fixed = fields.pop("fixed", {})
        component = Component.objects.create(
            cooperation=key.cooperation, version=version, position=position, **fields
        )
        FixedPart.objects.bulk_create(
            FixedPart(
                cooperation=key.cooperation, component=component, municipality=place, percent=Decimal(percent)
            )
            for place, percent in fixed.items()
        )
    return version


def even(percent: int = 100) -> dict[str, Any]:
    return {"kind": "even", "percent": Decimal(percent)}


def by(driver: Driver, percent: int = 100, rule: str = "year_start") -> dict[str, Any]:
    return {"kind": "driver", "percent": Decimal(percent), "driver": driver, "rule": rule}


def even_key(**values: Any) -> Key:
    """A key that divides evenly, since long ago."""
    key = KeyFactory(**values)
    add_version(key, even())
    return key


def driver_key(driver: Driver, **values: Any) -> Key:
    """A key that divides by ``driver`` as known on 1 January of the year."""
    key = KeyFactory(**values)
    add_version(key, by(driver))
    return key
