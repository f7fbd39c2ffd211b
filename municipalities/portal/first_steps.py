"""The first steps of the set-up: the cooperation, its members, its people."""

from django.db.models import BooleanField, Count, Exists, OuterRef, Value
from django.db.models.expressions import Combinable
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


def _what_it_is(cooperation: Cooperation) -> str:
    words = {
        "name": cooperation.name,
        "currency": cooperation.currency,
        "month": date_format(cooperation.first_month, "F Y"),
    }
    return _("%(name)s, %(currency)s, from %(month)s") % words


def _has_members() -> Combinable:
    return Exists(Member.objects.filter(cooperation=OuterRef("pk")))


def _its_members(cooperation: Cooperation) -> str:
    rows = Member.objects.of(cooperation).order_by("municipality__name")
    return few([*dict.fromkeys(rows.values_list("municipality__name", flat=True))])


def _can_close() -> Combinable:
    administrators = Role.objects.filter(
        cooperation=OuterRef("pk"), kind=Role.Kind.ADMINISTRATOR, user__is_active=True
    )
    counted = administrators.order_by().values("cooperation").annotate(people=Count("user"))
    return Exists(counted.filter(people__gte=CLOSERS))


def _its_people(cooperation: Cooperation) -> str:
    rows = Role.objects.of(cooperation).filter(user__is_active=True)
    everybody = rows.order_by().values("user").distinct().count()
    closing = rows.filter(kind=Role.Kind.ADMINISTRATOR).count()
    people = ngettext("%(count)s person", "%(count)s people", everybody) % {"count": everybody}
    said = ngettext("%(people)s, %(count)s administrator", "%(people)s, %(count)s administrators", closing)
    return said % {"people": people, "count": closing}


def _awaited(cooperation: Cooperation) -> str:
    """Who is invited and would make the administrators enough."""
    rows = Invitation.objects.of(cooperation).waiting().filter(kind=Role.Kind.ADMINISTRATOR)
    emails = rows.filter(expires_at__gt=timezone.now()).order_by("pk").values_list("email", flat=True)
    return _("Waits for %(people)s") % {"people": few([*emails])} if emails else ""


COOPERATION = SetUpStep(
    "set-up-cooperation",
    gettext_lazy("The cooperation"),
    gettext_lazy("Its name, its currency, its first month"),
    _is_there,
    _what_it_is,
)
MEMBERS = SetUpStep(
    "set-up-members",
    gettext_lazy("Members"),
    gettext_lazy("The municipalities that take part"),
    _has_members,
    _its_members,
    lacking=gettext_lazy("a member"),
)
PEOPLE = SetUpStep(
    "set-up-people",
    gettext_lazy("People"),
    gettext_lazy("Two administrators close a month"),
    _can_close,
    _its_people,
    waits=_awaited,
)
