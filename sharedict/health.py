"""Whether the portal is alive, and whether it is ready, for whoever watches over it."""

import datetime as dt

from django.db import DatabaseError, connection
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from sharedict.common.sight import everything, seeing
from sharedict.jobs.models import Job
from sharedict.jobs.wake import answers, was_swept

LONGEST_WAIT = dt.timedelta(minutes=10)
"""A job that could be done and has waited for longer is one that nobody does."""

OK = "ok"


@require_safe
@never_cache
def alive(request: HttpRequest) -> HttpResponse:
    """The web server answers; nothing else is asked: starting it anew would bring no database back."""
    return JsonResponse({"status": OK})


@require_safe
@never_cache
def ready(request: HttpRequest) -> HttpResponse:
    """200 when all that the portal stands on is well, else 503 and what is not."""
    found = findings()
    is_well = set(found.values()) == {OK}
    return JsonResponse({"status": OK if is_well else "not ready", **found}, status=200 if is_well else 503)


def findings() -> dict[str, str]:
    """All that the portal stands on, each with ``ok`` or what is not."""
    found = {"database": OK, "redis": OK if answers() else "does not answer"}
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1")
        with seeing(everything("readiness", is_routine=True)):
            waiting = Job.objects.oldest_waiting(timezone.now())
            at_work = Job.objects.any_at_work()
        found["worker"] = OK if was_swept() or at_work else "has not been seen"
        found["jobs"] = OK if waiting is None or waiting < LONGEST_WAIT else "wait for too long"
    except DatabaseError:
        found["database"] = "does not answer"
    return found
