"""The bar above every page: where one can go from here, by role."""

from typing import Any

from django.http import HttpRequest
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from municipalities.access import cooperations_of
from municipalities.models import Cooperation
from sharedict import __version__

ITEMS: dict[str, tuple[Any, tuple[tuple[str, Any], ...]]] = {
    "overview": (_("Overview"), ()),
    "services": (
        _("Services"),
        (
            ("applications", _("Catalogue")),
            ("installations", _("Installations")),
            ("dependencies", _("Dependencies")),
            ("subscriptions", _("Subscriptions")),
            ("network", _("Sites and network")),
            ("suppliers", _("Suppliers")),
            ("impact", _("What falls")),
            ("outages", _("Outages")),
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
            ("tokens", _("Tokens")),
            ("alert-sources", _("Monitoring systems")),
        ),
    ),
    "change-log": (_("Change log"), ()),
}
"""Section -> label and (page, label) of its tabs. Without tabs the section is itself a page."""

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
        here = _section_of(request)
        context["nav"]["items"] = [
            {
                "url": _first_page(section, cooperation),
                "label": _("Members") if section == "administration" and not rights.may_edit else label,
                "active": section == here,
            }
            for section, (label, _tabs) in ITEMS.items()
            if section != "change-log" or rights.sees_change_log
        ]
        context["nav"]["tabs"] = [
            {
                "url": reverse(page, args=[cooperation.slug]),
                "label": label,
                "active": _is_at(request, page, cooperation),
            }
            for page, label in ITEMS.get(here, ("", ()))[1]
            if page not in WATCHED or rights.sees_change_log
        ]
        if rights.may_edit:
            context["nav"]["tokens_url"] = reverse("tokens", args=[cooperation.slug])
    return context


def _first_page(section: str, cooperation: Cooperation) -> str:
    tabs = ITEMS[section][1]
    return reverse(tabs[0][0] if tabs else section, args=[cooperation.slug])


def _section_of(request: HttpRequest) -> str:
    """The section whose page has the longest address that this one begins with."""
    cooperation: Cooperation = request.cooperation  # type: ignore[attr-defined]
    pages = {
        reverse(page, args=[cooperation.slug]): section
        for section, (_label, tabs) in ITEMS.items()
        for page, _tab in (tabs or ((section, ""),))
    }
    return pages.get(max((url for url in pages if request.path.startswith(url)), key=len, default=""), "")


def _is_at(request: HttpRequest, page: str, cooperation: Cooperation) -> bool:
    here = [reverse(name, args=[cooperation.slug]) for _label, tabs in ITEMS.values() for name, _tab in tabs]
    best = max((url for url in here if request.path.startswith(url)), key=len, default="")
    return best == reverse(page, args=[cooperation.slug])
