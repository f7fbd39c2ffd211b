"""What lists of what is shared can be narrowed by."""

from typing import Any

import django_filters
from django.db.models import QuerySet

from municipalities.api.filters import CodeFilter, DayFilter, MunicipalityFilter, OfCooperation, Spanned
from services.api.serializers import INFORMATION_CLASSES
from services.models import (
    Alert,
    Application,
    Calendar,
    ClosedDay,
    Competence,
    DataProtection,
    Dependency,
    Document,
    Installation,
    LifecycleMove,
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
    Subscription,
    Task,
    Variant,
)


class InformationClassFilter(django_filters.ChoiceFilter):  # type: ignore[misc]
    """As it was asked for before there were three aspects."""

    def __init__(self) -> None:
        choices = [(word, word) for word in INFORMATION_CLASSES]
        super().__init__(choices=choices, help_text="Confidentiality in a word; secret is that and higher.")

    def filter(self, qs: QuerySet[Any], value: str) -> QuerySet[Any]:
        if not value:
            return qs
        level = INFORMATION_CLASSES.index(value)
        is_last = level == len(INFORMATION_CLASSES) - 1
        return qs.filter(**{"confidentiality__gte" if is_last else "confidentiality": level})


class ApplicationFilters(OfCooperation):
    serves = CodeFilter("serves__code", "purpose")
    information_class = InformationClassFilter()

    class Meta:
        model = Application
        fields = ["code", "confidentiality", "lifecycle", "charging"]


class CalendarFilters(OfCooperation):
    class Meta:
        model = Calendar
        fields: list[str] = []


class ClosedDayFilters(OfCooperation):
    class Meta:
        model = ClosedDay
        fields = ["calendar"]


class TaskFilters(OfCooperation):
    application = CodeFilter("application__code", "application")

    class Meta:
        model = Task
        fields = ["done_by"]


class DataProtectionFilters(OfCooperation):
    application = CodeFilter("application__code", "application")
    municipality = MunicipalityFilter()

    class Meta:
        model = DataProtection
        fields: list[str] = []


class LifecycleMoveFilters(OfCooperation):
    application = CodeFilter("application__code", "application")

    class Meta:
        model = LifecycleMove
        fields = ["to_stage"]


class PurposeFilters(OfCooperation):
    class Meta:
        model = Purpose
        fields = ["code"]


class DocumentFilters(OfCooperation):
    application = CodeFilter("application__code", "application")

    class Meta:
        model = Document
        fields: list[str] = []


class VariantFilters(OfCooperation):
    application = CodeFilter("application__code", "application")

    class Meta:
        model = Variant
        fields: list[str] = []


class InstallationFilters(Spanned):
    application = CodeFilter("application__code", "application")

    class Meta:
        model = Installation
        fields = ["purpose"]


class DependencyFilters(Spanned):
    application = CodeFilter("application__code", "application")

    class Meta:
        model = Dependency
        fields: list[str] = []


class CompetenceFilters(Spanned):
    application = CodeFilter("application__code", "application")

    class Meta:
        model = Competence
        fields = ["colleague", "level"]


class OnCallFilters(Spanned):
    application = CodeFilter("application__code", "application")

    class Meta:
        model = OnCall
        fields = ["colleague"]


class SubscriptionFilters(Spanned):
    application = CodeFilter("application__code", "application")
    municipality = MunicipalityFilter()

    class Meta:
        model = Subscription
        fields: list[str] = []


class OrderFilters(OfCooperation):
    municipality = MunicipalityFilter()
    application = CodeFilter("lines__application__code", "application")
    since = DayFilter("wanted_on", "gte", help_text="Wanted from this day or later.")

    class Meta:
        model = Order
        fields = ["state", "kind", "external_id"]


class OrderLineFilters(OfCooperation):
    application = CodeFilter("application__code", "application")

    class Meta:
        model = OrderLine
        fields = ["order", "what"]


class OrderRuleFilters(OfCooperation):
    class Meta:
        model = OrderRule
        fields = ["kind"]


class OrderStepFilters(OfCooperation):
    class Meta:
        model = OrderStep
        fields = ["order", "to_state"]


class OutageFilters(OfCooperation):
    since = DayFilter("starts_at", "date__gte", help_text="Begun on this day or later.")

    class Meta:
        model = Outage
        fields = ["priority", "is_planned", "external_id"]


class OutageEffectFilters(OfCooperation):
    application = CodeFilter("application__code", "application")
    municipality = MunicipalityFilter()

    class Meta:
        model = OutageEffect
        fields = ["state"]


class OutageUpdateFilters(OfCooperation):
    class Meta:
        model = OutageUpdate
        fields: list[str] = []


class PriorityTableFilters(OfCooperation):
    class Meta:
        model = PriorityTable
        fields: list[str] = []


class AlertFilters(OfCooperation):
    class Meta:
        model = Alert
        fields = ["fingerprint"]
