"""People: their accounts, their roles, and the tokens of a cooperation's programs."""

from typing import Any, cast

from django.contrib import admin, messages
from django.contrib.admin.helpers import ACTION_CHECKBOX_NAME
from django.contrib.auth.admin import UserAdmin
from django.contrib.auth.forms import UserChangeForm
from django.core.exceptions import ValidationError
from django.db import models, transaction
from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from municipalities.actions import (
    check_role_removal,
    delete_role,
    forget_person,
    revoke_token,
    save_person,
    save_role,
)
from municipalities.admin.rows import RowAdmin, RowAdminForm
from municipalities.models import Role, Token
from sharedict.accounts.forms import GivenPasswordForm, GivenSignInForm
from sharedict.accounts.models import User
from sharedict.accounts.signals import password_changed


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
