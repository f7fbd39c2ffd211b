"""Waking a worker never makes anybody wait."""

import socket
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from redis import Redis

from sharedict.jobs.wake import wake


@pytest.fixture
def mute() -> Iterator[str]:
    """The address of something that takes connections and never answers."""
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        listener.listen()
        yield f"redis://127.0.0.1:{listener.getsockname()[1]}/0"


def assert_false_at_once() -> None:
    start = time.monotonic()
    assert wake() is False
    assert time.monotonic() - start < 1


def test_no_redis_at_all_is_no_reason_to_wait(settings: object, tmp_path: Path) -> None:
    settings.REDIS_URL = f"unix://{tmp_path}/none.sock"
    assert_false_at_once()


def test_a_port_that_refuses_is_no_reason_to_wait(settings: object) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        settings.REDIS_URL = f"redis://127.0.0.1:{taken.getsockname()[1]}/0"
        assert_false_at_once()


def test_a_redis_that_does_not_answer_is_no_reason_to_wait(settings: object, mute: str) -> None:
    settings.REDIS_URL = mute
    assert_false_at_once()


def test_a_worker_is_woken_by_one_small_message(settings: object) -> None:
    with Redis.from_url(settings.REDIS_URL) as redis:
        for _ in range(5):  # another test process may send one at the same moment: the queue is for both
            redis.delete("celery")
            assert wake() is True
            sent = redis.lrange("celery", 0, -1)
            if len(sent) == 1:
                break
        assert [b"sharedict.jobs.tasks.work" in message for message in sent] == [True]
        redis.delete("celery")
