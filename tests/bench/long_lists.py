"""Lists that have grown long: one as a file beside the COPY of its rows, and the change log at a million."""

import datetime as dt
from functools import partial
from typing import Any

from django.db import connection
from django.urls import reverse
from django.utils import timezone

from municipalities.models import Cooperation
from municipalities.portal.turning import EPOCH
from sharedict.accounts.models import User
from sharedict.audit.models import Entry
from sharedict.common.moments import reading
from sharedict.common.roles import as_owner
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

ENTRY_COUNT = 1_000_000
ENTRIES = """
INSERT INTO audit_entry (cooperation_id, at, user_id, actor, verb, subject_type, subject_id, subject, changes)
SELECT %s, now() - number * interval '37 seconds', %s, '', 'change',
       CASE WHEN number %% 100000 = 0 THEN 'billing.period' WHEN number %% 2 = 0 THEN 'billing.cost'
            ELSE 'municipalities.reading' END,
       number::text, 'C' || lpad(number::text, 8, '0') || ' Licences', '{"amount": ["1.00", "2.00"]}'
FROM generate_series(1, %s) AS number
"""
ACTORS = """
INSERT INTO audit_personalvalue (entry_id, cooperation_id, part, user_id, about, before, after)
SELECT id, cooperation_id, 'actor', user_id, '', '',
       CASE WHEN id %% 250000 = 0 THEN 'Berit Berg' ELSE 'Anna Andersson ' || id %% 7 END
FROM audit_entry WHERE cooperation_id = %s AND actor = ''
ON CONFLICT DO NOTHING
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


def change_log(slug: str) -> dict[str, Any]:
    """Pages of a log of a million entries, milliseconds each: the newest, one far back, and narrowed ones."""
    cooperation, user = Cooperation.objects.get(slug=slug), User.objects.get(username="bench")
    with as_owner(), connection.cursor() as cursor:
        cursor.execute(ENTRIES, [cooperation.pk, user.pk, ENTRY_COUNT])
        cursor.execute(ACTORS, [cooperation.pk])
        cursor.execute("VACUUM ANALYZE audit_entry, audit_personalvalue")
    rows = Entry.objects.filter(cooperation=cooperation).order_by("at")
    last, day = rows[100], timezone.localdate(rows[ENTRY_COUNT // 2].at)
    pages = {
        "newest": "",
        "far back": f"?after={(last.at - EPOCH) // dt.timedelta(microseconds=1)}.{last.pk}",
        "of one kind": "?kind=billing.period",
        "of security": "?kind=security",
        "of one day": f"?since={day}&until={day}",
        "who": "?who=anna",
        "who, of few entries": "?who=berit",
        "who, of none": "?who=nobody",
        "what": "?what=licences",
        "what, of one entry": "?what=c00250000",
        "what, of a thousand entries": "?what=00777",
        "what, of none": "?what=nothing",
        "what, of two letters": "?what=xq",
    }
    reader, address = Reader(), reverse("change-log", args=[slug])
    return in_turn(
        **{name: partial(reader.get, f"{address}{query}") for name, query in pages.items()},
    )
