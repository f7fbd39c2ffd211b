"""Pages that read an uploaded table: first shown, then applied as a whole."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Any, ClassVar

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from municipalities.actions import lock_cooperation
from municipalities.portal.effect_pages import EffectMixin
from municipalities.portal.hooks import Change
from sharedict.common.figures import count
from sharedict.common.uploads import (
    Columns,
    Finding,
    Outcome,
    UploadedRow,
    UploadedTable,
    UploadError,
    UploadForm,
    counts,
    is_as_shown,
    opened,
    read_table,
    read_upload,
    sealed,
)

SHOWN_FINDINGS = 1_000
SHOWN_NOTES = 10
"""So many of them stand above the table too."""


class ImportPage(EffectMixin):
    """Upload a CSV table, look at what each row would do, then apply all of it or nothing.

    The subclass names the ``columns``, compares rows with what is stored and saves what is new or changed.
    The table travels signed between the two steps, and is compared again before it is applied. What rows do
    to closed months is part of what is shown.
    """

    columns: ClassVar[Columns]
    example: ClassVar[str] = ""
    title: ClassVar[Any] = gettext_lazy("Import")
    lead: ClassVar[Any] = ""
    template_name = "municipalities/import_page.html"
    in_bulk = True
    locks = False
    """Reading a long table saves nothing, and keeps nobody waiting; applying it takes the lock."""

    def compare(self, rows: Sequence[UploadedRow]) -> Sequence[Finding]:
        """What each row would do; a row with errors is ``wrong``. The number of queries is constant."""
        raise NotImplementedError

    def apply(self, findings: Sequence[Finding]) -> None:
        """Save the new and changed ones, in the transaction that is already open."""
        raise NotImplementedError

    def done_url(self) -> str:
        raise NotImplementedError

    def get(self, request: HttpRequest, **kwargs: Any) -> HttpResponse:
        return self.show(UploadForm())

    def post(self, request: HttpRequest, **kwargs: Any) -> HttpResponse:
        if "seal" in request.POST:
            return self.apply_sealed(request.POST["seal"])
        form = UploadForm(request.POST, request.FILES)
        if not form.is_valid():
            return self.show(form, status=422)
        try:
            table = read_upload(form.cleaned_data["file"], self.columns, form.cleaned_data["mark"])
        except UploadError as error:
            form.add_error(error.field or "file", error.message)
            return self.show(form, status=422)
        findings = self.compare_with_effect(table.rows)
        return self.show(UploadForm(), table, findings, 422 if counts(findings)[Outcome.WRONG] else 200)

    def compare_with_effect(self, rows: Sequence[UploadedRow]) -> Sequence[Finding]:
        """What each row would do, to closed months too; sets ``effect``, of all rows together."""
        findings = self.compare(rows)
        moving = [finding for finding in findings if finding.outcome in (Outcome.NEW, Outcome.CHANGED)]
        self.is_told([Change(finding.old, finding.row) for finding in moving])
        said = dict(zip((finding.line for finding in moving), self.effect.by_change, strict=True))
        return [replace(finding, effect=said.get(finding.line, "")) for finding in findings]

    def apply_sealed(self, seal: str) -> HttpResponse:
        """Do what the dry run showed; where it would do something else by now, show the new dry run."""
        try:
            content = opened(seal, self.purpose)
        except UploadError as error:
            messages.error(self.request, error.message)
            return self.show(UploadForm(), status=422)
        table = read_table(content["file"], self.columns, content["mark"])
        try:
            with transaction.atomic():
                lock_cooperation(self.cooperation.pk)
                findings = self.compare_with_effect(table.rows)
                is_sound = is_as_shown(content, findings) and not counts(findings)[Outcome.WRONG]
                if is_sound:
                    self.apply(findings)
        except (ValidationError, IntegrityError) as error:
            said = " ".join(error.messages) if isinstance(error, ValidationError) else ""
            messages.error(self.request, said or _("Nothing is saved: somebody has just saved the same."))
            return self.show(UploadForm(), table, self.compare_with_effect(table.rows), 422)
        if not is_sound:
            messages.warning(
                self.request, _("Nothing is saved: something has changed since. Look at it again.")
            )
            return self.show(UploadForm(), table, findings, 422)
        saved = sum(finding.outcome in (Outcome.NEW, Outcome.CHANGED) for finding in findings)
        self.say(ngettext("%(count)s row saved.", "%(count)s rows saved.", saved) % {"count": count(saved)})
        return redirect(self.done_url())

    def apply_label(self, findings: Sequence[Finding]) -> str:
        """What the button does: how many rows it saves, and what they come to."""
        moving = [finding for finding in findings if finding.outcome in (Outcome.NEW, Outcome.CHANGED)]
        words = {"count": count(len(moving)), "sum": self.sum_of(moving)}
        if words["sum"]:
            said = ngettext("Save %(count)s row, %(sum)s", "Save %(count)s rows, %(sum)s", len(moving))
        else:
            said = ngettext("Save %(count)s row", "Save %(count)s rows", len(moving))
        return said % words

    def sum_of(self, moving: Sequence[Finding]) -> str:
        """How much more the new and changed rows come to than what is stored, where they are amounts."""
        return ""

    @property
    def purpose(self) -> str:
        return f"{self.request.path}:{self.request.user.pk}"

    def show(
        self,
        form: UploadForm,
        table: UploadedTable | None = None,
        findings: Sequence[Finding] = (),
        status: int = 200,
    ) -> HttpResponse:
        found = counts(findings)
        context = {
            "title": self.title,
            "lead": self.lead,
            "form": form,
            "columns": self.columns,
            "example": self.example,
            "back_url": self.done_url(),
            "is_dry_run": table is not None,
            "notices": [*table.notices, *_notes(findings)] if table else [],
            "counts": {outcome.value: number for outcome, number in found.items()},
            "findings": shown(findings),
            "left_out": max(0, len(findings) - SHOWN_FINDINGS),
            "seal": sealed(table, findings, self.purpose) if table and not found[Outcome.WRONG] else "",
            "saves_something": bool(found[Outcome.NEW] + found[Outcome.CHANGED]),
            "effect": self.effect,
            "apply_label": self.apply_label(findings),
        }
        return self.page(self.template_name, context, status)


def shown(findings: Sequence[Finding]) -> list[Finding]:
    """Those that are shown, in the order of the file; the wrong ones if not all have room."""
    order = list(reversed(Outcome))
    found = sorted(findings, key=lambda one: (order.index(one.outcome), one.line))[:SHOWN_FINDINGS]
    return sorted(found, key=lambda one: one.line)


def _notes(findings: Sequence[Finding]) -> list[str]:
    noted = [finding for finding in findings if finding.note]
    return [f"{finding.what}: {finding.note}" for finding in noted[:SHOWN_NOTES]]
