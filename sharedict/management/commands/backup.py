"""Copies the database into a file."""

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from sharedict.backups import BackupError, back_up


class Command(BaseCommand):
    help = "Copy the whole database, as it is at one moment, into a new file; the portal may go on meanwhile."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("file", type=Path)

    def handle(self, *args: Any, **options: Any) -> None:
        path: Path = options["file"]
        try:
            back_up(path)
        except (BackupError, OSError) as error:
            raise CommandError(str(error)) from error
        self.stdout.write(f"{path} holds everything: {path.stat().st_size:,} bytes.")
