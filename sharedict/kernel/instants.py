"""Between which moments anything happens that is typed or sent."""

import datetime as dt

EARLIEST = dt.datetime(2000, 1, 1, tzinfo=dt.UTC)
LATEST = dt.datetime(2200, 1, 1, tzinfo=dt.UTC)
"""Beyond, what was meant is another year; at the ends of what dates can hold no clock can be asked."""
