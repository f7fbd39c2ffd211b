"""Inviting somebody by e-mail to take a role, and taking it."""

import datetime as dt
import secrets
from dataclasses import dataclass
from functools import reduce
from operator import or_

from django.conf import settings
from django.core import signing
from django.core.exceptions import ValidationError
from django.db import connection, transaction
from django.db.models import Q
from django.urls import reverse
from django.utils import timezone, translation
from django.utils.translation import gettext as _

from municipalities.actions.notices import holders, notify, settle
from municipalities.actions.people import save_role
from municipalities.actions.rows import hold_administrator, lock_cooperation, save_row
from municipalities.models import Cooperation, Invitation, Municipality, Role
from sharedict.accounts.addresses import written_ways
from sharedict.accounts.models import User
from sharedict.audit.actions import record
from sharedict.common.days import date_format
from sharedict.common.mail import UndeliveredError, address_of, deliver
from sharedict.jobs.actions import order
from sharedict.kernel.errors import SharedictError

LETTER = "invitation-letter"
INVITED, JOINED = "invited", "joined"
"""The notices that one is invited, and that somebody has accepted."""
VALID_FOR = dt.timedelta(days=14)
KEPT_FOR = dt.timedelta(days=30)
"""How long one that has ended without an answer can be sent again."""
SECOND_CLICK = dt.timedelta(minutes=1)
"""How long what somebody made their sign-in with, sent once more by the same link, lets them in as well."""
LOCKS = 0x5D1F
"""First key of the advisory locks under which somebody of one address makes their sign-in."""


class NotInvitedError(SharedictError):
    """The link of an invitation does not work, or not any more."""

    code = "not_invited"


class AcceptedError(NotInvitedError):
    """The invitation was accepted already: ``invitation`` says by whom."""

    def __init__(self, invitation: Invitation) -> None:
        super().__init__(_("It was accepted already."))
        self.invitation = invitation


@dataclass(frozen=True, slots=True)
class Link:
    """What the secret of a link says: of which cooperation, which invitation, and its mark."""

    cooperation_id: int
    pk: int
    mark: str

    @classmethod
    def of(cls, invitation: Invitation) -> "Link":
        return cls(invitation.cooperation_id, invitation.pk, invitation.mark)

    @classmethod
    def parse(cls, text: str) -> "Link":
        """What ``str`` of one says. Raises ValueError."""
        cooperation, pk, mark = text.split(".")
        return cls(int(cooperation), int(pk), mark)

    def __str__(self) -> str:
        return f"{self.cooperation_id}.{self.pk}.{self.mark}"

    @property
    def secret(self) -> str:
        return _signer().sign(str(self))


def read_link(secret: str) -> Link:
    """Raises NotInvitedError for what was never given out; see open_invitation for what is over."""
    try:
        return Link.parse(_signer().unsign(secret))
    except (signing.BadSignature, ValueError):
        raise NotInvitedError(_("This address is not right: was all of it copied?")) from None


def link_of(invitation: Invitation) -> str:
    """Where the invited accepts it; made anew each time, and kept nowhere."""
    return address_of(reverse("invitation-accept", kwargs={"secret": Link.of(invitation).secret}))


@transaction.atomic
def invite(
    *, cooperation: Cooperation, email: str, kind: str, municipality: Municipality | None, by: User
) -> Invitation:
    """Ask whoever has the address ``email``; whether they have a sign-in is neither asked nor told.

    Raises ValidationError where it is invited already, or ``by`` is not administrator any more.
    """
    hold_administrator(cooperation.pk, by)
    email = email.strip().lower()
    same = Role.objects.of(cooperation).filter(
        kind=kind, municipality=municipality, user__email__iexact=email
    )
    if email and same.exists():
        raise ValidationError({"email": _("Somebody with this address has this role already.")})
    now = timezone.now()
    invitation = Invitation(
        cooperation=cooperation,
        email=email,
        kind=kind,
        municipality=municipality,
        language=translation.get_language() or settings.LANGUAGE_CODE,
        mark=secrets.token_urlsafe(16),
        invited_by=by,
        invited_at=now,
        expires_at=now + VALID_FOR,
    )
    return _sent(save_row(row=invitation, by=by))


