"""Measures one thing in a process of its own and prints what it found as JSON."""

import json
import logging
import sys

import django


def main() -> None:
    django.setup()
    logging.disable(logging.WARNING)
    # Only now may models be imported.
    from tests.bench import pages, recompute, turns, workload

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
    }
    name, *arguments = sys.argv[1:]
    sys.stdout.write(json.dumps(things[name](*arguments)) + "\n")


if __name__ == "__main__":
    main()
