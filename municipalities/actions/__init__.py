"""Changing who takes part and where things run; and the one way every app saves and ends its rows."""

from municipalities.actions.cooperations import add_members, found_cooperation, plan_members
from municipalities.actions.hooks import add_check, add_withdrawal_check, check_row, check_withdrawal
from municipalities.actions.jobs import retry_job
from municipalities.actions.people import (
    add_person,
    check_role_removal,
    create_person,
    delete_role,
    forget_person,
    save_person,
    save_role,
)
from municipalities.actions.registers import (
    begin_driver,
    import_public_readings,
    import_readings,
    public_population,
    save_site,
)
from municipalities.actions.rows import (
    AlreadyThereError,
    ChangedMeanwhileError,
    add_once,
    changed,
    delete_row,
    end_row,
    known_row,
    lock_cooperation,
    refuse_strangers,
    save_row,
    take_over,
    validate_row,
    withdraw_row,
)
from municipalities.actions.tokens import create_token, hash_secret, revoke_token
from municipalities.actions.touched import (
    concerned,
    cooperation_id_of,
    differences,
    moves_shares,
    touched,
)

__all__ = [
    "AlreadyThereError",
    "ChangedMeanwhileError",
    "add_check",
    "add_members",
    "add_once",
    "add_person",
    "add_withdrawal_check",
    "begin_driver",
    "changed",
    "check_role_removal",
    "check_row",
    "check_withdrawal",
    "concerned",
    "cooperation_id_of",
    "create_person",
    "create_token",
    "delete_role",
    "delete_row",
    "differences",
    "end_row",
    "forget_person",
    "found_cooperation",
    "hash_secret",
    "import_public_readings",
    "import_readings",
    "known_row",
    "lock_cooperation",
    "moves_shares",
    "plan_members",
    "public_population",
    "refuse_strangers",
    "retry_job",
    "revoke_token",
    "save_person",
    "save_role",
    "save_row",
    "save_site",
    "take_over",
    "touched",
    "validate_row",
    "withdraw_row",
]
