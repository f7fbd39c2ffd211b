"""Saved views as their readers find them: the list of each, whether it holds, and how many rows."""

from collections.abc import Iterable
from dataclasses import dataclass

from django.core.exceptions import SuspiciousOperation
from django.http import Http404, HttpRequest, QueryDict
from django.urls import Resolver404, resolve
from django.utils.translation import gettext as _

from municipalities.models import Cooperation, SavedView
from municipalities.portal.beside import address_of_view, is_valid
from municipalities.portal.lists import ListPage


@dataclass(frozen=True, slots=True)
class Counted:
    """A saved view as one reader finds it: how many rows, or what is wrong with it."""

    view: SavedView
    url: str
    count: int | None = None
    fault: str = ""


def list_of(request: HttpRequest, cooperation: Cooperation, path: str) -> ListPage | None:
    """The list at ``path`` below the cooperation's address, for whoever asks; None where there is none.

    None, too, where they may not look at it.
    """
    try:
        found = resolve(f"/{cooperation.slug}/{path}")
    except Resolver404:
        return None
    page_class = getattr(found.func, "view_class", None)
    if page_class is None or not issubclass(page_class, ListPage):
        return None
    kwargs = dict(found.kwargs)
    if kwargs.pop("cooperation", None) != cooperation.slug:
        return None
    page: ListPage = page_class()
    page.setup(request, **kwargs)
    page.enter(cooperation)
    return page if page.is_allowed(page.rights) else None


def counted(request: HttpRequest, cooperation: Cooperation, views: Iterable[SavedView]) -> list[Counted]:
    """How many rows each of ``views`` has for whoever asks: a few questions for each, whatever the rows."""
    return [_counted(request, cooperation, view) for view in views]


def _counted(request: HttpRequest, cooperation: Cooperation, view: SavedView) -> Counted:
    url, gone = address_of_view(view, cooperation), _("This list is not there any more, or not for you.")
    page = list_of(request, cooperation, view.path)
    if page is None:
        return Counted(view, "", fault=gone)
    try:
        rows, found = page.narrowed(QueryDict(view.query))
    except Http404:
        return Counted(view, "", fault=gone)
    except SuspiciousOperation:  # an address that no browser may send either: the others are counted
        return Counted(view, url, fault=_("Its filter does not hold any more."))
    if not is_valid(found):
        return Counted(view, url, fault=_("Its filter does not hold any more."))
    return Counted(view, url, count=rows.count())
