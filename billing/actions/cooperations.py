"""What computed months fix of their cooperation."""

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from billing.models import Period, Run
from municipalities.models import Cooperation


def refuse_other_currency(cooperation: Cooperation) -> None:
    """Raise ValidationError if months have been computed in another currency than ``cooperation`` now has."""
    other = Cooperation.objects.filter(pk=cooperation.pk).exclude(currency=cooperation.currency)
    if other.exists() and Run.objects.of(cooperation).exists():
        raise ValidationError({"currency": _("The currency is fixed since months have been computed.")})


def refuse_other_first_month(cooperation: Cooperation) -> None:
    """Raise ValidationError if a month is closed and ``cooperation`` would now begin with another one."""
    other = Cooperation.objects.filter(pk=cooperation.pk).exclude(first_month=cooperation.first_month)
    if other.exists() and Period.objects.of(cooperation).filter(state=Period.State.CLOSED).exists():
        raise ValidationError({"first_month": _("The first month is fixed since a month has been closed.")})
