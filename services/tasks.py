"""What workers do for this app."""

from django.utils import timezone

from services.actions import ask_about_open, keep_measured_years, tell_all_deciders


def ask_about_outages() -> None:
    """Whenever the sweeper comes by: ask about outages of which no monitor has told the end."""
    ask_about_open(timezone.now())


def keep_years() -> None:
    """Every night: keep the hours by which the years that are over were measured."""
    keep_measured_years(now=timezone.now())


def tell_who_decides() -> None:
    """Every night: tell whoever came to decide on an order that waits."""
    tell_all_deciders()
