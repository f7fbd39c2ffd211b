"""Who has lately let in whom: those two are not taken for two people without it being said."""

import datetime as dt
from collections import defaultdict
from collections.abc import Iterable, Mapping

from django.db.models import Q

from municipalities.models import Cooperation, Invitation, Role
from sharedict.accounts.models import User
from sharedict.audit.models import Entry
from sharedict.common.sight import everything, seeing

GIVEN = Q(verb__in=["add", "password"]) | Q(verb="change", changes__has_key="email")
"""What of a sign-in lets in whoever did it: making it, its password, and where another one is sent."""


def has_let_in(one: User, other: User, cooperation: Cooperation, since: dt.datetime) -> bool:
    """Whether one of the two has let in the other ``since`` then, or somebody has who was let in by them.

    That is by an invitation to ``cooperation``, or as an operator by a role there, a sign-in or a password.
    """
    found = _let_in(cooperation, since)
    return other.pk in _reached(one.pk, found) or one.pk in _reached(other.pk, found)


def _let_in(cooperation: Cooperation, since: dt.datetime) -> Mapping[int, set[int]]:
    """Whom each has let in; three queries beside the roles."""
    invitations = Invitation.objects.of(cooperation).filter(accepted_at__gte=since)
    pairs = [*invitations.values_list("invited_by", "accepted_by")]
    roles = {str(pk): user for pk, user in Role.objects.of(cooperation).values_list("pk", "user")}
    entries = Entry.objects.filter(at__gte=since).exclude(user=None).order_by()
    given = entries.filter(cooperation=cooperation, subject_type=Role._meta.label_lower, subject_id__in=roles)
    given = given.filter(verb__in=["add", "change"])
    pairs += [(by, roles[pk]) for by, pk in given.values_list("user", "subject_id")]
    people = sorted({str(user) for user in roles.values()})
    made = entries.filter(GIVEN, subject_type=User._meta.label_lower, subject_id__in=people)
    with seeing(everything("who made a sign-in, which is logged in no cooperation", is_routine=True)):
        pairs += [(by, int(pk)) for by, pk in made.values_list("user", "subject_id")]
    found: dict[int, set[int]] = defaultdict(set)
    for by, person in pairs:
        if by != person:
            found[by].add(person)
    return found


def _reached(person: int, let_in: Mapping[int, Iterable[int]]) -> set[int]:
    """Whom ``person`` has let in, and whom those have."""
    reached: set[int] = set()
    waiting = [person]
    while waiting:
        new = {*let_in.get(waiting.pop(), ())} - reached
        reached |= new
        waiting += new
    return reached
