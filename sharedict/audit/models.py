"""Who did what, when: one row for each change, written in the same transaction."""

from typing import Self

from django.apps import apps
from django.conf import settings
from django.core.serializers.json import DjangoJSONEncoder
from django.db import models
from django.db.models import OuterRef, Subquery, Value
from django.db.models.functions import Coalesce, NullIf
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from sharedict.accounts.models import FORGOTTEN
from sharedict.common.roles import APPENDING, NEVER_CHANGED

VERBS = {
    "add": _("added"),
    "adopt": _("adopted"),
    "change": _("changed"),
    "decide": _("decided on"),
    "delete": _("removed"),
    "failure": _("noted a failed sign-in of"),
    "forget": _("erased what was personal of"),
    "password": _("changed the password of"),
    "refused": _("refused, though the password was right,"),
    "reset": _("chose another password, by a letter, for"),
    "retry": _("ordered again"),
    "sign-in": _("signed in"),
    "sign-out": _("signed out"),
    "throttled": _("kept waiting, after too many failures,"),
    "wrong-password": _("noted a wrong old password of"),
}

SECURITY = (
    "accounts.user",
    "billing.period",
    "municipalities.invitation",
    "municipalities.role",
    "municipalities.token",
)
"""The kinds of rows whose entries tell who came in, who may do what, and what was closed."""


def verb_in_words(verb: str) -> str:
    return str(VERBS.get(verb, verb))


def kind_in_words(subject_type: str) -> str:
    """What the kind of a changed row is called."""
    try:
        return str(apps.get_model(subject_type)._meta.verbose_name)
    except (LookupError, ValueError):
        return subject_type


class EntryQuerySet(models.QuerySet["Entry"]):
    def kinds_in(self, cooperation: models.Model) -> list[str]:
        """The kinds of rows that its log tells of: each is looked up, for there may be a million entries."""
        known = [model._meta.label_lower for model in apps.get_models() if not _is_of_django(model)]
        found = self.filter(cooperation=cooperation.pk).order_by().values_list("subject_type", flat=True)
        return list(found.none().union(*(found.filter(subject_type=kind)[:1] for kind in known), all=True))

    def of_security(self) -> Self:
        return self.filter(subject_type__in=SECURITY)

    def for_listing(self) -> Self:
        """With ``who`` and ``what``: the names as they were then, of whoever was not forgotten since."""
        return self.annotate(who=_said("actor"), what=_said("subject"))


def _is_of_django(model: type[models.Model]) -> bool:
    return model.__module__.startswith("django.")


def _said(part: str) -> Coalesce:
    """Looked up for each entry that is shown: a join might read the names of a million for fifty."""
    names = apps.get_model("audit.PersonalValue")._default_manager.filter(entry=OuterRef("pk"), part=part)
    named, plain = Subquery(names.values("after")[:1]), NullIf(part, Value(""))
    return Coalesce(named, plain, Value(str(FORGOTTEN)), output_field=models.TextField())


class Entry(models.Model):
    """One change to one row. ``changes`` maps a field to its value before and after, as text.

    Nothing personal stands here: ``actor`` and ``subject`` are empty where they name a person, and a personal
    text in ``changes`` is null. What they were are the entry's rows of PersonalValue.
    """

    cooperation = models.ForeignKey(
        "municipalities.Cooperation",
        models.PROTECT,
        null=True,
        related_name="+",
        verbose_name=_("cooperation"),
    )
    at = models.DateTimeField(_("when"))
    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    actor = models.CharField(_("who"), max_length=200)
    verb = models.CharField(_("what"), max_length=40)
    subject_type = models.CharField(_("kind"), max_length=80)
    subject_id = models.CharField(max_length=40)
    subject = models.CharField(_("subject"), max_length=300)
    changes = models.JSONField(_("changes"), default=dict, encoder=DjangoJSONEncoder)
    objects = EntryQuerySet.as_manager()
    program_may = APPENDING

    class Meta:
        ordering = ["-at", "-id"]
        verbose_name = _("entry of the change log")
        verbose_name_plural = _("change log")
        indexes = [
            models.Index(fields=["cooperation", "-at", "-id"], name="audit_by_cooperation"),
            models.Index(fields=["cooperation", "subject_type", "-at", "-id"], name="audit_by_kind"),
            models.Index(
                fields=["cooperation", "-at", "-id"],
                condition=models.Q(subject_type__in=SECURITY),
                name="audit_of_security",
            ),
        ]

    def __str__(self) -> str:
        at, kind = timezone.localtime(self.at), kind_in_words(self.subject_type)
        return f"{at:%Y-%m-%d %H:%M} {verb_in_words(self.verb)} {kind} {self.subject_id}"


class PersonalValue(models.Model):
    """What one part of one entry says of a person (``user``, where known): erased when they are forgotten.

    ``part`` is ``actor``, ``subject``, or a field of ``changes``; only the last were something ``before``.
    """

    entry = models.ForeignKey(Entry, models.PROTECT, related_name="personal_values", db_index=False)
    cooperation = models.ForeignKey(
        "municipalities.Cooperation", models.PROTECT, null=True, related_name="+", db_index=False
    )
    part = models.CharField(_("part"), max_length=80)
    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    before = models.TextField(_("before"), blank=True)
    after = models.TextField(_("after"), blank=True)
    program_may = NEVER_CHANGED

    class Meta:
        verbose_name = _("personal value")
        verbose_name_plural = _("personal values")
        constraints = [models.UniqueConstraint(fields=["entry", "part"], name="audit_personal_value_once")]

    def __str__(self) -> str:
        return self.part
