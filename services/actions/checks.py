"""What a row is refused for that its own fields do not tell."""

import datetime as dt

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from municipalities.actions import has_other, refuse_outside_site, refuse_shorter_than
from municipalities.models import Absence, Site
from services.models import Installation, OnCall
from sharedict.common.days import date_format, last_day


def refuse_absent(row: OnCall) -> None:
    """Raise ValidationError, at the field, where whoever is to be on call is away or works here no more.

    A turn that is there may end on any of its days: who has fallen ill since is relieved.
    """
    if row.is_only_cut("colleague_id"):
        return
    after = row.valid_until or dt.date.max
    colleague = row.colleague
    left = colleague.valid_until
    if row.valid_from < colleague.valid_from or (left and (row.valid_until is None or left < after)):
        raise ValidationError({"colleague": _("They do not work here on all of these days.")})
    away = Absence.objects.filter(colleague=colleague).overlapping(row.valid_from, after).first()
    if away is None:
        return
    words = {"first": date_format(away.valid_from, "j F Y")}
    if away.valid_until is None:
        raise ValidationError({"colleague": _("They are away from %(first)s until further notice.") % words})
    words["last"] = date_format(last_day(away.valid_until), "j F Y")
    raise ValidationError({"colleague": _("They are away from %(first)s to %(last)s.") % words})


def refuse_installation_outside_site(installation: Installation) -> None:
    """An application is installed at a site while that is there."""
    if has_other(installation, "site_id", "valid_from", "valid_until"):
        refuse_outside_site(installation, installation.site)


def refuse_mirror_of_itself(installation: Installation) -> None:
    """Raise ValidationError, at the site, where an application would run and be mirrored at once."""
    row, columns = installation, ("application_id", "site_id", "purpose", "valid_from", "valid_until")
    if row.counterpart is None or not has_other(row, *columns):
        return
    others = Installation.objects.filter(application=row.application, site=row.site, purpose=row.counterpart)
    if others.overlapping(row.valid_from, row.valid_until or dt.date.max).exclude(pk=row.pk).exists():
        raise ValidationError({"site": Installation.mirrors_itself})


def refuse_site_shorter_than_installations(site: Site) -> None:
    """A site lasts as long as what is installed at it."""
    if not site._state.adding and has_other(site, "valid_from", "valid_until"):
        rows = Installation.objects.filter(site=site).select_related("application", "site")
        refuse_shorter_than(site, rows.order_by("application__name"))
