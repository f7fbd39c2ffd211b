"""Roles: what a viewer may do in a cooperation."""

from dataclasses import dataclass
from typing import Any

from django.http import HttpRequest

from municipalities.models import Cooperation, Role
from sharedict.common.access import Viewer, sight_of
from sharedict.common.sight import seeing


@dataclass(frozen=True, slots=True)
class Rights:
    """A viewer's standing in one cooperation.

    ``municipality_ids`` are those they answer for; ``sees_all_shares`` whether other municipalities' shares
    are theirs to see.
    """

    is_administrator: bool = False
    is_auditor: bool = False
    is_coordinator: bool = False
    municipality_ids: frozenset[int] = frozenset()
    sees_all_shares: bool = False

    @property
    def may_edit(self) -> bool:
        return self.is_administrator

    @property
    def may_report(self) -> bool:
        """Whether they may say what is down: who is on call for the cooperation or for one municipality."""
        return self.is_administrator or self.is_coordinator

    @property
    def sees_change_log(self) -> bool:
        return self.is_administrator or self.is_auditor


def rights_of(viewer: Viewer, cooperation: Cooperation) -> Rights:
    """What ``viewer`` may do in ``cooperation``; nothing at all without a role or token there."""
    sight = sight_of(viewer)
    roles = [(kind, municipality) for pk, kind, municipality in sight.roles if pk == cooperation.pk]
    kinds = {kind for kind, _ in roles}
    return Rights(
        is_administrator=Role.Kind.ADMINISTRATOR in kinds,
        is_auditor=Role.Kind.AUDITOR in kinds,
        is_coordinator=Role.Kind.COORDINATOR in kinds,
        municipality_ids=frozenset(pk for _, pk in roles if pk),
        sees_all_shares=cooperation.pk in sight.whole,
    )


def cooperations_of(request: HttpRequest) -> list[Any]:
    """All that who is signed in sees, by name, each with what ``with_unread`` counts.

    One query on every page: the page finds its own among them, and the bar above it names them.
    """
    if not hasattr(request, "cooperations"):
        with seeing(sight_of(request.user)):
            rows = Cooperation.objects.visible_to(request.user).with_unread(request.user)
            request.cooperations = list(rows.order_by("name", "pk"))  # type: ignore[attr-defined]
    found: list[Any] = request.cooperations  # type: ignore[attr-defined]
    return found
