"""Who did what, when: one row for each change, written in the same transaction."""

from typing import Any, Self

from django.apps import apps
from django.conf import settings
from django.contrib.postgres.indexes import GinIndex, OpClass
from django.core.serializers.json import DjangoJSONEncoder
from django.db import connection, models
from django.db.models import Exists, OuterRef, Q, Subquery, Value
from django.db.models.expressions import RawSQL
from django.db.models.functions import Coalesce, NullIf, Upper
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
        known = {model._meta.label_lower for model in apps.get_models() if not _is_of_django(model)}
        return [kind for kind in _texts(Entry, "subject_type", "TRUE", cooperation) if kind in known]

    def of_security(self) -> Self:
        return self.filter(subject_type__in=SECURITY)

    def by_somebody_called(self, text: str, cooperation: models.Model) -> Self:
        """Those of the log of ``cooperation`` by whom its reader knows by a name that contains ``text``.

        The names are found first, each once: a log of a million entries has few. Those of rows
        ``for_listing``.
        """
        if text.casefold() in str(FORGOTTEN).casefold():
            return self.filter(who__icontains=text)
        people = _texts(apps.get_model("audit.PersonalValue"), "after", "part = 'actor'", cooperation, text)
        programs = _texts(Entry, "actor", "actor <> ''", cooperation, text)
        theirs = _personal().filter(cooperation=cooperation.pk, part="actor", after__in=people)
        keys = list(theirs.values_list("entry_id", flat=True)[: FEW + 1]) if people else []
        is_few = len(keys) <= FEW
        found = Q(pk__in=_each(keys)) if is_few else Q(pk__in=theirs.values("entry_id"))
        return self.filter(found | Q(actor__in=programs) if programs else found)

    def about(self, text: str, cooperation: models.Model) -> Self:
        """Those of the log of ``cooperation`` whose ``what`` contains ``text``; of rows ``for_listing``.

        One or two letters are looked for where a word begins, for the index knows texts by three. What the
        newest entries often say is soon found among all; else the index names the entries, if they are few.
        """
        if text.casefold() in str(FORGOTTEN).casefold():
            return self.filter(what__icontains=text)
        entries, names = Entry.objects.filter(cooperation=cooperation.pk), _personal().filter(part="subject")
        named = Exists(names.filter(_contains("after", text), entry=OuterRef("pk")))
        newest = entries.filter(pk__in=entries[:NEWEST].values("pk"))
        if newest.filter(_contains("subject", text) | named)[:OFTEN].count() < OFTEN:
            keys = _about(text, cooperation)
            if len(keys) <= SOME:
                return self.filter(pk__in=_each(keys))
        return self.filter(_contains("subject", text) | named)

    def for_listing(self) -> Self:
        """With ``who`` and ``what``: the names as they were then, of whoever was not forgotten since."""
        return self.annotate(who=_said("actor"), what=_said("subject"))


TEXTS = """
WITH RECURSIVE texts AS (
    (SELECT {column} AS text FROM {table} WHERE cooperation_id = %s AND {only} ORDER BY {column} LIMIT 1)
    UNION ALL
    SELECT (
        SELECT {column} FROM {table} WHERE cooperation_id = %s AND {only} AND {column} > texts.text
        ORDER BY {column} LIMIT 1
    )
    FROM texts WHERE texts.text IS NOT NULL
)
SELECT text FROM texts WHERE upper(text) LIKE upper(%s)
"""
"""Each text is found behind the one before it in the index: what all entries say is never read."""
FEW = 1_000
"""Entries so few are named by their keys; of more, the first of a page are soon found among all."""


def _texts(model: Any, column: str, only: str, cooperation: models.Model, part: str = "") -> list[str]:
    """What stands in ``column`` of the rows ``only``, each text once, as far as ``part`` is in it."""
    asked = TEXTS.format(column=column, table=model._meta.db_table, only=only)
    pattern = f"%{connection.ops.prep_for_like_query(part)}%"
    with connection.cursor() as cursor:
        cursor.execute(asked, [cooperation.pk, cooperation.pk, pattern])
        return [text for (text,) in cursor.fetchall()]


