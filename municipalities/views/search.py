"""One box for everything: a page that works as any other, faster with the keyboard."""

from typing import Any
from urllib.parse import urlencode

from django.http import HttpRequest, HttpResponse

from municipalities.portal import FEW, MOST, CooperationPage, Group, search, search_kinds
from sharedict.common.searching import LONGEST, MOST_WORDS, typed


class Search(CooperationPage):
    """What fits ``?q=``, grouped by kind, the best first; with ``?kind=`` more of one kind alone."""

    def get(self, request: HttpRequest, **kwargs: Any) -> HttpResponse:
        said, kind = request.GET.get("q", ""), search_kinds().get(request.GET.get("kind", ""))
        asked = typed(said)
        groups = search(
            asked,
            self.viewer,
            cooperation=self.cooperation,
            kinds=[kind.name] if kind else (),
            most=MOST if kind else FEW,
        )
        return self.page(
            "municipalities/search.html",
            {
                "said": " ".join(said.replace("\x00", " ").split())[:LONGEST],
                "asked": asked,
                "groups": [self.shown(group, said[:LONGEST]) for group in groups],
                "kind": kind,
                "total": sum(group.total for group in groups),
                "all_url": f"?{urlencode({'q': said[:LONGEST]})}",
                "longest": LONGEST,
                "most_words": MOST_WORDS,
            },
        )

    def shown(self, group: Group, said: str) -> dict[str, Any]:
        return {
            "title": group.kind.many,
            "total": group.total,
            "shown": len(group.results),
            "all_url": f"?{urlencode({'q': said, 'kind': group.kind.name})}",
            "results": [
                {"found": found, "url": group.kind.address(found, self.rights)} for found in group.results
            ],
        }
