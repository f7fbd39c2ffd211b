"""One upload: its dry run, and the steps that are taken from there."""

from collections.abc import Sequence
from typing import Any

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.text import capfirst
from django.utils.translation import get_language, ngettext
from django.utils.translation import gettext as _

from municipalities.access import Rights
from municipalities.actions import (
    APPLY,
    LOOK,
    UNDO,
    NotAsShownError,
    choose_columns,
    discard_upload,
    upload_again,
)
from municipalities.forms import ColumnsForm, columns_in_words
from municipalities.models import Upload
from municipalities.portal import EditorsOnly, ShareEffect, Undoing, import_kind, reasons_to_keep, undoing
from municipalities.tables import instant, state_of_upload
from municipalities.views.uploads import OfCooperation, OfRegister, UploadMixin
from sharedict.common.figures import count
from sharedict.common.requests import STOP_POLLING
from sharedict.common.uploads import Outcome
from sharedict.jobs.models import Job

FINDINGS_ON_A_PAGE = 100
DISCARD, AGAIN = "discard", "again"


class ShowsUpload(UploadMixin):
    """The dry run of an upload, or what came of it; with a job at work, how far that is."""

    def get(self, request: HttpRequest, **kwargs: Any) -> HttpResponse:
        upload = self.upload
        if request.htmx:  # type: ignore[attr-defined]
            status = 200 if upload.is_at_work else STOP_POLLING
            answer = render(
                request, "components/job_progress.html", self.progress() or {"is_ended": True}, status=status
            )
            if not upload.is_at_work:
                answer["HX-Refresh"] = "true"
            return answer
        return self.shown("municipalities/upload.html", self.context())

    def post(self, request: HttpRequest, **kwargs: Any) -> HttpResponse:
        step = request.POST.get("step", "")
        if step == DISCARD:
            return self.discard()
        if step == AGAIN:
            return self.again()
        if step in (LOOK, APPLY):
            self.order(step, request.POST.get("shown", ""))
        return self.back()

    def discard(self) -> HttpResponse:
        try:
            discard_upload(upload=self.upload, by=self.viewer)
        except NotAsShownError as error:
            messages.warning(self.request, error.message)
            return self.back()
        messages.success(self.request, _("Discarded: nothing was saved."))
        return redirect(self.address("uploads"))

    def again(self) -> HttpResponse:
        """To the page of the new upload, where its dry run comes first."""
        try:
            fresh = upload_again(upload=self.upload, by=self.viewer)
        except NotAsShownError as error:
            messages.warning(self.request, error.message)
            return self.back()
        return redirect(self.address("upload", fresh.pk))

    def progress(self) -> dict[str, Any] | None:
        """Of the job at work; None where there is none."""
        job = self.upload.job
        if job is None or (job.is_finished and job.state != Job.State.FAILED):
            return None
        return {
            "label": _("At work") if job.started_at else _("Waits for its turn"),
            "is_ended": job.is_finished,
            "failed": job.is_finished,
            "poll_url": self.address("upload", self.upload.pk),
            "percent": job.percent,
            "message": job.error if job.is_finished else "",
        }

    def context(self) -> dict[str, Any]:
        upload, kind = self.upload, import_kind(self.upload.kind)
        outcome = self.request.GET.get("outcome", "")
        outcome = outcome if outcome in upload.counts else ""
        findings = Findings(upload, outcome)
        pages = Paginator(findings, FINDINGS_ON_A_PAGE)
        page = pages.get_page(self.request.GET.get("page"))
        slug = upload.cooperation.slug if upload.cooperation else ""
        words = upload.in_words(get_language())
        is_idle = self.may_edit and not upload.is_at_work
        return {
            "title": f"{kind.title}: {upload.file_name}",
            "upload": upload,
            "kind": kind.title,
            "back_url": self.address("uploads"),
            "done_url": kind.address(slug, upload.told),
            "file_url": self.address("upload-file", upload.pk) if upload.state != "discarded" else "",
            "actions": self.actions() if is_idle else [],
            "progress": self.progress(),
            "facts": self.facts(),
            "counts": upload.counts,
            "outcome": outcome,
            "findings": page.object_list,
            "findings_language": findings.language,
            "page": page,
            "may_act": is_idle and upload.is_open,
            "may_apply": is_idle and self.saves_something(),
            "may_begin_again": is_idle and upload.state == Upload.State.UNDONE,
            "words": words,
            "notices": words["notices"],
            "effect": ShareEffect(warnings=tuple(words["warnings"]), said=words["effect"]),
            "reaches_back": upload.effect.get("reaches_back", False),
        }

    def actions(self) -> list[dict[str, Any]]:
        """What else may be done with it."""
        upload, found = self.upload, []
        if upload.is_open and upload.headers:
            address = self.address("upload-columns", upload.pk)
            found.append({"url": address, "label": _("Choose the columns")})
        if upload.state == Upload.State.APPLIED:
            found.append({"url": self.address("upload-undo", upload.pk), "label": _("Undo the import")})
        return found

    def saves_something(self) -> bool:
        upload = self.upload
        moving = upload.new_count + upload.changed_count
        return upload.state == Upload.State.SHOWN and not upload.wrong_count and bool(moving)

    def facts(self) -> Sequence[tuple[Any, Any]]:
        upload = self.upload
        found = [
            (_("State"), state_of_upload(upload)),
            (_("Uploaded"), f"{instant(upload.uploaded_at)}, {upload.uploaded_by}"),
        ]
        if upload.ended_at:
            said = capfirst(upload.get_state_display())
            found.append((said, f"{instant(upload.ended_at)}, {upload.ended_by or 'sharedict'}"))
        found.append(("SHA-256", upload.sha256))
        if upload.columns:
            columns = import_kind(upload.kind).columns
            found.append((_("Columns"), columns_in_words(columns, upload.columns)))
        return found


