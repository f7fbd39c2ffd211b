"""Orders, as the API reads and writes them."""

from typing import Any

from rest_framework import serializers

from municipalities.api.serializers import (
    ChoiceByCode,
    CodeField,
    CooperationField,
    CooperationOfBody,
    DayField,
    MunicipalityField,
)
from municipalities.api.serializers.fields import MunicipalityByKey
from services.models import (
    MOST_QUANTITY,
    OF_ANOTHER,
    Application,
    Order,
    OrderLine,
    OrderRule,
    OrderStep,
    Variant,
)
from sharedict.common.viewsets import StrictSerializer

MOST_LINES = 200


class OrderSerializer(serializers.ModelSerializer[Order]):
    cooperation = CooperationField()
    municipality = MunicipalityField()

    class Meta:
        model = Order
        fields = [
            *("id", "cooperation", "external_id", "title", "municipality", "kind", "state", "wanted_on"),
            *("accounting_code", "note", "returns", "returned_on", "reason", "sent_at", "decided_at"),
        ]


class OrderLineSerializer(serializers.ModelSerializer[OrderLine]):
    cooperation = CooperationField()
    application = CodeField("application")

    class Meta:
        model = OrderLine
        fields = ["id", "cooperation", "order", "application", "variant", "what", "quantity", "for_whom"]


class OrderRuleSerializer(serializers.ModelSerializer[OrderRule]):
    cooperation = CooperationField()

    class Meta:
        model = OrderRule
        fields = ["id", "cooperation", "kind", "decided_by", "refers_to_decision"]


class OrderStepSerializer(serializers.ModelSerializer[OrderStep]):
    cooperation = CooperationField()

    class Meta:
        model = OrderStep
        fields = ["id", "cooperation", "order", "from_state", "to_state", "reason", "moved_at"]


class OrderLineWriteSerializer(StrictSerializer):
    application = ChoiceByCode(Application.objects.of, help_text="The code of the service.")
    what = serializers.ChoiceField(OrderLine.What.choices, required=False, default=OrderLine.What.START)
    variant = serializers.IntegerField(
        required=False,
        allow_null=True,
        default=None,
        help_text="The id of one of the service's variants; without one it stays as it is.",
    )
    quantity = serializers.IntegerField(
        required=False,
        allow_null=True,
        default=None,
        min_value=1,
        max_value=MOST_QUANTITY,
        help_text="Users or devices; for a change how many it is to be.",
    )
    for_whom = serializers.CharField(max_length=200, required=False, allow_blank=True, default="")

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        """A line is whole in a change of its order too, which takes the place of all lines."""
        if "application" not in attrs:
            raise serializers.ValidationError(
                {"application": self.fields["application"].error_messages["required"]}
            )
        pk = attrs.get("variant")
        if pk is not None:
            rows = Variant.objects.filter(application=attrs["application"])
            attrs["variant"] = rows.filter(pk=pk).first() if 0 < pk < 2**63 else None
            if attrs["variant"] is None:
                raise serializers.ValidationError({"variant": OF_ANOTHER})
        return attrs


class OrderFields(StrictSerializer):
    title = serializers.CharField(max_length=150, required=False)
    kind = serializers.ChoiceField(Order.Kind.choices, required=False)
    wanted_on = DayField(
        required=False, help_text="The first day of what is ordered; for an end the first day without it."
    )
    accounting_code = serializers.CharField(max_length=40, required=False, allow_blank=True)
    note = serializers.CharField(max_length=2000, required=False, allow_blank=True)
    returns = serializers.CharField(
        max_length=300, required=False, allow_blank=True, help_text="For a replacement: what comes back."
    )
    lines = serializers.ListField(
        child=OrderLineWriteSerializer(),
        required=False,
        max_length=MOST_LINES,
        help_text="All of its lines: they take the place of those it had.",
    )


class OrderChangeSerializer(OrderFields):
    pass


class OrderWriteSerializer(OrderFields, CooperationOfBody):
    external_id = serializers.CharField(
        max_length=100, help_text="Its id in the system it comes from: the same twice gives one row."
    )
    title = serializers.CharField(max_length=150)
    municipality: Any = MunicipalityByKey(help_text="Country and official code, such as SE1737.")
    wanted_on = DayField(help_text="The first day of what is ordered; for an end the first day without it.")


class OrderMoveSerializer(StrictSerializer):
    state = serializers.ChoiceField(
        Order.State.choices, help_text="Where it goes next. Only a person approves or rejects."
    )
    reason = serializers.CharField(
        max_length=500,
        required=False,
        allow_blank=True,
        default="",
        help_text="Needed for a rejection, and where an approval refers to a decision.",
    )
    returned_on = DayField(
        required=False,
        allow_null=True,
        default=None,
        help_text="For a replacement that is done: when the old device came back.",
    )
