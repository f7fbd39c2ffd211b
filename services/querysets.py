"""Which rows of what is shared; ``visible_to`` first, ``for_listing`` last."""

import datetime as dt
from typing import TYPE_CHECKING, Any, Self, TypeVar

from django.apps import apps
from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import Count, Model, OuterRef, Q, Subquery, Sum
from django.db.models.functions import Coalesce

from services.engine.orders import OPEN
from sharedict.common.access import SpannedQuerySet, TenantQuerySet, Viewer, sight_of

if TYPE_CHECKING:
    from services.models import (  # noqa: F401
        Alert,
        AlertSource,
        Application,
        Calendar,
        ClosedDay,
        Competence,
        DataProtection,
        Dependency,
        Installation,
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
        WatchedThing,
    )

P = TypeVar("P", bound=Model)


class ApplicationQuerySet(TenantQuerySet["Application"]):
    def for_listing(self) -> Self:
        """With the owner, the competence centre, the purpose and the calendars."""
        return self.select_related("owner", "competence_centre", "serves", "runs", "measured", "supported")

    def with_use(self, day: dt.date) -> Self:
        """With, as of ``day``: ``municipality_count``, ``user_count`` (None: not told) and ``runs_at``.

        ``runs_at`` lists the names of the sites where it is installed as primary.
        """
        used = _as_of(day, "services.Subscription").values("application")
        installed = _as_of(day, "services.Installation").filter(purpose="primary")
        return self.annotate(
            municipality_count=Coalesce(Subquery(used.annotate(count=Count("pk")).values("count")), 0),
            user_count=Subquery(used.annotate(total=Sum("users")).values("total")),
            runs_at=ArraySubquery(installed.order_by("site__name").values("site__name")),
        )


class DataProtectionQuerySet(TenantQuerySet["DataProtection"]):
    def for_listing(self) -> Self:
        """With the application and the municipality."""
        return self.select_related("application", "municipality")


class PurposeQuerySet(TenantQuerySet["Purpose"]):
    def for_listing(self) -> Self:
        """With what each is part of, and ``application_count``."""
        return self.select_related("parent").annotate(application_count=Count("applications"))


class CalendarQuerySet(TenantQuerySet["Calendar"]):
    def for_listing(self) -> Self:
        return self


class ClosedDayQuerySet(TenantQuerySet["ClosedDay"]):
    def for_listing(self) -> Self:
        """With the calendar."""
        return self.select_related("calendar")


class OfApplicationQuerySet(TenantQuerySet[P]):
    """What is told of one application each."""

    def for_listing(self) -> Self:
        """With the application."""
        return self.select_related("application")


class InstallationQuerySet(SpannedQuerySet["Installation"]):
    def for_listing(self) -> Self:
        """With application, site and the municipalities it is administrable from."""
        return self.select_related("application", "site").prefetch_related("administered_by")


class DependencyQuerySet(SpannedQuerySet["Dependency"]):
    def for_listing(self) -> Self:
        """With the application, and everything that it needs."""
        return self.select_related("application").prefetch_related("applications", "links", "suppliers")


class CompetenceQuerySet(SpannedQuerySet["Competence"]):
    def for_listing(self) -> Self:
        """With the application, the colleague and their municipality."""
        return self.select_related("application", "colleague__municipality")


class OnCallQuerySet(SpannedQuerySet["OnCall"]):
    def for_listing(self) -> Self:
        """With the application, the colleague and their municipality."""
        return self.select_related("application", "colleague__municipality")


class SubscriptionQuerySet(SpannedQuerySet["Subscription"]):
    def for_listing(self) -> Self:
        """With application, municipality and variant."""
        return self.select_related("application", "municipality", "variant")


