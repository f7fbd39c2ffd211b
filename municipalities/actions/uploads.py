"""Files that are uploaded to be imported: stored, looked at, applied, undone, discarded."""

import datetime as dt
import hashlib
from collections.abc import Iterable, Mapping, Sequence

from django.db import transaction
from django.utils import timezone
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from municipalities.actions.rows import changed, lock_cooperation
from municipalities.models import Cooperation, Upload, UploadFinding
from sharedict.accounts.models import User
from sharedict.common.bulk import add_rows
from sharedict.common.uploads import Finding, Outcome, counts
from sharedict.jobs.actions import order
from sharedict.kernel.errors import ConflictError

UPLOAD = "upload"
"""The kind of the jobs that take a step of an upload."""
LOOK, APPLY, UNDO = "look", "apply", "undo"
OPEN_FOR = dt.timedelta(days=30)
PLACES = {outcome: place for place, outcome in enumerate(reversed(Outcome))}


class NotAsShownError(ConflictError):
    """An upload is not, or no more, in the state that a step is for."""

    code = "upload_not_as_shown"


@transaction.atomic
def store_upload(
    *,
    cooperation: Cooperation | None,
    kind: str,
    file_name: str,
    content: bytes,
    headers: Sequence[str],
    told: Mapping[str, str],
    by: User,
    columns: Mapping[str, str] | None = None,
) -> Upload:
    """Keep a file that is to be imported.

    Without ``columns``, they are as they were chosen last for the same source.
    """
    upload = Upload(
        cooperation=cooperation,
        kind=kind,
        file_name=file_name[-200:],
        sha256=hashlib.sha256(content).hexdigest(),
        size=len(content),
        content=content,
        headers=list(headers),
        told=dict(told),
        language=get_language() or "en",
        uploaded_by=by,
        uploaded_at=timezone.now(),
    )
    upload.columns = dict(columns or {}) if columns or not headers else Upload.objects.columns_of(upload)
    upload.save()
    said = {"file_name": upload.file_name, "sha256": upload.sha256, "kind": kind}
    changed(done=[("add", upload, {name: ["", text] for name, text in said.items()})], by=by)
    return upload


@transaction.atomic
def upload_again(*, upload: Upload, by: User) -> Upload:
    """The file of one that was undone as an upload of its own, which is looked at before it is applied.

    Where the same is open already it is that one: asked twice, there is one. Raises NotAsShownError for what
    was not undone.
    """
    held = locked_upload(upload.pk, with_cooperation=True)
    if held.state != Upload.State.UNDONE:
        raise NotAsShownError(_("Only what was undone can be applied again."))
    later = Upload.objects.filter(
        pk__gt=held.pk, cooperation=held.cooperation_id, kind=held.kind, sha256=held.sha256, told=held.told
    )
    if found := later.filter(state__in=[Upload.State.UNREAD, Upload.State.SHOWN]).first():
        return found
    fresh = store_upload(
        cooperation=held.cooperation,
        kind=held.kind,
        file_name=held.file_name,
        content=bytes(held.content),
        headers=held.headers,
        told=held.told,
        columns=held.columns,
        by=by,
    )
    return order_step(upload=fresh, step=LOOK, by=by)


@transaction.atomic
def order_step(*, upload: Upload, step: str, by: User, shown: str = "") -> Upload:
    """Have a job take a step of ``upload``: look at it, apply it or undo it.

    ``shown`` marks the dry run that was looked at, or what undoing was said to do. Raises NotAsShownError
    where another dry run stands there by now, the upload is in no state for the step, or a job is at work on
    it: so it is taken once.
    """
    _refuse_step(_found(upload.pk), step, shown)
    held = locked_upload(upload.pk)
    _refuse_step(held, step, shown)
    held.job = order(
        kind=UPLOAD,
        cooperation_id=held.cooperation_id,
        arguments={"upload": held.pk, "step": step, "shown": shown},
        by=by,
    )
    held.said, held.is_problem = "", False
    held.save(update_fields=["job", "said", "is_problem"])
    return held


