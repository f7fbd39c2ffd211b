"""Django's ``migrate``, as the database's owner; afterwards the program may do in it what it should."""

from typing import Any

from django.core.management.commands import migrate

from sharedict.common.roles import as_owner, grant_program, make_program


class Command(migrate.Command):
    def execute(self, *args: Any, **options: Any) -> str | None:
        """All of it, the system checks too: the program may have no login yet."""
        with as_owner():
            make_program()
            said = super().execute(*args, **options)
            grant_program()
        return said
