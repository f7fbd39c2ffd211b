"""Outages: the list, one of them, and the steps of whoever is on call."""

import datetime as dt
from collections.abc import Sequence
from typing import Any, ClassVar

from django.core.exceptions import ValidationError
from django.forms import BaseForm
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from municipalities.access import Rights
from municipalities.portal import ChangePage, FormPage, ListPage, RowMixin, listed
from services.actions import correct_effect, end_outage, merge_outages, save_outage, tell_update
from services.actions.outages import check_outage
from services.forms import (
    CorrectForm,
    MergeForm,
    OutageChangeForm,
    OutageEndForm,
    OutageFilter,
    PlanForm,
    ReportForm,
    UpdateForm,
    mergeable_with,
)
from services.models import Outage
from services.portal import panels_of_outage, state_of_outage
from services.tables import OutageTable
from services.views.outage_words import effects_by_application, facts_of_outage, opening_of_outage


class Outages(ListPage):
    model = Outage
    table_class = OutageTable
    filterset_class = OutageFilter
    title = gettext_lazy("Outages")
    lead = gettext_lazy("What is down, what is planned, and what was: whom it hit and how it went.")
    api_name = "v1:outages-list"

    def queryset(self) -> Any:
        return Outage.objects.visible_to(self.request.user).of(self.cooperation).with_effects()

    def more_actions(self) -> list[dict[str, Any]]:
        steps = [{"url": self.url("status"), "label": _("Status page")}]
        if self.rights.may_edit:
            steps.append({"url": self.url("outage-priorities"), "label": _("Priorities")})
        if not self.rights.may_report:
            return steps
        return [
            {"url": self.url("outage-report"), "label": _("Report an outage"), "primary": True},
            {"url": self.url("outage-plan"), "label": _("Announce planned work")},
            *steps,
        ]


class OnCall(FormPage):
    """A form for whoever may report: administrators, and coordinators of municipalities."""

    asks_about_days = False

    def is_allowed(self, rights: Rights) -> bool:
        return rights.may_report

    def checked_changes(self, form: Any) -> Sequence[Any]:
        return []


class OutageReport(OnCall):
    form_class: ClassVar[type[BaseForm]] = ReportForm
    title = gettext_lazy("Report an outage")
    lead = gettext_lazy("Say what does not work. Whom it hits, and what survives, is told at once.")
    submit_label = gettext_lazy("Report it")
    done_name = "outages"
    said = gettext_lazy("Reported. This is whom it hits by what is entered: correct it where it is wrong.")

    def form_arguments(self) -> dict[str, Any]:
        now = timezone.now().replace(second=0, microsecond=0)
        return {"initial": {"starts_at": now, "urgency": Outage.Urgency.NOW}}

    def save(self, form: Any) -> Outage:
        return save_outage(
            outage=form.save(commit=False),
            lost=form.chosen(),
            now=timezone.now(),
            by=self.request.user,
            keeps_effect=False,
        )

    def done_url(self, row: Outage) -> str:
        return self.url("outage", row.pk)


class OutagePlan(OutageReport):
    form_class = PlanForm
    title = gettext_lazy("Announce planned work")
    lead = gettext_lazy("What will be away, from when until when: the members see it on the status page.")
    submit_label = gettext_lazy("Announce it")
    said = gettext_lazy("Announced. This is whom it hits by what is entered: correct it where it is wrong.")

    def form_arguments(self) -> dict[str, Any]:
        return {"initial": {"urgency": Outage.Urgency.LATER}}


class OutagePage(RowMixin):
    """One outage: whom it hits and what survives, how it goes, what is done about it."""

    model = Outage

    def get(self, request: HttpRequest, **kwargs: Any) -> HttpResponse:
        outage, now = self.row(), timezone.now()
        effects = list(outage.effects.select_related("application", "municipality"))
        label, look = state_of_outage(outage, now)
        context = {
            "outage": outage,
            "status_label": label,
            "status_variant": look,
            "lead": self.lead(outage),
            "actions": self.actions(outage, now),
            "opening": opening_of_outage(outage, effects, now, own=self.rights.municipality_ids),
            "applications": effects_by_application(effects, own=self.rights.municipality_ids),
            "updates": list(outage.updates.select_related("by")),
            "facts": facts_of_outage(outage, now),
            "alerts": list(outage.alerts.select_related("source")[:20]),
            "merged": list(outage.merged.all()),
            "panels": panels_of_outage(outage, self.cooperation, self.viewer, self.rights),
        }
        return self.page("services/outage_detail.html", context)

    def lead(self, outage: Outage) -> str:
        rows = [str(row) for name in Outage.LOST for row in getattr(outage, name).all()]
        if not rows:
            return _("Nobody has said yet what is lost.")
        return _("Lost: %(names)s") % {"names": listed(rows)}

    def actions(self, outage: Outage, now: dt.datetime) -> list[dict[str, Any]]:
        if not self.rights.may_report or outage.merged_into_id:
            return []
        steps = [("outage-update", _("Tell what is new")), ("outage-change", _("Change"))]
        if outage.ends_at is None:
            steps.insert(1, ("outage-end", _("It is over")))
        if mergeable_with(outage).exists():
            steps.append(("outage-merge", _("Same as another")))
        return [
            {"url": self.url(name, outage.pk), "label": label, "primary": place == 0}
            for place, (name, label) in enumerate(steps)
        ]


