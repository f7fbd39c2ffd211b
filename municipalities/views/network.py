"""Sites and what joins them: two lists and a picture."""

import datetime as dt
from functools import cached_property
from typing import Any, ClassVar

from django.http import HttpRequest, HttpResponseBase
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from municipalities.actions import save_site
from municipalities.forms import LinkForm, SiteForm, StateFilter
from municipalities.models import Link, Municipality, Site
from municipalities.portal import (
    ChangePage,
    EndPage,
    FileTable,
    Filter,
    FormPage,
    ListPage,
    WithdrawPage,
    runs_at,
)
from municipalities.reports import (
    MOST_DRAWN,
    map_of_sites,
    network_count,
    network_figures,
    network_finding,
    network_of,
    redundancy_groups,
    ways_out_of_sites,
)
from municipalities.tables import LinkTable, SiteTable, state_of
from sharedict.pictures.rails import rails


class Network(ListPage):
    """The sites, filtered and exported as any list; ``?rows=links`` exports the links instead."""

    model = Site
    table_class = SiteTable
    filterset_class = StateFilter
    template_name = "municipalities/network.html"
    title = gettext_lazy("Sites and network")
    lead = gettext_lazy("Where things run, what joins the places, and who supplies it.")
    add_name = "site-add"
    add_label = gettext_lazy("Add a site")
    api_name = "v1:sites-list"

    def get(self, request: HttpRequest, **kwargs: Any) -> HttpResponseBase:
        kind = request.GET.get("format", "")
        if request.GET.get("rows") == "links" and kind in ("csv", "xlsx"):
            return self.export(self.links(), kind)
        return super().get(request, **kwargs)

    def table(self, rows: Any) -> FileTable:
        today = timezone.localdate()
        return SiteTable(
            rows,
            request=self.request,
            runs_at=runs_at(self.cooperation, today),
            ways=ways_out_of_sites(self.joined),
        )

    @cached_property
    def every_link(self) -> list[Link]:
        return list(Link.objects.visible_to(self.request.user).of(self.cooperation).for_listing())

    @property
    def joined(self) -> list[Link]:
        """Those of today."""
        return [link for link in self.every_link if state_of(link) == "now"]

    def links(self) -> LinkTable:
        """All of them at once: the picture is drawn from the same rows."""
        groups = redundancy_groups(self.joined)
        table = LinkTable(self.every_link, request=self.request, prefix="links-", groups=groups)
        table.choose_columns()
        table.empty_url = self.url("link-add") if self.rights.may_edit else None
        return table

    def members(self, today: dt.date) -> list[Municipality]:
        return list(Municipality.objects.members_of(self.cooperation, today, today + dt.timedelta(days=1)))

    def more_actions(self) -> list[dict[str, Any]]:
        return [{"url": self.url("link-add"), "label": _("Add a link")}] if self.rights.may_edit else []

    def context(self, table: FileTable, found: Filter | None) -> dict[str, Any]:
        links = self.links()
        links.turn_to_page()
        today = timezone.localdate()
        sites = list(Site.objects.of(self.cooperation).as_of(today).for_listing())
        joined = self.joined
        is_too_much = len(joined) > MOST_DRAWN
        count, finding = network_count(sites, joined), network_finding(sites, joined)
        title, summary = (finding, f"{count}.") if finding else (count, "")
        said = f"{title}. {summary}".strip()
        wanted = network_of(sites, joined, own=self.rights.municipality_ids, finding=said)
        return super().context(table, found) | {
            "links": links,
            "links_csv_url": f"{self.same_rows('csv')}&rows=links",
            "links_xlsx_url": f"{self.same_rows('xlsx')}&rows=links",
            "links_api_url": f"{reverse('v1:links-list')}?cooperation={self.cooperation.slug}",
            "picture": rails(wanted) if (wanted.providers or wanted.joints) and not is_too_much else None,
            "is_too_much": is_too_much,
            "map": map_of_sites(sites, self.members(today), own=self.rights.municipality_ids),
            "picture_figures": network_figures(sites, joined),
            "picture_title": title,
            "picture_summary": summary,
        }


class SiteAdd(FormPage):
    form_class = SiteForm
    title = gettext_lazy("Add a site")
    done_name = "network"

    def save(self, form: Any) -> Site:
        return save_site(site=form.instance, mirrors=form.cleaned_data["mirrors"], by=self.request.user)


class SiteChange(SiteAdd, ChangePage):
    other_steps = (("site-end", gettext_lazy("End")), ("site-delete", gettext_lazy("Remove")))
    model = Site
    title = gettext_lazy("Change a site")


class SiteEnd(EndPage):
    model = Site
    done_name = "network"


class SiteWithdraw(WithdrawPage):
    model = Site
    done_name = "network"


class LinkAdd(FormPage):
    form_class = LinkForm
    title = gettext_lazy("Add a link")
    lead: ClassVar[Any] = gettext_lazy("Its other end is either another site or an outside provider.")
    done_name = "network"


class LinkChange(LinkAdd, ChangePage):
    other_steps = (("link-end", gettext_lazy("End")), ("link-delete", gettext_lazy("Remove")))
    model = Link
    title = gettext_lazy("Change a link")
    lead = ""


class LinkEnd(EndPage):
    model = Link
    done_name = "network"


class LinkWithdraw(WithdrawPage):
    model = Link
    done_name = "network"
