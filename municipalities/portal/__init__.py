"""What every page of a cooperation is made of: who may come in, lists, forms, and steps that ask once."""

from municipalities.portal.effect_pages import EffectMixin, as_shown, stored
from municipalities.portal.endings import (
    WHOLE_MONTH_IS_PAID,
    DeletePage,
    EndPage,
    WithdrawPage,
    next_month,
)
from municipalities.portal.far import FarDay, far_days, far_days_of, far_in_words
from municipalities.portal.first_steps import COOPERATION, MEMBERS, PEOPLE
from municipalities.portal.forms import (
    RowForm,
    SeenForm,
    choices_in,
    fields_by_message,
    refuse,
    side_by_side,
)
from municipalities.portal.hooks import Change, ShareEffect, add_effect_of, add_runs_at, effect_of, runs_at
from municipalities.portal.imports import ImportPage
from municipalities.portal.lists import (
    ADDRESS,
    BAR,
    DATE,
    MAIN_AMOUNT,
    NUMBER,
    PAGE_ROWS,
    CountColumn,
    Filter,
    LastDayColumn,
    ListPage,
    RowTable,
    page_of,
)
from municipalities.portal.operators import OperatorImportPage, OperatorPage
from municipalities.portal.pages import CooperationPage, EditorsOnly, LockMixin, RowMixin
from municipalities.portal.set_up import (
    SetUpPage,
    SetUpStep,
    StepState,
    add_set_up_step,
    set_up_of,
    steps_ahead,
    with_steps_done,
)
from municipalities.portal.steps import ChangePage, FormPage
from municipalities.portal.words import code_of, few, listed, merged_in_words, one_of

__all__ = [
    "ADDRESS",
    "BAR",
    "COOPERATION",
    "DATE",
    "MAIN_AMOUNT",
    "MEMBERS",
    "NUMBER",
    "PAGE_ROWS",
    "PEOPLE",
    "WHOLE_MONTH_IS_PAID",
    "Change",
    "ChangePage",
    "CooperationPage",
    "CountColumn",
    "DeletePage",
    "EditorsOnly",
    "EffectMixin",
    "EndPage",
    "FarDay",
    "Filter",
    "FormPage",
    "ImportPage",
    "LastDayColumn",
    "ListPage",
    "LockMixin",
    "OperatorImportPage",
    "OperatorPage",
    "RowForm",
    "RowMixin",
    "RowTable",
    "SeenForm",
    "SetUpPage",
    "SetUpStep",
    "ShareEffect",
    "StepState",
    "WithdrawPage",
    "add_effect_of",
    "add_runs_at",
    "add_set_up_step",
    "as_shown",
    "choices_in",
    "code_of",
    "effect_of",
    "far_days",
    "far_days_of",
    "far_in_words",
    "few",
    "fields_by_message",
    "listed",
    "merged_in_words",
    "next_month",
    "one_of",
    "page_of",
    "refuse",
    "runs_at",
    "set_up_of",
    "side_by_side",
    "steps_ahead",
    "stored",
    "with_steps_done",
]
