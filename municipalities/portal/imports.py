"""The page that takes a file to import: it is stored, and looked at on a page of its own."""

from typing import TYPE_CHECKING, Any, ClassVar

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse

from municipalities.actions import LOOK, order_step, store_upload
from municipalities.models import Cooperation, Upload
from municipalities.portal.kinds import ImportKind
from municipalities.portal.operators import OperatorPage
from municipalities.portal.pages import EditorsOnly
from sharedict.accounts.models import User
from sharedict.common.uploads import UploadError, UploadForm, refuse_large

if TYPE_CHECKING:
    from django.core.files.uploadedfile import UploadedFile


class TakesFile:
    """A form that takes a file of one kind. What can be read is stored, to be looked at by a job.

    A file whose columns have other names is stored too, and somebody chooses which stand for ours.
    """

    kind: ClassVar[ImportKind]
    form_class: ClassVar[type[UploadForm]] = UploadForm
    template_name: ClassVar[str] = "municipalities/import_page.html"
    title: ClassVar[Any]
    lead: ClassVar[Any] = ""
    example: ClassVar[str] = ""
    request: HttpRequest
    viewer: User

    def told(self) -> dict[str, str]:
        """What is known of the file beside what the form says."""
        return {}

    def whose(self) -> Cooperation | None:
        raise NotImplementedError

    def upload_url(self, name: str, pk: int) -> str:
        raise NotImplementedError

    def render_page(self, context: dict[str, Any], status: int) -> HttpResponse:
        raise NotImplementedError

    def get(self, request: HttpRequest, **kwargs: Any) -> HttpResponse:
        return self.show(self.form_class())

    def post(self, request: HttpRequest, **kwargs: Any) -> HttpResponse:
        form = self.form_class(request.POST, request.FILES)
        if not form.is_valid():
            return self.show(form, status=422)
        said = {name: str(value) for name, value in form.cleaned_data.items() if name != "file"}
        try:
            return self.take(form.cleaned_data["file"], self.told() | said)
        except UploadError as error:
            form.add_error(error.field or "file", error.message)
            return self.show(form, status=422)

    def take(self, file: "UploadedFile[bytes]", told: dict[str, str]) -> HttpResponse:
        """Store the file and lead to its page; raises UploadError for what cannot be read."""
        refuse_large(file)
        content, name = file.read(), file.name or ""
        whose = self.whose()
        read = Upload(cooperation=whose, kind=self.kind.name, file_name=name, content=content, told=told)
        headers = read.headers = self.kind.headings(content)
        read.columns = Upload.objects.columns_of(read) if headers else {}
        if read.columns or not headers:
            self.kind.read(read)
        upload = store_upload(
            cooperation=whose,
            kind=self.kind.name,
            file_name=name,
            content=content,
            headers=headers,
            told=told,
            by=self.viewer,
        )
        if headers and not upload.columns:
            return redirect(self.upload_url("upload-columns", upload.pk))
        order_step(upload=upload, step=LOOK, by=self.viewer)
        return redirect(self.upload_url("upload", upload.pk))

    def show(self, form: UploadForm, status: int = 200) -> HttpResponse:
        columns, whose = self.kind.columns, self.whose()
        context = {
            "title": self.title,
            "lead": self.lead,
            "form": form,
            "columns": columns,
            "example": self.example,
            "back_url": self.kind.address(whose.slug if whose else "", self.told()),
            "uploads_url": self.uploads_url(),
        }
        return self.render_page(context, status)

    def uploads_url(self) -> str:
        raise NotImplementedError


class ImportPage(TakesFile, EditorsOnly):
    """Takes a file that is imported into the cooperation."""

    def whose(self) -> Cooperation:
        return self.cooperation

    def upload_url(self, name: str, pk: int) -> str:
        return self.url(name, pk)

    def uploads_url(self) -> str:
        return self.url("uploads")

    def render_page(self, context: dict[str, Any], status: int) -> HttpResponse:
        return self.page(self.template_name, context, status)


class OperatorImportPage(TakesFile, OperatorPage):
    """Takes a file that is imported into a public register."""

    def whose(self) -> None:
        return None

    def upload_url(self, name: str, pk: int) -> str:
        return reverse(f"public-{name}", args=[pk])

    def uploads_url(self) -> str:
        return reverse("public-uploads")

    def render_page(self, context: dict[str, Any], status: int) -> HttpResponse:
        return render(self.request, self.template_name, context, status=status)
