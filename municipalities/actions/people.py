"""People and their roles."""

import datetime as dt

from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _

from municipalities.actions.colleagues import forget_colleagues_of
from municipalities.actions.rows import Chosen, delete_row, lock_cooperation, save_row
from municipalities.actions.saved_views import forget_views_of
from municipalities.actions.tokens import revoke_token
from municipalities.models import Invitation, Role, Token
from sharedict.accounts.actions import make_anonymous
from sharedict.accounts.models import User
from sharedict.audit.actions import erase, logged_names, record


@transaction.atomic
def save_person(*, user: User, by: User, chosen: Chosen | None = None) -> User:
    """Add or change who ``user`` is and what they may do under ``/system/``.

    Raises ValidationError for somebody who was forgotten, and where no administrator would be left.
    """
    before = User.objects.select_for_update().filter(pk=user.pk).first() if user.pk else None
    if before and before.is_forgotten:
        raise ValidationError(_("This person was forgotten: nothing of them can be changed."))
    if before and before.is_active and not user.is_active:
        _refuse_to_leave_none(Role.objects.filter(user=before))
        _end_what_they_gave(by, before)
    return save_row(row=user, by=by, chosen=chosen)


@transaction.atomic
def save_role(*, role: Role, by: User) -> Role:
    """Give or change what somebody may do.

    Raises ValidationError if no administrator would be left, or for somebody who was forgotten.
    """
    user = User.objects.select_for_update(no_key=True).get(pk=role.user_id)  # before the cooperation, always
    if user.is_forgotten:
        raise ValidationError({"user": _("This person was forgotten: choose somebody else.")})
    is_administrator = role.kind == Role.Kind.ADMINISTRATOR and user.is_active
    if role.pk and not is_administrator and not _other_administrators(role):
        raise ValidationError({"kind": _("Somebody must stay administrator: appoint another one first.")})
    administered = Role.objects.filter(pk=role.pk, kind=Role.Kind.ADMINISTRATOR).select_related("user")
    before = administered.first() if role.pk else None
    if before and (before.kind, before.user_id) != (role.kind, role.user_id):
        _end_what_they_gave(by, before.user, before.cooperation_id)
    return save_row(row=role, by=by)


def check_role_removal(role: Role) -> None:
    """Raises ValidationError if no administrator would be left without ``role``, as things are."""
    if not _administrators_beside(role).exists():
        raise ValidationError(_("Somebody must stay administrator: appoint another one first."))


@transaction.atomic
def delete_role(*, role: Role, by: User) -> None:
    """Take a role away; raises ValidationError if no administrator would be left."""
    lock_cooperation(role.cooperation_id)
    check_role_removal(role)
    if role.kind == Role.Kind.ADMINISTRATOR:
        _end_what_they_gave(by, role.user, role.cooperation_id)
    delete_row(row=role, by=by)


@transaction.atomic
def forget_person(*, user: User, by: User) -> User:
    """Erase who ``user`` is, for good: their number stays where something refers to it, and names nobody.

    Their roles are taken away, they are forgotten as colleagues too, the change log forgets their names, and
    nobody signs in as them. What is closed stays as it is, and so does what anybody has written about them in
    a text. Safe to repeat, for what they were just doing when it was done. Raises ValidationError for
    oneself, and where no administrator would be left.
    """
    if user == by:
        raise ValidationError(_("Nobody forgets themselves: ask another operator."))
    user = User.objects.select_for_update().get(pk=user.pk)
    roles = Role.objects.filter(user=user)
    _refuse_to_leave_none(roles)
    _end_what_they_gave(by, user)
    for role in roles.select_related("cooperation").order_by("cooperation_id"):
        delete_row(row=role, by=by)
    names = [user.username, user.email, *logged_names(user=user, columns=("username", "email"))]
    known = [name.lower() for name in names if name]
    Invitation.objects.filter(email__in=known).update(email="", withdrawn_at=timezone.now())
    user.notices.all().delete()
    forget_colleagues_of(user, by)
    forget_views_of(user)
    user = make_anonymous(user=user, names=names)
    record(verb="forget", subject=user, by=by, at=timezone.now())
    erase(user=user, names=names)
    return user


def _end_what_they_gave(by: User, user: User, cooperation_id: int | None = None) -> None:
    """End what ``user`` could only give as administrator, there or everywhere: links to accept, and tokens.

    They end for good, so that nothing comes alive when the role is given back. The invitations stay in the
    list, for somebody else to send them again.
    """
    now, where = timezone.now(), {"cooperation": cooperation_id} if cooperation_id else {}
    invitations = Invitation.objects.waiting().filter(invited_by=user, expires_at__gt=now, **where)
    for invitation in invitations.order_by("pk"):
        # later than it was given, by whatever clock: nothing keeps somebody in a role that is taken away
        invitation.expires_at = max(now, invitation.invited_at + dt.timedelta(microseconds=1))
        save_row(row=invitation, by=by)
    for token in Token.objects.usable(now).filter(created_by=user, **where).order_by("pk"):
        revoke_token(token=token, by=by)


def _refuse_to_leave_none(roles: QuerySet[Role]) -> None:
    """Raise ValidationError where nobody else is administrator of what the person with ``roles`` is."""
    administered = roles.filter(kind=Role.Kind.ADMINISTRATOR).select_related("cooperation")
    found = administered.order_by("cooperation_id")
    if alone := [str(role.cooperation) for role in found if not _other_administrators(role)]:
        said = _("Nobody else is administrator of %(cooperations)s: appoint another one there first.")
        raise ValidationError(said % {"cooperations": ", ".join(alone)})


def _other_administrators(role: Role) -> bool:
    """Whether somebody else who can sign in is administrator; holds until the transaction ends."""
    lock_cooperation(role.cooperation_id)
    return _administrators_beside(role).exists()


def _administrators_beside(role: Role) -> QuerySet[Role]:
    roles = Role.objects.filter(cooperation=role.cooperation_id, kind=Role.Kind.ADMINISTRATOR)
    return roles.filter(user__is_active=True).exclude(pk=role.pk)
