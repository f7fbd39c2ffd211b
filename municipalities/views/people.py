"""Who may do what in a cooperation."""

from typing import Any, ClassVar

from django.core.exceptions import ValidationError
from django.http import HttpResponse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from municipalities.actions import add_person, check_role_removal, delete_role, save_role
from municipalities.forms import PersonForm, RoleFilter, RoleForm
from municipalities.models import Invitation, Role
from municipalities.portal import ChangePage, DeletePage, FormPage, ListPage
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

    def more_actions(self) -> list[dict[str, Any]]:
        return [{"url": self.url("role-add"), "label": _("Add a person")}] if self.rights.may_edit else []

    def context(self, table: Any, found: Any) -> dict[str, Any]:
        waiting: list[Invitation] = []
        if self.rights.may_edit:
            waiting = list(Invitation.objects.of(self.cooperation).waiting().for_listing())
        states = [(row, self.url("invitation", row.pk), state_of(row)) for row in waiting]
        return super().context(table, found) | {"invitations": states}


class RoleAdd(FormPage):
    form_class = PersonForm
    title = gettext_lazy("Add a person")
    done_name = "roles"
    done_label: ClassVar[Any] = gettext_lazy("To people and roles")

    def save(self, form: Any) -> tuple[Role, str]:
        fields = ("sign_in", "kind", "municipality", "is_new", "first_name", "last_name")
        chosen = {name: form.cleaned_data[name] for name in fields}
        return add_person(cooperation=self.cooperation, by=self.viewer, **chosen)

    def done(self, row: tuple[Role, str]) -> HttpResponse:
        role, password = row
        if not password:
            return super().done(role)
        return self.first_password(role, password)

    def first_password(self, role: Role, password: str) -> HttpResponse:
        context = {
            "title": _("%(person)s can sign in") % {"person": role.user},
            "label": _("First password of %(username)s") % {"username": role.user.username},
            "secret": password,
            "advice": _(
                "Hand it over in person or by telephone. It is to be changed after the first sign-in."
            ),
            "done_url": self.done_url(role),
            "done_label": self.done_label,
        }
        return self.shown_once(context)


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

    def remove(self, row: Role) -> None:
        delete_role(role=row, by=self.viewer)
