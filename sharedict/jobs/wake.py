"""Telling a worker that there is work, without ever waiting for a Redis that does not answer."""

import logging

from celery import current_app
from django.conf import settings
from kombu.exceptions import OperationalError
from redis import Redis
from redis.backoff import NoBackoff
from redis.exceptions import RedisError
from redis.retry import Retry

logger = logging.getLogger(__name__)

PATIENCE_SECONDS = 0.25


def wake() -> bool:
    """Send the message that wakes a worker; False when Redis is out of reach (the sweeper comes by then).

    Publishing blocks for many seconds while Redis is down, so Redis is asked for a sign of life first.
    """
    try:
        with Redis.from_url(
            settings.REDIS_URL,
            socket_connect_timeout=PATIENCE_SECONDS,
            socket_timeout=PATIENCE_SECONDS,
            retry=Retry(NoBackoff(), 0),
        ) as redis:
            redis.ping()
        current_app.send_task("sharedict.jobs.tasks.work", retry=False, ignore_result=True)
    except (RedisError, OperationalError, OSError) as error:
        logger.warning("Redis is out of reach, the job waits for the sweeper: %s", error)
        return False
    return True