class OrderQuerySet(TenantQuerySet["Order"]):
    def visible_to(self, viewer: Viewer) -> Self:
        """As shares are: all of a cooperation's where those are open to the viewer, else the viewer's own."""
        return self.filter(_as_shares(viewer, ""))

    def for_listing(self) -> Self:
        """With the municipality, who ordered it, and ``names``: the services, each once."""
        lines = apps.get_model("services.OrderLine")._default_manager.filter(order=OuterRef("pk"))
        names = lines.order_by("application__name").values("application__name").distinct()
        return self.select_related("municipality", "ordered_by").annotate(names=ArraySubquery(names))

    def open(self) -> Self:
        """Those about which somebody still has something to do."""
        return self.filter(state__in=OPEN)


class OrderPartQuerySet(TenantQuerySet[P]):
    """What belongs to orders."""

    def visible_to(self, viewer: Viewer) -> Self:
        return self.filter(_as_shares(viewer, "order__"))


def _as_shares(viewer: Viewer, of: str) -> Q:
    """What is the viewer's to see of rows that are shown as shares are."""
    sight = sight_of(viewer)
    seen = Q(**{f"{of}cooperation__in": sight.whole})
    for cooperation, municipality in sorted(sight.own):
        seen |= Q(**{f"{of}cooperation": cooperation, f"{of}municipality": municipality})
    return seen


class OutageQuerySet(TenantQuerySet["Outage"]):
    def for_listing(self) -> Self:
        """With what is lost."""
        return self.prefetch_related("applications", "sites", "links", "suppliers")

    def with_effects(self) -> Self:
        """With ``hit_applications`` and ``hit_municipalities``: how many are down or have less."""
        hit = ~Q(effects__state="up") & Q(effects__isnull=False)
        return self.annotate(
            hit_applications=Count("effects__application", filter=hit, distinct=True),
            hit_municipalities=Count("effects__municipality", filter=hit, distinct=True),
        )

    def unmerged(self) -> Self:
        return self.filter(merged_into=None)

    def found_same(self) -> Self:
        return self.exclude(merged_into=None)

    def open(self) -> Self:
        """Those that go on, or of which nobody has said that they ended; planned ones too."""
        return self.unmerged().filter(ends_at=None)

    def going_on(self, now: dt.datetime) -> Self:
        """Those that have begun by ``now`` and not ended."""
        return self.unmerged().filter(Q(ends_at=None) | Q(ends_at__gt=now), starts_at__lte=now)

    def meeting(self, starts_at: dt.datetime, ends_at: dt.datetime) -> Self:
        """Those of which some moment lies between these two."""
        return self.unmerged().filter(Q(ends_at=None) | Q(ends_at__gt=starts_at), starts_at__lt=ends_at)

    def not_over(self, now: dt.datetime) -> Self:
        """Those that go on, or are still to come."""
        return self.unmerged().filter(Q(ends_at=None) | Q(ends_at__gt=now))

    def ahead(self, now: dt.datetime) -> Self:
        return self.unmerged().filter(starts_at__gt=now)


class OutagePartQuerySet(TenantQuerySet[P]):
    """What belongs to outages."""


class OrderRuleQuerySet(TenantQuerySet["OrderRule"]):
    pass


class PriorityTableQuerySet(TenantQuerySet["PriorityTable"]):
    pass


class AlertSourceQuerySet(TenantQuerySet["AlertSource"]):
    def for_listing(self) -> Self:
        """With the token."""
        return self.select_related("token")


class WatchedThingQuerySet(TenantQuerySet["WatchedThing"]):
    def for_listing(self) -> Self:
        """With the source and what is meant."""
        return self.select_related("source", "application", "site", "link")


class AlertQuerySet(TenantQuerySet["Alert"]):
    pass


class StatusFeedQuerySet(TenantQuerySet["StatusFeed"]):
    pass


def _as_of(day: dt.date, model: str) -> Any:
    """Rows of ``model`` in force on ``day`` for the application of the outer query."""
    return apps.get_model(model)._default_manager.as_of(day).filter(application=OuterRef("pk")).order_by()
