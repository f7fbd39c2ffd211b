"""Roles: what a viewer may do in a cooperation."""

from dataclasses import dataclass

from municipalities.models import Cooperation, Role, Token
from sharedict.accounts.models import User
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
    sees_all_shares = cooperation.pk in sight_of(viewer).whole
    if isinstance(viewer, Token):
        return Rights(sees_all_shares=sees_all_shares)
    if not isinstance(viewer, User):
        return Rights()
    roles = Role.objects.filter(user=viewer, cooperation=cooperation).values_list("kind", "municipality_id")
    kinds = {kind for kind, _ in roles}
    return Rights(
        is_administrator=Role.Kind.ADMINISTRATOR in kinds,
        is_auditor=Role.Kind.AUDITOR in kinds,
        municipality_ids=frozenset(pk for _, pk in roles if pk),
        sees_all_shares=sees_all_shares,
    )
