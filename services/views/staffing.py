"""Who can help: what too few can run, who can run what, and who stands in for whom."""

import datetime as dt
from typing import Any

from django.http import HttpRequest, HttpResponse, QueryDict
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from municipalities.portal import CooperationPage, listed
from services.engine.staffing import Days, Lack
from services.forms import StandInForm
from services.portal import LACKS, LEVELS, days_in_words
from services.reports import Risk, Staff, on_call_of, risks_of, staff_of, stand_ins_of

MOST_PEOPLE = 8
"""Of so many colleagues each has a column of the matrix; of more they are named by how well they know it."""


class Staffing(CooperationPage):
    """What too few can run, as a list to work down; and who is on call."""

    def get(self, request: HttpRequest, **kwargs: Any) -> HttpResponse:
        today = timezone.localdate()
        staff = staff_of(self.cooperation, today)
        risks = risks_of(staff)
        turns = on_call_of(self.cooperation, today)
        context = {
            "opening": self.opening(staff, risks),
            "risks": [self.row(risk, staff) for risk in risks],
            "has_applications": bool(staff.applications),
            "on_call": [turn for turn in turns if turn.row.holds_on(today)],
            "missing": [
                (turn.row, days_in_words(days, today)) for turn in turns for days in turn.missing[:1]
            ],
            "form": StandInForm(cooperation=self.cooperation, initial={"first": today}),
        }
        return self.page("services/staffing.html", context)

    def opening(self, staff: Staff, risks: list[Risk]) -> dict[str, Any] | None:
        if not staff.applications:
            return None
        all_of_them = len(staff.applications)
        sentences = []
        for lack in Lack:
            count = len({risk.application.pk for risk in risks if risk.lack is lack})
            if count:
                sentences.append({"bold": "", "text": _counted(lack, count)})
        return {
            "label": _("Too few can run"),
            "value": _("%(some)d of %(all)d")
            % {"some": len({risk.application.pk for risk in risks}), "all": all_of_them},
            "unit": ngettext("application", "applications", all_of_them),
            "sentences": sentences,
        }

    def row(self, risk: Risk, staff: Staff) -> dict[str, Any]:
        words, look = LACKS[risk.lack]
        if risk.days.first > staff.day:
            look = "warning"
        return {
            "application": risk.application,
            "label": words,
            "look": look,
            "days": days_in_words(risk.days, staff.day),
            "able": listed([str(each) for each in risk.able]),
            "step": self.step(risk, staff),
        }

    def step(self, risk: Risk, staff: Staff) -> tuple[str, str]:
        """What to do about it: where it leads, and what that is called."""
        asked = QueryDict(mutable=True)
        asked["application"] = risk.application.code
        if risk.lack is not Lack.AWAY and self.rights.may_edit:
            return f"{self.url('competence-add')}?{asked.urlencode()}", _("Say who can")
        asked["first"] = risk.days.first.isoformat()
        last = (risk.days.after or risk.days.first) - dt.timedelta(days=1)
        asked["after"] = last.isoformat()
        return f"{self.url('stand-in')}?{asked.urlencode()}", _("Find a stand-in")


def _counted(lack: Lack, count: int) -> str:
    words = {
        Lack.NOBODY: ngettext("Nobody can run %(count)d.", "Nobody can run %(count)d of them.", count),
        Lack.AWAY: ngettext(
            "All who can run %(count)d are away at the same time.",
            "All who can run %(count)d of them are away at the same time.",
            count,
        ),
        Lack.ONE: ngettext(
            "Only one person can run %(count)d.", "Only one person can run %(count)d of them.", count
        ),
    }
    return words[lack] % {"count": count}


class StandIn(CooperationPage):
    """``?application=erp&first=2026-07-01&after=2026-07-31&without=3``: who is there then, and knows it."""

    def get(self, request: HttpRequest, **kwargs: Any) -> HttpResponse:
        form = StandInForm(request.GET or None, cooperation=self.cooperation)
        is_asked = form.is_valid()
        found = self.found(form.cleaned_data) if is_asked else None
        context = {"form": form, "found": found, "asked": form.cleaned_data if is_asked else None}
        return self.page("services/stand_in.html", context)

    def found(self, asked: dict[str, Any]) -> list[dict[str, Any]]:
        application, without = asked["application"], asked["without"]
        days = Days(asked["first"], asked["after"])
        staff = staff_of(self.cooperation, days.first, [application.pk])
        length = (asked["after"] - asked["first"]).days
        return [
            {
                "colleague": each.colleague,
                "label": LEVELS[each.level][0],
                "look": LEVELS[each.level][1],
                "is_whole": each.whole,
                "there": ngettext("%(there)d of %(count)d day", "%(there)d of %(count)d days", length)
                % {"there": each.there, "count": length},
            }
            for each in stand_ins_of(staff, application.pk, days, [without.pk] if without else [])
        ]


class Matrix(CooperationPage):
    """Applications by colleagues: who knows what, and how well."""

    def get(self, request: HttpRequest, **kwargs: Any) -> HttpResponse:
        today = timezone.localdate()
        staff = staff_of(self.cooperation, today)
        known = [(application, staff.able_on(application.pk, today)) for application in staff.applications]
        people = {each.pk: (each, is_away) for _row, able in known for each, _level, is_away in able}
        columns = sorted(people.values(), key=lambda each: each[0].name.lower())
        if len(columns) > MOST_PEOPLE:
            columns = []
        context = {
            "columns": columns,
            "has_people": bool(people),
            "levels": [words for words, _look in LEVELS.values()],
            "rows": [self.row(application, able, columns) for application, able in known],
        }
        return self.page("services/matrix.html", context)

    def row(self, application: Any, able: list[Any], columns: list[Any]) -> dict[str, Any]:
        level_of = {colleague.pk: level for colleague, level, _away in able}
        cells = [
            (colleague, LEVELS[level_of[colleague.pk]] if colleague.pk in level_of else None)
            for colleague, _away in columns
        ]
        named = [
            (words, [(colleague, is_away) for colleague, level, is_away in able if level is each])
            for each, (words, _look) in LEVELS.items()
        ]
        return {"application": application, "cells": cells, "named": named}
