"""How every row is repaired under ``/system/``: by the same actions as in the portal."""

from typing import Any, ClassVar

from django.contrib import admin, messages
from django.contrib.admin.utils import unquote
from django.contrib.admin.widgets import AdminSplitDateTime
from django.core.exceptions import ValidationError
from django.db import IntegrityError, connection, models, transaction
from django.db.models import ProtectedError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from municipalities.actions import (
    check_row,
    check_withdrawal,
    cooperation_id_of,
    lock_cooperation,
    refuse_strangers,
    save_row,
    withdraw_row,
)
from municipalities.portal import SeenForm, refuse, used_by
from sharedict.common.days import AdminDayInput
from sharedict.common.instants import AdminMomentField
from sharedict.common.numbers import CountField, NumberField, NumberInput


class RowAdminForm(SeenForm):
    """Refuses a row that refers to something of another cooperation, or that an app above refuses."""

    def _post_clean(self) -> None:
        super()._post_clean()  # type: ignore[misc]
        if self.errors:
            return
        try:
            refuse_strangers(self.instance)
            check_row(self.instance)
        except ValidationError as error:
            refuse(self, error)


class RowAdmin(admin.ModelAdmin):
    """Rows are saved by the same action as in the portal: validated, logged, and announced."""

    form = RowAdminForm
    formfield_overrides: ClassVar[Any] = {
        models.DateField: {"widget": AdminDayInput},
        models.DateTimeField: {"form_class": AdminMomentField, "widget": AdminSplitDateTime},
        models.DecimalField: {"form_class": NumberField},
        models.IntegerField: {"form_class": CountField, "widget": NumberInput(inputmode="numeric")},
    }
    list_select_related: ClassVar[bool | list[str] | tuple[str, ...]] = True
    actions: Any = None  # removing many at once would go past the change log

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> Any:
        """A row stays in its cooperation: what refers to it stands there."""
        names = super().get_readonly_fields(request, obj)
        is_owned = obj is not None and any(field.name == "cooperation" for field in obj._meta.fields)
        return [*dict.fromkeys([*names, "cooperation"])] if is_owned else names

    def changeform_view(
        self,
        request: HttpRequest,
        object_id: str | None = None,
        form_url: str = "",
        extra_context: dict[str, Any] | None = None,
    ) -> Any:
        """The form again, with the reason, where the action refuses what the form had let through.

        Somebody else has then saved something in between.
        """
        try:
            with transaction.atomic():
                return super().changeform_view(request, object_id, form_url, extra_context)
        except ValidationError as error:
            return self._refused(request, error.messages)
        except IntegrityError:
            return self._refused(
                request, [str(_("Somebody has saved the same meanwhile: look at it first."))]
            )

    def delete_view(
        self, request: HttpRequest, object_id: str, extra_context: dict[str, Any] | None = None
    ) -> Any:
        """As in the portal: what closed months were computed with stays, which is said before it is asked."""
        found = self.get_object(request, unquote(object_id))
        try:
            if found is not None:
                self.check_removal(found)
            with transaction.atomic():
                return super().delete_view(request, object_id, extra_context)
        except ValidationError as error:
            said = error.messages
        except ProtectedError as error:
            said = [used_by(error)]
        except IntegrityError:
            said = [str(_("Somebody has saved the same meanwhile: look at it first."))]
        page = reverse(f"admin:{self.opts.app_label}_{self.opts.model_name}_change", args=[object_id])
        return self._refused(request, said, page)

    def check_removal(self, row: Any) -> None:
        """Raises ValidationError where ``row`` stays, whoever wants it away."""
        check_withdrawal(row)

    def _refused(self, request: HttpRequest, said: list[str], page: str = "") -> HttpResponse:
        for message in said:
            self.message_user(request, message, messages.ERROR)
        return redirect(page or request.get_full_path())

    def get_object(self, request: HttpRequest, object_id: str, from_field: str | None = None) -> Any:
        """To be changed, it is read under a lock: what the form lets through is then saved as it was read."""
        found = super().get_object(request, object_id, from_field)
        cooperation_id = cooperation_id_of(found) if found else None
        if cooperation_id is None or request.method != "POST" or not connection.in_atomic_block:
            return found
        lock_cooperation(cooperation_id)
        return super().get_object(request, object_id, from_field)

    def save_model(self, request: HttpRequest, obj: Any, form: Any, change: bool) -> None:
        save_row(row=obj, by=request.user, chosen=form.chosen())

    def delete_model(self, request: HttpRequest, obj: Any) -> None:
        withdraw_row(row=obj, by=request.user)
