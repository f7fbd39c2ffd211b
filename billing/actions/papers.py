"""Statements as paper are kept when they are first given out: whoever asks later gets the same bytes."""

from django.utils import timezone

from billing.models import Paper, Statement


def keep_paper(*, statement: Statement, language: str, tells_others: bool, content: bytes) -> bytes:
    """Keep ``content`` unless somebody else's was kept before; gives back what is kept.

    Two at once: the second waits for the first, and gets what that one kept.
    """
    paper = Paper(
        cooperation_id=statement.cooperation_id,
        statement=statement,
        language=language,
        tells_others=tells_others,
        content=content,
        made_at=timezone.now(),
    )
    Paper.objects.bulk_create([paper], ignore_conflicts=True)
    kept = Paper.objects.get(statement=statement, language=language, tells_others=tells_others)
    return bytes(kept.content)
