"""Whether the portal is well, for whoever watches over it."""

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe


@require_safe
@never_cache
def alive(request: HttpRequest) -> HttpResponse:
    """The web server answers; nothing else is asked: starting it anew would bring no database back."""
    return JsonResponse({"status": "ok"})
