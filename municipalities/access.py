"""Roles: what a viewer may do in a cooperation."""

from dataclasses import dataclass

from municipalities.models import Cooperation, Role
from sharedict.common.access import Viewer, sight_of


@dataclass(frozen=True, slots=True)
class Rights:
    """A viewer's standing in one cooperation.

    ``municipality_ids`` are those they answer for; ``sees_all_shares`` whether other municipalities' shares
    are theirs to see.
    """

    is_administrator: bool = False
    is_auditor: bool = False
    municipality_ids: frozenset[int] = frozenset()
    sees_all_shares: bool = False

    @property
    def may_edit(self) -> bool:
        return self.is_administrator

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
        municipality_ids=frozenset(pk for _, pk in roles if pk),
        sees_all_shares=cooperation.pk in sight.whole,
    )
