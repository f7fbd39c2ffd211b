from typing import Any

from django.utils.translation import gettext_lazy as _

from municipalities.forms import MemberFilter, MemberForm, MembershipForm
from municipalities.models import Member
from municipalities.portal import (
    WHOLE_MONTH_IS_PAID,
    ChangePage,
    EndPage,
    FileTable,
    FormPage,
    ListPage,
    WithdrawPage,
)
from municipalities.tables import MemberTable


class Members(ListPage):
    model = Member
    table_class = MemberTable
    filterset_class = MemberFilter
    title = _("Members")
    lead = _("The municipalities that take part, and since when.")
    add_name = "member-add"
    add_label = _("Add a member")
    api_name = "v1:members-list"

    def table(self, rows: Any) -> FileTable:
        has_merged = rows.exclude(municipality__successor=None).exists()
        return MemberTable(rows, request=self.request, has_merged=has_merged)


class MemberAdd(FormPage):
    form_class = MemberForm
    title = _("Add a member")
    lead = _("Any municipality in the register: write its name to find it in the list.")
    done_name = "members"


class MemberChange(ChangePage):
    other_steps = (("member-end", _("End")), ("member-delete", _("Remove")))
    model = Member
    form_class = MembershipForm
    title = _("Change a membership")
    done_name = "members"


class MemberEnd(EndPage):
    consequences = (WHOLE_MONTH_IS_PAID,)
    model = Member
    done_name = "members"


class MemberWithdraw(WithdrawPage):
    model = Member
    done_name = "members"
