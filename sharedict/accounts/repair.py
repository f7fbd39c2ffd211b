"""The pages under ``/system/``, for operators."""

from typing import Any

from django.contrib.admin import AdminSite
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from sharedict.accounts.forms import OperatorSignInForm
from sharedict.common.moments import View, in_one_moment
from sharedict.common.sight import Sight, everything


class RepairSite(AdminSite):
    """Each page shows one moment of the database, as the portal's pages do."""

    site_header = site_title = _("sharedict: repair")
    login_form = OperatorSignInForm

    def admin_view(self, view: View, cacheable: bool = False) -> Any:
        return super().admin_view(in_one_moment(view, _sight), cacheable)


def _sight(request: HttpRequest) -> Sight:
    return everything(f"{request.path} by {request.user}")