class OutageChange(OnCall, ChangePage):
    model = Outage
    form_class = OutageChangeForm
    title = gettext_lazy("Change an outage")
    done_name = "outages"

    def row(self) -> Any:
        found = super().row()
        if found.merged_into_id:
            raise Http404
        return found

    def save(self, form: Any) -> Outage:
        outage = form.save(commit=False)
        check_outage(outage, timezone.now())
        return save_outage(outage=outage, lost=form.chosen(), now=timezone.now(), by=self.request.user)

    def done_url(self, row: Outage) -> str:
        return self.url("outage", row.pk)

    def context(self, form: Any) -> dict[str, Any]:
        return {**super().context(form), "cancel_url": self.url("outage", self.kwargs["pk"])}


class StepOfOutage(RowMixin, OnCall):
    """A step of one outage that is not merged into another."""

    model = Outage
    done_name = "outages"

    def form_arguments(self) -> dict[str, Any]:
        self.outage = self.row()
        if self.outage.merged_into_id:
            raise Http404
        return {"outage": self.outage}

    def done_url(self, row: Any) -> str:
        return self.url("outage", self.kwargs["pk"])

    def context(self, form: Any) -> dict[str, Any]:
        told = {"lead": str(self.outage), "cancel_url": self.done_url(None)}
        return {**super().context(form), **told}


class OutageTell(StepOfOutage):
    form_class = UpdateForm
    title = gettext_lazy("Tell what is new")
    submit_label = gettext_lazy("Tell it")
    said = gettext_lazy("Told. The status page and its feed show it.")

    def save(self, form: Any) -> Any:
        text = form.cleaned_data["text"]
        return tell_update(outage=self.outage, text=text, now=timezone.now(), by=self.request.user)


class OutageEnd(StepOfOutage):
    form_class = OutageEndForm
    title = gettext_lazy("It is over")
    submit_label = gettext_lazy("It is over")
    said = gettext_lazy("It is over. Say under Change what the cause was, and who follows it up.")

    def form_arguments(self) -> dict[str, Any]:
        now = timezone.now().replace(second=0, microsecond=0)
        return {**super().form_arguments(), "initial": {"ends_at": now}}

    def save(self, form: Any) -> Any:
        return end_outage(
            outage=self.outage,
            at=form.cleaned_data["ends_at"],
            now=timezone.now(),
            by=self.request.user,
            text=form.cleaned_data["text"],
        )


class OutageCorrect(StepOfOutage):
    form_class = CorrectForm
    title = gettext_lazy("Correct whom it hits")

    def form_arguments(self) -> dict[str, Any]:
        asked = self.request.GET
        place = asked.get("municipality", "")
        initial = {"application": asked.get("application", ""), "state": asked.get("state", "")}
        initial["municipality"] = place if place.isdecimal() and len(place) < 10 else ""
        return {**super().form_arguments(), "initial": initial}

    def save(self, form: Any) -> Any:
        return correct_effect(outage=self.outage, by=self.request.user, **form.cleaned_data)


class OutageMerge(StepOfOutage):
    form_class = MergeForm
    title = gettext_lazy("Same as another")
    submit_label = gettext_lazy("Merge them")
    said = gettext_lazy("Merged: this one holds what both had, and the other leads here.")

    def save(self, form: Any) -> Outage:
        into = form.cleaned_data["into"]
        try:
            return merge_outages(outage=self.outage, into=into, now=timezone.now(), by=self.request.user)
        except Outage.DoesNotExist:
            raise ValidationError({"into": _("There is no such choice: choose another.")}) from None

    def done(self, row: Outage) -> HttpResponse:
        self.say(str(self.said))
        return redirect(self.url("outage", row.pk))
