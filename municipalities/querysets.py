"""Which rows of who and where; ``visible_to`` first, ``for_listing`` last."""

import datetime as dt
from typing import TYPE_CHECKING, Any, Self, TypeVar

from django.apps import apps
from django.db.models import Count, Exists, F, Max, Model, OuterRef, Q, QuerySet, Subquery

from sharedict.accounts.models import User
from sharedict.common.access import SpannedQuerySet, TenantQuerySet, Viewer, sight_of

if TYPE_CHECKING:
    from municipalities.models import (  # noqa: F401
        Absence,
        Colleague,
        Cooperation,
        Driver,
        Invitation,
        Link,
        Member,
        Municipality,
        Notice,
        Reading,
        Role,
        SavedView,
        Site,
        Supplier,
        Token,
        Upload,
    )

M = TypeVar("M", bound=Model)


class CooperationQuerySet(QuerySet["Cooperation"]):
    def visible_to(self, viewer: Viewer) -> Self:
        """Those the viewer has a role in, or the one the token belongs to."""
        return self.filter(pk__in=sight_of(viewer).cooperations)

    def with_unread(self, viewer: Viewer) -> Self:
        """With ``unread`` and ``unread_in_none``: how many notices the viewer has not read of it, of none."""
        told = apps.get_model("municipalities.Notice")._default_manager
        return self.annotate(unread=told.unread_in(viewer), unread_in_none=told.unread_in_none(viewer))


class MunicipalityQuerySet(QuerySet["Municipality"]):
    def visible_to(self, viewer: Viewer) -> Self:
        """All of them for whoever is signed in: the register is public."""
        return self.all() if viewer.is_authenticated else self.none()

    def names(self) -> list[str]:
        """Of municipalities and counties."""
        return [name for row in self.values_list("name", "county") for name in row]

    def members_of(self, cooperation: "Cooperation", first: dt.date, after: dt.date) -> Self:
        """Those that are members on some day of ``[first, after)``."""
        members = apps.get_model("municipalities.Member")._default_manager
        spans: QuerySet[Member] = members.of(cooperation).overlapping(first, after)
        return self.filter(pk__in=spans.values("municipality"))

    def ever_in(self, cooperation: "Cooperation") -> Self:
        """Those that are, were or will be members."""
        members = apps.get_model("municipalities.Member")._default_manager
        return self.filter(pk__in=members.of(cooperation).values("municipality"))


REPLACED_WITHIN = dt.timedelta(days=92)
"""A public reading takes the place of own figures of its day and of the quarter after it.

The register has the population of a year's last day or first: what is entered of a day near by is meant for
that of the same turn of the year, and all municipalities are to be counted on one day.
"""


class MemberQuerySet(SpannedQuerySet["Member"]):
    def for_listing(self) -> Self:
        return self.select_related("municipality__successor")


class RoleQuerySet(TenantQuerySet["Role"]):
    def for_listing(self) -> Self:
        return self.select_related("user", "municipality", "cooperation")


class InvitationQuerySet(TenantQuerySet["Invitation"]):
    def waiting(self) -> Self:
        """Neither accepted nor withdrawn; they may have expired."""
        return self.filter(accepted_at=None, withdrawn_at=None)

    def for_listing(self) -> Self:
        return self.select_related("municipality", "cooperation", "invited_by")


class TokenQuerySet(TenantQuerySet["Token"]):
    def usable(self, now: dt.datetime) -> Self:
        """Neither expired nor revoked at ``now``."""
        return self.filter(revoked_at__isnull=True, expires_at__gt=now)

    def for_listing(self) -> Self:
        return self.select_related("created_by")


class PublicOrOwn(TenantQuerySet[M]):
    """Rows of a cooperation, and those without one, which are public."""

    def visible_to(self, viewer: Viewer) -> Self:
        """Own cooperations' rows and the public ones; nothing for anonymous visitors."""
        if not viewer.is_authenticated:
            return self.none()
        return self.filter(Q(cooperation__isnull=True) | Q(cooperation__in=sight_of(viewer).cooperations))

    def usable_in(self, cooperation: "Cooperation") -> Self:
        return self.filter(Q(cooperation__isnull=True) | Q(cooperation=cooperation))


class NoticeQuerySet(PublicOrOwn["Notice"]):
    def visible_to(self, viewer: Viewer) -> Self:
        """Their own, of the cooperations that they have a role in now, and of none."""
        return super().visible_to(viewer).filter(user=getattr(viewer, "pk", None))

    def unread(self) -> Self:
        return self.filter(read_at=None)

    def unread_in(self, viewer: Viewer) -> Subquery:
        """How many the viewer has not read of the cooperation that an outer query is about."""
        return self._unread_of(viewer, OuterRef("pk"))

    def unread_in_none(self, viewer: Viewer) -> Subquery:
        """How many the viewer has not read that are of no cooperation."""
        return self._unread_of(viewer, None)

    def _unread_of(self, viewer: Viewer, cooperation: Any) -> Subquery:
        own = self.unread().filter(user=getattr(viewer, "pk", None), cooperation=cooperation)
        return Subquery(own.order_by().values("cooperation").annotate(count=Count("pk")).values("count"))

    def for_listing(self) -> Self:
        return self.select_related("cooperation", "by")


