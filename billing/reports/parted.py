"""Why an amount changed between two months, from the facts that their runs were computed from."""

from billing.engine.facts import Facts
from billing.engine.parted import Parted, part_change
from billing.models import Run
from municipalities.models import Cooperation


def parted_change(cooperation: Cooperation, earlier: int, later: int, code: str) -> Parted | None:
    """What moved the amount of ``code`` from one run to the other, named by keys; None where one is gone.

    One query, and a few computations of a month.
    """
    rows = Run.objects.of(cooperation).filter(pk__in=[earlier, later]).values_list("pk", "facts")
    found = {pk: Facts.from_json(facts) for pk, facts in rows}
    if found.keys() != {earlier, later}:
        return None
    return part_change(found[earlier], found[later]).get(code, Parted())
