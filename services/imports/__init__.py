"""What an upload of the catalogue, or of who uses it, would do to what is stored."""

from services.imports.applications import application_in_words, compare_applications, told_of_change
from services.imports.columns import APPLICATION_COLUMNS, SUBSCRIPTION_COLUMNS
from services.imports.subscriptions import compare_subscriptions, subscription_in_words

__all__ = [
    "APPLICATION_COLUMNS",
    "SUBSCRIPTION_COLUMNS",
    "application_in_words",
    "compare_applications",
    "compare_subscriptions",
    "subscription_in_words",
    "told_of_change",
]