class DriverQuerySet(PublicOrOwn["Driver"]):
    def for_listing(self, cooperation: "Cooperation") -> Self:
        """With ``latest_on`` and ``reading_count`` of the readings that concern ``cooperation``."""
        members = apps.get_model("municipalities.Member")._default_manager.of(cooperation)
        public = Q(readings__cooperation=None, readings__municipality__in=members.values("municipality"))
        theirs = Q(readings__cooperation=cooperation) | public
        return self.annotate(
            latest_on=Max("readings__reference_on", filter=theirs),
            reading_count=Count("readings", filter=theirs),
        )


class ReadingQuerySet(PublicOrOwn["Reading"]):
    def usable_in(self, cooperation: "Cooperation") -> Self:
        """The cooperation's own readings, and public ones of municipalities that are or were members."""
        members = apps.get_model("municipalities.Member")._default_manager.of(cooperation)
        public = Q(cooperation__isnull=True, municipality__in=members.values("municipality"))
        return self.filter(Q(cooperation=cooperation) | public)

    def public_first(self) -> Self:
        """The latest of each municipality on top, and of those of one day the public one."""
        own_last = F("cooperation_id").asc(nulls_first=True)
        return self.order_by("municipality_id", "-reference_on", own_last)

    def for_listing(self) -> Self:
        return self.select_related("driver", "municipality")

    def with_replaced(self, among: "ReadingQuerySet | None" = None) -> Self:
        """With ``is_replaced``: whether a public reading, of ``among`` or any, stands in place of it."""
        day: Any = OuterRef("reference_on")
        rows: Any = self.model._default_manager if among is None else among
        public = rows.filter(
            cooperation=None,
            driver=OuterRef("driver"),
            municipality=OuterRef("municipality"),
            reference_on__lte=day,
            reference_on__gt=day - REPLACED_WITHIN,
        )
        return self.annotate(is_replaced=Q(cooperation__isnull=False) & Exists(public))

    def standing(self) -> Self:
        """Without what is replaced by a public reading among these rows."""
        return self.with_replaced(among=self.order_by()).filter(is_replaced=False)


class SiteQuerySet(SpannedQuerySet["Site"]):
    def for_listing(self) -> Self:
        """With the municipality and the sites that each mirrors."""
        return self.select_related("municipality").prefetch_related("mirrors")


class LinkQuerySet(SpannedQuerySet["Link"]):
    def for_listing(self) -> Self:
        return self.select_related("site", "other_site", "routed_by", "supplier")


class SupplierQuerySet(TenantQuerySet["Supplier"]):
    def for_listing(self) -> Self:
        """With ``link_count``, how many links it supplies, ended ones too."""
        return self.annotate(link_count=Count("links"))


class ColleagueQuerySet(SpannedQuerySet["Colleague"]):
    def usable_in(self, cooperation: "Cooperation") -> Self:
        """Those of ``cooperation`` who were not forgotten, by name; with their municipality."""
        rows = self.of(cooperation).filter(forgotten_at=None)
        return rows.select_related("municipality").order_by("name", "pk")

    def for_listing(self) -> Self:
        """With the municipality."""
        return self.select_related("municipality")


class AbsenceQuerySet(SpannedQuerySet["Absence"]):
    def for_listing(self) -> Self:
        """With the colleague and their municipality."""
        return self.select_related("colleague__municipality")


class SavedViewQuerySet(TenantQuerySet["SavedView"]):
    def visible_to(self, viewer: Viewer) -> Self:
        """What is shared in the cooperations of the viewer, and there what they keep for themselves."""
        own = Q(maker=viewer) if isinstance(viewer, User) else Q()
        return super().visible_to(viewer).filter(Q(is_shared=True) | own)

    def pinned_by(self, viewer: Viewer) -> Self:
        """Those that the viewer has counted on their overview, by name."""
        return self.filter(pinned_by=getattr(viewer, "pk", None)).order_by("name", "pk")

    def for_listing(self, viewer: Viewer) -> Self:
        """With who made each, and ``is_pinned``: whether it is counted on the viewer's overview."""
        pins = self.model.pinned_by.through._default_manager
        mine = pins.filter(savedview=OuterRef("pk"), user=getattr(viewer, "pk", None))
        return self.select_related("maker").annotate(is_pinned=Exists(mine))


class UploadQuerySet(TenantQuerySet["Upload"]):
    def for_listing(self) -> Self:
        """Without the files and what was written, with who and how far."""
        return self.defer("content", "entries").select_related(
            "cooperation", "uploaded_by", "ended_by", "job"
        )

    def columns_of(self, upload: "Upload") -> dict[str, str]:
        """What was chosen last for the same source: the same cooperation and kind, the same headers."""
        found = self.filter(cooperation=upload.cooperation_id, kind=upload.kind, headers=upload.headers)
        chosen = found.exclude(columns={}).order_by("-id").values_list("columns", flat=True).first()
        return chosen or {}
