from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import RangeOperators
from django.db import models
from django.utils.translation import gettext_lazy as _

from municipalities.querysets import MemberQuerySet
from sharedict.common.models import DateRange, SpannedFact, ends_after_it_starts


class Member(SpannedFact):
    """A municipality's membership of a cooperation, from a date until a date."""

    municipality = models.ForeignKey(
        "municipalities.Municipality",
        models.PROTECT,
        related_name="memberships",
        verbose_name=_("municipality"),
    )
    accounting_pattern = models.CharField(
        _("pattern of accounting codes"),
        max_length=40,
        blank=True,
        help_text=_(
            "9 stands for a digit, A for a letter, * at the end for anything more; all else for itself, such "
            "as 9999-AA. Empty: any code."
        ),
    )
    demands_accounting_code = models.BooleanField(_("orders need an accounting code"), default=False)
    objects = MemberQuerySet.as_manager()

    fact_columns = frozenset({"cooperation", "municipality", "valid_from", "valid_until"})

    class Meta:
        ordering = ["municipality__country", "municipality__code", "valid_from"]
        verbose_name = _("member")
        verbose_name_plural = _("members")
        constraints = [
            ends_after_it_starts("municipalities_member_span"),
            ExclusionConstraint(
                name="municipalities_member_never_twice",
                expressions=[
                    ("cooperation", RangeOperators.EQUAL),
                    ("municipality", RangeOperators.EQUAL),
                    (DateRange("valid_from", "valid_until"), RangeOperators.OVERLAPS),
                ],
                violation_error_message=_("This municipality is already a member in part of that time."),
            ),
        ]

    def __str__(self) -> str:
        return str(self.municipality)
