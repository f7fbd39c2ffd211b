"""What administrators fill in about who takes part and where things run, and what narrows the lists."""

from municipalities.forms.colleagues import (
    AbsenceFilter,
    AbsenceForm,
    ColleagueFilter,
    ColleagueForm,
    named_with_place,
)
from municipalities.forms.letters import AddressForm, LettersForm
from municipalities.forms.mail import TestMessageForm
from municipalities.forms.registers import PopulationForm, RegisterForm
from municipalities.forms.roles import InviteForm, RoleForm
from municipalities.forms.rows import (
    STATES,
    TOKEN_YEARS,
    ChangeFilter,
    CountyIterator,
    DriverForm,
    JobFilter,
    LinkForm,
    MemberFilter,
    MemberForm,
    MembershipForm,
    MunicipalityField,
    ReadingFilter,
    ReadingForm,
    RoleFilter,
    SiteForm,
    StateFilter,
    SupplierForm,
    TokenForm,
)
from municipalities.forms.saved_views import PinForm, SavedViewForm
from municipalities.forms.set_up import CooperationForm, MembersForm
from municipalities.forms.uploads import ColumnsForm, UploadFilter, columns_in_words

__all__ = [
    "STATES",
    "TOKEN_YEARS",
    "AbsenceFilter",
    "AbsenceForm",
    "AddressForm",
    "ChangeFilter",
    "ColleagueFilter",
    "ColleagueForm",
    "ColumnsForm",
    "CooperationForm",
    "CountyIterator",
    "DriverForm",
    "InviteForm",
    "JobFilter",
    "LettersForm",
    "LinkForm",
    "MemberFilter",
    "MemberForm",
    "MembersForm",
    "MembershipForm",
    "MunicipalityField",
    "PinForm",
    "PopulationForm",
    "ReadingFilter",
    "ReadingForm",
    "RegisterForm",
    "RoleFilter",
    "RoleForm",
    "SavedViewForm",
    "SiteForm",
    "StateFilter",
    "SupplierForm",
    "TestMessageForm",
    "TokenForm",
    "UploadFilter",
    "columns_in_words",
    "named_with_place",
]
