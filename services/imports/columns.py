"""The columns of the catalogue, of who uses it and where it runs, as programs and our own lists name them."""

from typing import Any

from django.db import models
from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from services.models import Application, Installation, Subscription
from sharedict.common.uploads import Columns

OPTIONAL = (
    *("code", "purpose", "serves", "vendor", "owner", "competence_centre"),
    *("confidentiality", "integrity", "availability", "runs", "measured", "supported"),
    *("lifecycle", "charging", "unit_price", "priced_per", "included", "not_included"),
    *("delivery_days", "review_on"),
)
"""What a file may say of an application beside its name; what it does not name stays as it is."""
NUMBERS = ("unit_price", "delivery_days")


def label_of(model: type[models.Model], name: str) -> Any:
    return model._meta.get_field(name).verbose_name  # type: ignore[union-attr]


def named(model: type[models.Model], name: str) -> str:
    """A column in words, and as the file calls it."""
    return _("%(label)s (%(column)s)") % {"label": capfirst(str(label_of(model, name))), "column": name}


APPLICATION_COLUMNS = Columns(
    ("name",),
    OPTIONAL,
    numbers=NUMBERS,
    days=("review_on",),
    labels={name: (label_of(Application, name),) for name in OPTIONAL}
    | {
        "name": (label_of(Application, "name"), gettext_lazy("Application")),
        "serves": (label_of(Application, "serves"), gettext_lazy("In the tree")),
        "runs": (label_of(Application, "runs"), gettext_lazy("Runs")),
    },
    otherwise={
        "name": (gettext_lazy("Service"), gettext_lazy("System")),
        "vendor": (gettext_lazy("Supplier"),),
    },
    passed_over=(
        gettext_lazy("Municipalities"),
        gettext_lazy("Users"),
        gettext_lazy("Runs at"),
        gettext_lazy("Class"),
    ),
)

SUBSCRIPTION_COLUMNS = Columns(
    ("application", "municipality", "valid_from"),
    ("code", "valid_until", "users", "variant", "accounting_code"),
    numbers=("users",),
    days=("valid_from", "valid_until"),
    labels={
        "code": (gettext_lazy("Code"), gettext_lazy("Application code")),
        "application": (label_of(Subscription, "application"),),
        "municipality": (label_of(Subscription, "municipality"),),
        "users": (label_of(Subscription, "users"),),
        "variant": (label_of(Subscription, "variant"),),
        "accounting_code": (label_of(Subscription, "accounting_code"),),
        "valid_from": (gettext_lazy("From"), label_of(Subscription, "valid_from")),
    },
    last_days={"valid_until": (gettext_lazy("Last day"), gettext_lazy("Through"))},
    either_days={"valid_until": (gettext_lazy("Until"), gettext_lazy("End date"))},
    otherwise={
        "application": (gettext_lazy("Service"), gettext_lazy("System")),
        "valid_from": (gettext_lazy("Start date"),),
    },
)

INSTALLATION_COLUMNS = Columns(
    ("application", "site", "purpose", "valid_from"),
    ("code", "databases", "version", "valid_until"),
    days=("valid_from", "valid_until"),
    labels={
        "code": (gettext_lazy("Code"), gettext_lazy("Application code")),
        "application": (label_of(Installation, "application"),),
        "site": (label_of(Installation, "site"),),
        "purpose": (label_of(Installation, "purpose"),),
        "databases": (label_of(Installation, "databases"),),
        "version": (label_of(Installation, "version"),),
        "valid_from": (gettext_lazy("From"), label_of(Installation, "valid_from")),
    },
    last_days={"valid_until": (gettext_lazy("Last day"), gettext_lazy("Through"))},
    either_days={"valid_until": (gettext_lazy("Until"), gettext_lazy("End date"))},
    otherwise={
        "application": (gettext_lazy("Service"), gettext_lazy("System")),
        "valid_from": (gettext_lazy("Start date"),),
    },
    passed_over=(label_of(Installation, "administered_by"),),
)
"""From where an installation can be administered is passed over: undoing could not bring it back."""
