"""Who may do what in a cooperation."""

from typing import Any

from django.core.exceptions import ValidationError
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from municipalities.actions import check_role_removal, delete_role, save_role
from municipalities.forms import RoleFilter, RoleForm
from municipalities.models import Invitation, Role, Token
from municipalities.portal import ChangePage, DeletePage, ListPage, listed
from municipalities.tables import RoleTable
from municipalities.views.invitations import state_of


class Roles(ListPage):
    model = Role
    table_class = RoleTable
    filterset_class = RoleFilter
    title = gettext_lazy("People and roles")
    lead = gettext_lazy("Who sees this cooperation, and who may change it.")
    template_name = "municipalities/people.html"
    add_name = "invite"
    add_label = gettext_lazy("Invite somebody")

    def context(self, table: Any, found: Any) -> dict[str, Any]:
        waiting: list[Invitation] = []
        if self.rights.may_edit:
            waiting = list(Invitation.objects.of(self.cooperation).waiting().for_listing())
        states = [(row, self.url("invitation", row.pk), state_of(row)) for row in waiting]
        return super().context(table, found) | {"invitations": states}


class RoleChange(ChangePage):
    other_steps = (("role-delete", gettext_lazy("Remove")),)
    model = Role
    form_class = RoleForm
    title = gettext_lazy("Change a role")
    done_name = "roles"

    def save(self, form: Any) -> Role:
        return save_role(role=form.instance, by=self.viewer)


class RoleDelete(DeletePage):
    model = Role
    done_name = "roles"

    @classmethod
    def why_kept(cls, row: Role) -> str:
        try:
            check_role_removal(row)
        except ValidationError as error:
            return " ".join(error.messages)
        return super().why_kept(row)

    def consequences(self, row: Role) -> list[str]:
        if row.kind != Role.Kind.ADMINISTRATOR:
            return []
        usable = Token.objects.of(self.cooperation).usable(timezone.now()).filter(created_by=row.user_id)
        names = listed([token.name for token in usable])
        said = [_("The links of their invitations work no more.")]
        return said + ([_("Their tokens are revoked: %(names)s.") % {"names": names}] if names else [])

    def remove(self, row: Role) -> None:
        delete_role(role=row, by=self.viewer)
