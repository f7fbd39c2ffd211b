"""What concerns the reader, in all cooperations that they have a role in now."""

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, cast

from django.contrib.auth.views import redirect_to_login
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.utils.translation import gettext_lazy
from django.views.generic.base import View

from municipalities.actions import kind_of, mark_read
from municipalities.models import Notice
from sharedict.common.moments import in_one_moment

if TYPE_CHECKING:
    from sharedict.accounts.models import User

PAGE_ROWS = 50


@dataclass(frozen=True, slots=True)
class Told:
    """A notice in the reader's words, and the page that it is about."""

    notice: Notice
    text: str
    url: str


class Notices(View):
    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        if not request.user.is_authenticated:
            return redirect_to_login(request.get_full_path())
        return in_one_moment(super().dispatch)(request, *args, **kwargs)

    def get(self, request: HttpRequest) -> HttpResponse:
        rows = Notice.objects.visible_to(request.user).for_listing()
        page = Paginator(rows, PAGE_ROWS).get_page(request.GET.get("page"))
        told = [Told(row, kind_of(row).words(row), kind_of(row).address(row)) for row in page]
        context = {"title": gettext_lazy("Notices"), "told": told, "page": page}
        return render(request, "municipalities/notices.html", context)

    def post(self, request: HttpRequest) -> HttpResponse:
        """One is read, or all of them."""
        reader = cast("User", request.user)
        chosen = request.POST.get("notice", "")
        if chosen == "all":
            mark_read(user=reader)
        elif chosen.isascii() and chosen.isdigit() and len(chosen) < 19:
            mark_read(user=reader, pk=int(chosen))
        return redirect("notices")
