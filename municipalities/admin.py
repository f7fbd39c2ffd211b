"""Repair of who takes part and where things run; the portal's pages are where the work is done."""

from typing import Any, ClassVar, cast

from django.contrib import admin, messages
from django.contrib.admin.helpers import ACTION_CHECKBOX_NAME
from django.contrib.admin.utils import unquote
from django.contrib.auth.admin import UserAdmin
from django.contrib.auth.forms import UserChangeForm
from django.core.exceptions import ValidationError
from django.db import IntegrityError, connection, models, transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from municipalities.actions import (
    check_role_removal,
    check_row,
    check_withdrawal,
    cooperation_id_of,
    delete_role,
    forget_person,
    lock_cooperation,
    refuse_strangers,
    remove_colleague,
    revoke_token,
    save_person,
    save_role,
    save_row,
    withdraw_row,
)
from municipalities.models import (
    Absence,
    Colleague,
    Cooperation,
    Driver,
    Link,
    Member,
    Municipality,
    Reading,
    Role,
    Site,
    Supplier,
    Token,
)
from municipalities.portal import SeenForm, refuse
from sharedict.accounts.forms import GivenPasswordForm, GivenSignInForm
from sharedict.accounts.models import User
from sharedict.accounts.signals import password_changed
from sharedict.common.days import AdminDayInput
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
            opts = self.opts
            page = reverse(f"admin:{opts.app_label}_{opts.model_name}_change", args=[object_id])
            return self._refused(request, error.messages, page)

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


class PersonForm(RowAdminForm, UserChangeForm):
    class Meta(UserChangeForm.Meta):
        model = User


@admin.register(User)
class PersonAdmin(RowAdmin, UserAdmin):
    """Here, above the accounts themselves, because people have roles.

    Nobody is removed, which would take away who did what: they are let in no more, or forgotten.
    """

    form = PersonForm
    add_form = GivenSignInForm
    change_password_form = GivenPasswordForm

    list_display = (
        "username",
        "email",
        "first_name",
        "last_name",
        "is_staff",
        "is_active",
        "is_demonstration",
    )
    list_filter = ("is_active", "is_staff", "is_superuser", "is_demonstration")
    list_select_related = True
    actions = ("forget",)
    readonly_fields = ("last_login", "date_joined")
    fieldsets = (
        *(UserAdmin.fieldsets or ()),
        (_("Demonstration"), {"fields": ("is_demonstration", "was")}),
    )

    def save_model(self, request: HttpRequest, obj: User, form: Any, change: bool) -> None:
        by = cast("User", request.user)
        save_person(user=obj, by=by, chosen=form.chosen() if change else None)

    @transaction.atomic
    def user_change_password(self, request: HttpRequest, id: str, form_url: str = "") -> HttpResponse:
        """The log says who gave it, as it does of one that somebody chooses."""
        person = self.get_object(request, id)
        answer: HttpResponse = super().user_change_password(request, id, form_url)
        if person and person.password != User.objects.get(pk=person.pk).password:
            password_changed.send(User, user=person, by=request.user)
        return answer

    def has_change_permission(self, request: HttpRequest, obj: User | None = None) -> bool:
        is_forgotten = obj is not None and obj.is_forgotten
        return not is_forgotten and super().has_change_permission(request, obj)

    def has_delete_permission(self, request: HttpRequest, obj: User | None = None) -> bool:
        return False

    @admin.action(description=_("Forget people, for good"), permissions=["forget"])
    def forget(self, request: HttpRequest, queryset: models.QuerySet[User]) -> HttpResponse | None:
        """What will happen, and when that is confirmed, it happens: to each of them, or to none."""
        told = [person for person in queryset if person.is_forgotten or person == request.user]
        if told:
            names = ", ".join(f"{person} ({person.username})" for person in told)
            taken = _("Choose again, without yourself and whoever is forgotten already: %(names)s.")
            self.message_user(request, taken % {"names": names}, messages.ERROR)
            return None
        if "confirmed" not in request.POST:
            context = {
                **self.admin_site.each_context(request),
                "title": _("Forget people, for good"),
                "people": queryset.prefetch_related("roles__cooperation", "roles__municipality"),
                "action_checkbox_name": ACTION_CHECKBOX_NAME,
            }
            return TemplateResponse(request, "municipalities/forget_people.html", context)
        by = cast("User", request.user)
        try:
            with transaction.atomic():
                count = len([forget_person(user=user, by=by) for user in queryset.order_by("pk")])
        except ValidationError as error:
            for message in error.messages:
                self.message_user(request, message, messages.ERROR)
        else:
            said = ngettext("%(count)d person is forgotten.", "%(count)d people are forgotten.", count)
            self.message_user(request, said % {"count": count})
        return None

    def has_forget_permission(self, request: HttpRequest) -> bool:
        return request.user.is_active and request.user.is_superuser


@admin.register(Cooperation)
class CooperationAdmin(RowAdmin):
    list_display = ("name", "slug", "currency", "charging", "shares_are_open", "is_demonstration")
    search_fields = ("name", "slug")
    fieldsets = (
        (None, {"fields": ("name", "slug", "is_demonstration", "was")}),
        (_("Who it is"), {"fields": ("organisation_number", "address")}),
        (_("How costs are shared"), {"fields": ("first_month", "year_starts_in", "shares_are_open")}),
        (_("How they are charged"), {"fields": ("currency", "charging", "payment_days")}),
    )

    def get_changeform_initial_data(self, request: HttpRequest) -> dict[str, Any]:
        this_month = timezone.localdate().replace(day=1)
        return {"first_month": this_month, **super().get_changeform_initial_data(request)}

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False  # what it was stands in the change log for good


