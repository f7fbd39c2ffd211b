from babel.core import get_global
from babel.numbers import get_currency_precision
from django.core.exceptions import ValidationError
from django.core.validators import MaxValueValidator
from django.db import models
from django.utils.translation import gettext_lazy as _

from municipalities.querysets import CooperationQuerySet
from sharedict.common.models import Fact

RESERVED_SLUGS = frozenset(
    {
        *("api", "system", "static", "health"),
        *("accounts", "cooperations", "set-up", "sign-in", "sign-out"),
    }
)

CURRENCIES = frozenset(
    code
    for used in get_global("territory_currencies").values()
    for code, _since, until, is_tender in used
    if is_tender and until is None
)
"""Those that some country pays in today: a slip of the pen may well be the code of one that is gone."""
DECIMALS = 2
LONGEST_PAYMENT_DAYS = 365


def refuse_currency(code: str) -> None:
    """Raise ValidationError unless ``code`` is a currency of today whose amounts have two decimals.

    Amounts are kept and divided with two decimals: of others, shares would be amounts that nobody can pay.
    """
    if code not in CURRENCIES:
        raise ValidationError(
            _("%(code)s is no currency: write its three letters, such as SEK."), params={"code": code}
        )
    if get_currency_precision(code) != DECIMALS:
        raise ValidationError(
            _("%(code)s is not divided into hundredths: costs are shared in currencies that are."),
            params={"code": code},
        )


class Cooperation(Fact):
    """A joint ICT organisation: the municipalities in it, one currency, and its rules. The tenant.

    One that is deactivated keeps all it has; nobody enters it, and nothing of it is computed.
    """

    class Charging(models.TextChoices):
        INVOICED = "invoiced", _("the joint organisation bills each member")
        SETTLED = "settled", _("members pay suppliers and settle the difference")

    id = models.AutoField(primary_key=True)
    slug = models.SlugField(_("address"), max_length=60, unique=True)
    name = models.CharField(_("name"), max_length=200)
    organisation_number = models.CharField(_("organisation number"), max_length=20, blank=True)
    address = models.TextField(_("postal address"), max_length=500, blank=True)
    currency = models.CharField(_("currency"), max_length=3, default="SEK", validators=[refuse_currency])
    charging = models.CharField(
        _("charging"), max_length=10, choices=Charging.choices, default=Charging.INVOICED
    )
    payment_days = models.PositiveSmallIntegerField(
        _("days to pay"),
        default=30,
        validators=[MaxValueValidator(LONGEST_PAYMENT_DAYS)],
        help_text=_("From the day a statement is issued until it is due."),
    )
    first_month = models.DateField(
        _("first month"), help_text=_("Its first day. Costs are shared from this month on.")
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
    deactivated_at = models.DateTimeField(_("deactivated"), null=True, blank=True, editable=False)
    objects = CooperationQuerySet.as_manager()

    fact_columns = frozenset({"slug", "name", "currency", "year_starts_in", "first_month"})

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
                condition=models.Q(first_month__day=1),
                name="municipalities_cooperation_first_month",
                violation_error_message=_("A month is named by its first day."),
            ),
            models.CheckConstraint(
                condition=models.Q(payment_days__lte=LONGEST_PAYMENT_DAYS),
                name="municipalities_cooperation_payment_days",
                violation_error_message=_("A statement is due within a year."),
            ),
            models.CheckConstraint(
                condition=~models.Q(slug__in=sorted(RESERVED_SLUGS)),
                name="municipalities_cooperation_slug_free",
                violation_error_message=_("This address is used by the portal itself: choose another."),
            ),
        ]

    def __str__(self) -> str:
        return self.name
