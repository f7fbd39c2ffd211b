"""Which rows of the terms; ``visible_to`` first, ``for_listing`` last."""

import datetime as dt
from typing import TYPE_CHECKING, Any, Self

from django.apps import apps
from django.db.models import Count, Model, Prefetch, Q

from sharedict.common.access import SpannedQuerySet, TenantQuerySet

if TYPE_CHECKING:
    from agreements.models import Agreement, CostType, Key, KeyVersion, Term  # noqa: F401


class AgreementQuerySet(SpannedQuerySet["Agreement"]):
    def for_listing(self) -> Self:
        """With ``term_count``."""
        return self.annotate(term_count=Count("terms"))


class CostTypeQuerySet(TenantQuerySet["CostType"]):
    def for_listing(self) -> Self:
        """With ``term_count``."""
        return self.annotate(term_count=Count("terms"))


class KeyQuerySet(TenantQuerySet["Key"]):
    def for_listing(self) -> Self:
        """With versions, components, drivers and fixed parts."""
        return self.prefetch_related(
            "versions__components__driver", "versions__components__fixed_parts__municipality"
        )

    def with_version_on(self, day: dt.date) -> Self:
        """With ``term_count``, and ``in_force``: the version of that day with its parts, if any."""
        versions: Any = apps.get_model("agreements.KeyVersion")._default_manager
        return self.annotate(term_count=Count("terms")).prefetch_related(
            Prefetch("versions", queryset=versions.as_of(day).for_listing(), to_attr="in_force")
        )


class KeyVersionQuerySet(SpannedQuerySet["KeyVersion"]):
    def for_listing(self) -> Self:
        """With key, components, drivers and fixed parts."""
        return self.select_related("key").prefetch_related(
            "components__driver", "components__fixed_parts__municipality"
        )


class TermQuerySet(SpannedQuerySet["Term"]):
    def for_listing(self) -> Self:
        """With agreement, application, cost type, key and named payers."""
        return self.select_related("agreement", "application", "cost_type", "key").prefetch_related("named")

    def for_costs_of(self, application: Model) -> Self:
        """Those that name ``application``, or no application at all."""
        return self.filter(Q(application=application.pk) | Q(application__isnull=True))
