"""Tells where the first administrator of an installation comes in."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError

from sharedict.accounts.first import first_address, is_awaited


class Command(BaseCommand):
    help = "Print the address, valid for a day, where the first administrator makes their own sign-in."

    def handle(self, *args: Any, **options: Any) -> None:
        if not is_awaited():
            raise CommandError(
                "An administrator of the installation is there already. A lost password: "
                "manage.py changepassword NAME"
            )
        self.stdout.write(first_address())
