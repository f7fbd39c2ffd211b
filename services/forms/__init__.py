"""What administrators fill in about what is shared, and what narrows its lists."""

from services.forms.applications import ApplicationFilter, ApplicationForm
from services.forms.dependencies import DependencyFilter, DependencyForm
from services.forms.impact import LostForm
from services.forms.installations import InstallationFilter, InstallationForm
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
from services.forms.priorities import SAVED, PriorityForm
from services.forms.shared import (
    RESERVED_CODES,
    CodedForm,
    InForce,
    NamedForm,
    applications_here,
    municipalities_here,
    sites_here,
)
from services.forms.subscriptions import SubscribeForm, SubscriptionFilter, SubscriptionForm

__all__ = [
    "RESERVED_CODES",
    "SAVED",
    "ApplicationFilter",
    "ApplicationForm",
    "CodedForm",
    "CorrectForm",
    "DependencyFilter",
    "DependencyForm",
    "InForce",
    "InstallationFilter",
    "InstallationForm",
    "LostForm",
    "MergeForm",
    "NamedForm",
    "OutageChangeForm",
    "OutageEndForm",
    "OutageFilter",
    "PlanForm",
    "PriorityForm",
    "ReportForm",
    "SubscribeForm",
    "SubscriptionFilter",
    "SubscriptionForm",
    "UpdateForm",
    "applications_here",
    "mergeable_with",
    "municipalities_here",
    "sites_here",
]
