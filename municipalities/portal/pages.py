"""Who may come into a page of a cooperation, and what every page of one is drawn with."""

from functools import cached_property
from typing import Any, ClassVar, cast

from django.contrib.auth.views import redirect_to_login
from django.core.exceptions import PermissionDenied
from django.db import models, transaction
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import render
from django.urls import reverse
from django.views.generic.base import View

from municipalities.access import Rights, cooperations_of, rights_of
from municipalities.actions import lock_cooperation
from municipalities.models import Cooperation, Municipality
from sharedict.accounts.models import User
from sharedict.common.moments import SAFE_METHODS, in_one_moment


class CooperationPage(View):
    """A page under ``/<cooperation>/``: for people with a role there; to anyone else it does not exist.

    It shows one moment of the database, who may see it included, so that all its figures are of one run.

    ``request.cooperation`` and ``request.rights`` are set for views and templates. A page that needs more
    than a role says so in ``is_allowed``, and answers 403 to those who lack it.
    """

    cooperation: Cooperation
    rights: Rights

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        if not request.user.is_authenticated:
            return redirect_to_login(request.get_full_path())
        return in_one_moment(self.answer)(request, *args, **kwargs)

    def answer(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        slug = kwargs.pop("cooperation")
        found = next((each for each in cooperations_of(request) if each.slug == slug), None)
        if found is None:
            raise Http404
        self.enter(found)
        request.cooperation, request.rights = self.cooperation, self.rights  # type: ignore[attr-defined]
        self.kwargs = kwargs
        if not self.is_allowed(self.rights):
            raise PermissionDenied
        return self.respond(request, *args, **kwargs)

    def enter(self, cooperation: Cooperation) -> None:
        """Be about ``cooperation``, with what the visitor may do there."""
        self.cooperation, self.rights = cooperation, rights_of(self.request.user, cooperation)

    def respond(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        """The page itself, for somebody who may come in."""
        return super().dispatch(request, *args, **kwargs)

    def is_allowed(self, rights: Rights) -> bool:
        return True

    @property
    def viewer(self) -> User:
        """The person signed in."""
        return cast("User", self.request.user)

    @cached_property
    def own(self) -> dict[str, str]:
        """The names of the reader's municipalities, by country and code."""
        return {place.key: place.name for place in self.own_municipalities}

    @cached_property
    def own_municipalities(self) -> list[Municipality]:
        return list(Municipality.objects.filter(pk__in=self.rights.municipality_ids))

    def url(self, name: str, *args: object) -> str:
        """The address of the page ``name`` in this cooperation."""
        return reverse(name, args=[self.cooperation.slug, *args])

    def page(self, template: str, context: dict[str, Any], status: int = 200) -> HttpResponse:
        return render(
            self.request,
            template,
            {"cooperation": self.cooperation, "rights": self.rights, **context},
            status=status,
        )


class EditorsOnly(CooperationPage):
    """A page for the administrators of the cooperation."""

    def is_allowed(self, rights: Rights) -> bool:
        return rights.may_edit


class LockMixin(CooperationPage):
    """A page whose POST tells what it does and does it, in one transaction under the cooperation's lock.

    Closing a month takes that lock too: none closes between what is told and what is done.
    """

    locks = True

    def respond(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        if request.method in SAFE_METHODS or not self.locks:
            return super().respond(request, *args, **kwargs)
        with transaction.atomic():
            lock_cooperation(self.cooperation.pk)
            return super().respond(request, *args, **kwargs)


class RowMixin(CooperationPage):
    """A page about one row of the cooperation, found by ``pk``."""

    model: ClassVar[type[models.Model]]

    def row(self) -> Any:
        manager: Any = self.model._default_manager
        rows = manager.visible_to(self.request.user).of(self.cooperation)
        found = rows.filter(pk=self.kwargs["pk"]).first()
        if found is None:
            raise Http404
        return found
