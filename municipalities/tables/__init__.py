"""The lists of who takes part and where things run."""

from municipalities.tables.colleagues import AbsenceTable, ColleagueTable
from municipalities.tables.looks import instant, state_of
from municipalities.tables.registers import (
    DriverTable,
    LinkTable,
    MemberTable,
    ReadingTable,
    SiteTable,
    SupplierTable,
)
from municipalities.tables.saved_views import SavedViewTable
from municipalities.tables.upkeep import JOB_LOOK, ChangeTable, JobTable, RoleTable, TokenTable, job_label
from municipalities.tables.uploads import PublicUploadTable, UploadTable, state_of_upload

__all__ = [
    "JOB_LOOK",
    "AbsenceTable",
    "ChangeTable",
    "ColleagueTable",
    "DriverTable",
    "JobTable",
    "LinkTable",
    "MemberTable",
    "PublicUploadTable",
    "ReadingTable",
    "RoleTable",
    "SavedViewTable",
    "SiteTable",
    "SupplierTable",
    "TokenTable",
    "UploadTable",
    "instant",
    "job_label",
    "state_of",
    "state_of_upload",
]
