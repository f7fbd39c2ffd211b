from django.core.validators import RegexValidator
from django.db import models
from django.utils.translation import gettext_lazy as _

from municipalities.querysets import CooperationQuerySet
from sharedict.common.models import Fact

RESERVED_SLUGS = frozenset({"api", "system", "static", "accounts", "sign-in", "sign-out", "health"})


class Cooperation(Fact):
    """A joint ICT organisation: the municipalities in it, one currency, and its rules. The tenant."""

    class Charging(models.TextChoices):
        INVOICED = "invoiced", _("the joint organisation bills each member")
        SETTLED = "settled", _("members pay suppliers and settle the difference")

    id = models.AutoField(primary_key=True)
    slug = models.SlugField(_("address"), max_length=60, unique=True)
    name = models.CharField(_("name"), max_length=200)
    currency = models.CharField(
        _("currency"), max_length=3, default="SEK", validators=[RegexValidator(r"^[A-Z]{3}\Z")]
    )
    charging = models.CharField(
        _("charging"), max_length=10, choices=Charging.choices, default=Charging.INVOICED
    )
    year_starts_in = models.PositiveSmallIntegerField(
        _("agreement year starts in month"),
        default=1,
        help_text=_("1 is January. Rounding evens out within it."),
    )
    shares_are_open = models.BooleanField(
        _("members see each other's shares"), default=True, help_text=_("Public bodies usually say yes.")
    )
    is_demonstration = models.BooleanField(_("demonstration data"), default=False)
    objects = CooperationQuerySet.as_manager()

    fact_columns = frozenset({"slug", "name", "currency", "year_starts_in"})

    class Meta:
        ordering = ["name"]
        verbose_name = _("cooperation")
        verbose_name_plural = _("cooperations")
        constraints = [
            models.CheckConstraint(
                condition=models.Q(year_starts_in__range=(1, 12)),
                name="municipalities_cooperation_year_start",
                violation_error_message=_("A month is a number from 1 to 12."),
            ),
            models.CheckConstraint(
                condition=~models.Q(slug__in=sorted(RESERVED_SLUGS)),
                name="municipalities_cooperation_slug_free",
                violation_error_message=_("This address is used by the portal itself: choose another."),
            ),
        ]

    def __str__(self) -> str:
        return self.name
