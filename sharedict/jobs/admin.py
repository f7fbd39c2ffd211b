from typing import Any

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from sharedict.jobs.actions import retry
from sharedict.jobs.models import Job


@admin.register(Job)
class JobAdmin(admin.ModelAdmin):
    """To be read; a failed job can be queued once more."""

    list_display = ("id", "kind", "cooperation", "state", "attempts", "created_at", "finished_at", "error")
    list_filter = ("state", "kind", "cooperation")
    list_select_related = ("cooperation", "created_by")
    search_fields = ("=id", "kind", "error")
    actions = ("retry_failed",)

    @admin.action(description=_("Try failed jobs again"), permissions=["view"])
    def retry_failed(self, request: HttpRequest, queryset: QuerySet[Job]) -> None:
        failed = list(queryset.filter(state=Job.State.FAILED))
        for job in failed:
            retry(job=job)
        said = ngettext("%(count)d job is queued again.", "%(count)d jobs are queued again.", len(failed))
        self.message_user(request, said % {"count": len(failed)})

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False