@transaction.atomic
def invite_again(*, invitation: Invitation, by: User) -> Invitation:
    """Another link and another end; the link before it is dead.

    Raises ValidationError for what is over, and where ``by`` is not administrator any more.
    """
    hold_administrator(invitation.cooperation_id, by)
    fresh = _waiting(invitation)
    now = timezone.now()
    settle(cooperation_id=None, kind=INVITED, about=str(Link.of(fresh)))
    fresh.mark, fresh.invited_by, fresh.invited_at = secrets.token_urlsafe(16), by, now
    fresh.expires_at, fresh.sent_at, fresh.failure = now + VALID_FOR, None, ""
    return _sent(save_row(row=fresh, by=by))


@transaction.atomic
def withdraw_invitation(*, invitation: Invitation, by: User) -> Invitation:
    """Let its link work no more. Raises ValidationError for one that was accepted meanwhile."""
    lock_cooperation(invitation.cooperation_id)
    fresh = _waiting(invitation)
    settle(cooperation_id=None, kind=INVITED, about=str(Link.of(fresh)))
    fresh.withdrawn_at, fresh.email = timezone.now(), ""
    return save_row(row=fresh, by=by)


def open_invitation(link: Link) -> Invitation:
    """The invitation behind ``link``; raises NotInvitedError, which says why, where it is over."""
    found = Invitation.objects.for_listing().filter(pk=link.pk, cooperation=link.cooperation_id).first()
    if found is None:
        raise NotInvitedError(_("It is not there any more. Ask to be invited again."))
    if found.cooperation.deactivated_at:
        raise NotInvitedError(_("The cooperation is deactivated: try again when it is active."))
    if found.mark != link.mark:
        raise NotInvitedError(_("It was sent once more: follow the link that came last."))
    if found.accepted_at:
        raise AcceptedError(found)
    if found.withdrawn_at:
        raise NotInvitedError(_("It was withdrawn meanwhile."))
    if not may_invite(found):
        raise NotInvitedError(
            _("Whoever invited you is not administrator any more. Ask to be invited again.")
        )
    if found.expires_at <= timezone.now():
        raise NotInvitedError(_("It had an end, which is over. Ask to be invited again."))
    return found


def may_invite(invitation: Invitation) -> bool:
    """Whether whoever invited is still administrator there, and can sign in."""
    roles = Role.objects.filter(cooperation=invitation.cooperation_id, kind=Role.Kind.ADMINISTRATOR)
    return roles.filter(user=invitation.invited_by_id, user__is_active=True).exists()


def was_asked_twice(invitation: Invitation, user: User | None, username: str, password: str) -> User | None:
    """Whoever accepted ``invitation`` and asks once more, by a second click; None for anybody else.

    They are ``user``, who has signed in, or typed again what they have just made their sign-in with.
    """
    who = invitation.accepted_by
    if who is None or not Role.objects.filter(cooperation=invitation.cooperation_id, user=who).exists():
        return None
    if user is not None:
        return who if who == user else None
    at = invitation.accepted_at
    is_fresh = at is not None and timezone.now() - at < SECOND_CLICK and at - who.date_joined < SECOND_CLICK
    is_theirs = is_fresh and who.is_active and who.username == username
    return who if is_theirs and who.check_password(password) else None


def has_sign_in(email: str) -> bool:
    """Whether somebody with this address can sign in: they do, and nobody becomes a second one of them."""
    ways = [Q(email__iexact=each) | Q(username__iexact=each) for each in written_ways(email)]
    return User.objects.filter(reduce(or_, ways)).exists()


def address_shown(invitation: Invitation) -> str:
    """The address that the link shows to be that of whoever holds it: none where no letter brought it."""
    return invitation.email if invitation.sent_at else ""


def is_invited(user: User, invitation: Invitation) -> bool:
    """Whether it went to the address of ``user``, which is the user name where they have no other.

    One that was handed over is for whoever has no address yet, too.
    """
    if not invitation.sent_at and not user.email:
        return True
    return not written_ways(invitation.email).isdisjoint(written_ways(user.email or user.username))


def is_new_to_us(invitation: Invitation) -> bool:
    """Whether whoever holds the link may make a sign-in.

    By a letter nobody has become a second one of the person who has its address. A link that was handed over
    shows no address to be anybody's: it tells nothing of who has one.
    """
    return not (invitation.sent_at and has_sign_in(invitation.email))


