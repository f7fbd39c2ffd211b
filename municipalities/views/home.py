"""The way in."""

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
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
