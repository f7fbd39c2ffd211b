"""Which terms the costs of one application can fall under."""

from collections.abc import Iterable

from agreements.models import Term


def applying(terms: Iterable[Term]) -> list[Term]:
    """Of the terms of one day that name one application or none: those that some cost of it can fall under.

    The narrowest first. A term for the whole application leaves nothing to those that name none.
    """
    ordered = sorted(terms, key=lambda term: (not term.application_id, not term.cost_type_id, term.pk))
    own = {term.cost_type_id for term in ordered if term.application_id}
    if None in own:
        return [term for term in ordered if term.application_id]
    return [term for term in ordered if term.application_id or term.cost_type_id not in own]
