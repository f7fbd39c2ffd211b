"""What lists of what is shared can be narrowed by."""

from municipalities.api.filters import CodeFilter, MunicipalityFilter, OfCooperation, Spanned
from services.models import Application, Competence, Dependency, Installation, OnCall, Subscription


class ApplicationFilters(OfCooperation):
    class Meta:
        model = Application
        fields = ["code", "information_class", "lifecycle"]


class InstallationFilters(Spanned):
    application = CodeFilter("application__code", "application")

    class Meta:
        model = Installation
        fields = ["purpose"]


class DependencyFilters(Spanned):
    application = CodeFilter("application__code", "application")

    class Meta:
        model = Dependency
        fields: list[str] = []


class CompetenceFilters(Spanned):
    application = CodeFilter("application__code", "application")

    class Meta:
        model = Competence
        fields = ["colleague", "level"]


class OnCallFilters(Spanned):
    application = CodeFilter("application__code", "application")

    class Meta:
        model = OnCall
        fields = ["colleague"]


class SubscriptionFilters(Spanned):
    application = CodeFilter("application__code", "application")
    municipality = MunicipalityFilter()

    class Meta:
        model = Subscription
        fields: list[str] = []
