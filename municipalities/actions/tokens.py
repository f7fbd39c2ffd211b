"""Tokens, with which other systems come in."""

import datetime as dt
import hashlib
import secrets
from collections.abc import Sequence

from django.db import transaction
from django.utils import timezone

from municipalities.actions.rows import hold_administrator, save_row
from municipalities.models import Cooperation, Token
from sharedict.accounts.models import User


@transaction.atomic
def create_token(
    *, cooperation: Cooperation, name: str, scopes: Sequence[str], expires_at: dt.datetime, by: User
) -> tuple[Token, str]:
    """A new token and its secret, which is kept nowhere: show it once.

    Raises ValidationError where ``by`` is not administrator any more.
    """
    hold_administrator(cooperation.pk, by)
    secret = secrets.token_hex(32)
    prefix = f"sd_{secrets.token_hex(4)}"
    token = Token(
        cooperation=cooperation,
        name=name,
        prefix=prefix,
        secret_hash=hash_secret(secret),
        scopes=sorted({*scopes}),
        created_by=by,
        created_at=timezone.now(),
        expires_at=expires_at,
    )
    return save_row(row=token, by=by), f"{prefix}.{secret}"


def hash_secret(secret: str) -> str:
    """SHA-256: enough for 256 random bits, which nobody can guess."""
    return hashlib.sha256(secret.encode()).hexdigest()


@transaction.atomic
def revoke_token(*, token: Token, by: User) -> Token:
    """Make ``token`` useless from now on; safe to repeat."""
    if token.revoked_at is None:
        token.revoked_at = timezone.now()
        save_row(row=token, by=by)
    return token
