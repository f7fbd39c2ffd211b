"""A file on its way into the portal: uploaded, looked at, applied, as a worker would between two pages."""

from typing import Any

from django.conf import settings
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.utils.translation import override

from municipalities.actions import UPLOAD
from municipalities.models import Upload
from municipalities.portal import import_kind
from municipalities.portal.looking import looked_at
from sharedict.common.sight import everything, of_cooperation, seeing
from sharedict.common.uploads import Finding
from sharedict.jobs.models import Job
from sharedict.jobs.registry import handler_of

OTHER_LANGUAGES = len(settings.LANGUAGES) - 1
"""A dry run says all of it in each of them once more, and asks a few questions for it."""
QUERIES_OF_HELPER = 3
"""What ``work`` itself asks for one job: for the job, for who ordered it, and that it is done."""


def take(client: Client, page: str, content: bytes, name: str = "file.csv", **told: str) -> Any:
    """What ``page`` answers to a file; the job that looks at it has still to be done."""
    return client.post(page, {"file": SimpleUploadedFile(name, content), **told})


def upload(client: Client, page: str, content: bytes, name: str = "file.csv", **told: str) -> Any:
    """The page of the dry run; what ``page`` answers where it does not take the file."""
    return followed(client, take(client, page, content, name, **told))


def apply(client: Client, shown: Any) -> Any:
    """The page of the upload once what ``shown`` showed has been ordered and done, or not."""
    return followed(client, client.post(address_of(shown), step(shown, "apply")))


def undo(client: Client, shown: Any) -> Any:
    """The page of the upload once undoing it, as asked before, has been ordered and done, or not."""
    address = f"{address_of(shown)}undo/"
    asked = client.get(address)
    return followed(client, client.post(address, {"seen": (asked.context or {}).get("seen", "")}))


def step(shown: Any, name: str) -> dict[str, str]:
    return {"step": name, "shown": shown.context["upload"].shown}


def address_of(shown: Any) -> str:
    """The page of the upload that ``shown`` is about."""
    found: Upload = shown.context["upload"]
    above = f"/{found.cooperation.slug}/" if found.cooperation else "/cooperations/"
    return f"{above}imports/{found.pk}/"


def followed(client: Client, answer: Any) -> Any:
    """The page that ``answer`` leads to, once the jobs that were ordered for uploads are done."""
    if answer.status_code != 302:
        return answer
    work()
    return client.get(answer["Location"])


def work() -> None:
    """Do the jobs of uploads that wait, and no others."""
    for job in Job.objects.filter(kind=UPLOAD, state=Job.State.QUEUED).order_by("pk"):
        sight = of_cooperation(job.cooperation_id) if job.cooperation_id else everything("a test")
        with seeing(sight):
            handler_of(UPLOAD)(job, lambda done, total: None)
        Job.objects.filter(pk=job.pk).update(state=Job.State.DONE, progress_done=100, progress_total=100)


def is_applied(shown: Any) -> bool:
    return Upload.objects.get(pk=shown.context["upload"].pk).state == Upload.State.APPLIED


def compared(shown: Any) -> list[Finding]:
    """What each row would do as things are, with the rows that would be saved."""
    found: Upload = shown.context["upload"]
    with override(found.language):
        return list(looked_at(found, import_kind(found.kind), lambda done, total: None).findings)


def findings(shown: Any) -> Any:
    """What each row would do, in the order of the file and the words of whoever uploaded it."""
    upload = shown.context["upload"]
    return list(upload.findings.filter(language=upload.language).order_by("number"))
