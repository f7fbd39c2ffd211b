"""What is shared: resources to read."""

from services.api import filters
from services.api.serializers import (
    ApplicationSerializer,
    CalendarSerializer,
    ClosedDaySerializer,
    CompetenceSerializer,
    DataProtectionSerializer,
    DependencySerializer,
    DocumentSerializer,
    InstallationSerializer,
    LifecycleMoveSerializer,
    OnCallSerializer,
    PurposeSerializer,
    SubscriptionSerializer,
    TaskSerializer,
    VariantSerializer,
)
from services.models import (
    Application,
    Calendar,
    ClosedDay,
    Competence,
    DataProtection,
    Dependency,
    Document,
    Installation,
    LifecycleMove,
    OnCall,
    Purpose,
    Subscription,
    Task,
    Variant,
)
from sharedict.common.viewsets import ReadViewSet


class ApplicationViewSet(ReadViewSet[Application]):
    """The catalogue: applications that municipalities use together."""

    queryset = Application.objects.select_related("cooperation", "owner", "competence_centre", "serves")
    serializer_class = ApplicationSerializer
    filterset_class = filters.ApplicationFilters


class CalendarViewSet(ReadViewSet[Calendar]):
    """Hours by weekday and on public holidays, as texts such as ``08:00-16:30``; empty where closed."""

    queryset = Calendar.objects.select_related("cooperation")
    serializer_class = CalendarSerializer
    filterset_class = filters.CalendarFilters


class ClosedDayViewSet(ReadViewSet[ClosedDay]):
    """Days beside the public holidays on which nothing is open by a calendar."""

    queryset = ClosedDay.objects.select_related("cooperation", "calendar")
    serializer_class = ClosedDaySerializer
    filterset_class = filters.ClosedDayFilters


class TaskViewSet(ReadViewSet[Task]):
    """Who does what about each application: the cooperation, each municipality, the supplier."""

    queryset = Task.objects.select_related("cooperation", "application")
    serializer_class = TaskSerializer
    filterset_class = filters.TaskFilters


class DataProtectionViewSet(ReadViewSet[DataProtection]):
    """What each municipality, or a board of it, is to the personal data in an application."""

    queryset = DataProtection.objects.select_related("cooperation", "application", "municipality")
    serializer_class = DataProtectionSerializer
    filterset_class = filters.DataProtectionFilters


class LifecycleMoveViewSet(ReadViewSet[LifecycleMove]):
    """The stages that applications went through, and why."""

    queryset = LifecycleMove.objects.select_related("cooperation", "application", "moved_by")
    serializer_class = LifecycleMoveSerializer
    filterset_class = filters.LifecycleMoveFilters


class PurposeViewSet(ReadViewSet[Purpose]):
    """The tree of purposes that applications serve."""

    queryset = Purpose.objects.select_related("cooperation", "parent")
    serializer_class = PurposeSerializer
    filterset_class = filters.PurposeFilters


class DocumentViewSet(ReadViewSet[Document]):
    """What there is to read about each application, and where it stands."""

    queryset = Document.objects.select_related("cooperation", "application")
    serializer_class = DocumentSerializer
    filterset_class = filters.DocumentFilters


class VariantViewSet(ReadViewSet[Variant]):
    """The forms in which each application is offered; what one does not tell is as for the application."""

    queryset = Variant.objects.select_related("cooperation", "application")
    serializer_class = VariantSerializer
    filterset_class = filters.VariantFilters


class InstallationViewSet(ReadViewSet[Installation]):
    """Which application runs at which site, and what can take over."""

    queryset = Installation.objects.select_related("cooperation", "application", "site").prefetch_related(
        "administered_by"
    )
    serializer_class = InstallationSerializer
    filterset_class = filters.InstallationFilters


class DependencyViewSet(ReadViewSet[Dependency]):
    """What each application needs beside the sites that it runs at: all of these, or at least so many."""

    queryset = Dependency.objects.select_related("cooperation", "application").prefetch_related(
        "applications", "links", "suppliers"
    )
    serializer_class = DependencySerializer
    filterset_class = filters.DependencyFilters


class CompetenceViewSet(ReadViewSet[Competence]):
    """How well which colleague knows which application, from when until when."""

    queryset = Competence.objects.select_related("cooperation", "application", "colleague")
    serializer_class = CompetenceSerializer
    filterset_class = filters.CompetenceFilters


class OnCallViewSet(ReadViewSet[OnCall]):
    """Whom to reach outside office hours, for one application or for all that is shared."""

    queryset = OnCall.objects.select_related("cooperation", "application", "colleague")
    serializer_class = OnCallSerializer
    filterset_class = filters.OnCallFilters


class SubscriptionViewSet(ReadViewSet[Subscription]):
    """Which municipality uses which application, from when until when."""

    queryset = Subscription.objects.select_related("cooperation", "application", "municipality")
    serializer_class = SubscriptionSerializer
    filterset_class = filters.SubscriptionFilters
