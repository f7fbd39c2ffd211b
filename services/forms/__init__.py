"""What administrators fill in about what is shared, and what narrows its lists."""

from services.forms.applications import ApplicationFilter, ApplicationForm
from services.forms.competences import (
    CompetenceFilter,
    CompetenceForm,
    OnCallFilter,
    OnCallForm,
    StandInForm,
)
from services.forms.dependencies import DependencyFilter, DependencyForm, NeedsSomething
from services.forms.impact import LostForm
from services.forms.installations import InstallationFilter, InstallationForm
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
    "ApplicationFilter",
    "ApplicationForm",
    "CodedForm",
    "CompetenceFilter",
    "CompetenceForm",
    "DependencyFilter",
    "DependencyForm",
    "InForce",
    "InstallationFilter",
    "InstallationForm",
    "LostForm",
    "NamedForm",
    "NeedsSomething",
    "OnCallFilter",
    "OnCallForm",
    "StandInForm",
    "SubscribeForm",
    "SubscriptionFilter",
    "SubscriptionForm",
    "applications_here",
    "municipalities_here",
    "sites_here",
]
