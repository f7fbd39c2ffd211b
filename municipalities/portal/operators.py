"""Pages for those who run the installation, beside the repair under ``/system/``."""

from collections.abc import Mapping, Sequence
from typing import Any, ClassVar, cast

from django.contrib import messages
from django.contrib.auth.views import redirect_to_login
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import IntegrityError, transaction
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.generic.base import View

from municipalities.portal.hooks import ShareEffect
from municipalities.portal.imports import SHOWN_FINDINGS, shown
from sharedict.accounts.models import User
from sharedict.common.figures import count
from sharedict.common.moments import in_one_moment
from sharedict.common.sight import Sight, everything
from sharedict.common.uploads import (
    Columns,
    Finding,
    Outcome,
    UploadedTable,
    UploadError,
    UploadForm,
    counts,
    is_as_shown,
    opened,
    refuse_large,
    sealed,
)


class OperatorPage(View):
    """A page that is about every cooperation, and so for those alone who may do everything."""

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        if not request.user.is_authenticated:
            return redirect_to_login(request.get_full_path())
        if not request.user.is_superuser:
            raise PermissionDenied
        return in_one_moment(super().dispatch, _sight)(request, *args, **kwargs)

    @property
    def viewer(self) -> User:
        """The person signed in."""
        return cast("User", self.request.user)


def _sight(request: HttpRequest) -> Sight:
    return everything(f"{request.path} by {request.user}")


class OperatorImportPage(OperatorPage):
    """Upload a table of public facts, look at what it would do, then apply all of it or nothing.

    The subclass reads the file, compares it with what is stored and applies what is new or changed, each time
    with what was said in the form beside the file. Both travel signed between the two steps.
    """

    form_class: ClassVar[type[UploadForm]] = UploadForm
    columns: ClassVar[Columns | None] = None
    example: ClassVar[str] = ""
    title: ClassVar[Any] = ""
    lead: ClassVar[Any] = ""
    template_name: ClassVar[str] = "municipalities/import_page.html"
    done_name = "installation"

    def compare(self, content: bytes, told: Mapping[str, str]) -> tuple[UploadedTable, Sequence[Finding]]:
        """The table with its notices, and what each row would do; raises UploadError."""
        raise NotImplementedError

    def effect(self, moving: Sequence[Finding]) -> ShareEffect:
        """What the new and changed rows do to shares, to be read before they are saved."""
        return ShareEffect()

    def apply(self, moving: Sequence[Finding], told: Mapping[str, str]) -> None:
        """Save the new and changed rows, in the transaction that is already open."""
        raise NotImplementedError

    def get(self, request: HttpRequest) -> HttpResponse:
        return self.show(self.form_class())

    def post(self, request: HttpRequest) -> HttpResponse:
        if "seal" in request.POST:
            return self.apply_sealed(request.POST["seal"])
        form = self.form_class(request.POST, request.FILES)
        if not form.is_valid():
            return self.show(form, status=422)
        told = {name: str(value) for name, value in form.cleaned_data.items() if name != "file"}
        try:
            refuse_large(form.cleaned_data["file"])
            table, findings = self.compare(form.cleaned_data["file"].read(), told)
        except UploadError as error:
            form.add_error("file", error.message)
            return self.show(form, status=422)
        return self.show(form, table, findings, told, 422 if counts(findings)[Outcome.WRONG] else 200)

    def apply_sealed(self, seal: str) -> HttpResponse:
        try:
            content = opened(seal, self.purpose)
            told = content["told"]
            with transaction.atomic():
                table, findings = self.compare(content["file"], told)
                moving = moving_of(findings)
                is_sound = is_as_shown(content, findings) and not counts(findings)[Outcome.WRONG]
                if is_sound:
                    self.apply(moving, told)
        except UploadError as error:
            messages.error(self.request, error.message)
            return self.show(self.form_class(), status=422)
        except (ValidationError, IntegrityError) as error:
            said = " ".join(error.messages) if isinstance(error, ValidationError) else ""
            messages.error(self.request, said or _("Nothing is saved: somebody has just saved the same."))
            return self.show(self.form_class(), status=422)
        if not is_sound:
            said = _("Nothing is saved: something has changed since. Look at it again.")
            messages.warning(self.request, said)
            return self.show(self.form_class(), table, findings, told, 422)
        words = ngettext("%(count)s row saved.", "%(count)s rows saved.", len(moving))
        messages.success(self.request, words % {"count": count(len(moving))})
        return redirect(self.done_name)

    @property
    def purpose(self) -> str:
        return f"{self.request.path}:{self.request.user.pk}"

    def show(
        self,
        form: UploadForm,
        table: UploadedTable | None = None,
        findings: Sequence[Finding] = (),
        told: Mapping[str, str] | None = None,
        status: int = 200,
    ) -> HttpResponse:
        found, moving = counts(findings), moving_of(findings)
        save = ngettext("Save %(count)s row", "Save %(count)s rows", len(moving))
        context = {
            "title": self.title,
            "lead": self.lead,
            "form": form,
            "columns": self.columns,
            "example": self.example,
            "back_url": reverse(self.done_name),
            "is_dry_run": table is not None,
            "notices": table.notices if table else [],
            "counts": {outcome.value: number for outcome, number in found.items()},
            "findings": shown(findings),
            "left_out": max(0, len(findings) - SHOWN_FINDINGS),
            "seal": sealed(table, findings, self.purpose, told) if table and not found[Outcome.WRONG] else "",
            "saves_something": bool(moving),
            "effect": self.effect(moving) if moving and not found[Outcome.WRONG] else ShareEffect(),
            "apply_label": save % {"count": count(len(moving))},
        }
        return render(self.request, self.template_name, context, status=status)


def moving_of(findings: Sequence[Finding]) -> list[Finding]:
    """Those that are new or changed."""
    return [finding for finding in findings if finding.outcome in (Outcome.NEW, Outcome.CHANGED)]
