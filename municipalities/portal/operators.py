"""Pages for those who run the installation, beside the repair under ``/system/``."""

from typing import Any, cast

from django.contrib.auth.views import redirect_to_login
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponseBase
from django.views.generic.base import View

from sharedict.accounts.models import User
from sharedict.common.moments import in_one_moment
from sharedict.common.sight import Sight, everything


class OperatorPage(View):
    """A page that is about every cooperation, and so for those alone who may do everything."""

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        if not request.user.is_authenticated:
            return redirect_to_login(request.get_full_path())
        if not request.user.is_superuser:
            raise PermissionDenied
        return in_one_moment(super().dispatch, _sight)(request, *args, **kwargs)

    @property
    def viewer(self) -> User:
        """The person signed in."""
        return cast("User", self.request.user)


def _sight(request: HttpRequest) -> Sight:
    return everything(f"{request.path} by {request.user}")
