"""Where an application runs, as sites and what can take over; and where it is used, as a map."""

from collections.abc import Collection, Sequence

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from municipalities.models import Municipality
from municipalities.portal import listed
from municipalities.reports import map_of
from services.models import Application, Installation, Subscription
from sharedict.pictures.drawing import Picture
from sharedict.pictures.network import Network, Rail, Site, State
from sharedict.pictures.rails import rails


def where_it_runs(
    application: Application, running: Sequence[Installation], own: Collection[int]
) -> Picture | None:
    """The primary sites, the mirrors, and which can take over; None where it runs nowhere.

    ``own`` are the municipalities of the reader, whose sites stand out.
    """
    primary = [row for row in running if row.purpose == Installation.Purpose.PRIMARY]
    mirrors = [row for row in running if row.purpose == Installation.Purpose.MIRROR]
    if not (primary or mirrors):
        return None
    at = [str(row.pk) for row in primary]
    return rails(
        Network(
            finding=_finding(application, primary, mirrors),
            sites=[
                *(_site(row, own) for row in primary),
                *(_site(row, own, _("can take over") if at else "") for row in mirrors),
            ],
            providers=[],
            joints=[Rail("", "", [*at, str(row.pk)], State.SPARE, over=str(row.pk)) for row in mirrors if at],
            words={State.SPARE: _("can take over")},
        )
    )


def where_it_is_used(
    using: Sequence[Subscription], members: Sequence[Municipality], own: Collection[int]
) -> Picture | None:
    """The members on a map, by whether they use it; None where a map would tell no more than a list."""
    theirs = {row.municipality_id for row in using}
    used = len([place for place in members if place.pk in theirs])
    finding = ngettext(
        "%(count)s of %(all)s members uses it.", "%(count)s of %(all)s members use it.", used
    ) % {"count": used, "all": len(members)}
    return map_of(finding, theirs, members, own=own, used=_("uses it"), unused=_("does not use it"))


def _site(row: Installation, own: Collection[int], does: str = "") -> Site:
    said = " · ".join(filter(None, (str(row.get_purpose_display()), row.version, does)))
    return Site(str(row.pk), row.site.name, [said], "own" if row.site.municipality_id in own else "")


def _finding(
    application: Application, primary: Sequence[Installation], mirrors: Sequence[Installation]
) -> str:
    words = {
        "service": application.name,
        "sites": listed([row.site.name for row in primary]),
        "mirrors": listed([row.site.name for row in mirrors]),
    }
    if not primary:
        return _("%(service)s has no primary site; %(mirrors)s is there to take over.") % words
    if not mirrors:
        return _("%(service)s runs at %(sites)s, and no other site can take over.") % words
    return _("%(service)s runs at %(sites)s, and can be taken over by %(mirrors)s.") % words
