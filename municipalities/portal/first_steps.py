"""The first steps of the set-up: the cooperation, its members, its people."""

from typing import Any

from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import BooleanField, Case, Count, Exists, OuterRef, Value, When
from django.db.models.expressions import Combinable
from django.db.models.functions import JSONObject
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from municipalities.models import Cooperation, Invitation, Member, Role
from municipalities.portal.set_up import SetUpStep
from municipalities.portal.words import few
from sharedict.common.days import date_format

CLOSERS = 2
"""One administrator proposes a month, and another closes it."""


def _is_there() -> Combinable:
    return Value(True, output_field=BooleanField())


def _what_it_is(cooperation: Cooperation, _there: Any) -> str:
    words = {
        "name": cooperation.name,
        "currency": cooperation.currency,
        "month": date_format(cooperation.first_month, "F Y"),
    }
    return _("%(name)s, %(currency)s, from %(month)s") % words


def _has_members() -> Combinable:
    return Exists(Member.objects.filter(cooperation=OuterRef("pk")))


def _members() -> Combinable:
    rows = Member.objects.filter(cooperation=OuterRef("pk")).order_by("municipality__name")
    return ArraySubquery(rows.values("municipality__name"))


def _its_members(_cooperation: Cooperation, names: list[str]) -> str:
    return few([*dict.fromkeys(names)])


def _can_close() -> Combinable:
    administrators = Role.objects.filter(
        cooperation=OuterRef("pk"), kind=Role.Kind.ADMINISTRATOR, user__is_active=True
    )
    counted = administrators.order_by().values("cooperation").annotate(people=Count("user"))
    return Exists(counted.filter(people__gte=CLOSERS))


def _people() -> Combinable:
    """Of each role of somebody who can sign in: whose it is, and whether it lets them close a month.

    Besides who is invited to become an administrator.
    """
    rows = Role.objects.filter(cooperation=OuterRef("pk"), user__is_active=True).order_by()
    closes = Case(When(kind=Role.Kind.ADMINISTRATOR, then=1), default=0)
    asked = Invitation.objects.filter(cooperation=OuterRef("pk"), kind=Role.Kind.ADMINISTRATOR).waiting()
    asked = asked.filter(expires_at__gt=timezone.now()).order_by("pk")
    return JSONObject(
        roles=ArraySubquery(rows.values(each=JSONObject(user="user", closes=closes))),
        awaited=ArraySubquery(asked.values("email")),
    )


def _its_people(_cooperation: Cooperation, there: dict[str, Any]) -> str:
    roles = there["roles"]
    everybody = len({role["user"] for role in roles})
    closing = sum(role["closes"] for role in roles)
    people = ngettext("%(count)s person", "%(count)s people", everybody) % {"count": everybody}
    said = ngettext("%(people)s, %(count)s administrator", "%(people)s, %(count)s administrators", closing)
    return said % {"people": people, "count": closing}


def _awaited(there: dict[str, Any]) -> str:
    """Who is invited and would make the administrators enough."""
    emails = there["awaited"]
    return _("Waits for %(people)s") % {"people": few(emails)} if emails else ""


COOPERATION = SetUpStep(
    "set-up-cooperation",
    gettext_lazy("The cooperation"),
    gettext_lazy("Its name, its currency, its first month"),
    _is_there,
    _is_there,
    _what_it_is,
)
MEMBERS = SetUpStep(
    "set-up-members",
    gettext_lazy("Members"),
    gettext_lazy("The municipalities that take part"),
    _has_members,
    _members,
    _its_members,
    lacking=gettext_lazy("a member"),
)
PEOPLE = SetUpStep(
    "set-up-people",
    gettext_lazy("People"),
    gettext_lazy("Two administrators close a month"),
    _can_close,
    _people,
    _its_people,
    waits=_awaited,
)
