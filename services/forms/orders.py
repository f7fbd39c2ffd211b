"""Orders: written with a line for each thing, moved on, and what narrows their list."""

import datetime as dt
from collections.abc import Sequence
from typing import Any

import django_filters
from django import forms
from django.core.exceptions import ValidationError
from django.forms.formsets import BaseFormSet
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext_lazy

from municipalities.access import Rights
from municipalities.models import Cooperation, Member, Municipality
from municipalities.portal import Filter, RowForm
from services.actions import Problem
from services.engine.orders import DRAFT, OPEN
from services.forms.shared import applications_here, municipalities_here
from services.models import Application, Order, OrderLine, Variant, hint_of
from services.portal import order_as_shown
from services.reports import rules_of
from sharedict.common.days import DayInput
from sharedict.common.numbers import CountField

MOST_LINES = 40


class OrderFilter(Filter):
    state = django_filters.ChoiceFilter(
        label=gettext_lazy("State"),
        choices=[("open", pgettext_lazy("orders", "open")), *Order.State.choices],
        method="in_state",
    )
    kind = django_filters.ChoiceFilter(label=gettext_lazy("Kind"), choices=Order.Kind.choices)
    municipality = django_filters.ModelChoiceFilter(
        label=gettext_lazy("Municipality"), queryset=municipalities_here, to_field_name="key"
    )
    application = django_filters.ModelChoiceFilter(
        label=gettext_lazy("Application"),
        queryset=applications_here,
        to_field_name="code",
        method="asking_for",
    )
    since = django_filters.DateFilter(
        label=gettext_lazy("Wanted from"), field_name="wanted_on", lookup_expr="gte", widget=DayInput()
    )

    def in_state(self, rows: Any, name: str, value: str) -> Any:
        return rows.filter(state__in=OPEN) if value == "open" else rows.filter(state=value)

    def asking_for(self, rows: Any, name: str, value: Application) -> Any:
        lines = OrderLine.objects.filter(application=value)
        return rows.filter(pk__in=lines.order_by().values("order"))


