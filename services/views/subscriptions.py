"""Who uses which application."""

from collections.abc import Sequence
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from municipalities.portal import (
    WHOLE_MONTH_IS_PAID,
    Change,
    ChangePage,
    EndPage,
    ImportPage,
    ListPage,
    SeveralPage,
    WithdrawPage,
    import_kind,
)
from services.actions import plan_subscriptions, subscribe
from services.forms import (
    SubscribeForm,
    SubscriptionFilter,
    SubscriptionForm,
)
from services.models import Subscription
from services.tables import SubscriptionTable
from services.views.for_application import ForApplication


class Subscriptions(ListPage):
    several_name = "subscriptions-several"
    model = Subscription
    table_class = SubscriptionTable
    filterset_class = SubscriptionFilter
    title = gettext_lazy("Subscriptions")
    lead = gettext_lazy("Which municipality uses what. A municipality never pays for what it does not use.")
    add_name = "subscription-add"
    add_label = gettext_lazy("Add subscriptions")
    api_name = "v1:subscriptions-list"

    def more_actions(self) -> list[dict[str, Any]]:
        if not self.rights.may_edit:
            return []
        return [{"url": self.url("subscriptions-import"), "label": _("Import")}]


class SubscriptionsImport(ImportPage):
    kind = import_kind("subscriptions")
    example = "erp;1737;2026-01-01"
    title = gettext_lazy("Import subscriptions")
    lead = gettext_lazy(
        "A subscription is found again by application, municipality and first day: the same file twice "
        "changes nothing."
    )


class SubscriptionAdd(ForApplication):
    form_class = SubscribeForm
    title = gettext_lazy("Add subscriptions")
    lead = gettext_lazy("One, several or all members begin to use an application.")
    done_name = "subscriptions"

    def save(self, form: Any) -> Any:
        return subscribe(by=self.request.user, **self.chosen(form))

    def checked_changes(self, form: Any) -> Sequence[Change]:
        return [Change(None, row) for row in plan_subscriptions(**self.chosen(form))]

    def chosen(self, form: Any) -> dict[str, Any]:
        names = ("application", "municipalities", "valid_from", "valid_until", "users")
        return {name: form.cleaned_data[name] for name in names}


class SubscriptionChange(ChangePage):
    other_steps = (("subscription-end", gettext_lazy("End")), ("subscription-delete", gettext_lazy("Remove")))
    model = Subscription
    form_class = SubscriptionForm
    title = gettext_lazy("Change a subscription")
    done_name = "subscriptions"


class SubscriptionEnd(EndPage):
    consequences = (WHOLE_MONTH_IS_PAID,)
    model = Subscription
    done_name = "subscriptions"


class SubscriptionWithdraw(WithdrawPage):
    model = Subscription
    done_name = "subscriptions"


class SubscriptionsSeveral(SeveralPage):
    list_page = Subscriptions
    change_page = SubscriptionChange
    list_name = "subscriptions"
    fields = ("valid_from", "valid_until", "users")
