"""Repair of who takes part and where things run; the portal's pages are where the work is done."""

from municipalities.admin.colleagues import AbsenceAdmin, ColleagueAdmin
from municipalities.admin.cooperations import CooperationAdmin, MemberAdmin, MunicipalityAdmin
from municipalities.admin.drivers import DriverAdmin, ReadingAdmin
from municipalities.admin.people import PersonAdmin, RoleAdmin, TokenAdmin
from municipalities.admin.rows import RowAdmin, RowAdminForm
from municipalities.admin.saved_views import SavedViewAdmin
from municipalities.admin.sites import LinkAdmin, SiteAdmin, SupplierAdmin

__all__ = [
    "AbsenceAdmin",
    "ColleagueAdmin",
    "CooperationAdmin",
    "DriverAdmin",
    "LinkAdmin",
    "MemberAdmin",
    "MunicipalityAdmin",
    "PersonAdmin",
    "ReadingAdmin",
    "RoleAdmin",
    "RowAdmin",
    "RowAdminForm",
    "SavedViewAdmin",
    "SiteAdmin",
    "SupplierAdmin",
    "TokenAdmin",
]
