"""Loads population from a table as statistics offices publish it."""

from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import transaction

from municipalities.actions import import_public_readings, public_population
from municipalities.reports import compare_population, read_population
from sharedict.common.uploads import Outcome, UploadError, counts


class Command(BaseCommand):
    help = "Load population from a PX-Web table as CSV (years as columns); safe to repeat."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("file", type=Path)
        parser.add_argument("--source", required=True, help="Who published it, where, and when it was taken.")
        parser.add_argument("--country", default="SE", help="Whose municipalities these are (SE).")
        parser.add_argument(
            "--holds-for", default="12-31", choices=["12-31", "01-01"], help="The day of each year (12-31)."
        )
        parser.add_argument("--dry-run", action="store_true", help="Say what it would do, and do nothing.")

    def handle(self, *args: Any, **options: Any) -> None:
        month, day = map(int, options["holds_for"].split("-"))
        try:
            table = read_population(options["file"].read_bytes())
        except (OSError, UploadError) as error:
            raise CommandError(str(error)) from error
        with transaction.atomic():
            driver = public_population()
            try:
                findings, more = compare_population(
                    driver,
                    table,
                    country=options["country"],
                    month_and_day=(month, day),
                    source=options["source"],
                )
            except UploadError as error:
                raise CommandError(str(error)) from error
            for notice in [*table.notices, *more]:
                self.stdout.write(notice)
            wrong = [finding for finding in findings if finding.outcome is Outcome.WRONG]
            if wrong:
                lines = [f"Line {each.line}: {each.what}: {' '.join(each.errors)}" for each in wrong]
                raise CommandError("\n".join(["Nothing is saved.", *lines]))
            found = counts(findings)
            if not options["dry_run"]:
                moving = (Outcome.NEW, Outcome.CHANGED)
                readings = [finding.row for finding in findings if finding.outcome in moving]
                import_public_readings(driver=driver, readings=readings, by=None)
        self.stdout.write(
            f"{found[Outcome.NEW]} new, {found[Outcome.CHANGED]} changed, {found[Outcome.SAME]} same."
        )
