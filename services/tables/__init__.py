"""The lists of what is shared."""

from services.tables.applications import (
    LIFECYCLE_LOOK,
    ApplicationTable,
)
from services.tables.calendars import (
    CalendarTable,
    ClosedDayTable,
)
from services.tables.competences import (
    CompetenceTable,
    OnCallTable,
)
from services.tables.dependencies import (
    DependencyTable,
)
from services.tables.documents import (
    DocumentTable,
)
from services.tables.duties import (
    DataProtectionTable,
    TaskTable,
)
from services.tables.installations import (
    InstallationTable,
)
from services.tables.orders import (
    OrderTable,
)
from services.tables.outages import (
    OutageTable,
)
from services.tables.purposes import (
    PurposeTable,
)
from services.tables.subscriptions import (
    SubscriptionTable,
)
from services.tables.variants import (
    VariantTable,
)

__all__ = [
    "LIFECYCLE_LOOK",
    "ApplicationTable",
    "CalendarTable",
    "ClosedDayTable",
    "CompetenceTable",
    "DataProtectionTable",
    "DependencyTable",
    "DocumentTable",
    "InstallationTable",
    "OnCallTable",
    "OrderTable",
    "OutageTable",
    "PurposeTable",
    "SubscriptionTable",
    "TaskTable",
    "VariantTable",
]
