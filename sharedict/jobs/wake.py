"""Telling a worker that there is work, and whether one is there; never waiting for a Redis that is away."""

import logging
from contextlib import suppress

from celery import current_app
from django.db import connection
from kombu.exceptions import OperationalError
from redis.exceptions import RedisError

from sharedict.common.counting import quick_redis

logger = logging.getLogger(__name__)

SEEN_SECONDS = 60


def wake() -> bool:
    """Send the message that wakes a worker; False when Redis is out of reach (the sweeper comes by then).

    Publishing blocks for many seconds while Redis is down, so Redis is asked for a sign of life first.
    """
    try:
        with quick_redis() as redis:
            redis.ping()
        current_app.send_task("sharedict.jobs.tasks.work", retry=False, ignore_result=True)
    except (RedisError, OperationalError, OSError) as error:
        logger.warning("Redis is out of reach, the job waits for the sweeper: %s", error)
        return False
    return True


def note_sweep() -> None:
    """Leave a sign of life of beat and a worker, for a while."""
    with suppress(RedisError, OSError), quick_redis() as redis:
        redis.set(_sign(), 1, ex=SEEN_SECONDS)


def was_swept() -> bool:
    """Whether beat and a worker were seen within a minute; False when Redis is out of reach."""
    with suppress(RedisError, OSError), quick_redis() as redis:
        return bool(redis.exists(_sign()))
    return False


def answers() -> bool:
    """Whether Redis does."""
    with suppress(RedisError, OSError), quick_redis() as redis:
        return bool(redis.ping())
    return False


def _sign() -> str:
    return f"{connection.settings_dict['NAME']}:swept"  # one Redis may serve several portals
