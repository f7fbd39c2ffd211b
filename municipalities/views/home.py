"""The way in, and the sign of life."""

from django.contrib.auth.decorators import login_required
from django.db import OperationalError, connection
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from municipalities.models import Cooperation


@require_safe
@login_required
def home(request: HttpRequest) -> HttpResponse:
    """The overview of the only cooperation, a choice among several, or what to do without any.

    Who runs the installation is led to set up the first cooperation, or else to all of them.
    """
    found = list(Cooperation.objects.visible_to(request.user))
    if len(found) == 1:
        return redirect("overview", found[0].slug)
    if not found and request.user.is_superuser:
        return redirect("cooperations" if Cooperation.objects.exists() else "cooperation-add")
    return render(request, "municipalities/home.html", {"cooperations": found})


@require_safe
@never_cache
def health(request: HttpRequest) -> HttpResponse:
    """200 while the database answers, else 503; Redis may be down without the portal being so."""
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1")
    except OperationalError:
        return JsonResponse({"status": "the database does not answer"}, status=503)
    return JsonResponse({"status": "ok"})
