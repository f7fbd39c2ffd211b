#!/usr/bin/env python3
"""Command line of the portal; starts PostgreSQL and Redis first when no address of them is set."""

import os
import sys

from django.core.management import execute_from_command_line

from sharedict import embedded
from sharedict.common.sight import everything, seeing
from sharedict.env import refusing_clearly


def main() -> None:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "sharedict.settings")
    try:
        operator = everything(" ".join(sys.argv[:2]), is_routine=True)
        with refusing_clearly(), embedded.engines_for(sys.argv[1:]), seeing(operator):
            execute_from_command_line(sys.argv)
    except KeyboardInterrupt:
        sys.exit(130)


if __name__ == "__main__":
    main()
