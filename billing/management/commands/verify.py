"""Holds every closed month to the facts it was computed from."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from billing.models import Period
from billing.reports.held_to_log import differences_from_log
from billing.reports.verified import verify_month, verify_numbers
from municipalities.models import Cooperation
from sharedict.common import moments


class Command(BaseCommand):
    help = "Compute every closed month again from its own facts, and name whatever stored differs."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("cooperation", nargs="*", help="short names; all of them if none is given")

    def handle(self, *args: Any, **options: Any) -> None:
        cooperations = Cooperation.objects.order_by("slug")
        if wanted := options["cooperation"]:
            cooperations = cooperations.filter(slug__in=wanted)
            if unknown := sorted({*wanted} - set(cooperations.values_list("slug", flat=True))):
                raise CommandError(f"There is no cooperation {', '.join(unknown)}.")
        months = statements = shares = differing = 0
        for cooperation in cooperations:
            closed = Period.objects.of(cooperation).filter(state=Period.State.CLOSED).order_by("first_day")
            for number, pk in enumerate(pks := list(closed.values_list("pk", flat=True)), start=1):
                with moments.reading():
                    period = Period.objects.select_related("current_run", "cooperation").get(pk=pk)
                    found = verify_month(period)
                months += 1
                statements += found.statements
                shares += found.shares
                if options["verbosity"] > 1 or (options["verbosity"] and number % 12 == 0):
                    self.stdout.write(f"{cooperation.slug} {period}: {number} of {len(pks)} months")
                for said in found.differences:
                    self.stderr.write(f"{cooperation.slug} {period}: {said}")
                differing += len(found.differences)
            with moments.reading():
                others = [*verify_numbers(cooperation), *differences_from_log(cooperation)]
            for said in others:
                self.stderr.write(f"{cooperation.slug}: {said}")
            differing += len(others)
        counted = f"{months} closed months, {statements} statements and {shares} shares"
        if differing:
            raise CommandError(f"{counted} were computed again: {differing} differences.")
        self.stdout.write(f"{counted} were computed again: all are as they were.")
