"""A table between its dry run and applying it: signed, in a hidden field."""

import hashlib
from collections.abc import Mapping, Sequence
from typing import Any

from django.core import signing
from django.utils.translation import gettext as _

from sharedict.common.uploads.findings import Finding
from sharedict.common.uploads.tables import UploadedTable, UploadError

MAX_AGE_SECONDS = 60 * 60


def sealed(
    table: UploadedTable, findings: Sequence[Finding], purpose: str, told: Mapping[str, str] | None = None
) -> str:
    """The table's file, signed for ``purpose``, for a hidden field between dry run and applying it.

    ``told`` is what the uploader has said beside it.
    """
    content = {
        "file": table.content.decode("latin-1"),
        "mark": table.mark,
        "shown": _shown(findings),
        "told": dict(told or {}),
    }
    return signing.dumps(content, salt=purpose, compress=True)


def opened(seal: str, purpose: str) -> dict[str, Any]:
    """What ``sealed`` signed; raises UploadError if it was altered, is for something else, or too old."""
    try:
        content: dict[str, Any] = signing.loads(seal, salt=purpose, max_age=MAX_AGE_SECONDS)
    except signing.BadSignature:
        raise UploadError(_("The dry run is too old. Upload the file again.")) from None
    return content | {"file": content["file"].encode("latin-1")}


def is_as_shown(content: dict[str, Any], findings: Sequence[Finding]) -> bool:
    """Whether ``findings`` are the ones that were shown when ``content`` was sealed."""
    return bool(content["shown"] == _shown(findings))


def _shown(findings: Sequence[Finding]) -> str:
    told = "\n".join(
        f"{finding.line} {finding.outcome} {finding.before} {finding.effect} {finding.note}"
        for finding in findings
    )
    return hashlib.sha256(told.encode()).hexdigest()
