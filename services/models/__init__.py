from services.models.alert import (
    Alert,
    AlertSource,
    WatchedThing,
)
from services.models.application import (
    RESERVED_CODES,
    Application,
)
from services.models.calendar import (
    WEEK,
    Calendar,
    ClosedDay,
)
from services.models.codes import code_problem, hint_of
from services.models.competence import (
    Competence,
    OnCall,
)
from services.models.data_protection import (
    DataProtection,
)
from services.models.dependency import (
    Dependency,
    check_needed,
)
from services.models.document import (
    Document,
)
from services.models.installation import (
    Installation,
)
from services.models.lifecycle_move import (
    LifecycleMove,
)
from services.models.measured_year import (
    MeasuredYear,
)
from services.models.order import (
    MOST_QUANTITY,
    Order,
    OrderLine,
    OrderStep,
)
from services.models.order_rule import (
    OrderRule,
)
from services.models.outage import (
    Outage,
    OutageEffect,
    OutageUpdate,
)
from services.models.priority_table import (
    PriorityTable,
)
from services.models.purpose import (
    Purpose,
)
from services.models.status_feed import (
    StatusFeed,
)
from services.models.subscription import (
    Subscription,
)
from services.models.task import (
    Task,
)
from services.models.variant import (
    OF_ANOTHER,
    Variant,
)

__all__ = [
    "MOST_QUANTITY",
    "OF_ANOTHER",
    "RESERVED_CODES",
    "WEEK",
    "Alert",
    "AlertSource",
    "Application",
    "Calendar",
    "ClosedDay",
    "Competence",
    "DataProtection",
    "Dependency",
    "Document",
    "Installation",
    "LifecycleMove",
    "MeasuredYear",
    "OnCall",
    "Order",
    "OrderLine",
    "OrderRule",
    "OrderStep",
    "Outage",
    "OutageEffect",
    "OutageUpdate",
    "PriorityTable",
    "Purpose",
    "StatusFeed",
    "Subscription",
    "Task",
    "Variant",
    "WatchedThing",
    "check_needed",
    "code_problem",
    "hint_of",
]
