"""The tree of purposes."""

from collections.abc import Sequence

import django_tables2 as tables
from django.utils.translation import gettext_lazy as _

from municipalities.portal import CountColumn, RowTable
from services.engine.purposes import BETWEEN, in_tree
from services.models import Purpose


class PurposeTable(RowTable):
    row_page = ("purpose-change", _("Change"))
    empty_action = _("Add a purpose")
    code = tables.Column(_("Code"))
    name = tables.Column(_("Purpose"))
    parent = tables.Column(_("Part of"), order_by="parent__code")
    application_count = CountColumn(_("Applications"))

    empty_title = _("No purposes yet")

    class Meta:
        order_by = "code"
        empty_text = _("Begin with the tree that is shipped, and make it your own.")

    above: dict[int, str] | None = None

    def before_rows(self, records: Sequence[Purpose]) -> None:
        rows = Purpose.objects.filter(cooperation__in={row.cooperation_id for row in records})
        self.above = {row.pk: BETWEEN.join(names[:-1]) for row, names in in_tree(rows)}

    def render_parent(self, record: Purpose) -> str:
        if self.above is None:
            self.before_rows([row.record for row in self.paginated_rows])
            return self.render_parent(record)
        return self.above[record.pk]

    def value_parent(self, value: Purpose) -> str:
        return value.name
