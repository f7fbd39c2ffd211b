"""Measures one thing in a process of its own and prints what it found as JSON."""

import json
import logging
import sys

import django


def main() -> None:
    django.setup()
    logging.disable(logging.WARNING)
    # Only now may models be imported.
    from sharedict.common.sight import everything, seeing
    from tests.bench import (
        bare,
        falling,
        guards,
        house,
        imports,
        long_lists,
        pages,
        papers,
        recompute,
        search,
        shared,
        turns,
        workload,
    )

    things = {
        "load": workload.load,
        "load_many": workload.load_many,
        "year": recompute.year,
        "copy": recompute.copy,
        "change": recompute.change,
        "settle": recompute.settle,
        "turns": turns.turns,
        "work": turns.work,
        "statement": pages.statement,
        "api": pages.api,
        "html": pages.html,
        "file": pages.file,
        "joined": pages.joined,
        "guards": guards.guards,
        "bare": bare.bare,
        "main": pages.main,
        "house": house.house,
        "imported": imports.imported,
        "papers": papers.papers,
        "subscriptions": long_lists.subscriptions,
        "change_log": long_lists.change_log,
        "load_falling": falling.load_falling,
        "falling": falling.falling,
        "load_shared": shared.load_shared,
        "shared": shared.shared,
        "searched": search.searched,
    }
    name, *arguments = sys.argv[1:]
    with seeing(everything("a measurement")):
        found = things[name](*arguments)
    sys.stdout.write(json.dumps(found) + "\n")


if __name__ == "__main__":
    main()
