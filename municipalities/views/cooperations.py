"""For those who run the installation: which cooperations there are, and who has no role in any."""

from typing import Any

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.db.models import Count
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from municipalities.actions import deactivate_cooperation, found_cooperation, reactivate_cooperation
from municipalities.forms import CooperationForm
from municipalities.models import Cooperation, Member, Role
from municipalities.models.cooperation import RESERVED_SLUGS
from municipalities.portal import OperatorPage, StepState, code_of, refuse, steps_ahead, with_steps_done
from sharedict.accounts.models import User


class Cooperations(OperatorPage):
    """All cooperations, how far each has come, and the people who wait for a role."""

    def get(self, request: HttpRequest) -> HttpResponse:
        today = timezone.localdate()
        members = Member.objects.as_of(today).order_by().values("cooperation").annotate(count=Count("pk"))
        counts = dict(members.values_list("cooperation", "count"))
        administrators = _administrators()
        own = {*Cooperation.objects.visible_to(self.viewer).values_list("pk", flat=True)}
        context = {
            "rows": [
                {
                    "cooperation": row,
                    "url": reverse("overview", args=[row.slug]) if row.pk in own else "",
                    "repair_url": reverse("admin:municipalities_cooperation_change", args=[row.pk]),
                    "members": counts.get(row.pk, 0),
                    "administrators": administrators.get(row.pk, 0),
                    "done": done,
                    "of": of,
                    "state_url": reverse(_other_state(row), args=[row.slug]),
                }
                for row, done, of in with_steps_done(Cooperation.objects.order_by("name"))
            ],
            "waiting": User.objects.filter(is_active=True, is_superuser=False, roles=None).order_by(
                "username"
            ),
        }
        return render(request, "municipalities/cooperations.html", context)


def _administrators() -> dict[int, int]:
    """How many of each cooperation can sign in."""
    rows = Role.objects.filter(kind=Role.Kind.ADMINISTRATOR, user__is_active=True)
    counted = rows.order_by().values("cooperation").annotate(count=Count("pk"))
    return dict(counted.values_list("cooperation", "count"))


def _other_state(row: Cooperation) -> str:
    return "cooperation-reactivate" if row.deactivated_at else "cooperation-deactivate"


class CooperationStatePage(OperatorPage):
    """Asks once, with what it means, and closes a cooperation or opens it again."""

    def get(self, request: HttpRequest, slug: str) -> HttpResponse:
        row = self.row(slug)
        context = {**self.question(row), "cancel_url": reverse("cooperations")}
        return render(request, "components/confirm_page.html", context)

    def post(self, request: HttpRequest, slug: str) -> HttpResponse:
        row = self.row(slug)
        messages.success(request, self.act(row))
        return redirect("cooperations")

    def row(self, slug: str) -> Cooperation:
        return get_object_or_404(Cooperation, slug=slug)

    def question(self, row: Cooperation) -> dict[str, Any]:
        raise NotImplementedError

    def act(self, row: Cooperation) -> str:
        """What is said when it is done."""
        raise NotImplementedError


class CooperationDeactivate(CooperationStatePage):
    def question(self, row: Cooperation) -> dict[str, Any]:
        return {
            "title": _("Deactivate %(what)s?") % {"what": row},
            "lead": _("Nothing is removed, and it can be activated again at any time."),
            "consequences": [
                _("Nobody enters it: to those who have a role in it, it does not exist."),
                _("Its API tokens are refused."),
                _("Its jobs wait, and nothing of it is computed."),
            ],
            "confirm_label": _("Deactivate %(what)s") % {"what": row},
        }

    def act(self, row: Cooperation) -> str:
        deactivate_cooperation(cooperation=row, at=timezone.now(), by=self.viewer)
        return _("%(what)s is deactivated.") % {"what": row}


class CooperationReactivate(CooperationStatePage):
    def question(self, row: Cooperation) -> dict[str, Any]:
        return {
            "title": _("Activate %(what)s again?") % {"what": row},
            "lead": _(
                "Everybody enters it with the role they had. The jobs that waited are done, and the letters "
                "that were held back are sent."
            ),
            "confirm_label": _("Activate %(what)s again") % {"what": row},
            "danger": False,
        }

    def act(self, row: Cooperation) -> str:
        reactivate_cooperation(cooperation=row, by=self.viewer)
        return _("%(what)s is active again.") % {"what": row}


class CooperationAdd(OperatorPage):
    """The first step of the set-up; the others are under the address of the cooperation that it makes."""

    def get(self, request: HttpRequest) -> HttpResponse:
        return self.show(self.form())

    def post(self, request: HttpRequest) -> HttpResponse:
        form = self.form(request.POST)
        if not form.is_valid():
            return self.show(form, 422)
        row = form.save(commit=False)
        row.slug = row.slug or free_slug(row.name)
        try:
            with transaction.atomic():
                found_cooperation(cooperation=row, by=self.viewer)
        except ValidationError as error:
            refuse(form, error)
            return self.show(form, 422)
        except IntegrityError:
            form.add_error(None, _("Somebody else saved something that stands in the way: try again."))
            return self.show(form, 409)
        messages.success(request, _("%(what)s is there, and you are its administrator.") % {"what": row})
        return redirect("set-up-members", row.slug)

    def form(self, data: Any = None) -> CooperationForm:
        new = Cooperation(first_month=timezone.localdate().replace(day=1))
        return CooperationForm(data, cooperation=new, instance=new)

    def show(self, form: CooperationForm, status: int = 200) -> HttpResponse:
        states: list[StepState] = steps_ahead()
        is_first = not Cooperation.objects.exists()
        context = {
            "title": _("What is the cooperation called, and when does it begin?"),
            "lead": _("You become its administrator, and go on to its members."),
            "form": form,
            "states": states,
            "here": states[0],
            "go_label": _("Make it and go on"),
            "onward_url": "" if is_first else reverse("cooperations"),
            "onward_label": _("Cancel"),
        }
        return render(self.request, "municipalities/set_up.html", context, status=status)


def free_slug(name: str) -> str:
    """An address for a cooperation of that ``name`` that no other has, nor the portal itself."""
    return code_of(name, {*Cooperation.objects.values_list("slug", flat=True)} | RESERVED_SLUGS, 60)
