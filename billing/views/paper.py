"""A statement as PDF: kept since its month closed, or made when it is first asked for."""

from typing import Any

from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.utils.translation import get_language

from billing.actions import keep_paper
from billing.models import Paper
from billing.models import Statement as StatementRow
from billing.views.files import attachment
from billing.views.printing import MonthOnPaper
from billing.views.statements import StatementPage
from sharedict.common.moments import sight_of_visitor
from sharedict.common.sight import seeing

PDF = "application/pdf"


class StatementPaper(StatementPage):
    """The PDF of a statement that was issued; in each language the same bytes for whoever asks, for ever."""

    made: bytes | None = None
    issued: StatementRow

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        response = super().dispatch(request, *args, **kwargs)
        if self.made is None:
            return response
        # What is read in one moment can write nothing: it is kept afterwards.
        with seeing(sight_of_visitor(request)):
            kept = keep_paper(
                statement=self.issued,
                language=self.language,
                tells_others=self.cooperation.shares_are_open,
                content=self.made,
            )
        return self.file(kept.content)

    def get(self, request: HttpRequest, **kwargs: Any) -> HttpResponse:
        if self.total_row is None or not self.period.is_closed:
            raise Http404
        self.issued = StatementRow.objects.get(
            run=self.total_row.run_id, municipality=self.total_row.municipality_id
        )
        kept = Paper.objects.filter(
            statement=self.issued, language=self.language, tells_others=self.cooperation.shares_are_open
        ).first()
        if kept:
            return self.file(kept.content)
        month = MonthOnPaper(self.period, self.calendar, self.viewer)
        self.made = month.set(self.statement, self.year_amounts())
        return HttpResponse()

    @property
    def language(self) -> str:
        return get_language() or "en"

    def file(self, content: bytes) -> HttpResponse:
        name = f"{self.cooperation.slug}-{self.month}-{self.key}-{self.language}.pdf"
        response = HttpResponse(content, content_type=PDF)
        attachment(response, name)
        return response
