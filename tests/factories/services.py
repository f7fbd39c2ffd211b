import datetime as dt
from typing import Any

import factory
from factory.django import DjangoModelFactory

from municipalities.actions import hash_secret
from services.models import (
    Alert,
    AlertSource,
    Application,
    Calendar,
    ClosedDay,
    Competence,
    DataProtection,
    Dependency,
    Document,
    Installation,
    LifecycleMove,
    MeasuredYear,
    OnCall,
    Order,
    OrderLine,
    OrderRule,
    OrderStep,
    Outage,
    OutageEffect,
    OutageUpdate,
    PriorityTable,
    Purpose,
    StatusFeed,
    Subscription,
    Task,
    Variant,
    WatchedThing,
)
from tests.factories.accounts import UserFactory
from tests.factories.municipalities import (
    LONG_AGO,
    ColleagueFactory,
    CooperationFactory,
    MunicipalityFactory,
    SiteFactory,
    TokenFactory,
)


class ApplicationFactory(DjangoModelFactory):
    class Meta:
        model = Application

    cooperation = factory.SubFactory(CooperationFactory)
    code = factory.Sequence(lambda number: f"application-{number}")
    name = factory.LazyAttribute(lambda row: row.code.title())
    purpose = "To be shared"


class CalendarFactory(DjangoModelFactory):
    """Office hours in Sweden."""

    class Meta:
        model = Calendar

    cooperation = factory.SubFactory(CooperationFactory)
    name = factory.Sequence(lambda number: f"Office {number}")
    country = "SE"
    monday = tuesday = wednesday = thursday = friday = "08:00-16:30"


class ClosedDayFactory(DjangoModelFactory):
    class Meta:
        model = ClosedDay

    cooperation = factory.SelfAttribute("calendar.cooperation")
    calendar = factory.SubFactory(CalendarFactory)
    day = dt.date(2026, 12, 24)
    name = "Christmas Eve"


class TaskFactory(DjangoModelFactory):
    class Meta:
        model = Task

    cooperation = factory.SelfAttribute("application.cooperation")
    application = factory.SubFactory(ApplicationFactory)
    what = factory.Sequence(lambda number: f"Task {number}")
    done_by = Task.DoneBy.COOPERATION


class DataProtectionFactory(DjangoModelFactory):
    """Of which nothing is missing for long."""

    class Meta:
        model = DataProtection

    cooperation = factory.SelfAttribute("application.cooperation")
    application = factory.SubFactory(ApplicationFactory)
    municipality = factory.SubFactory(MunicipalityFactory)
    agreement = "DPA 2026-7"
    signed_on = dt.date(2026, 1, 1)
    sub_processors = "none"
    review_on = dt.date(2099, 1, 1)


class LifecycleMoveFactory(DjangoModelFactory):
    class Meta:
        model = LifecycleMove

    cooperation = factory.SelfAttribute("application.cooperation")
    application = factory.SubFactory(ApplicationFactory)
    from_stage = Application.Lifecycle.PLANNED
    to_stage = Application.Lifecycle.IN_USE
    moved_at = dt.datetime(2026, 1, 1, 8, tzinfo=dt.UTC)


class MeasuredYearFactory(DjangoModelFactory):
    class Meta:
        model = MeasuredYear

    cooperation = factory.SelfAttribute("application.cooperation")
    application = factory.SubFactory(ApplicationFactory)
    year = 2025
    calendar_name = "Office hours"
    hours = factory.Sequence(
        lambda _: {"week": ["08:00-16:30"] * 5 + ["", ""], "holiday": "", "holidays": [], "closed": []}
    )


class PurposeFactory(DjangoModelFactory):
    class Meta:
        model = Purpose

    cooperation = factory.SubFactory(CooperationFactory)
    code = factory.Sequence(lambda number: f"purpose-{number}")
    name = factory.LazyAttribute(lambda row: row.code.title())


class DocumentFactory(DjangoModelFactory):
    class Meta:
        model = Document

    cooperation = factory.SelfAttribute("application.cooperation")
    application = factory.SubFactory(ApplicationFactory)
    title = factory.Sequence(lambda number: f"Manual {number}")
    url = "https://manuals.example/erp"


class VariantFactory(DjangoModelFactory):
    class Meta:
        model = Variant

    cooperation = factory.SelfAttribute("application.cooperation")
    application = factory.SubFactory(ApplicationFactory)
    name = factory.Sequence(lambda number: f"Plus {number}")


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


class OrderFactory(DjangoModelFactory):
    """A draft of which nobody has said yet what it asks for."""

    class Meta:
        model = Order

    cooperation = factory.SubFactory(CooperationFactory)
    municipality = factory.SubFactory(MunicipalityFactory)
    title = factory.Sequence(lambda number: f"Order {number}")
    wanted_on = dt.date(2027, 1, 1)


