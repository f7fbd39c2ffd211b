"""Versions of a key: adopted, and taken away again where nothing closed used them."""

import datetime as dt
from typing import Any

from django.core.exceptions import ValidationError
from django.db import IntegrityError
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.utils.translation import gettext as _

from agreements.actions import (
    adopt_key_version,
    plan_key_version,
    plan_withdrawal,
    planned_fact,
    withdraw_key_version,
)
from agreements.engine.keys import KeyFact
from agreements.forms import (
    ComponentFormSet,
    FixedPartsForm,
    KeyVersionForm,
)
from agreements.models import Component, Key, KeyVersion
from municipalities.models import Municipality
from municipalities.portal import (
    Change,
    EffectMixin,
    RowMixin,
    WithdrawPage,
    may_preview,
    next_month,
    refuse,
    stored,
)
from sharedict.common.days import date_format, last_day


class ByCode(RowMixin):
    """A page about one key, which its address names by code."""

    model = Key

    def row(self) -> Any:
        rows = Key.objects.visible_to(self.request.user).of(self.cooperation)
        found = rows.filter(code=self.kwargs["code"]).first()
        if found is None:
            raise Http404
        return found


class KeyVersionAdd(ByCode, EffectMixin):
    """A new version: its components in rows, filled in from the version in force. All of it, or nothing."""

    def get(self, request: HttpRequest, **kwargs: Any) -> HttpResponse:
        key = self.row()
        return self.show(key, *self.forms(key))

    def post(self, request: HttpRequest, **kwargs: Any) -> HttpResponse:
        key = self.row()
        form, rows, fixed = self.forms(key, request.POST)
        if not all([form.is_valid(), rows.is_valid(), fixed.is_valid()]):
            return self.show(key, form, rows, fixed, 422)
        told = {"key": key, "components": rows.drafts(fixed.parts()), **form.cleaned_data}
        try:
            latest, planned = plan_key_version(**told)
            said = planned_fact(planned, told["components"])
            if not self.is_told(self.changes(latest, planned, said)):
                return self.show(key, form, rows, fixed)
            version = adopt_key_version(by=request.user, **told)
        except ValidationError as error:
            wrong = error.error_dict.pop("components", []) if hasattr(error, "error_dict") else []
            rows.non_form_errors().extend(wrong)
            refuse(form, error)
            return self.show(key, form, rows, fixed, 422)
        except IntegrityError:
            form.add_error(None, _("Somebody else saved something that stands in the way: try again."))
            return self.show(key, form, rows, fixed, 409)
        self.say(_("%(what)s is adopted.") % {"what": version})
        return redirect(self.url("key", key.code))

    def changes(self, latest: KeyVersion | None, version: KeyVersion, said: KeyFact) -> list[Change]:
        ended = [Change(stored(latest), latest)] if latest else []
        return [*ended, Change(None, version, parts=said)]

    def forms(self, key: Key, data: Any = None) -> tuple[Any, Any, Any]:
        """The version, its components and its fixed parts, filled in from the version before it."""
        today, basis = timezone.localdate(), key.versions.for_listing().order_by("-valid_from").first()
        components = list(basis.components.all()) if basis else []
        parts = [part for component in components for part in component.fixed_parts.all()]
        members = Municipality.objects.members_of(self.cooperation, today, dt.date.max)
        places = {place.pk: place for place in [*members, *(part.municipality for part in parts)]}
        form = KeyVersionForm(
            data,
            cooperation=self.cooperation,
            instance=KeyVersion(key=key),
            initial={"valid_from": next_month(today), **_rules(basis)},
        )
        rows = ComponentFormSet(
            data,
            prefix="components",
            form_kwargs={"cooperation": self.cooperation},
            # only to be shown: a row that is sent as it was shown must not count as left empty
            initial=None if data else [_row(component) for component in components],
        )
        fixed = FixedPartsForm(
            data,
            places=sorted(places.values(), key=str),
            initial={f"part_{part.municipality.key}": part.percent for part in parts},
        )
        return form, rows, fixed

    def show(self, key: Key, form: Any, rows: Any, fixed: Any, status: int = 200) -> HttpResponse:
        context = {
            "key": key,
            "title": _("New version of %(key)s") % {"key": key},
            "form": form,
            "rows": rows,
            "fixed": fixed,
            "effect": self.effect,
            "preview": self.preview,
            "may_show": may_preview(form.instance),
            "cancel_url": self.url("key", key.code),
        }
        return self.page("agreements/key_version_form.html", context, status)


class KeyVersionWithdraw(WithdrawPage):
    """A version that was adopted by mistake is taken away; the one before it goes on."""

    model = KeyVersion

    def changes(self, row: Any) -> list[Change]:
        earlier = plan_withdrawal(row)
        return [Change(row, None), *([Change(stored(earlier), earlier)] if earlier else [])]

    def remove(self, row: Any) -> None:
        withdraw_key_version(version=row, by=self.request.user)

    def done_url(self, row: Any) -> str:
        return self.url("key", row.key.code)

    def consequences(self, row: Any) -> list[str]:
        earlier = plan_withdrawal(row)
        if earlier is None:
            goes_on = _("No version takes its place: costs under this key stay unallocated in its time.")
        elif earlier.valid_until:
            goes_on = _("%(what)s goes on, and %(day)s is its last day.") % {
                "what": earlier,
                "day": date_format(last_day(earlier.valid_until)),
            }
        else:
            goes_on = _("%(what)s goes on, without an end.") % {"what": earlier}
        return [goes_on, *super().consequences(row)]


def _rules(version: KeyVersion | None) -> dict[str, Any]:
    if version is None:
        return {}
    return {
        "when_zero": version.when_zero,
        "base_amount": version.base_amount,
        "floor_percent": version.floor_percent,
        "cap_percent": version.cap_percent,
    }


def _row(component: Component) -> dict[str, Any]:
    return {
        "percent": component.percent,
        "kind": component.kind,
        "driver": component.driver_id,
        "rule": component.rule,
    }
