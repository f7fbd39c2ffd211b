"""What was uploaded to be imported: the lists, and whose pages about it are."""

from typing import Any, ClassVar

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.functional import cached_property
from django.utils.http import content_disposition_header
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from municipalities.access import Rights
from municipalities.actions import NotAsShownError, order_step
from municipalities.forms import UploadFilter
from municipalities.models import Upload
from municipalities.portal import CooperationPage, ListPage, OperatorPage
from municipalities.tables import PublicUploadTable, UploadTable
from sharedict.accounts.models import User


class UploadMixin:
    """A page about one upload, found by ``pk``; the pages of operators are about those of no cooperation."""

    model = Upload
    request: HttpRequest
    kwargs: dict[str, Any]
    viewer: User
    may_edit: bool

    @cached_property
    def upload(self) -> Upload:
        found: Upload | None = self.uploads().for_listing().filter(pk=self.kwargs["pk"]).first()
        if found is None:
            raise Http404
        return found

    def uploads(self) -> Any:
        raise NotImplementedError

    def address(self, name: str, *args: object) -> str:
        raise NotImplementedError

    def shown(self, template: str, context: dict[str, Any], status: int = 200) -> HttpResponse:
        raise NotImplementedError

    def back(self) -> HttpResponse:
        """To the page of the upload, which shows the true state."""
        return redirect(self.address("upload", self.upload.pk))

    def order(self, step: str, shown: str = "") -> None:
        """Have a step taken; what stands in its way is said."""
        try:
            order_step(upload=self.upload, step=step, by=self.viewer, shown=shown)
        except NotAsShownError as error:
            messages.warning(self.request, error.message)


class OfCooperation(UploadMixin, CooperationPage):
    @property
    def may_edit(self) -> bool:  # type: ignore[override]
        return self.rights.may_edit

    def uploads(self) -> Any:
        return Upload.objects.visible_to(self.viewer).of(self.cooperation)

    def address(self, name: str, *args: object) -> str:
        return self.url(name, *args)

    def shown(self, template: str, context: dict[str, Any], status: int = 200) -> HttpResponse:
        return self.page(template, context, status)


class OfRegister(UploadMixin, OperatorPage):
    may_edit = True

    def uploads(self) -> Any:
        return Upload.objects.filter(cooperation=None)

    def address(self, name: str, *args: object) -> str:
        return reverse(f"public-{name}", args=args)

    def shown(self, template: str, context: dict[str, Any], status: int = 200) -> HttpResponse:
        return render(self.request, template, context, status=status)


class GivesFile(UploadMixin):
    """The file as it was uploaded."""

    def get(self, request: HttpRequest, **kwargs: Any) -> HttpResponse:
        upload = self.upload
        if upload.state == Upload.State.DISCARDED:
            raise Http404
        answer = HttpResponse(bytes(upload.content), content_type="application/octet-stream")
        answer["X-Content-Type-Options"] = "nosniff"
        answer.headers["Content-Disposition"] = _attached(upload.file_name)
        return answer


def _attached(name: str) -> str:
    return content_disposition_header(as_attachment=True, filename=name) or "attachment"


class UploadFile(OfCooperation, GivesFile):
    def is_allowed(self, rights: Rights) -> bool:
        return rights.sees_change_log


class PublicUploadFile(OfRegister, GivesFile):
    """Of a public register."""


class Uploads(ListPage):
    """Who imported what, when, for administrators and auditors."""

    model = Upload
    table_class = UploadTable
    filterset_class = UploadFilter
    title: ClassVar[Any] = gettext_lazy("Imports")
    lead: ClassVar[Any] = gettext_lazy(
        "Every file that was uploaded, what came of it, and who did it. What was applied can be undone as "
        "long as nothing else has touched its rows."
    )

    def is_allowed(self, rights: Rights) -> bool:
        return rights.sees_change_log


class PublicUploads(OperatorPage):
    """What was imported into public registers."""

    def get(self, request: HttpRequest) -> HttpResponse:
        rows = Upload.objects.filter(cooperation=None).for_listing()
        context = {
            "title": _("Imports"),
            "lead": _("What was imported into the public registers."),
            "table": PublicUploadTable(rows, request=request),
            "back_url": reverse("installation"),
        }
        return render(request, "municipalities/public_uploads.html", context)
