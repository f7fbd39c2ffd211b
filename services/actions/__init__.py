from services.actions.alerts import (
    ASKED,
    BACK,
    OPENED,
    Received,
    RevokedError,
    add_source,
    ask_about_open,
    receive,
    renew_source,
)
from services.actions.calendars import (
    ALWAYS,
    EXTENDED,
    OFFICE,
    ship_calendars,
)
from services.actions.checks import (
    refuse_absent,
    refuse_installation_outside_site,
    refuse_site_shorter_than_installations,
)
from services.actions.imports import (
    import_rows,
    take_back_applications,
    take_back_subscriptions,
)
from services.actions.lifecycle import (
    move_application,
    refuse_forbidden_move,
)
from services.actions.measured import (
    keep_before_calendar_changes,
    keep_before_other_calendar,
    keep_measured_years,
)
from services.actions.outages import (
    check_outage,
    correct_effect,
    end_outage,
    merge_outages,
    save_outage,
    tell_update,
)
from services.actions.purposes import (
    TREE,
    refuse_circle,
    save_purpose,
    ship_purposes,
)
from services.actions.subscriptions import (
    plan_subscriptions,
    share_application,
    subscribe,
    users_of,
)

__all__ = [
    "ALWAYS",
    "ASKED",
    "BACK",
    "EXTENDED",
    "OFFICE",
    "OPENED",
    "TREE",
    "Received",
    "RevokedError",
    "add_source",
    "ask_about_open",
    "check_outage",
    "correct_effect",
    "end_outage",
    "import_rows",
    "keep_before_calendar_changes",
    "keep_before_other_calendar",
    "keep_measured_years",
    "merge_outages",
    "move_application",
    "plan_subscriptions",
    "receive",
    "refuse_absent",
    "refuse_circle",
    "refuse_forbidden_move",
    "refuse_installation_outside_site",
    "refuse_site_shorter_than_installations",
    "renew_source",
    "save_outage",
    "save_purpose",
    "share_application",
    "ship_calendars",
    "ship_purposes",
    "subscribe",
    "take_back_applications",
    "take_back_subscriptions",
    "tell_update",
    "users_of",
]
