"""Where a purpose stands in its tree."""

from services.engine.purposes import BETWEEN, in_tree
from services.models import Purpose


def place_in_tree(purpose: Purpose | None) -> str:
    """Its name behind those of what it is part of, from the top down; one query."""
    if purpose is None:
        return ""
    tree = in_tree(Purpose.objects.filter(cooperation=purpose.cooperation_id))
    return next((BETWEEN.join(names) for row, names in tree if row.pk == purpose.pk), purpose.name)
