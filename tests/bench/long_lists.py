"""Lists that have grown long: one as a file beside the COPY of its rows, and the change log at a million."""

from typing import Any

from django.db import connection
from django.urls import reverse

from municipalities.models import Cooperation
from sharedict.common.moments import reading
from tests.bench.pages import Counter, Reader, chunks_of, in_turn

SUBSCRIPTIONS = """
COPY (
    SELECT application.name, municipality.name, subscription.users, subscription.valid_from,
           subscription.valid_until - 1
    FROM services_subscription AS subscription
    JOIN services_application AS application ON application.id = subscription.application_id
    JOIN municipalities_municipality AS municipality ON municipality.id = subscription.municipality_id
    WHERE subscription.cooperation_id = {cooperation:d}
    ORDER BY application.name, municipality.name, subscription.id
) TO STDOUT WITH (FORMAT csv)
"""


def subscriptions(slug: str) -> dict[str, Any]:
    """Every subscription as CSV, as the list gives it and as COPY does: milliseconds, and rows."""
    cooperation = Cooperation.objects.get(slug=slug)
    reader, address = Reader(), reverse("subscriptions", args=[slug])

    def ours() -> list[bytes]:
        return list(chunks_of(reader.get(f"{address}?format=csv")))

    def bare() -> None:
        with reading(), connection.cursor() as cursor:
            raw: Any = cursor.cursor
            raw.copy_expert(SUBSCRIPTIONS.format(cooperation=cooperation.pk), Counter())

    rows = b"".join(ours()).count(b"\r\n") - 1
    return {"rows": rows, **in_turn(ours_ms=ours, bare_ms=bare)}
