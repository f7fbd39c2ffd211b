"""JSON lists beside a bare view, which gives the same bytes from one SQL and asks nobody who they are."""

import time
from collections.abc import Callable
from statistics import median
from typing import Any

from django.core.handlers.base import BaseHandler
from django.db import connection
from django.http import HttpRequest, HttpResponse
from django.test import RequestFactory
from django.urls import path

from municipalities.models import Cooperation
from sharedict.common.sight import of_cooperation, seeing

ROUNDS = 41
PAGE = "/api/v1/costs/?page_size=50"
COSTS = """
SELECT string_agg(row_to_json(line)::text, ',')
FROM (
    SELECT cost.id, cooperation.slug AS cooperation, cost.reference, cost.external_id,
           application.code AS application, cost_type.code AS cost_type, cost.supplier,
           cost.invoice_number, cost.description, cost.amount::text AS amount, cost.currency,
           cost.starts_on, cost.ends_on, refunded.reference AS credits, cost.withdrawn_on
    FROM billing_cost AS cost
    JOIN municipalities_cooperation AS cooperation ON cooperation.id = cost.cooperation_id
    JOIN agreements_costtype AS cost_type ON cost_type.id = cost.cost_type_id
    LEFT JOIN services_application AS application ON application.id = cost.application_id
    LEFT JOIN billing_cost AS refunded ON refunded.id = cost.credits_id
    WHERE cost.cooperation_id = %s
    ORDER BY cost.id
    LIMIT 50
) AS line
"""


def bare(slug: str, token: str) -> dict[str, Any]:
    """Milliseconds of a list of 50 costs by the API and by a bare view, each right after the other.

    Both go through the same middleware; making the request, and sending the answer, are no part of it.
    """
    cooperation = Cooperation.objects.get(slug=slug)
    handler, factory = BaseHandler(), RequestFactory(SERVER_NAME="localhost")
    handler.load_middleware()
    headers = {"Authorization": f"Bearer {token}"}

    def of_api() -> bytes:
        return _answered(handler, factory.get(PAGE, headers=headers))

    whole = of_api()
    before, _, after = _parts(whole)

    def view(_request: HttpRequest) -> HttpResponse:
        with seeing(of_cooperation(cooperation.pk)), connection.cursor() as cursor:
            cursor.execute(COSTS, [cooperation.pk])
            [(lines,)] = cursor.fetchall()
        return HttpResponse(before + lines.encode() + after, content_type="application/json")

    addresses = (path("costs/", view),)

    def of_view() -> bytes:
        request = factory.get("/costs/")
        request.urlconf = addresses  # type: ignore[attr-defined]
        return _answered(handler, request)

    if of_view() != whole:
        raise RuntimeError("The bare view answers with other bytes.")
    pairs = [(_milliseconds(of_api), _milliseconds(of_view)) for _ in range(ROUNDS)]
    ours, others = (median(each) for each in zip(*pairs, strict=True))
    return {"ms": ours, "bare_ms": others, "ratio": median(one / other for one, other in pairs)}


def _parts(whole: bytes) -> tuple[bytes, bytes, bytes]:
    """What stands before the rows of an answer, they, and what stands behind them."""
    begin, end = whole.index(b"[") + 1, whole.rindex(b"]")
    return whole[:begin], whole[begin:end], whole[end:]


def _answered(handler: BaseHandler, request: HttpRequest) -> bytes:
    response = handler.get_response(request)
    if response.status_code != 200:
        raise RuntimeError(f"{request.path} answered {response.status_code}")
    return response.content


def _milliseconds(do: Callable[[], object]) -> float:
    started = time.perf_counter()
    do()
    return (time.perf_counter() - started) * 1000
