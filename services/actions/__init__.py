from services.actions.outages import (
    correct_effect,
    end_outage,
    merge_outages,
    save_outage,
    tell_update,
)
from services.actions.subscriptions import (
    plan_subscriptions,
    retire,
    share_application,
    subscribe,
    users_of,
)

__all__ = [
    "correct_effect",
    "end_outage",
    "merge_outages",
    "plan_subscriptions",
    "retire",
    "save_outage",
    "share_application",
    "subscribe",
    "tell_update",
    "users_of",
]
