"""What closed months have charged of costs, and late changes and corrections as JSON keeps them."""

import datetime as dt
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import asdict
from typing import Any

from django.db.models import CharField, DateField, IntegerField, Value

from billing.engine.corrections import LateLine
from billing.engine.facts import CorrectionFact, CostFact, Owed
from billing.models import Period, RunLine, Share
from municipalities.models import Cooperation
from sharedict.common.sight import of_cooperation, seeing

Place = tuple[dt.date, int]
"""First day of a closed month, and the key of a cost."""
ChargedLine = tuple[dt.date, int, dt.date, int, dict[str, Any]]
"""First day of the month that charges it, number, first day of the month it corrects, cost, evidence."""


def late_line(content: dict[str, Any]) -> LateLine:
    """What ``LateChange.content`` holds."""
    return LateLine(**{**content, "cost": CostFact(**content["cost"]), "owed": _owed(content["owed"])})


def evidence(correction: CorrectionFact) -> dict[str, Any]:
    """``correction`` as JSON, as its line keeps it."""
    return asdict(correction)


def correction_of(content: dict[str, Any]) -> CorrectionFact:
    """The correction that a line's ``evidence`` holds."""
    return CorrectionFact(**{**content, "cost": CostFact(**content["cost"]), "owed": _owed(content["owed"])})


NO_DAY, NO_NUMBER = Value(None, DateField()), Value(None, IntegerField())


def charged_lines(cooperation: Cooperation) -> Any:
    """The lines by which closed months have charged corrections, for ``by_place``.

    What each corrects, its evidence, nothing, the first day of the month that charges it, and its number.
    """
    lines = RunLine.objects.of(cooperation).current().order_by()
    lines = lines.filter(concerns__isnull=False, run__period__state=Period.State.CLOSED)
    nothing = Value("", CharField())
    return lines.values_list("concerns", "cost_id", "evidence", nothing, "run__period__first_day", "number")


def charged_by_place(cooperation: Cooperation, **only: Any) -> dict[Place, list[CorrectionFact]]:
    """The corrections that closed months have charged, by what they correct, in the order of the months.

    ``only`` narrows their lines down.
    """
    lines = charged_lines(cooperation).filter(**only)
    return by_place((month, number, *cells) for *cells, _nothing, month, number in lines)


def by_place(lines: Iterable[ChargedLine]) -> dict[Place, list[CorrectionFact]]:
    """The corrections that ``lines`` charge, by what they correct."""
    found: dict[Place, list[CorrectionFact]] = defaultdict(list)
    for _month, _number, concerns, cost_id, content in sorted(lines, key=lambda line: line[:2]):
        if content:
            found[concerns, cost_id].append(correction_of(content))
    return found


def shares_of(places: list[Place], cooperation: Cooperation) -> dict[Place, dict[str, int]]:
    """What each of these costs was divided into in its closed month's own run, by code.

    All of it, whoever asks: what should be is computed of the whole, and who may see which part comes after.
    """
    found: dict[Place, dict[str, int]] = defaultdict(dict)
    if not places:
        return found
    months = {first_day for first_day, _cost in places}
    runs = dict(
        Period.objects.of(cooperation).filter(first_day__in=months).values_list("current_run_id", "first_day")
    )
    rows = Share.objects.filter(
        run_id__in=runs, line__run_id__in=runs, line__concerns=None, line__cost__in={pk for _, pk in places}
    ).values_list("run_id", "line__cost_id", "municipality__country", "municipality__code", "amount_minor")
    with seeing(of_cooperation(cooperation.pk)):
        for run, cost_id, country, code, minor in rows:
            if minor:
                found[runs[run], cost_id][f"{country}{code}"] = minor
    return found


def _owed(plain: dict[str, Any]) -> Owed:
    return {key: (unit, owed) for key, (unit, owed) in plain.items()}
