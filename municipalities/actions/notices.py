"""Telling people of what concerns them: as notices in the portal and, where they choose so, by letter too."""

import datetime as dt
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.urls import reverse
from django.utils import timezone, translation
from django.utils.translation import gettext as _

from municipalities.models import Notice, Role
from sharedict.accounts.models import User
from sharedict.common.mail import address_of, deliver
from sharedict.jobs.actions import order
from sharedict.jobs.models import Job

NOTICE_LETTER = "notice-letter"
HELD_FROM = dt.timedelta(days=1)
"""A letter goes within minutes, or a day where the mail server was away."""
READ_KEPT_FOR, KEPT_FOR = dt.timedelta(days=90), dt.timedelta(days=365)
"""How long a notice is kept that was read, and one that was not."""


@dataclass(frozen=True, slots=True)
class NoticeKind:
    """What notices of one kind say, in the reader's words.

    ``title`` names the kind where people choose of what they get letters. ``words`` tells one, by its
    ``about``, ``by`` and ``cooperation``; ``address`` is the page about it. What ``is_always_sent`` goes by
    letter to whoever is told of it, whatever they choose; of what has a letter of its own none is sent.
    """

    name: str
    title: Any
    words: Callable[[Notice], str]
    address: Callable[[Notice], str]
    is_always_sent: bool = False
    has_own_letter: bool = False

    @property
    def is_chosen(self) -> bool:
        """Whether people say if they want letters of it."""
        return not (self.is_always_sent or self.has_own_letter)


_kinds: dict[str, NoticeKind] = {}


def add_notice_kind(kind: NoticeKind) -> None:
    """Let an app say what its notices of ``kind`` tell; adding one twice changes nothing."""
    _kinds[kind.name] = kind


def notice_kinds() -> list[NoticeKind]:
    """All kinds, those of the apps below first."""
    return list(_kinds.values())


def kind_of(notice: Notice) -> NoticeKind:
    return _kinds[notice.kind]


def holders(cooperation_id: int, kinds: Iterable[str] = Role.Kind.values) -> set[int]:
    """Who has a role of ``kinds`` in the cooperation, and can sign in: their primary keys."""
    roles = Role.objects.filter(cooperation=cooperation_id, kind__in=kinds, user__is_active=True)
    return set(roles.order_by().values_list("user", flat=True))


def notify(
    *,
    cooperation_id: int | None,
    kind: str,
    about: str,
    event: str,
    people: Iterable[int],
    by: object = None,
) -> None:
    """Tell ``people`` (primary keys) of the event, in the caller's transaction; but not whoever did it.

    ``event`` names what happened within the cooperation: nobody is told of the same once more.
    """
    doer = by if isinstance(by, User) else None
    told = sorted(set(people) - {doer.pk if doer else None})
    now = timezone.now()
    rows = [
        Notice(
            cooperation_id=cooperation_id, user_id=pk, kind=kind, about=about, event=event, by=doer, at=now
        )
        for pk in told
    ]
    Notice.objects.bulk_create(rows, ignore_conflicts=True)
    if settings.SENDS_MAIL and told and not _kinds[kind].has_own_letter:
        new = Notice.objects.filter(cooperation=cooperation_id, event=event, at=now)
        wanting = new if _kinds[kind].is_always_sent else new.filter(user__letters__contains=[kind])
        for pk in wanting.values_list("pk", flat=True):
            _order_letter(cooperation_id, pk)


def _order_letter(cooperation_id: int | None, pk: int) -> None:
    which = {"cooperation": cooperation_id, "notice": pk}
    order(kind=NOTICE_LETTER, cooperation_id=None, arguments=which)


def order_held_letters(*, cooperation_id: int, deactivated_at: dt.datetime) -> None:
    """Have the letters sent that a deactivated cooperation, which is active again, held back.

    These are of what was told in the day before, that nobody has read meanwhile and no job still has in hand.
    """
    if not settings.SENDS_MAIL:
        return
    rows = Notice.objects.unread().filter(
        cooperation=cooperation_id, sent_at=None, at__gte=deactivated_at - HELD_FROM
    )
    jobs = Job.objects.unfinished().filter(kind=NOTICE_LETTER, arguments__cooperation=cooperation_id)
    in_hand = {arguments["notice"] for arguments in jobs.values_list("arguments", flat=True)}
    for notice in rows.for_listing().select_related("user").order_by("pk"):
        if notice.pk not in in_hand and not kind_of(notice).has_own_letter and _may_send(notice):
            _order_letter(cooperation_id, notice.pk)


def settle(*, cooperation_id: int | None, kind: str, about: str) -> None:
    """Nobody has to read any more what notices of ``kind`` tell of ``about``: it is done with."""
    same = Notice.objects.unread().filter(cooperation=cooperation_id, kind=kind, about=about)
    same.update(read_at=timezone.now())


def send_notice(*, pk: int) -> None:
    """Send the notice by letter, unless it was sent or read, or its person may not see it, or wants none.

    Raises UndeliveredError.
    """
    notice = Notice.objects.for_listing().select_related("user").filter(pk=pk).first()
    if notice is None or not _may_send(notice):
        return
    kind, user = kind_of(notice), notice.user
    with translation.override(user.language or settings.LANGUAGE_CODE):
        told = kind.words(notice)
        text = _("%(told)s\n\n%(link)s\n\nOf what you get letters is chosen here:\n%(choices)s")
        words = {
            "told": told,
            "link": address_of(kind.address(notice)),
            "choices": address_of(reverse("letters")),
        }
        deliver(to=user.email, subject=f"{notice.cooperation}: {told}", text=text % words)
    Notice.objects.filter(pk=pk).update(sent_at=timezone.now())


def _may_send(notice: Notice) -> bool:
    user = notice.user
    is_wanted = notice.kind in user.letters or kind_of(notice).is_always_sent
    is_reached = user.has_confirmed_address and user.is_active
    is_new = not notice.sent_at and not notice.read_at
    is_open = notice.cooperation is not None and not notice.cooperation.deactivated_at
    if not (is_wanted and is_reached and is_new and is_open):
        return False
    return Role.objects.filter(cooperation=notice.cooperation_id, user=user).exists()


def mark_read(*, user: User, pk: int | None = None) -> None:
    """Note that ``user`` has read the notice ``pk``, or all of theirs."""
    rows = Notice.objects.visible_to(user).unread()
    (rows if pk is None else rows.filter(pk=pk)).update(read_at=timezone.now())


def forget_old_notices() -> None:
    """Delete the notices that were read a while ago, or that nobody will read any more."""
    now = timezone.now()
    Notice.objects.filter(read_at__lt=now - READ_KEPT_FOR).delete()
    Notice.objects.filter(at__lt=now - KEPT_FOR).delete()
