from municipalities.models.colleague import ABOUT_A_COLLEAGUE, Absence, Colleague, refuse_forgotten
from municipalities.models.cooperation import Cooperation
from municipalities.models.driver import Driver, Reading
from municipalities.models.invitation import Invitation
from municipalities.models.link import Link, folded
from municipalities.models.member import Member
from municipalities.models.municipality import Municipality
from municipalities.models.notice import Notice
from municipalities.models.role import Role
from municipalities.models.saved_view import LONGEST_QUERY, SavedView
from municipalities.models.site import Site
from municipalities.models.supplier import Supplier
from municipalities.models.token import Token
from municipalities.models.upload import Upload, UploadFinding

__all__ = [
    "ABOUT_A_COLLEAGUE",
    "LONGEST_QUERY",
    "Absence",
    "Colleague",
    "Cooperation",
    "Driver",
    "Invitation",
    "Link",
    "Member",
    "Municipality",
    "Notice",
    "Reading",
    "Role",
    "SavedView",
    "Site",
    "Supplier",
    "Token",
    "Upload",
    "UploadFinding",
    "folded",
    "refuse_forgotten",
]
