"""What sites and links are refused for: days on which something is at a site that is not there."""

import datetime as dt

from django.core.exceptions import ValidationError
from django.db import models
from django.utils.translation import gettext as _

from municipalities.models import Link, Site
from sharedict.common.days import date_format, last_day
from sharedict.common.models import Spanned


def refuse_outside_site(row: Spanned, site: Site) -> None:
    """Raise ValidationError, at the day, where ``row`` lasts before or after the ``site`` that it is at."""
    if row.valid_from < site.valid_from:
        said = _("%(site)s is there from %(day)s on.") % {"site": site, "day": _day(site.valid_from)}
        raise ValidationError({"valid_from": said})
    if site.valid_until and (row.valid_until is None or row.valid_until > site.valid_until):
        said = _("%(site)s ends on %(day)s.") % {"site": site, "day": _day(last_day(site.valid_until))}
        raise ValidationError({"valid_until": said})


def refuse_shorter_than(site: Site, rows: models.QuerySet[models.Model]) -> None:
    """Raise ValidationError, at the day, where ``site`` does not last as long as some of ``rows`` at it."""
    before = rows.filter(valid_from__lt=site.valid_from).first()
    if before is not None:
        said = _("%(what)s is there before: change its days first.") % {"what": before}
        raise ValidationError({"valid_from": said})
    longer = models.Q(valid_until__isnull=True) | models.Q(valid_until__gt=site.valid_until)
    after = rows.filter(longer).first() if site.valid_until else None
    if after is not None:
        said = _("%(what)s is there longer: end that first.") % {"what": after}
        raise ValidationError({"valid_until": said})


def has_other(row: Spanned, *names: str) -> bool:
    """Whether ``row`` is new, or one of its columns is otherwise than it was read: what is old may stay."""
    return row._state.adding or any(row.as_read.get(name) != getattr(row, name) for name in names)


def refuse_link_outside_sites(link: Link) -> None:
    """A link lasts no longer than the sites at its ends."""
    if has_other(link, "site_id", "other_site_id", "valid_from", "valid_until"):
        for site in filter(None, (link.site, link.other_site)):
            refuse_outside_site(link, site)


def refuse_site_shorter_than_links(site: Site) -> None:
    """A site lasts as long as the links that end at it."""
    if not site._state.adding and has_other(site, "valid_from", "valid_until"):
        ends = models.Q(site=site) | models.Q(other_site=site)
        refuse_shorter_than(site, Link.objects.filter(ends).order_by("name"))


def _day(day: dt.date) -> str:
    return date_format(day, "DATE_FORMAT")
