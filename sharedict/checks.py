"""System checks of what only a person who sets up the portal can get right.

Malformed values, and what production must not run with, are refused when ``sharedict.settings`` reads them,
in every process: servers run no checks. These are about what is well formed and wrong for the mode, also in a
settings module of one's own. The one about data runs with ``migrate`` and ``check --database``.
"""

from collections.abc import Sequence
from typing import Any
from urllib.parse import urlsplit

from django.apps import AppConfig
from django.conf import settings
from django.contrib.auth import get_user_model
from django.core.checks import CheckMessage, Error, Tags, Warning, register
from django.db import DatabaseError

from sharedict.common import roles

AppConfigs = Sequence[AppConfig] | None


@register(Tags.security)
def production_is_strict(app_configs: AppConfigs, **kwargs: Any) -> list[CheckMessage]:
    """Settings that are fine on a desk and not on the Internet."""
    if not settings.IS_PRODUCTION:
        return []
    found: list[CheckMessage] = []
    if settings.DEBUG:
        found.append(
            Error(
                "SHAREDICT_DEBUG shows program internals to every visitor.",
                hint="Remove SHAREDICT_DEBUG in production.",
                id="sharedict.E001",
            )
        )
    if urlsplit(settings.ORIGIN).scheme != "https":
        found.append(
            Error(
                "The portal's public address is not https: passwords would travel unprotected.",
                hint="Write SHAREDICT_ORIGIN=https://..., with TLS ended by the server or a proxy before it.",
                id="sharedict.E002",
            )
        )
    if "*" in settings.ALLOWED_HOSTS:
        found.append(
            Error(
                "SHAREDICT_HOSTS accepts every host name.",
                hint="Name the hosts; the one of SHAREDICT_ORIGIN is always accepted.",
                id="sharedict.E003",
            )
        )
    return found


@register(Tags.security)
def mail_is_protected(app_configs: AppConfigs, **kwargs: Any) -> list[CheckMessage]:
    """What goes to a mail server unencrypted can be read on the way: links, its password."""
    is_plain = not (settings.EMAIL_USE_TLS or settings.EMAIL_USE_SSL)
    is_far = settings.EMAIL_HOST not in ("localhost", "127.0.0.1", "::1")
    if not (settings.IS_PRODUCTION and settings.EMAIL_BACKEND.endswith("smtp.EmailBackend")):
        return []
    if not (is_plain and is_far):
        return []
    return [
        Warning(
            "SHAREDICT_MAIL_URL is smtp: letters, and the password of the mail server, travel unprotected.",
            hint="Write smtp+tls:// or smtps://, unless the way to the server is protected otherwise.",
            id="sharedict.W003",
        )
    ]


@register(Tags.security)
def mode_is_meant(app_configs: AppConfigs, **kwargs: Any) -> list[CheckMessage]:
    """A portal with a public https address that runs in development mode has forgotten something."""
    if settings.IS_PRODUCTION or urlsplit(settings.ORIGIN).scheme != "https":
        return []
    return [
        Warning(
            "SHAREDICT_ORIGIN is a public https address, but the mode is development.",
            hint="Set SHAREDICT_MODE=production.",
            id="sharedict.W001",
        )
    ]


@register(Tags.database)
def production_has_no_demonstration_data(
    app_configs: AppConfigs, databases: Sequence[str] | None = None, **kwargs: Any
) -> list[CheckMessage]:
    """Demonstration sign-ins have published passwords."""
    if not settings.IS_PRODUCTION or not databases:
        return []
    try:
        is_present = get_user_model()._default_manager.filter(is_demonstration=True).exists()
    except DatabaseError:  # not migrated yet, so nothing can have been loaded
        return []
    if not is_present:
        return []
    return [
        Error(
            "The database holds demonstration sign-ins, whose passwords anybody can know.",
            hint="Use an empty database for production.",
            id="sharedict.E004",
        )
    ]


@register(Tags.database)
def database_guards(
    app_configs: AppConfigs, databases: Sequence[str] | None = None, **kwargs: Any
) -> list[CheckMessage]:
    """Whoever works as the owner of the tables is refused nothing, not even what is closed."""
    if not databases:
        return []
    try:
        mends = roles.missing()
    except DatabaseError:  # there is nothing to guard
        return []
    if not mends:
        return []
    kind = Error if settings.IS_PRODUCTION else Warning
    return [
        kind(
            "The database cannot guard against the program: it works as a login that may do what it likes.",
            hint=f"Let an administrator of the database run {' '.join(mends)} Then run manage.py prepare.",
            id="sharedict.E005" if settings.IS_PRODUCTION else "sharedict.W002",
        )
    ]
