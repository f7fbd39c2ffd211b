"""Changing what is shared: who uses an application, from when until when."""

import datetime as dt
from collections.abc import Iterable, Mapping

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext as _

from municipalities.actions import save_row
from municipalities.models import Municipality
from services.models import Application, Subscription


@transaction.atomic
def subscribe(
    *,
    application: Application,
    municipalities: Iterable[Municipality],
    valid_from: dt.date,
    valid_until: dt.date | None,
    users: int | None,
    by: object,
) -> list[Subscription]:
    """A subscription to ``application`` for each of ``municipalities``: all of them, or none.

    Raises ValidationError naming those that already use it in part of that time.
    """
    rows = plan_subscriptions(
        application=application,
        municipalities=municipalities,
        valid_from=valid_from,
        valid_until=valid_until,
        users=users,
    )
    return [save_row(row=row, by=by) for row in rows]


def plan_subscriptions(
    *,
    application: Application,
    municipalities: Iterable[Municipality],
    valid_from: dt.date,
    valid_until: dt.date | None,
    users: int | None,
) -> list[Subscription]:
    """What ``subscribe`` would save; nothing is saved here. Raises ValidationError as it does."""
    chosen = list(municipalities)
    using = users_of(application, valid_from, valid_until)
    taken = [place for place in chosen if place.pk in using]
    if taken:
        names = ", ".join(map(str, taken))
        said = _("Already used in part of that time by %(names)s.") % {"names": names}
        raise ValidationError({"municipalities": said})
    return [
        Subscription(
            cooperation_id=application.cooperation_id,
            application=application,
            municipality=place,
            users=users,
            valid_from=valid_from,
            valid_until=valid_until,
        )
        for place in chosen
    ]


def users_of(application: Application, first: dt.date, after: dt.date | None) -> set[int]:
    """The ids of municipalities that use ``application`` on some day of ``[first, after)``."""
    rows = Subscription.objects.filter(application=application).overlapping(first, after or dt.date.max)
    return set(rows.values_list("municipality_id", flat=True))


@transaction.atomic
def share_application(
    *,
    application: Application,
    users: Mapping[Municipality, int | None],
    valid_from: dt.date,
    by: object,
) -> Application:
    """Add or change ``application`` together with who begins to use it, and with how many users, if told.

    Raises ValidationError as saving each of them does: then nothing is saved.
    """
    save_row(row=application, by=by)
    for place, count in users.items():
        subscribe(
            application=application,
            municipalities=[place],
            valid_from=valid_from,
            valid_until=None,
            users=count,
            by=by,
        )
    return application
