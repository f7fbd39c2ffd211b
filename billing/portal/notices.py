"""What this app tells people of, in words: what becomes of months, and costs that nothing divides."""

from collections.abc import Callable
from typing import Any

from django.urls import reverse
from django.utils.translation import gettext_lazy

from billing.actions.telling import BY_INVITED, CLOSED, DROPPED, PROPOSED, TAKEN_BACK, UNALLOCATED
from municipalities.actions import NoticeKind
from municipalities.models import Notice
from municipalities.portal import slug_of
from sharedict.common.days import date_format
from sharedict.kernel.periods import Month


def _saying(words: Any) -> Callable[[Notice], str]:
    """Makes ``words`` of a notice, in which ``month`` and ``person`` (who did it) may stand."""

    def said(notice: Notice) -> str:
        month = Month.parse(notice.about)
        return str(words) % {"month": date_format(month.first, "F Y"), "person": notice.by}

    return said


def _of_month(notice: Notice) -> str:
    return reverse("period", args=[slug_of(notice), notice.about])


def _of_unallocated(notice: Notice) -> str:
    return f"{_of_month(notice)}#unallocated"


KINDS = (
    NoticeKind(
        PROPOSED,
        gettext_lazy("A month is proposed, and somebody else closes it"),
        _saying(gettext_lazy("%(person)s has proposed %(month)s: another administrator closes it")),
        _of_month,
    ),
    NoticeKind(
        CLOSED,
        gettext_lazy("A month is closed, and its statements issued"),
        _saying(gettext_lazy("%(person)s has closed %(month)s: its statements are issued")),
        _of_month,
    ),
    NoticeKind(
        DROPPED,
        gettext_lazy("A proposal of mine fell, since something has changed"),
        _saying(gettext_lazy("Your proposal to close %(month)s fell, since something has changed")),
        _of_month,
    ),
    NoticeKind(
        TAKEN_BACK,
        gettext_lazy("Somebody else has taken my proposal back"),
        _saying(gettext_lazy("%(person)s has taken back your proposal to close %(month)s")),
        _of_month,
    ),
    NoticeKind(
        UNALLOCATED,
        gettext_lazy("Costs are there that nothing divides"),
        _saying(gettext_lazy("%(month)s has costs that nothing divides: it cannot be closed so")),
        _of_unallocated,
    ),
    NoticeKind(
        BY_INVITED,
        gettext_lazy("A month was closed by two of whom one had just invited the other"),
        _saying(
            gettext_lazy(
                "%(month)s was closed by two of whom one had invited the other, or given them a role or a "
                "password, less than 30 days before"
            )
        ),
        _of_month,
        is_always_sent=True,
    ),
)