def _refuse_step(upload: Upload, step: str, shown: str) -> None:
    if upload.is_at_work:
        raise NotAsShownError(_("Somebody has ordered this already: it is at work."))
    is_open = upload.state == Upload.State.APPLIED if step == UNDO else upload.is_open
    if not is_open:
        state = upload.get_state_display()
        raise NotAsShownError(_("This import is %(state)s already.") % {"state": state})
    if step == APPLY and (shown != upload.shown or not shown or upload.wrong_count):
        raise NotAsShownError(_("Nothing is saved: something has changed since. Look at it again."))


@transaction.atomic
def choose_columns(*, upload: Upload, columns: Mapping[str, str]) -> Upload:
    """Say which column of ours each heading stands for (empty: none); it is to be looked at anew."""
    held = locked_upload(upload.pk)
    _refuse_step(held, LOOK, "")
    held.columns, held.state, held.shown = dict(columns), Upload.State.UNREAD, ""
    held.save(update_fields=["columns", "state", "shown"])
    return held


@transaction.atomic
def discard_upload(*, upload: Upload, by: User) -> Upload:
    """Let an upload that was not applied be; the file and what it would do are forgotten. Safe to repeat."""
    held = locked_upload(upload.pk)
    if held.state == Upload.State.DISCARDED:
        return held
    _refuse_step(held, LOOK, "")
    _discard(held, by)
    return held


def discard_old_uploads() -> None:
    """Let be what nobody has applied or discarded for long."""
    old = Upload.objects.filter(uploaded_at__lt=timezone.now() - OPEN_FOR)
    for pk in old.filter(state__in=[Upload.State.UNREAD, Upload.State.SHOWN]).values_list("pk", flat=True):
        with transaction.atomic():
            held = locked_upload(pk)
            if held.is_open and not held.is_at_work:
                _discard(held, None)


def _discard(upload: Upload, by: User | None) -> None:
    upload.findings.all().delete()
    upload.content = b""
    upload.save(update_fields=["content"])
    end_upload(upload, Upload.State.DISCARDED, by=by)


def locked_upload(pk: int, *, with_cooperation: bool = False) -> Upload:
    """The upload, locked until the transaction ends; its cooperation first, for whoever writes its rows."""
    if with_cooperation and (cooperation_id := _found(pk).cooperation_id):
        lock_cooperation(cooperation_id)
    rows = Upload.objects.select_for_update(of=["self"], no_key=True).order_by()
    return rows.for_listing().get(pk=pk)


def _found(pk: int) -> Upload:
    """Without a lock: nobody waits for an upload that a job is at work on."""
    return Upload.objects.for_listing().get(pk=pk)


def end_upload(upload: Upload, state: Upload.State, *, by: User | None) -> None:
    """Write the state that an upload has come to, and log it; in the caller's transaction."""
    before, upload.state = upload.state, state
    upload.ended_by, upload.ended_at = by, timezone.now()
    upload.save(update_fields=["state", "ended_by", "ended_at"])
    changed(done=[("change", upload, {"state": [str(before), str(state)]})], by=by)


def keep_findings(upload: Upload, found: Mapping[str, Sequence[Finding]]) -> None:
    """Write what each row of ``upload`` would do, in place of what was kept, and how many do what.

    ``found`` says it by language, the upload's own among them; how many is the same in each.
    """
    upload.findings.all().delete()
    for language, findings in found.items():
        add_rows(UploadFinding, [*_rows(upload, language, findings)])
    for outcome, number in counts(found[upload.language]).items():
        setattr(upload, f"{outcome.value}_count", number)
    upload.save(update_fields=[f"{outcome.value}_count" for outcome in Outcome])


def _rows(upload: Upload, language: str, findings: Iterable[Finding]) -> Iterable[UploadFinding]:
    for number, each in enumerate(findings):
        yield UploadFinding(
            upload_id=upload.pk,
            cooperation_id=upload.cooperation_id,
            language=language,
            number=number,
            place=PLACES[each.outcome],
            line=each.line,
            outcome=each.outcome.value,
            what=each.what,
            before=each.before,
            after=each.after,
            errors=list(each.errors),
            effect=each.effect,
            note=each.note,
        )
