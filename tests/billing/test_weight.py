"""What a first visit fetches: the page and all it names, as compressed as it goes over the wire."""

import gzip
import re
from collections.abc import Callable
from pathlib import Path

import pytest
from django.contrib.staticfiles import finders
from django.test import Client

from billing.models import Period
from sharedict.accounts.models import User

MOST_BYTES = 120_000
COMPRESSED = {".woff2"}
PAGES = [
    "/sign-in/",
    "/north/overview/",
    "/north/services/erp/",
    "/north/network/",
    "/north/keys/even/",
    "/north/costs/",
    "/north/costs/2026-10/",
    "/north/costs/2026-10/SE1737/",
    "/north/costs/register/",
]


def named_by(page: str) -> set[str]:
    """The files under static/ that a page makes a browser fetch, those that style sheets name included.

    The second part of the font is fetched for letters that no page of ours holds by itself.
    """
    found = set(re.findall(r"""(?:src|href)="/static/([^"]+)""", page))
    for sheet in [name for name in found if name.endswith(".css")]:
        text = path_of(sheet).read_text(encoding="utf-8")
        there = path_of(sheet).parent
        for address in re.findall(r"""url\("?([^")]+)"?\)""", text):
            if not address.startswith("data:"):
                root = path_of(sheet.split("/")[0]).parent
                found.add(str((there / address).resolve().relative_to(root)))
    return {name for name in found if not name.endswith("latin-ext.woff2")}


def path_of(name: str) -> Path:
    path = finders.find(name)
    assert isinstance(path, str), f"static/{name} is named, and is not there"
    return Path(path)


def sent(name: str, content: bytes) -> int:
    return len(content) if Path(name).suffix in COMPRESSED else len(gzip.compress(content))


@pytest.mark.parametrize("address", PAGES)
def test_a_first_visit_is_light(
    october: Period, finance: User, sign_in: Callable[[User], Client], client: Client, address: str
) -> None:
    reader = client if address == "/sign-in/" else sign_in(finance)
    page = reader.get(address).content
    weights = {name: sent(name, path_of(name).read_bytes()) for name in named_by(page.decode())}
    assert sum(weights.values()) + len(gzip.compress(page)) <= MOST_BYTES, weights
