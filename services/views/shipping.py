"""A page that asks once, then adds what is shipped and not there."""

from typing import Any, ClassVar

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect

from municipalities.portal import EditorsOnly


class ShipPage(EditorsOnly):
    """``ship`` adds the rows and says what became of it."""

    title: ClassVar[Any]
    lead: ClassVar[Any]
    label: ClassVar[Any]
    done_name: ClassVar[str]

    def get(self, request: HttpRequest, **kwargs: Any) -> HttpResponse:
        context = {
            "title": self.title,
            "lead": self.lead,
            "confirm_label": self.label,
            "cancel_url": self.url(self.done_name),
        }
        return self.page("components/confirm_page.html", context)

    def post(self, request: HttpRequest, **kwargs: Any) -> HttpResponse:
        messages.success(request, self.ship())
        return redirect(self.url(self.done_name))

    def ship(self) -> str:
        raise NotImplementedError
