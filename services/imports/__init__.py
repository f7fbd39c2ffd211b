"""What an upload of the catalogue, of who uses it or of where it runs would do to what is stored."""

from services.imports.applications import application_in_words, compare_applications, told_of_change
from services.imports.columns import APPLICATION_COLUMNS, INSTALLATION_COLUMNS, SUBSCRIPTION_COLUMNS
from services.imports.installations import compare_installations, installation_in_words
from services.imports.subscriptions import compare_subscriptions, subscription_in_words

__all__ = [
    "APPLICATION_COLUMNS",
    "INSTALLATION_COLUMNS",
    "SUBSCRIPTION_COLUMNS",
    "application_in_words",
    "compare_applications",
    "compare_installations",
    "compare_subscriptions",
    "installation_in_words",
    "subscription_in_words",
    "told_of_change",
]
