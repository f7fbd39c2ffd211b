"""What is missing of how personal data in an application is protected. Pure: no clock, no rows."""

import datetime as dt
from collections.abc import Collection
from dataclasses import dataclass
from enum import StrEnum


class Missing(StrEnum):
    """What somebody has to see to, the gravest first."""

    ROLE = "role"  # it uses the application, and nobody told what it is to the data
    AGREEMENT = "agreement"
    SIGNATURE = "signature"  # there is an agreement, and no day on which it was signed
    SUB_PROCESSORS = "sub-processors"
    REVIEW = "review"  # nobody has said when it is looked at again
    LATE = "late"


@dataclass(frozen=True, slots=True)
class Protection:
    """What is told of one municipality's use; texts are empty where nobody told."""

    municipality: int
    agreement: str = ""
    signed_on: dt.date | None = None
    sub_processors: str = ""
    review_on: dt.date | None = None


def missing_of(told: Protection, today: dt.date) -> list[Missing]:
    found = []
    if not told.agreement.strip():
        found.append(Missing.AGREEMENT)
    elif told.signed_on is None:
        found.append(Missing.SIGNATURE)
    if not told.sub_processors.strip():
        found.append(Missing.SUB_PROCESSORS)
    if told.review_on is None:
        found.append(Missing.REVIEW)
    elif told.review_on < today:
        found.append(Missing.LATE)
    return found


def untold(using: Collection[int], told: Collection[Protection]) -> set[int]:
    """The municipalities that use it and of which nothing is told."""
    return {*using} - {each.municipality for each in told}
