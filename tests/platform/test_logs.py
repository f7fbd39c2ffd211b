"""What the log says of a request that was refused."""

import io
import logging
from collections.abc import Callable

import pytest
from django.test import Client

from municipalities.models import Cooperation
from sharedict.accounts.models import User
from sharedict.logs import OneLineForARefusal


@pytest.fixture
def log(monkeypatch: pytest.MonkeyPatch) -> io.StringIO:
    """What goes to the console."""
    handler = next(each for each in logging.getLogger().handlers if each.name == "console")
    assert isinstance(handler, logging.StreamHandler)
    written = io.StringIO()
    monkeypatch.setattr(handler, "stream", written)
    return written


@pytest.mark.django_db
@pytest.mark.parametrize("path", ["/north/change-log/", "/north/costs/register/new/"])
def test_a_page_that_is_not_the_readers_is_one_line(
    north: Cooperation, finance: User, sign_in: Callable[[User], Client], log: io.StringIO, path: str
) -> None:
    assert sign_in(finance).get(path).status_code == 403
    [line] = log.getvalue().splitlines()
    assert line.endswith(f"WARNING django.request: Forbidden (Permission denied): {path}")


def test_a_fault_keeps_its_traceback() -> None:
    try:
        raise ValueError("broken")
    except ValueError as error:
        told = (ValueError, error, error.__traceback__)
    record = logging.LogRecord("django.request", logging.ERROR, __file__, 1, "Failed", (), told)
    assert OneLineForARefusal().filter(record)
    assert record.exc_info == told
