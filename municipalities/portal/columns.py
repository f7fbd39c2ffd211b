"""Which columns a list shows: those that its address names, in their order, or the usual ones."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from django.http import QueryDict
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from municipalities.portal.words import few
from sharedict.common.csv_forms import ASKED

MOST_READ = 100
"""So many names are read of an address; no list has as many columns."""
LONGEST_TOLD = 30
CHOSEN = "chosen_row"
"""The column of boxes that choose rows."""
NEVER_CHOSEN = ("actions", CHOSEN)
OF_THE_MOMENT = ("page", "after", "format", ASKED)
"""What an address says of one look at a list, and not of what the list is."""


@dataclass(frozen=True, slots=True)
class ColumnOption:
    """A column that may be shown; the one that says what a row is ``is_fixed``: it always is."""

    name: str
    label: str
    is_shown: bool
    is_fixed: bool


@dataclass(frozen=True, slots=True)
class ColumnChoice:
    """What can be chosen of a table's columns, under which ``name`` in its address.

    ``problems`` say what of the address was passed over, ``kept`` what else of it goes on, and
    ``usual_query`` is the address without a choice.
    """

    name: str
    options: tuple[ColumnOption, ...]
    is_chosen: bool
    problems: tuple[str, ...]
    kept: tuple[tuple[str, str], ...]
    usual_query: str


def chosen_columns(table: Any, asked: QueryDict) -> ColumnChoice:
    """Let ``table`` show the columns that ``asked`` names; what it names beside them is told in ``problems``.

    The column that says what a row is stays, before all others where nobody says otherwise.
    """
    name = f"{table.prefix}columns"
    usual = [column.name for column in table.columns if column.name not in NEVER_CHOSEN]
    known = [*usual, *table.at_choice]
    heading = usual[0]
    shown, problems = _read(asked.getlist(name), known) if name in asked else (usual, [])
    if not shown:
        shown = usual
    elif heading not in shown:
        shown = [heading, *shown]
    for each in known:
        (table.columns.show if each in shown else table.columns.hide)(each)
    table.sequence = [*shown, "..."]
    order = [*shown, *(each for each in known if each not in shown)]
    return ColumnChoice(
        name=name,
        options=tuple(
            ColumnOption(each, str(table.columns[each].header), each in shown, each == heading)
            for each in order
        ),
        is_chosen=shown != usual,
        problems=tuple(problems),
        kept=tuple(_others(asked, name)),
        usual_query=query_without(asked, name),
    )


def query_without(asked: QueryDict, *names: str) -> str:
    """``?`` and what ``asked`` says without ``names`` and what is of the moment, as an address."""
    query = asked.copy()
    for name in (*OF_THE_MOMENT, *names):
        query.pop(name, None)
    return f"?{query.urlencode(safe=',')}"


def in_one_word(asked: QueryDict, choice: ColumnChoice) -> str:
    """The address of the list with its columns named once, as ``columns=code,name``; without the usual."""
    query = asked.copy()
    names = ",".join(asked.getlist(choice.name))
    del query[choice.name]
    if choice.is_chosen or choice.problems:
        query[choice.name] = names
    return f"?{query.urlencode(safe=',')}"


def _others(asked: QueryDict, name: str) -> Iterable[tuple[str, str]]:
    for other, values in asked.lists():
        if other != name and other not in OF_THE_MOMENT:
            yield from ((other, value) for value in values)


def _read(texts: Sequence[str], known: Sequence[str]) -> tuple[list[str], list[str]]:
    """The columns that ``texts`` name, each once and in order, and what is to be said of all else."""
    said = [name.strip() for text in texts for name in text.split(",", MOST_READ)]
    named = [name for name in said[:MOST_READ] if name]
    strange = [name[:LONGEST_TOLD] for name in dict.fromkeys(named) if name not in known]
    twice = [name for name in known if named.count(name) > 1]
    problems = []
    if not named:
        problems.append(_("The address names no column: the usual ones are shown."))
    if strange:
        text = ngettext(
            "There is no column %(names)s here.", "There are no columns %(names)s here.", len(strange)
        )
        problems.append(text % {"names": few([f"“{name}”" for name in strange], 3)})
    if twice:
        text = ngettext(
            "The column %(names)s is named more than once: it is shown once.",
            "The columns %(names)s are named more than once: each is shown once.",
            len(twice),
        )
        problems.append(text % {"names": few([f"“{name}”" for name in twice], 3)})
    if len(said) > MOST_READ:
        problems.append(
            _("Of the columns in the address only the first %(most)d are read.") % {"most": MOST_READ}
        )
    return [name for name in dict.fromkeys(named) if name in known], problems
