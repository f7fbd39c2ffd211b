"""Changing who takes part and where things run; and the one way every app saves and ends its rows."""

from municipalities.actions.hooks import add_check, check_row
from municipalities.actions.jobs import retry_job
from municipalities.actions.people import (
    add_person,
    create_person,
    delete_role,
    forget_person,
    save_person,
    save_role,
)
from municipalities.actions.registers import import_readings, save_site
from municipalities.actions.rows import (
    AlreadyThereError,
    ChangedMeanwhileError,
    add_once,
    changed,
    concerned,
    cooperation_id_of,
    delete_row,
    differences,
    end_row,
    known_row,
    lock_cooperation,
    moves_shares,
    refuse_strangers,
    save_row,
    take_over,
    touched,
    validate_row,
)
from municipalities.actions.tokens import create_token, hash_secret, revoke_token

__all__ = [
    "AlreadyThereError",
    "ChangedMeanwhileError",
    "add_check",
    "add_once",
    "add_person",
    "changed",
    "check_row",
    "concerned",
    "cooperation_id_of",
    "create_person",
    "create_token",
    "delete_role",
    "delete_row",
    "differences",
    "end_row",
    "forget_person",
    "hash_secret",
    "import_readings",
    "known_row",
    "lock_cooperation",
    "moves_shares",
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
]
