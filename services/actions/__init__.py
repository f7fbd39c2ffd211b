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
from services.actions.installations import take_back_installations
from services.actions.lifecycle import (
    move_application,
    refuse_forbidden_move,
)
from services.actions.measured import (
    keep_before_calendar_changes,
    keep_before_other_calendar,
    keep_measured_years,
)
from services.actions.order_lines import (
    NOT_OFFERED,
    Pair,
    Problem,
    plan_order,
    problems_of,
    refuse_odd_code,
)
from services.actions.orders import (
    ANSWERED,
    WAITS,
    add_order_effect,
    deciders,
    effect_of_order,
    may_order_for,
    move_order,
    refuse_stranger,
    save_order,
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
    "ANSWERED",
    "ASKED",
    "BACK",
    "EXTENDED",
    "NOT_OFFERED",
    "OFFICE",
    "OPENED",
    "TREE",
    "WAITS",
    "Pair",
    "Problem",
    "Received",
    "RevokedError",
    "add_order_effect",
    "add_source",
    "ask_about_open",
    "check_outage",
    "correct_effect",
    "deciders",
    "effect_of_order",
    "end_outage",
    "import_rows",
    "keep_before_calendar_changes",
    "keep_before_other_calendar",
    "keep_measured_years",
    "may_order_for",
    "merge_outages",
    "move_application",
    "move_order",
    "plan_order",
    "plan_subscriptions",
    "problems_of",
    "receive",
    "refuse_absent",
    "refuse_circle",
    "refuse_forbidden_move",
    "refuse_installation_outside_site",
    "refuse_odd_code",
    "refuse_site_shorter_than_installations",
    "refuse_stranger",
    "renew_source",
    "save_order",
    "save_outage",
    "save_purpose",
    "share_application",
    "ship_calendars",
    "ship_purposes",
    "subscribe",
    "take_back_applications",
    "take_back_installations",
    "take_back_subscriptions",
    "tell_update",
    "users_of",
]
