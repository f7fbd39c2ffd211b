from collections.abc import Mapping
from typing import Any

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from municipalities.querysets import UploadQuerySet
from sharedict.common.models import Remembered
from sharedict.common.uploads import Outcome


class Upload(Remembered):
    """A file that somebody has uploaded to be imported, what it would do or has done, and how far it is.

    Without a cooperation it is of a public register: those who run the installation see it alone. ``told`` is
    what was said beside the file, ``columns`` which of ours its columns stand for, ``language`` the one of
    whoever uploaded it. ``shown`` marks the dry run that stands in its findings, ``effect`` is what that one
    does to shares, and ``said`` what came of the last step, which may be a problem; ``words`` say the same in
    the other languages. ``entries`` are those of the change log that applying it wrote, by their keys. The
    file of one that was discarded is forgotten.
    """

    class State(models.TextChoices):
        UNREAD = "unread", _("not looked at yet")
        SHOWN = "shown", _("looked at, not applied")
        APPLIED = "applied", _("applied")
        UNDONE = "undone", _("undone")
        DISCARDED = "discarded", _("discarded")

    cooperation = models.ForeignKey(
        "municipalities.Cooperation",
        models.PROTECT,
        null=True,
        related_name="+",
        verbose_name=_("cooperation"),
    )
    kind = models.CharField(_("kind"), max_length=40)
    state = models.CharField(_("state"), max_length=10, choices=State.choices, default=State.UNREAD)
    file_name = models.CharField(_("file"), max_length=200)
    sha256 = models.CharField("SHA-256", max_length=64)
    size = models.PositiveIntegerField(_("bytes"))
    content = models.BinaryField()
    headers = models.JSONField(default=list)
    columns = models.JSONField(default=dict)
    told = models.JSONField(default=dict)
    language = models.CharField(_("language"), max_length=10, choices=settings.LANGUAGES)
    notices = models.JSONField(default=list)
    effect = models.JSONField(default=dict)
    shown = models.CharField(max_length=64, blank=True)
    said = models.TextField(blank=True)
    words = models.JSONField(default=dict)
    is_problem = models.BooleanField(default=False)
    entries = models.JSONField(default=list)
    label = models.CharField(max_length=200, blank=True)
    new_count = models.PositiveIntegerField(pgettext_lazy("rows", "new"), default=0)
    changed_count = models.PositiveIntegerField(pgettext_lazy("rows", "changed"), default=0)
    same_count = models.PositiveIntegerField(pgettext_lazy("rows", "same"), default=0)
    wrong_count = models.PositiveIntegerField(pgettext_lazy("rows", "wrong"), default=0)
    job = models.ForeignKey("jobs.Job", models.SET_NULL, null=True, related_name="+")
    uploaded_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name=_("uploaded by")
    )
    uploaded_at = models.DateTimeField(_("uploaded"))
    shown_at = models.DateTimeField(_("looked at"), null=True)
    ended_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+", verbose_name=_("by")
    )
    ended_at = models.DateTimeField(_("when"), null=True)
    objects = UploadQuerySet.as_manager()

    class Meta:
        ordering = ["-id"]
        verbose_name = _("import")
        verbose_name_plural = _("imports")
        indexes = [models.Index(fields=["cooperation", "-id"], name="municipalities_uploads")]

    def __str__(self) -> str:
        return self.file_name

    @property
    def is_open(self) -> bool:
        """Whether it may still be looked at, applied or discarded."""
        return self.state in (self.State.UNREAD, self.State.SHOWN)

    @property
    def is_looked_at(self) -> bool:
        """Whether how many rows do what is known."""
        return self.shown_at is not None and self.state != self.State.UNREAD

    @property
    def is_at_work(self) -> bool:
        """Whether a job that was ordered for it has still to end."""
        return self.job is not None and not self.job.is_finished

    def in_words(self, language: str | None) -> Mapping[str, Any]:
        """What is said of it in ``language``, or in its own: ``said``, ``notices``, ``label``, and what is to
        be read of shares before it is applied (``warnings``) and after (``effect``).
        """
        own: dict[str, Any] = {
            "said": self.said,
            "notices": self.notices,
            "label": self.label,
            "warnings": self.effect.get("warnings", []),
            "effect": self.effect.get("said", ""),
        }
        own |= self.words.get(language or "", {})
        return own if self.said else own | {"said": ""}

    def found_in(self, language: str | None) -> str:
        """The language that a reader of ``language`` has its findings in."""
        return language if language and "notices" in self.words.get(language, {}) else self.language

    @property
    def counts(self) -> dict[str, int]:
        """How many rows have each outcome."""
        return {outcome.value: getattr(self, f"{outcome.value}_count") for outcome in Outcome}


class UploadFinding(models.Model):
    """What one row of an upload would do, in the words of one language; once applied, what it did.

    ``number`` counts them in the order of the file, ``place`` puts first what asks for most attention.
    """

    upload = models.ForeignKey(Upload, models.CASCADE, related_name="findings", db_index=False)
    cooperation = models.ForeignKey(
        "municipalities.Cooperation", models.PROTECT, null=True, related_name="+", db_index=False
    )
    language = models.CharField(_("language"), max_length=10, choices=settings.LANGUAGES)
    number = models.PositiveIntegerField()
    place = models.PositiveSmallIntegerField()
    line = models.PositiveIntegerField(_("line"))
    outcome = models.CharField(_("outcome"), max_length=10)
    what = models.TextField(_("what"))
    before = models.TextField(_("before"))
    after = models.TextField(_("after"))
    errors = models.JSONField(_("errors"))
    effect = models.TextField()
    note = models.TextField()

    class Meta:
        ordering = ["place", "number"]
        verbose_name = _("row of an import")
        verbose_name_plural = _("rows of an import")
        constraints = [
            models.UniqueConstraint(
                fields=["upload", "language", "place", "number"], name="municipalities_finding_once"
            )
        ]

    def __str__(self) -> str:
        return self.what
