from django.contrib import admin

from sharedict.accounts.models import SignInFailure


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
