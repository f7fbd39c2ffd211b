"""Abstract bases: rows of one cooperation, rows that hold for a span of days, rows that shares depend on."""

import datetime as dt
from typing import ClassVar

from django.core.exceptions import ValidationError
from django.db import models
from django.utils.translation import gettext_lazy as _

Span = tuple[dt.date, dt.date | None]
"""Half-open days; an open end as None."""


class CooperationRow(models.Model):
    """A row that belongs to one cooperation, the tenant of everything."""

    cooperation = models.ForeignKey(
        "municipalities.Cooperation", models.PROTECT, related_name="+", verbose_name=_("cooperation")
    )

    class Meta:
        abstract = True


class Spanned(CooperationRow):
    """A row of a cooperation that holds from a day until (not including) another, or until further notice."""

    valid_from = models.DateField(_("valid from"))
    valid_until = models.DateField(
        _("valid until"), null=True, blank=True, help_text=_("The first day it no longer holds.")
    )

    class Meta:
        abstract = True

    def clean(self) -> None:
        """Refuse an end before the start, which PostgreSQL cannot make a span of to compare with others."""
        start: object = self.valid_from
        end: object = self.valid_until
        if isinstance(start, dt.date) and isinstance(end, dt.date) and end <= start:
            raise ValidationError({"valid_until": _("The end must be later than the start.")})


class Fact(models.Model):
    """A row that shares depend on: whatever billing gathers for a month is one, and announces its changes.

    A model says so by having ``touches``; any other changes no share, and its changes recompute nothing.
    """

    fact_columns: ClassVar[frozenset[str] | None] = None
    """The columns that shares depend on; None for all of them."""

    class Meta:
        abstract = True

    @property
    def touches(self) -> Span:
        """The days whose shares this row may change."""
        return dt.date.min, None


class SpannedFact(Fact, Spanned):
    """A row that shares depend on for the days that it holds."""

    class Meta:
        abstract = True

    @property
    def touches(self) -> Span:
        return self.valid_from, self.valid_until


def ends_after_it_starts(name: str) -> models.CheckConstraint:
    """The constraint that ``valid_until`` is later than ``valid_from``, under ``name``."""
    return models.CheckConstraint(
        condition=models.Q(valid_until__isnull=True) | models.Q(valid_until__gt=models.F("valid_from")),
        name=name,
        violation_error_message=_("The end must be later than the start."),
    )


class DateRange(models.Func):
    """``daterange(from, until)``: half-open, open where ``until`` is null; for exclusion constraints."""

    function = "DATERANGE"
