"""Versions of a key: adopted, and mended or taken away where nothing closed used them."""

import datetime as dt
from collections.abc import Sequence
from functools import cached_property
from typing import Any

from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.utils.translation import gettext as _

from agreements.actions import (
    ComponentDraft,
    adopt_key_version,
    change_key_version,
    describe,
    plan_key_change,
    plan_key_version,
    plan_withdrawal,
    planned_fact,
    withdraw_key_version,
)
from agreements.forms import (
    ComponentFormSet,
    FixedPartsForm,
    KeyVersionForm,
)
from agreements.models import Component, Key, KeyVersion
from agreements.snapshots import key_fact
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


class KeyVersionPage(EffectMixin):
    """A version: columns, components in rows, and their fixed parts. All of it is saved, or nothing."""

    def version(self) -> KeyVersion:
        """The one that the form is about."""
        raise NotImplementedError

    def basis(self, version: KeyVersion) -> KeyVersion | None:
        """The one that the form is filled in from."""
        raise NotImplementedError

    def initial(self, basis: KeyVersion | None) -> dict[str, Any]:
        """What is filled in beside what ``version`` says itself."""
        return {}

    def plan(self, form: KeyVersionForm, components: Sequence[ComponentDraft]) -> list[Change]:
        """What saving would do; raises ValidationError for what it refuses."""
        raise NotImplementedError

    def save(self, form: KeyVersionForm, components: Sequence[ComponentDraft]) -> str:
        """The action; what is said of it."""
        raise NotImplementedError

    def texts(self, version: KeyVersion) -> dict[str, Any]:
        raise NotImplementedError

    def get(self, request: HttpRequest, **kwargs: Any) -> HttpResponse:
        return self.show(*self.forms(self.version()))

    def post(self, request: HttpRequest, **kwargs: Any) -> HttpResponse:
        version = self.version()
        form, rows, fixed = self.forms(version, request.POST)
        if not all([form.is_valid(), rows.is_valid(), fixed.is_valid()]):
            return self.show(form, rows, fixed, 422)
        components = rows.drafts(fixed.parts())
        try:
            if not self.is_told(self.plan(form, components)):
                return self.show(form, rows, fixed)
            with transaction.atomic():
                said = self.save(form, components)
        except ValidationError as error:
            wrong = error.error_dict.pop("components", []) if hasattr(error, "error_dict") else []
            rows.non_form_errors().extend(wrong)
            refuse(form, error)
            return self.show(form, rows, fixed, 422)
        except IntegrityError:
            form.add_error(None, _("Somebody else saved something that stands in the way: try again."))
            return self.show(form, rows, fixed, 409)
        self.say(said)
        return redirect(self.url("key", version.key.code))

    def forms(self, version: KeyVersion, data: Any = None) -> tuple[Any, Any, Any]:
        """The version, its components and its fixed parts."""
        today, basis = timezone.localdate(), self.basis(version)
        components = list(basis.components.all()) if basis else []
        parts = [part for component in components for part in component.fixed_parts.all()]
        members = Municipality.objects.members_of(self.cooperation, today, dt.date.max)
        places = {place.pk: place for place in [*members, *(part.municipality for part in parts)]}
        used = [component.driver_id for component in components] if version.pk else []
        form = KeyVersionForm(
            data, cooperation=self.cooperation, instance=version, initial=self.initial(basis)
        )
        rows = ComponentFormSet(
            data,
            prefix="components",
            form_kwargs={"cooperation": self.cooperation, "used": used},
            # only to be shown: a row that is sent as it was shown must not count as left empty
            initial=None if data else [_row(component) for component in components],
        )
        fixed = FixedPartsForm(
            data,
            places=sorted(places.values(), key=str),
            initial={f"part_{part.municipality.key}": part.percent for part in parts},
        )
        return form, rows, fixed

    def show(self, form: Any, rows: Any, fixed: Any, status: int = 200) -> HttpResponse:
        key = form.instance.key
        context = {
            "key": key,
            "form": form,
            "rows": rows,
            "fixed": fixed,
            "effect": self.effect,
            "preview": self.preview,
            "may_show": may_preview(form.instance),
            "cancel_url": self.url("key", key.code),
            **self.texts(form.instance),
        }
        return self.page("agreements/key_version_form.html", context, status)


