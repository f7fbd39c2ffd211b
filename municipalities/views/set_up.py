"""The first steps of the set-up: the cooperation, its members, its people."""

from collections.abc import Sequence
from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from municipalities.actions import add_members, plan_members
from municipalities.forms import CooperationForm, MembersForm
from municipalities.models import Cooperation, Invitation, Member, Role
from municipalities.portal import COOPERATION, MEMBERS, PEOPLE, Change, SetUpPage
from municipalities.views.invitations import Invite, link_to_hand_over, said_of
from sharedict.common.days import date_format


class SetUpCooperation(SetUpPage):
    """What was said when it was made; what computed and closed months fix of it is refused."""

    step = COOPERATION
    form_class = CooperationForm
    title = gettext_lazy("What is the cooperation called, and when does it begin?")
    lead = gettext_lazy(
        "The first month can be changed until a month is closed, the currency until one is computed."
    )

    def form_arguments(self) -> dict[str, Any]:
        return {"instance": Cooperation.objects.get(pk=self.cooperation.pk)}


class SetUpMembers(SetUpPage):
    step = MEMBERS
    form_class = MembersForm
    template_name = "municipalities/set_up_members.html"
    title = gettext_lazy("Who takes part?")
    lead = gettext_lazy("The municipalities of the cooperation, from the public register.")
    there_title = gettext_lazy("Members so far")
    form_title = gettext_lazy("Add members")
    more_label = gettext_lazy("Save and add more")

    def save(self, form: Any) -> list[Member]:
        return add_members(cooperation=self.cooperation, by=self.request.user, **form.cleaned_data)

    def checked_changes(self, form: Any) -> Sequence[Change]:
        return [Change(None, row) for row in plan_members(cooperation=self.cooperation, **form.cleaned_data)]

    def there(self) -> Sequence[dict[str, str]]:
        rows = Member.objects.of(self.cooperation).for_listing().order_by("municipality__name", "valid_from")
        return [
            {
                "text": str(row),
                "url": self.url("member-change", row.pk),
                "note": _("from %(day)s") % {"day": date_format(row.valid_from, "j F Y")},
            }
            for row in rows
        ]


class SetUpPeople(SetUpPage, Invite):
    """Whoever is invited takes their role when they come; until then they stand among the people so far."""

    step = PEOPLE
    title = gettext_lazy("Who works with it?")
    lead = gettext_lazy(
        "One administrator proposes a month and another closes it, so there are two. Coordinators and "
        "finance officers see what concerns their municipality."
    )
    there_title = gettext_lazy("People so far")
    form_title = gettext_lazy("Invite somebody")
    go_label = gettext_lazy("Invite and go on")
    more_label = gettext_lazy("Invite and take another")

    def form_arguments(self) -> dict[str, Any]:
        return {"initial": {"kind": Role.Kind.ADMINISTRATOR}}

    def done(self, row: Invitation) -> HttpResponse:
        messages.success(self.request, said_of(row))
        return redirect(self.request.path if link_to_hand_over(row) else self.done_url(row))

    def there(self) -> Sequence[dict[str, str]]:
        roles = Role.objects.of(self.cooperation).for_listing()
        found = [
            {
                "text": str(row.user),
                "url": self.url("role-change", row.pk),
                "note": ", ".join(map(str, filter(None, [row.get_kind_display(), row.municipality]))),
            }
            for row in roles
        ]
        waiting = Invitation.objects.of(self.cooperation).waiting().for_listing()
        return found + [
            {
                "text": row.email,
                "url": self.url("invitation", row.pk),
                "note": _("invited, as %(role)s") % {"role": row.role},
                "link": link_to_hand_over(row),
            }
            for row in waiting
        ]
