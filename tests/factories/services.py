from typing import Any

import factory
from factory.django import DjangoModelFactory

from services.models import Application, Competence, Dependency, Installation, OnCall, Subscription
from tests.factories.municipalities import (
    LONG_AGO,
    ColleagueFactory,
    CooperationFactory,
    MunicipalityFactory,
    SiteFactory,
)


class ApplicationFactory(DjangoModelFactory):
    class Meta:
        model = Application

    cooperation = factory.SubFactory(CooperationFactory)
    code = factory.Sequence(lambda number: f"application-{number}")
    name = factory.LazyAttribute(lambda row: row.code.title())
    purpose = "To be shared"


class InstallationFactory(DjangoModelFactory):
    class Meta:
        model = Installation

    cooperation = factory.SelfAttribute("application.cooperation")
    application = factory.SubFactory(ApplicationFactory)
    site = factory.SubFactory(SiteFactory, cooperation=factory.SelfAttribute("..cooperation"))
    valid_from = LONG_AGO


class DependencyFactory(DjangoModelFactory):
    """An application needs another one."""

    class Meta:
        model = Dependency
        skip_postgeneration_save = True

    cooperation = factory.SelfAttribute("application.cooperation")
    application = factory.SubFactory(ApplicationFactory)
    purpose = "signing in"
    valid_from = LONG_AGO

    @factory.post_generation
    def needs(self, create: bool, extracted: list[Any] | None, **kwargs: Any) -> None:
        """``needs``: the applications, links and suppliers; another application where none are named."""
        row: Any = self
        for needed in extracted or [ApplicationFactory(cooperation=row.cooperation)]:
            getattr(row, f"{needed._meta.model_name}s").add(needed)


class SubscriptionFactory(DjangoModelFactory):
    class Meta:
        model = Subscription

    cooperation = factory.SelfAttribute("application.cooperation")
    application = factory.SubFactory(ApplicationFactory)
    municipality = factory.SubFactory(MunicipalityFactory)
    valid_from = LONG_AGO


class CompetenceFactory(DjangoModelFactory):
    class Meta:
        model = Competence

    cooperation = factory.SelfAttribute("application.cooperation")
    application = factory.SubFactory(ApplicationFactory)
    colleague = factory.SubFactory(ColleagueFactory, cooperation=factory.SelfAttribute("..cooperation"))
    valid_from = LONG_AGO


class OnCallFactory(DjangoModelFactory):
    class Meta:
        model = OnCall

    cooperation = factory.SelfAttribute("application.cooperation")
    application = factory.SubFactory(ApplicationFactory)
    colleague = factory.SubFactory(ColleagueFactory, cooperation=factory.SelfAttribute("..cooperation"))
    valid_from = LONG_AGO
