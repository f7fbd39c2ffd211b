"""Django's ``migrate``, as the database's owner; afterwards the program may do in it what it should."""

from typing import Any

from django.core.management.commands import migrate

from sharedict.common.roles import as_owner, grant_program, make_program


class Command(migrate.Command):
    def handle(self, *args: Any, **options: Any) -> None:
        with as_owner():
            make_program()
            super().handle(*args, **options)
            grant_program()
