"""Nothing is visible by default: querysets of a cooperation's rows, limited to what a viewer may see.

A viewer is whoever asks: a signed-in user, an API token (which stands where a user stands), or an anonymous
visitor, who sees nothing.
"""

from typing import Any, Protocol, Self, TypeVar

from django.apps import apps
from django.db.models import Model, QuerySet

M = TypeVar("M", bound=Model)


class Viewer(Protocol):
    @property
    def is_authenticated(self) -> Any: ...


class TenantQuerySet(QuerySet[M]):
    """Rows that carry their cooperation; visible to whoever sees the cooperation."""

    tenant = "cooperation"

    def visible_to(self, viewer: Viewer) -> Self:
        """Only rows of the cooperations that ``viewer`` has a role in or a token for."""
        if not viewer.is_authenticated:
            return self.none()
        cooperations: Any = apps.get_model("municipalities.Cooperation")._default_manager
        return self.filter(**{f"{self.tenant}__in": cooperations.visible_to(viewer)})

    def of(self, cooperation: Model) -> Self:
        return self.filter(**{self.tenant: cooperation})


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