class Findings(Sequence[Any]):
    """The findings of an upload with one outcome, or all; how many there are is known already."""

    def __init__(self, upload: Upload, outcome: str) -> None:
        self.language = upload.found_in(get_language())
        rows = upload.findings.filter(language=self.language).order_by(*_order(upload))
        self.rows: Any = rows.filter(place=_place(outcome)) if outcome else rows
        self.length = upload.counts[outcome] if outcome else sum(upload.counts.values())
        if upload.state in (Upload.State.DISCARDED, Upload.State.UNREAD):
            self.length = 0

    def __len__(self) -> int:
        return self.length

    def __getitem__(self, places: Any) -> Any:
        return self.rows[places]


def _order(upload: Upload) -> tuple[str, ...]:
    """As in the file; the wrong ones first if not all have room on a page."""
    have_room = sum(upload.counts.values()) <= FINDINGS_ON_A_PAGE
    return ("number",) if have_room else ("place", "number")


def _place(outcome: str) -> int:
    return list(reversed(Outcome)).index(Outcome(outcome))


class UploadPage(OfCooperation, ShowsUpload):
    """For administrators, and auditors to read."""

    def is_allowed(self, rights: Rights) -> bool:
        return rights.may_edit if self.request.method == "POST" else rights.sees_change_log


class PublicUploadPage(OfRegister, ShowsUpload):
    """Of a public register."""


class ChoosesColumns(UploadMixin):
    """Which columns of the file stand for ours; what is chosen is taken for the next such file, too."""

    def get(self, request: HttpRequest, **kwargs: Any) -> HttpResponse:
        return self.form_page(self.form()) if self.has_choice else self.back()

    def post(self, request: HttpRequest, **kwargs: Any) -> HttpResponse:
        if not self.has_choice:
            return self.back()
        form = self.form(request.POST)
        if not form.is_valid():
            return self.form_page(form, 422)
        try:
            choose_columns(upload=self.upload, columns=form.chosen)
        except NotAsShownError as error:
            messages.warning(request, error.message)
        else:
            self.order(LOOK)
        return self.back()

    @property
    def has_choice(self) -> bool:
        return self.upload.is_open and bool(self.upload.headers)

    def form(self, posted: Any = None) -> ColumnsForm:
        upload = self.upload
        kind = import_kind(upload.kind)
        content = bytes(upload.content)
        return ColumnsForm(
            posted,
            columns=kind.columns,
            upload=upload,
            known=kind.known_headings(content),
            sample=kind.sample(content),
        )

    def form_page(self, form: ColumnsForm, status: int = 200) -> HttpResponse:
        context = {
            "title": _("Which columns are which?"),
            "lead": _(
                "%(file)s names its columns otherwise. Say which stands for which; it is remembered for the "
                "next file with the same headers."
            )
            % {"file": self.upload.file_name},
            "form": form,
            "submit_label": _("Check the file"),
            "cancel_url": self.address("uploads"),
        }
        return self.shown("components/form_page.html", context, status)


class UploadColumns(OfCooperation, ChoosesColumns, EditorsOnly):
    """For administrators."""


class PublicUploadColumns(OfRegister, ChoosesColumns):
    """Of a public register."""


class Undoes(UploadMixin):
    """Asks once, telling what undoing does, then has what was imported brought back to what it was."""

    def get(self, request: HttpRequest, **kwargs: Any) -> HttpResponse:
        upload = self.upload
        if upload.state != Upload.State.APPLIED or upload.is_at_work:
            return self.back()
        reasons = reasons_to_keep(upload)
        undone = Undoing((), ShareEffect()) if reasons else undoing(upload)
        said = undone.effect.warnings or tuple(filter(None, [undone.effect.said]))
        context = {
            "title": _("Undo the import of %(file)s?") % {"file": upload.file_name},
            "lead": import_kind(upload.kind).undo_lead,
            "reasons": reasons,
            "seen": undone.mark,
            "consequences": [self.count(len(undone.changes)), *said],
            "danger": True,
            "confirm_label": _("Undo the import"),
            "cancel_url": self.address("upload", upload.pk),
        }
        return self.shown("municipalities/upload_undo.html", context)

    def count(self, rows: int) -> str:
        said = ngettext("It concerns %(count)s row.", "It concerns %(count)s rows.", rows)
        return said % {"count": count(rows)}

    def post(self, request: HttpRequest, **kwargs: Any) -> HttpResponse:
        self.order(UNDO, request.POST.get("seen", ""))
        return self.back()


class UploadUndo(OfCooperation, Undoes, EditorsOnly):
    """For administrators."""


class PublicUploadUndo(OfRegister, Undoes):
    """Of a public register."""
