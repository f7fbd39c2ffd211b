"""The status page of a cooperation for its members, and its Atom feed."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.cache import add_never_cache_headers
from django.utils.feedgenerator import Atom1Feed
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.generic.base import View

from municipalities.models import Cooperation
from municipalities.portal import CooperationPage, listed
from services.actions.feeds import close_feeds, feed_of, open_feed
from services.models import Outage, StatusFeed
from services.portal import state_of_outage
from services.reports.status import MOST, Standing, standings, status_of
from services.views.outage_words import moment
from sharedict.common.mail import address_of
from sharedict.common.sight import of_cooperation, seeing


class StatusPage(CooperationPage):
    def get(self, request: HttpRequest, **kwargs: Any) -> HttpResponse:
        now = timezone.now()
        rows = Outage.objects.visible_to(request.user).of(self.cooperation)
        status = status_of(rows, now)
        sections = [
            (_("Going on"), status.now, _("Nothing is reported to be down.")),
            (_("Planned"), status.ahead, _("No work is announced.")),
            (_("Over, the last two weeks"), status.over, _("Nothing was down in this time.")),
        ]
        context = {
            "headline": _headline(status.now),
            "sections": [
                (title, [(each, state_of_outage(each.outage, now)) for each in each_of], empty)
                for title, each_of, empty in sections
            ],
            "actions": self.actions(),
        }
        return self.page("services/status.html", context)

    def actions(self) -> list[dict[str, Any]]:
        feed = {"url": self.url("status-feeds"), "label": _("Follow in a feed reader")}
        if not self.rights.may_report:
            return [feed]
        report = {"url": self.url("outage-report"), "label": _("Report an outage"), "primary": True}
        return [report, feed]


def _headline(going_on: list[Standing]) -> str:
    names = sorted({name for each in going_on for name in each.applications}, key=str.lower)
    if not going_on:
        return _("Everything works, as far as it is reported.")
    if not names:
        return _("Something is reported, and hits nobody by what is entered.")
    said = ngettext("%(names)s is hit.", "%(names)s are hit.", len(names))
    return said % {"names": listed(names)}


class FeedPage(CooperationPage):
    """Gives the reader an address of their own for a feed reader, shown once, and takes it back."""

    def get(self, request: HttpRequest, **kwargs: Any) -> HttpResponse:
        rows = StatusFeed.objects.visible_to(request.user).of(self.cooperation)
        return self.page(
            "services/status_feed.html", {"feed": rows.filter(user=self.viewer, revoked_at=None).first()}
        )

    def post(self, request: HttpRequest, **kwargs: Any) -> HttpResponse:
        now = timezone.now()
        if "revoke" in request.POST:
            close_feeds(cooperation=self.cooperation, now=now, by=self.viewer)
            return redirect(self.url("status-feeds"))
        _feed, secret = open_feed(cooperation=self.cooperation, now=now, by=self.viewer)
        context = {
            "title": _("Your feed address is ready"),
            "label": _("Address"),
            "secret": address_of(self.url("status-feed", secret)),
            "advice": _(
                "Give it to your feed reader. Whoever has it reads the outages: keep it like a password."
            ),
            "done_url": self.url("status"),
            "done_label": _("To the status page"),
        }
        response = self.page("municipalities/shown_once.html", context)
        add_never_cache_headers(response)
        return response


class Feed(View):
    """The newest outages as Atom (RFC 4287), for whoever has the address; no session is asked for."""

    http_method_names = ["get", "head", "options"]

    def get(self, request: HttpRequest, cooperation: str, secret: str) -> HttpResponse:
        found = Cooperation.objects.filter(slug=cooperation, deactivated_at=None).first()
        response = self.of(found, secret) if found else None
        if response is None:
            said = _(
                "This feed address is not known, or not valid any more. Get a new one on the status page."
            )
            response = HttpResponse(said, status=404, content_type="text/plain; charset=utf-8")
        add_never_cache_headers(response)
        return response

    def of(self, cooperation: Cooperation, secret: str) -> HttpResponse | None:
        with seeing(of_cooperation(cooperation.pk)):
            if feed_of(cooperation, secret) is None:
                return None
            rows = Outage.objects.of(cooperation).unmerged().order_by("-starts_at", "-pk")[:MOST]
            return atom_of(cooperation, standings(rows))


def atom_of(cooperation: Cooperation, found: list[Standing]) -> HttpResponse:
    """An entry for each outage, as new as what was last told of it."""
    now = timezone.now()
    page = address_of(reverse("status", args=[cooperation.slug]))
    title = _("Outages of %(name)s") % {"name": cooperation.name}
    feed = Atom1Feed(title=_plain(title), link=page, description="", author_name=_plain(cooperation.name))
    for each in found:
        outage = each.outage
        when = f"{moment(outage.starts_at)} \N{EN DASH} {moment(outage.ends_at)}"
        said = [
            f"{state_of_outage(outage, now)[0]}: {when}",
            _("Services: %(names)s") % {"names": listed(each.applications)} if each.applications else "",
            _("Municipalities: %(names)s") % {"names": listed(each.municipalities)}
            if each.municipalities
            else "",
            *(f"{moment(update.at)}: {update.text}" for update in each.updates),
        ]
        changed_at = max([outage.announced_at or outage.starts_at, *(update.at for update in each.updates)])
        feed.add_item(
            title=_plain(outage.title),
            link=address_of(reverse("outage", args=[cooperation.slug, outage.pk])),
            description=_plain("\n".join(filter(None, said))),
            unique_id=f"{page}#{outage.pk}",
            pubdate=outage.announced_at or outage.starts_at,
            updateddate=changed_at,
        )
    return HttpResponse(feed.writeString("utf-8"), content_type="application/atom+xml; charset=utf-8")


def _plain(text: str) -> str:
    """``text`` without the control signs that XML cannot hold."""
    return "".join(sign for sign in text if sign.isprintable() or sign == "\n")
