"""Late changes of closed months, and what each makes of the shares that the caller sees."""

from typing import TYPE_CHECKING, Any

from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from billing.api.serializers.fields import MinorField
from billing.models import LateChange
from billing.snapshots import CHARGED, Verdict
from municipalities.api.serializers import CodeField, MonthField

if TYPE_CHECKING:
    from billing.reports import LateRow


class LateShareSerializer(serializers.Serializer[Any]):
    """What a late change makes of one municipality's share."""

    municipality = serializers.CharField(help_text="Country and official code, such as SE1737.")
    charged = MinorField("charged_minor", help_text="What is charged so far.")
    should = MinorField("should_minor", help_text="What it should be.")
    amount = MinorField("amount_minor", help_text="The difference.")


class LateChangeSerializer(serializers.Serializer[Any]):
    """A cost of a closed month that is not charged as it should be."""

    cooperation = serializers.CharField(help_text="Address of the cooperation.")
    month = MonthField("row.state.month")
    reference = CodeField("row.cost", "reference", help_text="Of the cost.")
    external_id = CodeField("row.cost", "external_id", help_text="Of the cost; empty where it has none.")
    description = CodeField("row.cost", "description")
    cause = serializers.ChoiceField(
        LateChange.Cause.choices,
        source="row.state.correction.cause",
        help_text="Whether the cost changed, or who pays and how much of it.",
    )
    verdict = serializers.ChoiceField(
        [each.value for each in Verdict],
        source="row.state.verdict.value",
        help_text="What happens to it: `counts` is charged unless it is left; `charge` and `left` are "
        "decided; `waiting` waits for a decision, `unallocated` for a term that divides it.",
    )
    reason = serializers.CharField(help_text="Of the decision; empty where there is none.")
    amount = MinorField(
        "row.state.amount_minor", help_text="What charging it comes to, of all municipalities."
    )
    charged_in = serializers.SerializerMethodField(
        help_text="Null where it is not charged; or the open month that charges it as a correction."
    )
    currency = serializers.CharField()
    shares = LateShareSerializer(many=True, help_text="As far as the caller sees them.")

    @extend_schema_field(MonthField(allow_null=True))
    def get_charged_in(self, change: Any) -> str | None:
        row: LateRow = change.row
        return str(row.charged_in) if row.charged_in and row.state.verdict in CHARGED else None
