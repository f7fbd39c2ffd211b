import factory
from factory.django import DjangoModelFactory

from services.models import Application, Installation, Subscription
from tests.factories.municipalities import LONG_AGO, CooperationFactory, MunicipalityFactory, SiteFactory


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


class SubscriptionFactory(DjangoModelFactory):
    class Meta:
        model = Subscription

    cooperation = factory.SelfAttribute("application.cooperation")
    application = factory.SubFactory(ApplicationFactory)
    municipality = factory.SubFactory(MunicipalityFactory)
    valid_from = LONG_AGO
