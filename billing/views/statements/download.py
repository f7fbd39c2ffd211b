"""What a municipality is shown for a month, as files."""

from typing import Any

from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase, StreamingHttpResponse

from billing.documents.csv import statement_csv
from billing.documents.xlsx import statement_xlsx
from billing.models import LateChange
from billing.reports import (
    key_names,
    whys,
    whys_corrected,
)
from billing.views.files import CSV, XLSX, attachment
from billing.views.statements.base import StatementBase
from municipalities.portal import banner_of
from sharedict.common.csv_forms import form_of, remember_form


class StatementFile(StatementBase):
    """The statement as CSV or XLSX: the same figures, from the same run."""

    def get(self, request: HttpRequest, **kwargs: Any) -> HttpResponseBase:
        kind = self.kwargs["kind"]
        response: HttpResponseBase
        if kind == "csv":
            lines = statement_csv(self.statement, form_of(request), banner=banner_of(self.cooperation))
            response = StreamingHttpResponse(lines, content_type=CSV)
            remember_form(request, response)
        elif kind == "xlsx":
            state = str(self.period.get_state_display())
            book = statement_xlsx(
                self.statement,
                state,
                whys(self.period, self.key),
                whys_corrected(self.period, self.key),
                {code: str(words) for code, words in LateChange.Cause.choices},
                key_names(self.period),
                banner=banner_of(self.cooperation),
            )
            response = HttpResponse(book, content_type=XLSX)
        else:
            raise Http404
        return attachment(response, f"{self.cooperation.slug}-{self.month}-{self.key}.{kind}")
