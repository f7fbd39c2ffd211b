"""The Celery application: a wake-up service for jobs, whose truth is their rows in PostgreSQL."""

import logging
import os
import warnings

from celery import Celery
from celery.beat import SchedulingError

from sharedict.env import refusing_clearly

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "sharedict.settings")

# Messages are JSON and carry no code, so a worker run by root, a newcomer's first try, needs no warning.
warnings.filterwarnings("ignore", message=r"\s*You're running the worker with superuser privileges")

app = Celery("sharedict")
with refusing_clearly():
    app.config_from_object("django.conf:settings", force=True, namespace="CELERY")
app.autodiscover_tasks()


class OneLineForAnOutage(logging.Filter):
    """Lets beat say in one line, not in a page each time, that Redis is out of reach."""

    def filter(self, record: logging.LogRecord) -> bool:
        problem = record.exc_info[1] if record.exc_info else None
        if isinstance(problem, SchedulingError):
            record.msg, record.args, record.exc_info = str(problem), (), None
        return True
