"""What is sent compressed: the text of pages, of answers of the API, and of static files.

Files that people save are sent as they are: most are compressed already, and the year of a nation would take
longer to compress than to read. Compressing pages tells nothing of the secrets in them: Django masks a form's
token anew in each answer, and ``GZipMiddleware`` adds a random length, which is what BREACH measures.
"""

from django.http import HttpRequest, HttpResponseBase
from django.middleware.gzip import GZipMiddleware

TEXTS = frozenset(
    {
        "application/javascript",
        "application/json",
        "application/problem+json",
        "application/vnd.oai.openapi",
        "image/svg+xml",
        "text/css",
        "text/html",
        "text/javascript",
    }
)


class CompressedTexts(GZipMiddleware):
    """Middleware: compresses whole answers of a kind that gets shorter, for who can read that."""

    def process_response(self, request: HttpRequest, response: HttpResponseBase) -> HttpResponseBase:
        kind = response.headers.get("Content-Type", "").partition(";")[0].strip().lower()
        is_whole = response.status_code != 206
        return super().process_response(request, response) if kind in TEXTS and is_whole else response
