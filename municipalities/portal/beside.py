"""The saved views that stand beside the list they are of, and how an address becomes one."""

from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from django.http import QueryDict
from django.urls import reverse
from django.utils.translation import gettext as _

from municipalities.models import Cooperation, SavedView
from municipalities.portal.columns import query_without
from municipalities.portal.pages import CooperationPage

MOST_BESIDE = 20
"""So many views are named beside their list; a page has all of them."""


@dataclass(frozen=True, slots=True)
class ViewsBeside:
    """The views of one list, for the reader: the ``open`` one is what its address shows."""

    views: tuple[tuple[SavedView, str], ...]
    open: SavedView | None
    fault: str
    save_url: str
    replaceable: tuple[tuple[SavedView, str], ...]
    all_url: str


def is_valid(found: Any) -> bool:
    """Whether the filter ``found`` can be read, and what it chooses is there; a list may have none."""
    return not (found and found.is_bound and found.form.errors)


def kept_query(text: str) -> str:
    """What of an address a view keeps: in one order, without the page, the file and what is empty."""
    query = QueryDict(mutable=True)
    for name, values in sorted(QueryDict(text).lists()):
        for value in filter(None, values):
            query.appendlist(name, value)
    return query_without(query)[1:]


def address_of_view(view: SavedView, cooperation: Cooperation) -> str:
    """Where ``view`` is opened: the list's own address."""
    return f"{reverse('start', args=[cooperation.slug])}{view.path}?{view.query}"


def views_beside(page: CooperationPage, found: Any) -> ViewsBeside:
    """The saved views of the list that ``page`` shows, narrowed by ``found``; one query."""
    cooperation, viewer = page.cooperation, page.viewer
    path = page.request.path.removeprefix(reverse("start", args=[cooperation.slug]))
    rows = SavedView.objects.visible_to(viewer).of(cooperation).filter(path=path)
    views = sorted(rows, key=lambda view: (view.maker_id != viewer.pk, view.name.lower()))
    here = kept_query(page.request.GET.urlencode())
    opened = next((view for view in views if view.query == here), None)
    fault = ""
    if opened and not is_valid(found):
        fault = _("The filter of the saved view “%(name)s” does not hold any more: see there what is wrong.")
        fault %= {"name": opened}
    own = [view for view in views if view.maker_id == viewer.pk and not opened]
    add, asked = reverse("view-add", args=[cooperation.slug]), urlencode({"list": path, "query": here})
    return ViewsBeside(
        views=tuple((view, address_of_view(view, cooperation)) for view in views[:MOST_BESIDE]),
        open=opened,
        fault=fault,
        save_url=f"{add}?{asked}",
        replaceable=tuple((view, _replacing(view, cooperation, here)) for view in own[:MOST_BESIDE]),
        all_url=reverse("views", args=[cooperation.slug]),
    )


def _replacing(view: SavedView, cooperation: Cooperation, query: str) -> str:
    address = reverse("view-change", args=[cooperation.slug, view.pk])
    return f"{address}?{urlencode({'query': query})}"
