"""Nothing is visible by default: querysets of a cooperation's rows, limited to what a viewer may see.

A viewer is whoever asks: a signed-in user, an API token (which stands where a user stands), or an anonymous
visitor, who sees nothing.
"""

from dataclasses import replace
from typing import Any, Protocol, Self, TypeVar

from django.apps import apps
from django.db.models import Model, QuerySet

from sharedict.common.sight import Sight, current, of_cooperation

M = TypeVar("M", bound=Model)


class Viewer(Protocol):
    @property
    def is_authenticated(self) -> Any: ...


def sight_of(viewer: Viewer) -> Sight:
    """What ``viewer`` may see: the rule who sees whose shares, which all that limits rows goes by.

    A token sees its cooperation. Whoever has a role in a cooperation sees it; all its shares where members
    see each other's or the role is not for one municipality, else those of their municipalities. One that is
    deactivated is seen by nobody.
    """
    asking = current()
    if asking is not None and asking.viewer == viewer:
        return asking
    if not viewer.is_authenticated:
        return Sight(viewer=viewer)
    if token_of := getattr(viewer, "cooperation_id", None):
        return replace(of_cooperation(token_of), viewer=viewer)
    every_role: Any = apps.get_model("municipalities.Role")._default_manager
    rows = list(
        every_role.filter(user=viewer, cooperation__deactivated_at=None).values_list(
            "cooperation_id", "kind", "municipality_id", "cooperation__shares_are_open"
        )
    )
    whole = frozenset(pk for pk, _, municipality, is_open in rows if municipality is None or is_open)
    return Sight(
        cooperations=frozenset(pk for pk, *_ in rows),
        whole=whole,
        own=frozenset((pk, municipality) for pk, _, municipality, _ in rows if pk not in whole),
        viewer=viewer,
        roles=tuple((pk, kind, municipality) for pk, kind, municipality, _ in rows),
    )


class TenantQuerySet(QuerySet[M]):
    """Rows that carry their cooperation; visible to whoever sees the cooperation."""

    def visible_to(self, viewer: Viewer) -> Self:
        """Only rows of the cooperations that ``viewer`` has a role in or a token for."""
        return self.filter(cooperation__in=sight_of(viewer).cooperations)

    def of(self, cooperation: Model) -> Self:
        return self.filter(cooperation=cooperation)


class SpannedQuerySet(TenantQuerySet[M]):
    """Rows that hold for a span of days."""

    def as_of(self, day: Any) -> Self:
        """Those in force on ``day``."""
        return self.overlapping(day, day, inclusive=True)

    def overlapping(self, first: Any, after: Any, *, inclusive: bool = False) -> Self:
        """Those in force on some day of ``[first, after)``; with ``inclusive`` also on ``after``."""
        bound = "valid_from__lte" if inclusive else "valid_from__lt"
        current = self.filter(**{bound: after})
        return current.filter(valid_until__isnull=True) | current.filter(valid_until__gt=first)

    def lasting(self, day: Any) -> Self:
        """Those in force on ``day`` or on some later day."""
        return self.filter(valid_until__isnull=True) | self.filter(valid_until__gt=day)
