"""Keys are given versions, and terms say which key divides which costs."""

from agreements.actions.keys import (
    ComponentDraft,
    adopt_key_version,
    begin_key,
    change_key_version,
    describe,
    plan_key_change,
    plan_key_version,
    plan_withdrawal,
    planned_fact,
    refuse_wrong_percentages,
    withdraw_key_version,
)
from agreements.actions.terms import (
    begin_term,
    named_otherwise,
    refuse_needed_member,
    refuse_nobody_named,
    save_term,
)

__all__ = [
    "ComponentDraft",
    "adopt_key_version",
    "begin_key",
    "begin_term",
    "change_key_version",
    "describe",
    "named_otherwise",
    "plan_key_change",
    "plan_key_version",
    "plan_withdrawal",
    "planned_fact",
    "refuse_needed_member",
    "refuse_nobody_named",
    "refuse_wrong_percentages",
    "save_term",
    "withdraw_key_version",
]
