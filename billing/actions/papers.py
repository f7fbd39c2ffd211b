"""Statements as paper are kept when they are first made: whoever asks gets the same bytes."""

import zlib

from django.utils import timezone

from billing.models import Paper, Statement

FAST = 1
"""It makes an eighth of a long statement: trying harder takes longer than setting it."""


def keep_paper(*, statement: Statement, language: str, tells_others: bool, content: bytes) -> Paper:
    """Keep ``content`` unless somebody else's was kept before; gives back what is kept.

    Two at once: the second waits for the first, and gets what that one kept.
    """
    paper = Paper(
        cooperation_id=statement.cooperation_id,
        statement=statement,
        language=language,
        tells_others=tells_others,
        packed=zlib.compress(content, FAST),
        made_at=timezone.now(),
    )
    Paper.objects.bulk_create([paper], ignore_conflicts=True)
    return Paper.objects.get(statement=statement, language=language, tells_others=tells_others)
