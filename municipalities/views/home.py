"""The way in."""

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_safe

from municipalities.models import Cooperation


@require_safe
@login_required
def home(request: HttpRequest) -> HttpResponse:
    """The overview of the only cooperation, a choice among several, or what to do without any."""
    found = list(Cooperation.objects.visible_to(request.user))
    if len(found) == 1:
        return redirect("overview", found[0].slug)
    return render(request, "municipalities/home.html", {"cooperations": found})
