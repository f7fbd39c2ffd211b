"""What administrators fill in about what is shared, and what narrows its lists."""

from services.forms.applications import (
    ApplicationFilter,
    ApplicationForm,
)
from services.forms.calendars import (
    CalendarForm,
    ClosedDayFilter,
    ClosedDayForm,
)
from services.forms.competences import (
    CompetenceFilter,
    CompetenceForm,
    OnCallFilter,
    OnCallForm,
    StandInForm,
)
from services.forms.dependencies import (
    DependencyFilter,
    DependencyForm,
    NeedsSomething,
)
from services.forms.documents import (
    DocumentForm,
    OfApplicationFilter,
)
from services.forms.duties import (
    DataProtectionAddForm,
    DataProtectionForm,
    TaskForm,
)
from services.forms.impact import (
    LostForm,
)
from services.forms.installations import (
    InstallationFilter,
    InstallationForm,
)
from services.forms.lifecycle import (
    MoveForm,
)
from services.forms.order_rules import RULES_SAVED, OrderRulesForm
from services.forms.orders import (
    OrderApproveForm,
    OrderDoneForm,
    OrderFilter,
    OrderForm,
    OrderLineFormSet,
    OrderMoveForm,
    OrderRejectForm,
    OrderSendForm,
)
from services.forms.outages import (
    CorrectForm,
    MergeForm,
    OutageChangeForm,
    OutageEndForm,
    OutageFilter,
    PlanForm,
    ReportForm,
    UpdateForm,
    mergeable_with,
)
from services.forms.priorities import (
    SAVED,
    PriorityForm,
)
from services.forms.purposes import (
    PurposeFilter,
    PurposeForm,
    purposes_here,
)
from services.forms.shared import (
    CodedForm,
    InForce,
    NamedForm,
    applications_here,
    municipalities_here,
    sites_here,
)
from services.forms.subscriptions import (
    SubscribeForm,
    SubscriptionFilter,
    SubscriptionForm,
)
from services.forms.variants import (
    VariantForm,
)

__all__ = [
    "RULES_SAVED",
    "SAVED",
    "ApplicationFilter",
    "ApplicationForm",
    "CalendarForm",
    "ClosedDayFilter",
    "ClosedDayForm",
    "CodedForm",
    "CompetenceFilter",
    "CompetenceForm",
    "CorrectForm",
    "DataProtectionAddForm",
    "DataProtectionForm",
    "DependencyFilter",
    "DependencyForm",
    "DocumentForm",
    "InForce",
    "InstallationFilter",
    "InstallationForm",
    "LostForm",
    "MergeForm",
    "MoveForm",
    "NamedForm",
    "NeedsSomething",
    "OfApplicationFilter",
    "OnCallFilter",
    "OnCallForm",
    "OrderApproveForm",
    "OrderDoneForm",
    "OrderFilter",
    "OrderForm",
    "OrderLineFormSet",
    "OrderMoveForm",
    "OrderRejectForm",
    "OrderRulesForm",
    "OrderSendForm",
    "OutageChangeForm",
    "OutageEndForm",
    "OutageFilter",
    "PlanForm",
    "PriorityForm",
    "PurposeFilter",
    "PurposeForm",
    "ReportForm",
    "StandInForm",
    "SubscribeForm",
    "SubscriptionFilter",
    "SubscriptionForm",
    "TaskForm",
    "UpdateForm",
    "VariantForm",
    "applications_here",
    "mergeable_with",
    "municipalities_here",
    "purposes_here",
    "sites_here",
]
