"""Counting calls over all web processes, in Redis."""

import logging
import time

from django.conf import settings
from django.db import connection
from redis import Redis
from redis.backoff import NoBackoff
from redis.exceptions import RedisError
from redis.retry import Retry

logger = logging.getLogger(__name__)

PATIENCE_SECONDS = 0.25
OUTAGE_SECONDS = 5
"""For so long a Redis that did not answer is not asked again: no call waits for it each time."""


class Counter:
    """Counts within spans of time that begin with the first call. A Redis that is emptied begins anew."""

    def __init__(self) -> None:
        self.asked_again_at = 0.0
        self.redis: Redis | None = None

    def count(self, name: str, seconds: int) -> tuple[int, int] | None:
        """How often ``name`` was counted within ``seconds``, and after how many it begins anew.

        None when Redis is out of reach.
        """
        if time.monotonic() < self.asked_again_at:
            return None
        self.redis = self.redis or quick_redis()
        key = f"{connection.settings_dict['NAME']}:{name}"  # one Redis may serve several portals
        try:
            with self.redis.pipeline() as asked:
                asked.set(key, 0, ex=seconds, nx=True)
                asked.incr(key)
                asked.ttl(key)
                _is_new, counted, left = asked.execute()
        except (RedisError, OSError) as error:
            logger.warning("Redis is out of reach, each process counts for itself: %s", error)
            self.asked_again_at = time.monotonic() + OUTAGE_SECONDS
            return None
        return int(counted), max(1, int(left))


def quick_redis() -> Redis:
    """Redis, asked once and for a moment: whoever asks does something else when it does not answer."""
    return Redis.from_url(
        settings.REDIS_URL,
        socket_connect_timeout=PATIENCE_SECONDS,
        socket_timeout=PATIENCE_SECONDS,
        retry=Retry(NoBackoff(), 0),
    )


counter = Counter()