@admin.register(Municipality)
class MunicipalityAdmin(RowAdmin):
    list_display = ("name", "country", "code", "county", "organisation_number", "successor", "merged_on")
    list_filter = ("country", "county")
    list_select_related = ("successor",)
    autocomplete_fields = ("successor",)
    search_fields = ("name", "=code", "official_name")

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> Any:
        """Statements, files and frozen facts name a municipality by its country and official code."""
        return ("country", "code") if obj else ()


@admin.register(Member)
class MemberAdmin(RowAdmin):
    list_display = ("municipality", "cooperation", "valid_from", "last_day")
    list_filter = ("cooperation",)
    list_select_related = ("municipality", "cooperation")
    search_fields = ("municipality__name", "=municipality__code")
    autocomplete_fields = ("municipality", "cooperation")


@admin.register(Role)
class RoleAdmin(RowAdmin):
    list_display = ("user", "kind", "municipality", "cooperation")
    list_filter = ("kind", "cooperation")
    list_select_related = ("user", "municipality", "cooperation")
    search_fields = ("user__username", "user__email", "user__last_name")
    autocomplete_fields = ("user", "municipality", "cooperation")

    def save_model(self, request: HttpRequest, obj: Role, form: Any, change: bool) -> None:
        save_role(role=obj, by=cast("User", request.user))

    def check_removal(self, row: Role) -> None:
        check_role_removal(row)

    def delete_model(self, request: HttpRequest, obj: Role) -> None:
        delete_role(role=obj, by=cast("User", request.user))


@admin.register(Token)
class TokenAdmin(RowAdmin):
    """Tokens are made in the portal, where their secret is shown; here they can be looked at and revoked.

    When one ends is said as it is made, and one that has ended stays so: nobody gives it more time.
    """

    list_display = ("name", "prefix", "cooperation", "expires_at", "last_used_at", "revoked_at")
    list_filter = ("cooperation",)
    list_select_related = ("cooperation",)
    search_fields = ("name", "prefix")
    autocomplete_fields = ("cooperation", "created_by")
    exclude = ("secret_hash",)
    readonly_fields = (
        *("prefix", "cooperation", "scopes", "created_by", "created_at", "expires_at"),
        *("last_used_at", "revoked_at"),
    )
    actions = ("revoke",)

    @admin.action(description=_("Revoke tokens"), permissions=["change"])
    def revoke(self, request: HttpRequest, queryset: models.QuerySet[Token]) -> None:
        by = cast("User", request.user)
        with transaction.atomic():
            for token in queryset.order_by("cooperation_id", "pk"):
                revoke_token(token=token, by=by)
        self.message_user(request, _("They are revoked."))

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False


@admin.register(Driver)
class DriverAdmin(RowAdmin):
    list_display = ("name", "code", "unit", "cooperation", "retired_on")
    list_filter = ("cooperation",)
    list_select_related = ("cooperation",)
    search_fields = ("name", "code")
    autocomplete_fields = ("cooperation",)


@admin.register(Reading)
class ReadingAdmin(RowAdmin):
    list_display = ("driver", "municipality", "reference_on", "value", "source", "cooperation")
    list_filter = ("driver",)
    list_select_related = ("driver", "municipality", "cooperation")
    date_hierarchy = "reference_on"
    search_fields = ("municipality__name", "=municipality__code", "source")
    autocomplete_fields = ("driver", "municipality", "cooperation")


@admin.register(Site)
class SiteAdmin(RowAdmin):
    list_display = ("name", "kind", "municipality", "cooperation", "valid_from", "last_day")
    list_filter = ("cooperation", "kind")
    list_select_related = ("municipality", "cooperation")
    search_fields = ("name",)
    autocomplete_fields = ("municipality", "cooperation", "mirrors")


@admin.register(Link)
class LinkAdmin(RowAdmin):
    list_display = ("name", "kind", "site", "other_site", "outside", "mbps", "cooperation")
    list_filter = ("cooperation", "kind")
    list_select_related = ("site", "other_site", "cooperation")
    search_fields = ("name", "supplier__name", "outside")
    autocomplete_fields = ("site", "other_site", "supplier", "routed_by", "cooperation")


@admin.register(Supplier)
class SupplierAdmin(RowAdmin):
    list_display = ("name", "contact", "cooperation")
    list_filter = ("cooperation",)
    list_select_related = ("cooperation",)
    search_fields = ("name",)
    autocomplete_fields = ("cooperation",)


@admin.register(Colleague)
class ColleagueAdmin(RowAdmin):
    """One who was forgotten stays so: there is nothing to change."""

    list_display = ("name", "municipality", "work", "cooperation", "valid_from", "last_day")
    list_filter = ("cooperation",)
    list_select_related = ("municipality", "cooperation")
    search_fields = ("name", "work")
    autocomplete_fields = ("cooperation", "municipality", "user")

    def has_change_permission(self, request: HttpRequest, obj: Colleague | None = None) -> bool:
        is_forgotten = obj is not None and obj.forgotten_at is not None
        return not is_forgotten and super().has_change_permission(request, obj)

    def delete_model(self, request: HttpRequest, obj: Colleague) -> None:
        remove_colleague(colleague=obj, by=request.user)


@admin.register(Absence)
class AbsenceAdmin(RowAdmin):
    list_display = ("colleague", "cooperation", "valid_from", "last_day")
    list_filter = ("cooperation",)
    list_select_related = ("colleague", "cooperation")
    search_fields = ("colleague__name",)
    autocomplete_fields = ("cooperation", "colleague")
