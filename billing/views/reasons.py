"""Why a cost is unallocated, in words."""

from django.utils.translation import gettext_lazy

REASONS = {
    "no_term": (
        gettext_lazy("No term says how such a cost is divided."),
        gettext_lazy("Add a term for it"),
        "term-add",
    ),
    "no_key_version": (
        gettext_lazy("The key has no version in force on the first day of the month."),
        gettext_lazy("Add a version of the key"),
        "keys",
    ),
    "no_payers": (
        gettext_lazy("Nobody uses the application in this month."),
        gettext_lazy("Add a subscription, or end the cost"),
        "subscriptions",
    ),
    "missing_reading": (
        gettext_lazy("A payer has no reading of the driver for the reference date."),
        gettext_lazy("Enter the reading"),
        "drivers",
    ),
    "driver_is_zero": (
        gettext_lazy("The driver is zero for all payers, and the key does not allow that."),
        gettext_lazy("Mend the readings"),
        "drivers",
    ),
    "limits_impossible": (
        gettext_lazy("The floor and cap of the key cannot both be met by so many payers."),
        gettext_lazy("Mend the key"),
        "keys",
    ),
    "percentages_not_100": (
        gettext_lazy("The percentages of the key do not add up to 100."),
        gettext_lazy("Mend the key"),
        "keys",
    ),
    "no_basis": (
        gettext_lazy("No payer has any weight by this key in this month."),
        gettext_lazy("Mend the readings"),
        "drivers",
    ),
}
"""Why a cost is unallocated -> in words, what to do about it, and the page to do it on."""
