"""Django's ``migrate``, as the database's owner; then the program may see and do in it what it should."""

from typing import Any

from django.core.management.commands import migrate

from sharedict.common.roles import as_owner, grant_program, is_apart, make_program
from sharedict.common.row_security import limit_rows


class Command(migrate.Command):
    def execute(self, *args: Any, **options: Any) -> str | None:
        """All of it, the system checks too: the program may have no login yet."""
        with as_owner():
            make_program()
            said = super().execute(*args, **options)
            limit_rows(to_owner_too=not is_apart())
            grant_program()
        return said
