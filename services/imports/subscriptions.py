"""An upload of who uses what against the subscriptions that are stored: what each row would do."""

from collections import defaultdict
from collections.abc import Mapping, Sequence

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from municipalities.models import Cooperation, Member, Municipality
from municipalities.reports import places_by_code
from services.imports.cells import day, one_of, rows_by, whole
from services.imports.spans import Broken, Spans, days_in_words, fields_broken, read_into
from services.models import Application, Subscription, Variant, code_problem
from sharedict.common.figures import count
from sharedict.common.uploads import Finding, UploadedRow, UploadError


def compare_subscriptions(cooperation: Cooperation, rows: Sequence[UploadedRow]) -> list[Finding]:
    """What each uploaded row would do, found by application, municipality and first day; five queries.

    A column that the file does not have stays as it is. The findings carry the subscription to save.
    """
    return Uses(cooperation).compare(rows)


class Uses(Spans[Subscription]):
    """The subscriptions of a cooperation, as they are and as the file would have them."""

    model = Subscription
    named_by = ("application", "municipality")

    def __init__(self, cooperation: Cooperation) -> None:
        applications = rows_by(Application.objects.of(cooperation), "code")
        self.readers = {
            "valid_from": day,
            "municipality": one_of(places_by_code(Municipality.objects.ever_in(cooperation))),
            "application": one_of(applications),
        }
        self.twice = _("This municipality already uses it in part of that time.")
        stored = Subscription.objects.of(cooperation).for_listing().order_by("pk")
        super().__init__(Subscription(cooperation=cooperation), stored)
        variants = defaultdict[int, list[Variant]](list)
        for variant in Variant.objects.of(cooperation).order_by("pk"):
            variants[variant.application_id].append(variant)
        self.variants = {row.pk: rows_by(variants[row.pk], "name") for row in applications.rows}
        self.members = defaultdict[int, list[Member]](list)
        for member in Member.objects.of(cooperation):
            self.members[member.municipality_id].append(member)

    def fill(self, new: Subscription, old: Subscription | None, said: Mapping[str, str]) -> Broken:
        unread = list(read_into(new, said, {"valid_until": day, "users": whole}))
        new.accounting_code = said.get("accounting_code", new.accounting_code)
        yield from unread or fields_broken(new, ("application", "municipality"))
        yield from self._choose_variant(new, said)
        yield from self._odd_code(new, old)

    def words(self, row: Subscription) -> str:
        return subscription_in_words(row)

    def _choose_variant(self, new: Subscription, said: Mapping[str, str]) -> Broken:
        """Let ``new`` be of the variant that the file names; that there is no such one, with its column."""
        if "variant" not in said:
            return
        try:
            named_so = self.variants[new.application_id]
            new.variant = named_so.find(said["variant"], new.variant) if said["variant"] else None
        except UploadError as error:
            yield "variant", error.message

    def _odd_code(self, new: Subscription, old: Subscription | None) -> Broken:
        """That the municipality writes its accounting codes otherwise than a new one is written."""
        if old is None or old.accounting_code != new.accounting_code:
            members = self.members[new.municipality_id]
            problem = code_problem(
                new, next((each for each in members if each.holds_on(new.valid_from)), None)
            )
            if problem:
                yield "accounting_code", problem


def subscription_in_words(row: Subscription) -> str:
    """Who uses what, from when until when, with how many users, and by which code it is booked."""
    users = ""
    if row.users is not None:
        users = ngettext("%(count)s user", "%(count)s users", row.users) % {"count": count(row.users)}
    variant, code = row.variant.name if row.variant else "", row.accounting_code
    told = [row.application.name, row.municipality.name, variant, days_in_words(row), users, code]
    return " | ".join(filter(None, told))
