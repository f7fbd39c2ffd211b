"""Municipalities as files name them."""

from collections.abc import Iterable

from municipalities.models import Municipality
from sharedict.common.uploads import Choices


def places_by_code(rows: Iterable[Municipality], unknown: str = "") -> Choices[Municipality]:
    """``rows`` by key (SE1737), official code (1737) or name; ``unknown`` is said of any other."""
    return Choices(
        rows,
        codes=lambda place: (place.key, place.code, place.code.lstrip("0")),
        names=lambda place: [name for name in (place.name, place.official_name) if name],
        unknown=unknown,
    )
