"""Fills an installation with cooperations to try the portal on."""

from typing import Any

from django.conf import settings
from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import transaction
from django.utils import timezone
from django.utils.translation import override

from billing.management.demonstration.cooperations import load_cooperations, load_people
from sharedict.accounts.demonstration import SIGN_INS


class Command(BaseCommand):
    help = "Load demonstration cooperations and sign-ins; safe to repeat, refused in production."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument(
            "--language",
            choices=[code for code, _name in settings.LANGUAGES],
            default=settings.DEMONSTRATION_LANGUAGE,
            help="what its rows are written in (default: %(default)s)",
        )

    def handle(self, *args: Any, language: str, **options: Any) -> None:
        if settings.IS_PRODUCTION:
            raise CommandError(
                "Demonstration data are refused in production: everybody knows their passwords. "
                "manage.py setup-link tells where the first administrator comes in."
            )
        with transaction.atomic(), override(language):
            call_command("load_registers", verbosity=0, stdout=self.stdout)
            loaded = load_cooperations(load_people(), timezone.localdate())
        for cooperation in loaded:
            self.stdout.write(f"Loaded demonstration data: {cooperation}.")
        self.stdout.write("Demonstration sign-ins:")
        for sign_in in SIGN_INS:
            self.stdout.write(sign_in.line)
