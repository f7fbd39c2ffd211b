"""Who calls the API: an integrator's token, or somebody who is signed in to the portal."""

import datetime as dt
import hmac
import re
from typing import Any

from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext as _
from drf_spectacular.extensions import OpenApiAuthenticationExtension
from rest_framework.authentication import BaseAuthentication, get_authorization_header
from rest_framework.exceptions import AuthenticationFailed, PermissionDenied
from rest_framework.permissions import SAFE_METHODS, BasePermission
from rest_framework.request import Request
from rest_framework.throttling import SimpleRateThrottle

from municipalities.actions import hash_secret
from municipalities.models import Token
from sharedict.common.counting import counter

SCHEME = b"bearer"
WRITTEN = re.compile(rb"(?P<prefix>sd_[0-9a-f]{8})\.(?P<secret>[0-9a-f]{64})")
SEEN_EVERY = dt.timedelta(minutes=1)


class TokenAuthentication(BaseAuthentication):
    """``Authorization: Bearer sd_xxxxxxxx.<secret>``. The token itself is the caller: ``request.user``."""

    def authenticate(self, request: Request) -> tuple[Any, Token] | None:
        scheme, _space, credentials = get_authorization_header(request).partition(b" ")
        if scheme.lower() != SCHEME:
            return None
        written = WRITTEN.fullmatch(credentials.strip())
        token = self._matching(written) if written else None
        if token is None:
            raise AuthenticationFailed(_("This token is not known here."), "token_unknown")
        now = timezone.now()
        if token.revoked_at is not None:
            raise AuthenticationFailed(_("This token is revoked."), "token_revoked")
        if token.expires_at <= now:
            raise AuthenticationFailed(_("This token has expired: create a new one."), "token_expired")
        if token.cooperation.deactivated_at is not None:
            raise AuthenticationFailed(
                _("This token's cooperation is deactivated."), "cooperation_deactivated"
            )
        self._note_use(token, now)
        return token, token

    def authenticate_header(self, request: Request) -> str:
        return 'Bearer realm="sharedict"'

    def _matching(self, written: re.Match[bytes]) -> Token | None:
        """The token whose secret this is; compared in a time that does not depend on the secret."""
        token = Token.objects.select_related("cooperation").filter(prefix=written["prefix"].decode()).first()
        given = hash_secret(written["secret"].decode())
        return token if token and hmac.compare_digest(given, token.secret_hash) else None

    def _note_use(self, token: Token, now: dt.datetime) -> None:
        """Remember that the token is in use, to the minute: one write for many calls."""
        if token.last_used_at is None or token.last_used_at <= now - SEEN_EVERY:
            unseen = Q(last_used_at__isnull=True) | Q(last_used_at__lte=now - SEEN_EVERY)
            Token.objects.filter(unseen, pk=token.pk).update(last_used_at=now)


class HasScope(BasePermission):
    """Everybody who is signed in reads; a token does what its scopes say.

    What a signed-in person may write depends on the cooperation, so the view decides that.
    """

    def has_permission(self, request: Request, view: Any) -> bool:
        if not request.user.is_authenticated:
            return False
        token = request.user
        scope = Token.Scope.READ if request.method in SAFE_METHODS else getattr(view, "write_scope", "")
        if isinstance(token, Token) and scope and scope not in token.scopes:
            message = _("This token has no scope “%(scope)s”.") % {"scope": scope}
            raise PermissionDenied(message, "scope_missing")
        return True


class CallerThrottle(SimpleRateThrottle):
    """So many calls a minute for each token and each person, counted over all web processes.

    While Redis is out of reach each process counts for itself: nobody is kept out by an outage.
    """

    scope = "caller"
    num_requests: int
    duration: int
    left = 0

    def allow_request(self, request: Request, view: Any) -> bool:
        key = self.get_cache_key(request, view)
        if key is None:
            return True
        counted = counter.count(key, self.duration)
        if counted is None:
            return bool(super().allow_request(request, view))
        times, self.left = counted
        return times <= self.num_requests

    def wait(self) -> float | None:
        return self.left or super().wait()

    def get_cache_key(self, request: Request, view: Any) -> str | None:
        if not request.user.is_authenticated:
            return None
        return f"throttle:{type(request.user).__name__}:{request.user.pk}"


class TokenScheme(OpenApiAuthenticationExtension):  # type: ignore[no-untyped-call]
    target_class = TokenAuthentication
    name = "token"

    def get_security_definition(self, auto_schema: Any) -> dict[str, Any]:
        return {
            "type": "http",
            "scheme": "bearer",
            "bearerFormat": "sd_xxxxxxxx.<secret>",
            "description": "A token made under Administration, Tokens. It belongs to one cooperation.",
        }
