"""Whom to ask: those who run the cooperation, and those who know the services that the reader's own use."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property

from django.db.models import Q
from django.utils.translation import gettext as _

from billing.views.months import StatementsPage
from billing.views.own import Use
from municipalities.models import Municipality, Role
from municipalities.portal import few

MOST_ASKED = 5


@dataclass(frozen=True, slots=True)
class Asked:
    """A person, where they sit, and what to ask them; ``email`` may be empty."""

    name: str
    place: str
    email: str
    about: str


class AskedPage(StatementsPage):
    """A page that tells whoever answers for a municipality whom to ask."""

    @cached_property
    def people(self) -> list[Role]:
        """The roles of the reader, and of those whom to ask, by name; one query."""
        kinds = [Role.Kind.COORDINATOR, Role.Kind.ADMINISTRATOR]
        whom = Q(kind__in=kinds, user__is_active=True) | Q(user=self.viewer)
        rows = Role.objects.visible_to(self.viewer).of(self.cooperation).for_listing().filter(whom)
        return list(rows.order_by("user__last_name", "user__first_name", "user__username"))

    @cached_property
    def own_municipalities(self) -> list[Municipality]:
        if not self.rights.municipality_ids:
            return []
        own = {row.municipality for row in self.people if row.user_id == self.viewer.pk and row.municipality}
        return sorted(own, key=lambda place: (place.country, place.code))

    def whom_to_ask(self, uses: Iterable[Use]) -> list[Asked]:
        """The coordinators of the municipalities that own services in ``uses``, then the administrators.

        The reader is not among them.
        """
        services = _services_of_owners(uses)
        experts, administrators = list[Asked](), list[Asked]()
        for row in self.people:
            if row.user_id == self.viewer.pk:
                continue
            person, email = str(row.user), row.user.email
            if row.kind == Role.Kind.ADMINISTRATOR:
                about = _("Costs, keys and agreements, and who may sign in")
                administrators.append(Asked(person, self.cooperation.name, email, about))
            elif row.municipality and row.municipality_id in services:
                about = few(services[row.municipality_id])
                experts.append(Asked(person, row.municipality.name, email, about))
        return [*experts[:MOST_ASKED], *administrators[:MOST_ASKED]]


def _services_of_owners(uses: Iterable[Use]) -> Mapping[int | None, list[str]]:
    """The names of the services in ``uses`` by the municipality that owns them."""
    found: dict[int | None, dict[str, None]] = defaultdict(dict)
    for use in uses:
        for row in use.values():
            if row.owner_id:
                found[row.owner_id][row.name] = None
    return {owner: [*names] for owner, names in found.items()}