NEWEST, OFTEN = 1_000, 10
"""What so many of the newest entries say is soon found among all."""
SOME = 5_000
"""Entries so few are named by their keys; what more of a million say is soon found among all, too."""
INDEXED = 3
"""The index knows a text by every three letters of it, and by the one or two that a word begins with."""


def _contains(column: str, text: str) -> Q:
    """That ``column`` contains ``text``, in whatever case; what is too short, where a word begins."""
    if len(text) >= INDEXED:
        return Q(**{f"{column}__icontains": text})
    return Q(**{f"{column}__istartswith": text}) | Q(**{f"{column}__icontains": f" {text}"})


def _about(text: str, cooperation: models.Model) -> list[int]:
    """The keys of the entries whose subject ``_contains`` the text: all, or at least one more than SOME."""
    part = connection.ops.prep_for_like_query(text)
    one, other = (f"%{part}%",) * 2 if len(text) >= INDEXED else (f"{part}%", f"% {part}%")
    with connection.cursor() as cursor:
        cursor.execute("SELECT audit_entries_about(%s, %s, %s, %s)", [cooperation.pk, one, other, SOME + 1])
        return [key for (key,) in cursor.fetchall()]


def _each(keys: list[int]) -> RawSQL:
    """``keys`` as one array: a thousand of them one by one take longer to write down than to look up."""
    return RawSQL("SELECT unnest(%s::bigint[])", [keys])


def _personal() -> Any:
    return apps.get_model("audit.PersonalValue")._default_manager.all()


def _is_of_django(model: type[models.Model]) -> bool:
    return model.__module__.startswith("django.")


def _said(part: str) -> Coalesce:
    """Looked up for each entry that is shown: a join might read the names of a million for fifty."""
    names = _personal().filter(entry=OuterRef("pk"), part=part)
    named, plain = Subquery(names.values("after")[:1]), NullIf(part, Value(""))
    return Coalesce(named, plain, Value(str(FORGOTTEN)), output_field=models.TextField())


def person_named(kind: str, pk: object) -> str:
    """How the log names a person who is a row of ``kind`` (``municipalities.colleague``)."""
    return f"{kind}:{pk}"


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
            models.Index(fields=["cooperation", "actor"], condition=~models.Q(actor=""), name="audit_actor"),
            GinIndex(OpClass(Upper("subject"), name="gin_trgm_ops"), name="audit_subject"),
        ]

    def __str__(self) -> str:
        at, kind = timezone.localtime(self.at), kind_in_words(self.subject_type)
        return f"{at:%Y-%m-%d %H:%M} {verb_in_words(self.verb)} {kind} {self.subject_id}"


class PersonalValue(models.Model):
    """What one part of one entry says of a person: erased when they are forgotten.

    That is ``user``, where known, or somebody without a sign-in: ``about`` names the row that they are, as
    ``person_named`` does. ``part`` is ``actor``, ``subject``, or a field of ``changes``; only the last were
    something ``before``.
    """

    entry = models.ForeignKey(Entry, models.PROTECT, related_name="personal_values", db_index=False)
    cooperation = models.ForeignKey(
        "municipalities.Cooperation", models.PROTECT, null=True, related_name="+", db_index=False
    )
    part = models.CharField(_("part"), max_length=80)
    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    about = models.CharField(_("about"), max_length=80, blank=True, default="")
    before = models.TextField(_("before"), blank=True)
    after = models.TextField(_("after"), blank=True)
    program_may = NEVER_CHANGED

    class Meta:
        verbose_name = _("personal value")
        verbose_name_plural = _("personal values")
        constraints = [models.UniqueConstraint(fields=["entry", "part"], name="audit_personal_value_once")]
        indexes = [
            models.Index(
                fields=["cooperation", "after"], condition=models.Q(part="actor"), name="audit_personal_actor"
            ),
            GinIndex(
                OpClass(Upper("after"), name="gin_trgm_ops"),
                condition=models.Q(part="subject"),
                name="audit_personal_subject",
            ),
            models.Index(fields=["about"], condition=~models.Q(about=""), name="audit_personal_about"),
        ]

    def __str__(self) -> str:
        return self.part