class OrderLineFactory(DjangoModelFactory):
    class Meta:
        model = OrderLine

    cooperation = factory.SelfAttribute("order.cooperation")
    order = factory.SubFactory(OrderFactory)
    application = factory.SubFactory(ApplicationFactory, cooperation=factory.SelfAttribute("..cooperation"))
    quantity = 5


class OrderRuleFactory(DjangoModelFactory):
    class Meta:
        model = OrderRule

    cooperation = factory.SubFactory(CooperationFactory)
    kind = Order.Kind.NEW_SERVICE
    decided_by = OrderRule.DecidedBy.COORDINATOR


class OrderStepFactory(DjangoModelFactory):
    class Meta:
        model = OrderStep

    cooperation = factory.SelfAttribute("order.cooperation")
    order = factory.SubFactory(OrderFactory)
    from_state, to_state = Order.State.DRAFT, Order.State.SENT
    moved_at = dt.datetime(2026, 11, 1, 8, tzinfo=dt.UTC)


class OutageFactory(DjangoModelFactory):
    """Somebody reports that something goes on, and names nothing that is lost."""

    class Meta:
        model = Outage

    cooperation = factory.SubFactory(CooperationFactory)
    title = "Nobody gets in"
    starts_at = dt.datetime(2026, 6, 1, 6, tzinfo=dt.UTC)
    announced_at = starts_at


class OutageEffectFactory(DjangoModelFactory):
    class Meta:
        model = OutageEffect

    cooperation = factory.SelfAttribute("outage.cooperation")
    outage = factory.SubFactory(OutageFactory)
    application = factory.SubFactory(ApplicationFactory, cooperation=factory.SelfAttribute("..cooperation"))
    municipality = factory.SubFactory(MunicipalityFactory)
    state = derived = OutageEffect.State.DOWN


class OutageUpdateFactory(DjangoModelFactory):
    class Meta:
        model = OutageUpdate

    cooperation = factory.SelfAttribute("outage.cooperation")
    outage = factory.SubFactory(OutageFactory)
    at = dt.datetime(2026, 6, 1, 7, tzinfo=dt.UTC)
    text = "The supplier looks for it."


class PriorityTableFactory(DjangoModelFactory):
    class Meta:
        model = PriorityTable

    cooperation = factory.SubFactory(CooperationFactory)
    matrix = factory.LazyFunction(lambda: [1, 1, 2, 1, 2, 3, 2, 3, 4])
    minutes = factory.LazyFunction(lambda: [60, 240, 480, 1440])


class AlertSourceFactory(DjangoModelFactory):
    """An Alertmanager, whose token sends alarms and does nothing else."""

    class Meta:
        model = AlertSource

    cooperation = factory.SubFactory(CooperationFactory)
    name = factory.Sequence(lambda number: f"Monitoring {number}")
    kind = AlertSource.Kind.ALERTMANAGER
    token = factory.SubFactory(
        TokenFactory, cooperation=factory.SelfAttribute("..cooperation"), scopes=["alerts:write"]
    )


class WatchedThingFactory(DjangoModelFactory):
    """The label ``service`` stands for an application."""

    class Meta:
        model = WatchedThing

    cooperation = factory.SelfAttribute("source.cooperation")
    source = factory.SubFactory(AlertSourceFactory)
    label = "service"
    value = factory.Sequence(lambda number: f"service-{number}")
    application = factory.SubFactory(ApplicationFactory, cooperation=factory.SelfAttribute("..cooperation"))


class AlertFactory(DjangoModelFactory):
    class Meta:
        model = Alert

    cooperation = factory.SelfAttribute("source.cooperation")
    source = factory.SubFactory(AlertSourceFactory)
    outage = factory.SubFactory(
        OutageFactory,
        cooperation=factory.SelfAttribute("..cooperation"),
        source=factory.SelfAttribute("..source"),
    )
    fingerprint = factory.Sequence(lambda number: f"{number:016x}")
    group = "group"
    name = "It does not answer"
    starts_at = dt.datetime(2026, 6, 1, 6, tzinfo=dt.UTC)


class StatusFeedFactory(DjangoModelFactory):
    class Meta:
        model = StatusFeed

    cooperation = factory.SubFactory(CooperationFactory)
    user = factory.SubFactory(UserFactory)
    secret_hash = factory.Sequence(lambda number: hash_secret(f"nobody knows {number}"))
    created_at = dt.datetime(2026, 1, 1, tzinfo=dt.UTC)
