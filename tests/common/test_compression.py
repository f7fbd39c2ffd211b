"""What is read is sent compressed, and a first visit is small."""

import gzip
import re
from collections.abc import Callable
from typing import Any
from urllib.parse import urljoin

import pytest
from django.http import HttpRequest, HttpResponse
from django.test import Client

from municipalities.models import Cooperation
from sharedict.accounts.models import User
from sharedict.common.compression import CompressedTexts

pytestmark = pytest.mark.django_db
SignIn = Callable[[User], Client]
READS_GZIP = {"Accept-Encoding": "gzip, deflate, br"}
FIRST_VISIT = 300_000
"""Bytes over the wire."""
PARTS = re.compile(r"""(?:<link[^>]*?\bhref|<(?:script|img)[^>]*?\bsrc)="([^"#]+)"|url\(["']?([^"')#]+)""")


def body_of(answer: Any) -> bytes:
    return b"".join(answer)


@pytest.mark.parametrize(
    "address", ["/north/members/", "/north/costs/", "/static/css/parts.css", "/api/schema/"]
)
def test_texts_are_compressed_for_who_reads_that(
    north: Cooperation, administrator: User, sign_in: SignIn, address: str
) -> None:
    client = sign_in(administrator)
    plain, packed = client.get(address), client.get(address, headers=READS_GZIP)
    assert "Content-Encoding" not in plain.headers
    assert packed.headers["Content-Encoding"] == "gzip"
    assert "Accept-Encoding" in packed.headers["Vary"]
    whole, sent = body_of(plain), body_of(packed)
    assert len(sent) < len(whole) / 2
    assert len(gzip.decompress(sent)) == pytest.approx(len(whole), abs=200)


@pytest.mark.parametrize("address", ["/north/members/?format=csv", "/north/members/?format=xlsx"])
def test_files_are_sent_as_they_are(
    north: Cooperation, administrator: User, sign_in: SignIn, address: str
) -> None:
    answer = sign_in(administrator).get(address, headers=READS_GZIP)
    assert "Content-Encoding" not in answer.headers
    body_of(answer)


def test_a_part_of_a_file_is_a_part_of_what_the_file_is() -> None:
    asked = HttpRequest()
    asked.META["HTTP_ACCEPT_ENCODING"] = "gzip"
    for status, is_packed in ((200, True), (206, False)):
        answer = HttpResponse("x" * 1_000, content_type="text/css", status=status)
        found = CompressedTexts(lambda _request, answer=answer: answer)(asked)  # type: ignore[misc]
        assert ("Content-Encoding" in found.headers) is is_packed


def test_an_answer_is_never_twice_of_one_length(
    north: Cooperation, administrator: User, sign_in: SignIn
) -> None:
    """Lengths would tell, try by try, what a page holds beside what somebody else put into its address."""
    client = sign_in(administrator)
    lengths = {len(client.get("/north/members/", headers=READS_GZIP).content) for _ in range(12)}
    assert len(lengths) > 1


@pytest.mark.parametrize("address", ["/sign-in/", "/north/costs/", "/north/network/", "/north/services/"])
def test_a_first_visit_is_small(
    north: Cooperation, administrator: User, sign_in: SignIn, address: str
) -> None:
    """The page, and all that it and its styles name: a browser asks for no more."""
    client = Client() if address == "/sign-in/" else sign_in(administrator)
    sizes: dict[str, int] = {}
    ahead = [address]
    while ahead:
        each = ahead.pop()
        if each in sizes:
            continue
        answer: Any = client.get(each, headers=READS_GZIP)
        assert answer.status_code == 200, each
        sent = body_of(answer)
        sizes[each] = len(sent)
        if answer.headers["Content-Type"].partition(";")[0] in ("text/html", "text/css"):
            text = gzip.decompress(sent) if "Content-Encoding" in answer.headers else sent
            named = (found[1] or found[2] for found in PARTS.finditer(text.decode()))
            ahead += [urljoin(each, name) for name in named if not name.startswith(("data:", "http"))]
    assert len(sizes) > 5
    assert sum(sizes.values()) <= FIRST_VISIT, sorted(sizes.items(), key=lambda item: -item[1])[:8]
