from django.contrib import admin
from django.contrib.auth.admin import UserAdmin
from django.utils.translation import gettext_lazy as _

from sharedict.accounts.models import SignInFailure, User


@admin.register(User)
class PersonAdmin(UserAdmin):
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
    fieldsets = (*(UserAdmin.fieldsets or ()), (_("Demonstration"), {"fields": ("is_demonstration",)}))


@admin.register(SignInFailure)
class SignInFailureAdmin(admin.ModelAdmin):
    """To let somebody try again at once, delete their rows."""

    list_display = ("at", "username", "address")
    search_fields = ("username", "address")
    ordering = ("-at",)

    def has_add_permission(self, request: object) -> bool:
        return False

    def has_change_permission(self, request: object, obj: object = None) -> bool:
        return False