@transaction.atomic
def accept_invitation(*, link: Link, user: User) -> Role:
    """Give ``user``, who may be new, the role; once, however often it is asked for.

    Raises NotInvitedError where the invitation is over, or is not theirs.
    """
    is_new = user.pk is None
    if not is_new:
        User.objects.select_for_update(no_key=True).get(pk=user.pk)  # before the cooperation, always
    lock_cooperation(link.cooperation_id)
    invitation = open_invitation(link)
    if is_new:
        _hold(invitation.email)
        if not is_new_to_us(invitation):
            raise NotInvitedError(
                _("Somebody with this address has a sign-in: sign in, and follow it again.")
            )
        user.email = user.confirmed_email = address_shown(invitation)
        user.save()
        record(verb="add", subject=user, by=user, at=timezone.now(), cooperation_id=link.cooperation_id)
    elif not is_invited(user, invitation):
        raise NotInvitedError(_("It is for somebody with another e-mail address."))
    offered = {
        "cooperation": invitation.cooperation,
        "user": user,
        "kind": invitation.kind,
        "municipality": invitation.municipality,
    }
    role = Role.objects.filter(**offered).first() or save_role(role=Role(**offered), by=user)
    settle(cooperation_id=None, kind=INVITED, about=str(link))
    invitation.accepted_by, invitation.accepted_at, invitation.email = user, timezone.now(), ""
    save_row(row=invitation, by=user)
    notify(
        cooperation_id=invitation.cooperation_id,
        kind=JOINED,
        about=str(role.pk),
        event=f"{JOINED} {invitation.pk}",
        people=holders(invitation.cooperation_id, [Role.Kind.ADMINISTRATOR]),
        by=user,
    )
    return role


def forget_old_invitations() -> None:
    """Withdraw, and so forget the addresses of, invitations that ended long ago and nobody took up."""
    for row in Invitation.objects.waiting().filter(expires_at__lt=timezone.now() - KEPT_FOR):
        row.withdrawn_at, row.email = timezone.now(), ""
        save_row(row=row, by=None)


def send_letter(*, cooperation_id: int, pk: int) -> None:
    """Send the invitation as it stands, unless it is sent or over. Raises UndeliveredError."""
    invitation = Invitation.objects.for_listing().waiting().filter(pk=pk, cooperation=cooperation_id).first()
    if invitation is None or invitation.sent_at or not may_invite(invitation):
        return
    same = Invitation.objects.filter(pk=pk, mark=invitation.mark)
    if invitation.cooperation.deactivated_at:
        raise UndeliveredError(_("The cooperation is deactivated."))
    with translation.override(invitation.language):
        subject = _("Invitation to %(cooperation)s") % {"cooperation": invitation.cooperation}
        text = _text(invitation)
    try:
        deliver(to=invitation.email, subject=subject, text=text)
    except UndeliveredError as error:
        same.update(failure=error.message[:200])
        raise
    if same.waiting().update(sent_at=timezone.now(), failure=""):
        _tell_invited(invitation)  # else it was sent again, withdrawn or accepted meanwhile


def _tell_invited(invitation: Invitation) -> None:
    """Beside the letter, a notice to whoever has shown its address to be theirs; no inviter learns of it."""
    known = User.objects.filter(email__iexact=invitation.email, is_active=True)
    notify(
        cooperation_id=None,
        kind=INVITED,
        about=str(Link.of(invitation)),
        event=f"{INVITED} {Link.of(invitation)}",
        people=[user.pk for user in known if user.has_confirmed_address],
        by=invitation.invited_by,
    )


def _text(invitation: Invitation) -> str:
    words = _(
        "Hello,\n\n"
        "%(person)s invites you to %(cooperation)s, as %(role)s.\n\n"
        "Accept it here, by %(day)s at the latest:\n%(link)s\n\n"
        "The link works once, and is for you alone. If you did not expect this letter, do nothing.\n\n"
        "%(cooperation)s"
    )
    return words % {
        "person": invitation.invited_by,
        "cooperation": invitation.cooperation,
        "role": invitation.role,
        "day": date_format(timezone.localtime(invitation.expires_at), "j F Y"),
        "link": link_of(invitation),
    }


def _sent(invitation: Invitation) -> Invitation:
    """Have its letter sent, where letters are: the job says which, and nothing that opens it."""
    if settings.SENDS_MAIL:
        which = {"cooperation": invitation.cooperation_id, "invitation": invitation.pk}
        order(kind=LETTER, cooperation_id=None, arguments=which)
    return invitation


def _waiting(invitation: Invitation) -> Invitation:
    found = Invitation.objects.waiting().filter(pk=invitation.pk).first()
    if found is None:
        raise ValidationError(_("It was accepted or withdrawn meanwhile."))
    return found


def _hold(email: str) -> None:
    """Let whoever makes a sign-in with the same address wait until this transaction ends."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s, hashtext(%s))", [LOCKS, min(written_ways(email))])


def _signer() -> signing.Signer:
    return signing.Signer(salt="sharedict.municipalities.invitation")
