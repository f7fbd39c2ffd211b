"""Brings the database up to this version of the program; safe to repeat, run before every start."""

from typing import Any

from django.conf import settings
from django.contrib.auth import get_user_model
from django.core.management import call_command
from django.core.management.base import BaseCommand
from django.db import connection

from sharedict.accounts.demonstration import SIGN_INS
from sharedict.accounts.first import first_address, is_awaited
from sharedict.common.roles import as_owner

LOCK = 7_305_811_429_000_001
"""Number of the advisory lock that keeps two starting machines from preparing one database at once."""


class Command(BaseCommand):
    help = "Migrate, read the public registers, load demonstration data into an empty database."

    def handle(self, *args: Any, **options: Any) -> None:
        with as_owner():  # ours is closed and opened again where another login migrates
            own: Any = connection.copy()
            own.ensure_connection()
        try:
            with own.cursor() as cursor:
                cursor.execute("SELECT pg_advisory_lock(%s)", [LOCK])
                self._prepare()
        finally:
            own.close()  # which ends the lock

    def _prepare(self) -> None:
        call_command("migrate", interactive=False, verbosity=0, skip_checks=False)
        people = get_user_model()._default_manager
        if settings.LOADS_DEMONSTRATION and not people.exists():
            call_command("load_demonstration", stdout=self.stdout)
            return
        call_command("load_registers", verbosity=0, stdout=self.stdout)
        if settings.LOADS_DEMONSTRATION and people.filter(is_demonstration=True).exists():
            self.stdout.write("Demonstration sign-ins:")
            for sign_in in SIGN_INS:
                self.stdout.write(sign_in.line)
        elif is_awaited():
            self.stdout.write(f"The first administrator comes in here, within a day: {first_address()}")