class OrderForm(RowForm):
    """The order itself; ``rights`` say of which municipalities it may be."""

    layout = (
        "title",
        ("municipality", "kind"),
        ("wanted_on", "accounting_code"),
        "returns",
        "note",
    )

    class Meta:
        model = Order
        fields = ["title", "municipality", "kind", "wanted_on", "accounting_code", "returns", "note"]
        widgets = {"note": forms.Textarea({"rows": 3})}

    def __init__(self, *args: Any, rights: Rights, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        today = timezone.localdate()
        said = "; ".join(map(str, rules_of(self.cooperation.pk).values()))
        self.fields["kind"].help_text = _("Who approves it. %(rules)s.") % {"rules": said.capitalize()}
        field: Any = self.fields["municipality"]
        members = Municipality.objects.members_of(self.cooperation, today, dt.date.max)
        if not rights.is_administrator:
            members = members.filter(pk__in=rights.municipality_ids)
        field.queryset = members.order_by("name")
        if not rights.is_administrator and len(rights.municipality_ids) == 1:
            [only] = rights.municipality_ids
            field.initial, field.empty_label = only, None
            member = Member.objects.of(self.cooperation).filter(municipality=only).last()
            self.fields["accounting_code"].help_text = hint_of(member.accounting_pattern if member else "")


class OrderLineForm(forms.Form):
    """One line. Of a row without a service nothing is ordered."""

    application = forms.ModelChoiceField(
        label=gettext_lazy("Service"),
        queryset=Application.objects.none(),
        required=False,
        empty_label="",
        to_field_name="code",
    )
    what = forms.ChoiceField(
        label=pgettext_lazy("order", "What"), choices=OrderLine.What.choices, required=False
    )
    variant = forms.ModelChoiceField(
        label=gettext_lazy("Variant"),
        queryset=Variant.objects.none(),
        required=False,
        empty_label="",
        help_text=gettext_lazy("Of the service on this line. Empty: as it is, or no particular one."),
    )
    quantity = CountField(
        label=pgettext_lazy("order", "Quantity"),
        required=False,
        help_text=gettext_lazy("Users or devices; for a change how many it is to be."),
    )
    for_whom = forms.CharField(label=gettext_lazy("For whom or what"), max_length=200, required=False)

    def __init__(self, *args: Any, cooperation: Cooperation, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field: Any = self.fields["application"]
        field.queryset = Application.objects.of(cooperation).order_by("name")
        variant: Any = self.fields["variant"]
        variant.queryset = Variant.objects.of(cooperation).select_related("application")
        variant.label_from_instance = _with_application

    def clean(self) -> dict[str, Any]:
        found: dict[str, Any] = super().clean() or self.cleaned_data
        if (
            "application" in found
            and not found["application"]
            and (found.get("quantity") or found.get("for_whom") or found.get("variant"))
        ):
            self.add_error("application", gettext_lazy("Choose a service, or leave the line empty."))
        return found

    def line(self) -> OrderLine:
        found = self.cleaned_data
        return OrderLine(
            application=found["application"],
            variant=found["variant"],
            what=found["what"] or OrderLine.What.START,
            quantity=found["quantity"],
            for_whom=found["for_whom"],
        )


def _with_application(variant: Variant) -> str:
    return f"{variant.application}: {variant}"


class OrderLineRows(BaseFormSet):  # type: ignore[type-arg]
    """The lines of an order."""

    def used(self) -> list[OrderLineForm]:
        return [form for form in self.forms if form.cleaned_data.get("application")]

    def lines(self, cooperation: Cooperation) -> list[OrderLine]:
        found = [form.line() for form in self.used()]
        for line in found:
            line.cooperation = cooperation
        return found

    def refuse(self, form: forms.BaseForm, problems: Sequence[Problem]) -> None:
        """Show ``problems`` each at its field: of a line in its row, of the order in ``form``."""
        used = self.used()
        for each in problems:
            if each.line is not None:
                used[each.line].add_error(each.field, each.said)
            elif each.field in form.fields:
                form.add_error(each.field, each.said)
            else:
                self.non_form_errors().append(each.said)


OrderLineFormSet = forms.formset_factory(
    OrderLineForm,
    formset=OrderLineRows,
    extra=2,
    max_num=MOST_LINES,
    absolute_max=2 * MOST_LINES,
    validate_max=True,
)


class OrderMoveForm(forms.Form):
    """A move of an order that nothing has to be said about."""

    def __init__(self, *args: Any, cooperation: Cooperation, order: Order, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.cooperation, self.order = cooperation, order


class OrderSendForm(OrderMoveForm):
    """Sends what was shown: where somebody has changed the draft meanwhile, that is said once."""

    seen = forms.CharField(required=False, widget=forms.HiddenInput)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.initial["seen"] = order_as_shown(self.order)

    def clean(self) -> dict[str, Any]:
        found: dict[str, Any] = super().clean() or self.cleaned_data
        seen, now = found.pop("seen", ""), self.initial["seen"]
        if seen and seen != now and self.order.state == DRAFT:
            self.data = {**self.data.dict(), "seen": now}  # type: ignore[attr-defined]
            raise ValidationError(_("It was changed meanwhile: look at it once more."))
        return found


class OrderApproveForm(OrderMoveForm):
    reason = forms.CharField(
        label=gettext_lazy("Decision"),
        max_length=500,
        required=False,
        help_text=gettext_lazy("Such as of a body, with its day and paragraph."),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        rule = rules_of(self.cooperation.pk)[self.order.kind]
        self.fields["reason"].required = rule.refers_to_decision


class OrderRejectForm(OrderMoveForm):
    reason = forms.CharField(label=gettext_lazy("Why"), max_length=500, widget=forms.Textarea({"rows": 3}))


class OrderDoneForm(OrderMoveForm):
    """Of a replacement it is said when the old device came back."""

    returned_on = forms.DateField(label=gettext_lazy("Came back"), widget=DayInput())

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if self.order.kind != Order.Kind.REPLACEMENT:
            del self.fields["returned_on"]
        else:
            self.fields["returned_on"].help_text = self.order.returns
