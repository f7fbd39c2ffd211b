"""The bar above every page: where one can go from here, by role."""

from typing import TYPE_CHECKING, Any

from django.http import HttpRequest
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from municipalities.access import cooperations_of
from sharedict import __version__

if TYPE_CHECKING:
    from municipalities.models import Cooperation

ITEMS: dict[str, tuple[Any, tuple[tuple[str, Any], ...]]] = {
    "overview": (_("Overview"), ()),
    "services": (
        _("Services"),
        (
            ("applications", _("Catalogue")),
            ("due", _("What is due")),
            ("installations", _("Installations")),
            ("dependencies", _("Dependencies")),
            ("subscriptions", _("Subscriptions")),
            ("orders", _("Orders")),
            ("network", _("Sites and network")),
            ("suppliers", _("Suppliers")),
            ("impact", _("What falls")),
            ("outages", _("Outages")),
        ),
    ),
    "colleagues": (
        _("Colleagues"),
        (
            ("staffing", _("Who can help")),
            ("competence-matrix", _("Matrix")),
            ("competences", _("Competences")),
            ("on-call", _("On call")),
            ("absences", _("Absences")),
            ("colleagues", _("Colleagues")),
        ),
    ),
    "agreements": (
        _("Agreements"),
        (
            ("agreements", _("Agreements")),
            ("keys", _("Keys")),
            ("terms", _("Terms")),
            ("drivers", _("Drivers and readings")),
            ("cost-types", _("Cost types")),
        ),
    ),
    "costs": (
        _("Costs"),
        (("periods", _("Months")), ("costs", _("Costs")), ("late-changes", _("Late changes"))),
    ),
    "reports": (_("Reports"), (("reports", _("Files")), ("uploads", _("Imports")), ("jobs", _("Jobs")))),
    "administration": (
        _("Administration"),
        (
            ("members", _("Members")),
            ("roles", _("People and roles")),
            ("purposes", _("Purposes")),
            ("calendars", _("Calendars")),
            ("tokens", _("Tokens")),
            ("alert-sources", _("Monitoring systems")),
        ),
    ),
    "change-log": (_("Change log"), ()),
}
"""Section -> label and (page, label) of its tabs. Without tabs the section is itself a page."""

PAGES = {
    page: section for section, (_label, tabs) in ITEMS.items() for page, _tab in (tabs or ((section, ""),))
}
"""Page -> the section that it is in."""

WATCHED = ("tokens", "uploads", "alert-sources")
"""Pages of those who see the change log too."""


def navigation(request: HttpRequest) -> dict[str, Any]:
    """Context processor: ``nav``, ``theme``, ``version`` and, on a cooperation's page, ``cooperation``.

    Made once for each request: every table on a page is rendered with a context of its own.
    """
    if not hasattr(request, "navigation"):
        request.navigation = _navigation(request)  # type: ignore[attr-defined]
    made: dict[str, Any] = request.navigation  # type: ignore[attr-defined]
    return made


def _navigation(request: HttpRequest) -> dict[str, Any]:
    theme = request.COOKIES.get("theme", "")
    context: dict[str, Any] = {
        "theme": theme if theme in ("light", "dark") else "",
        "version": __version__,
        "nav": {
            "items": [],
            "tabs": [],
            "cooperations": [],
            "search_url": "",
            "tokens_url": "",
            "operators_url": "",
            "unread": 0,
        },
    }
    user = getattr(request, "user", None)
    if user is None or not user.is_authenticated:
        return context
    if user.is_superuser:
        context["nav"]["operators_url"] = reverse("cooperations")
    cooperation: Cooperation | None = getattr(request, "cooperation", None)
    context["cooperation"] = cooperation
    context["nav"]["notices_url"], of_none = reverse("notices"), 0
    for each in cooperations_of(request):
        is_here = cooperation is not None and cooperation.slug == each.slug
        item = {"url": reverse("overview", args=[each.slug]), "label": each.name, "active": is_here}
        context["nav"]["cooperations"].append(item)
        of_none = each.unread_in_none or 0
        context["nav"]["unread"] += each.unread or 0
    context["nav"]["unread"] += of_none
    if cooperation is not None:
        rights = request.rights  # type: ignore[attr-defined]
        urls = {page: reverse(page, args=[cooperation.slug]) for page in PAGES}
        at = _page_at(request.path, urls)
        here = PAGES.get(at, "")
        search = reverse("search", args=[cooperation.slug])
        context["nav"]["search_url"] = "" if request.path == search else search
        context["nav"]["items"] = [
            {
                "url": urls[tabs[0][0] if tabs else section],
                "label": _("Members") if section == "administration" and not rights.may_edit else label,
                "active": section == here,
            }
            for section, (label, tabs) in ITEMS.items()
            if section != "change-log" or rights.sees_change_log
        ]
        context["nav"]["tabs"] = [
            {"url": urls[page], "label": label, "active": page == at}
            for page, label in ITEMS.get(here, ("", ()))[1]
            if page not in WATCHED or rights.sees_change_log
        ]
        if rights.may_edit:
            context["nav"]["tokens_url"] = urls["tokens"]
    return context


def _page_at(path: str, urls: dict[str, str]) -> str:
    """The page with the longest address that ``path`` begins with; "" where there is none."""
    above = [page for page, url in urls.items() if path.startswith(url)]
    return max(above, key=lambda page: len(urls[page]), default="")