class KeyVersionAdd(ByCode, KeyVersionPage):
    """A new version, filled in from the one before it."""

    def version(self) -> KeyVersion:
        return KeyVersion(key=self.row())

    def basis(self, version: KeyVersion) -> KeyVersion | None:
        return version.key.versions.for_listing().order_by("-valid_from").first()

    def initial(self, basis: KeyVersion | None) -> dict[str, Any]:
        return {"valid_from": next_month(timezone.localdate()), **_rules(basis)}

    def plan(self, form: KeyVersionForm, components: Sequence[ComponentDraft]) -> list[Change]:
        latest, planned = plan_key_version(**self.told(form, components))
        ended = [Change(stored(latest), latest)] if latest else []
        return [*ended, Change(None, planned, parts=planned_fact(planned, components))]

    def save(self, form: KeyVersionForm, components: Sequence[ComponentDraft]) -> str:
        version = adopt_key_version(by=self.request.user, **self.told(form, components))
        return _("%(what)s is adopted.") % {"what": version}

    def told(self, form: KeyVersionForm, components: Sequence[ComponentDraft]) -> dict[str, Any]:
        return {"key": form.instance.key, "components": components, **form.cleaned_data}

    def texts(self, version: KeyVersion) -> dict[str, Any]:
        return {
            "title": _("New version of %(key)s") % {"key": version.key},
            "lead": _(
                "What the key says from a day on, and who decided it. The months before that day keep the "
                "version they had."
            ),
            "submit_label": _("Adopt the version"),
        }


class KeyVersionChange(RowMixin, KeyVersionPage):
    """A version that was written wrong is mended where it stands, unless a closed month was computed with it.

    ``parts_seen`` travels with the form: what the version divided by when it was shown.
    """

    model = KeyVersion

    @cached_property
    def divides_by(self) -> str:
        """What the components are by now, in words."""
        return describe(self.row())

    def get(self, request: HttpRequest, **kwargs: Any) -> HttpResponse:
        version = self.version()
        if why := KeyVersionWithdraw.why_kept(version):
            return self.show_refusal(version, why, 200)
        return super().get(request, **kwargs)

    def post(self, request: HttpRequest, **kwargs: Any) -> HttpResponse:
        version = self.version()
        if why := KeyVersionWithdraw.why_kept(version):
            return self.show_refusal(version, why, 409)
        return super().post(request, **kwargs)

    def version(self) -> KeyVersion:
        found: KeyVersion = self.row()
        return found

    def basis(self, version: KeyVersion) -> KeyVersion | None:
        return version

    def plan(self, form: KeyVersionForm, components: Sequence[ComponentDraft]) -> list[Change]:
        version: KeyVersion = form.instance
        if self.request.POST.get("parts_seen", self.divides_by) != self.divides_by:
            said = _("Somebody has changed this to “%(value)s” meanwhile. Save again to write yours instead.")
            raise ValidationError({"components": said % {"value": self.divides_by}})
        earlier = plan_key_change(version=version, components=components)
        planned = planned_fact(version, components)
        parts = () if planned.components == key_fact(version).components else ("components",)
        ends = [Change(stored(earlier), earlier)] if earlier else []
        return [*ends, Change(stored(version), version, more=parts, parts=planned)]

    def save(self, form: KeyVersionForm, components: Sequence[ComponentDraft]) -> str:
        change_key_version(version=form.instance, components=components, by=self.request.user)
        return _("%(what)s is changed.") % {"what": form.instance}

    def texts(self, version: KeyVersion) -> dict[str, Any]:
        return {
            "title": _("Change %(what)s") % {"what": version},
            "lead": _(
                "For what was written wrong: no closed month was computed with it. What is decided anew is a "
                "new version."
            ),
            "submit_label": _("Save the version"),
            "parts_seen": self.divides_by,
        }

    def show_refusal(self, version: KeyVersion, why: str, status: int) -> HttpResponse:
        context = {
            "title": _("%(what)s cannot be changed") % {"what": version},
            "lead": why,
            "cancel_url": self.url("key", version.key.code),
        }
        return self.page("components/confirm_page.html", context, status)


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
