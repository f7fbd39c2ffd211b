import zlib

from django.db import models
from django.utils.translation import gettext_lazy as _

from billing.querysets import PaperQuerySet
from sharedict.common.models import CooperationRow
from sharedict.common.roles import APPENDING
from sharedict.common.row_security import shares_through


class Paper(CooperationRow):
    """A statement as PDF in one language, as it was first given out: the same bytes for ever.

    One that ``tells_others`` says what the other municipalities pay, and is given out only while members see
    each other's shares.
    """

    statement = models.ForeignKey(
        "billing.Statement", models.PROTECT, related_name="papers", verbose_name=_("statement")
    )
    language = models.CharField(_("language"), max_length=10)
    tells_others = models.BooleanField()
    packed = models.BinaryField()
    made_at = models.DateTimeField(_("made"))
    objects = PaperQuerySet.as_manager()
    program_may = APPENDING
    rows_shown = shares_through(
        "billing_paper.statement_id", "billing_statement", own_where="NOT billing_paper.tells_others"
    )

    class Meta:
        ordering = ["statement", "language"]
        verbose_name = _("paper")
        verbose_name_plural = _("papers")
        constraints = [
            models.UniqueConstraint(
                fields=["statement", "language", "tells_others"], name="billing_paper_once"
            )
        ]

    @property
    def content(self) -> bytes:
        """The PDF itself; the database holds it packed by zlib."""
        return zlib.decompress(self.packed)

    def __str__(self) -> str:
        return f"{self.statement_id} {self.language}"
