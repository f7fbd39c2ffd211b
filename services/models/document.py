from django.core.validators import URLValidator
from django.db import models
from django.utils.translation import gettext_lazy as _

from services.querysets import OfApplicationQuerySet
from sharedict.common.models import CooperationRow


class Document(CooperationRow):
    """Something to read about an application, and where it stands; no file is kept here."""

    application = models.ForeignKey(
        "services.Application", models.CASCADE, related_name="documents", verbose_name=_("application")
    )
    title = models.CharField(_("title"), max_length=150)
    url = models.CharField(_("address"), max_length=500, validators=[URLValidator(schemes=["https", "http"])])
    review_on = models.DateField(
        _("to be reviewed"), null=True, blank=True, help_text=_("Empty: nobody has to look at it again.")
    )
    objects = OfApplicationQuerySet.as_manager()

    class Meta:
        ordering = ["application__name", "title"]
        verbose_name = _("document")
        verbose_name_plural = _("documents")
        constraints = [
            models.UniqueConstraint(
                fields=["application", "title"],
                name="services_document_title_once",
                violation_error_message=_("There is already a document with this title."),
            )
        ]

    def __str__(self) -> str:
        return self.title
