"""A statement as PDF: made when it is first asked for, and kept."""

from typing import Any

from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from agreements.models import Component
from billing.actions import keep_paper
from billing.documents.pdf import Beside, Payer, statement_pdf
from billing.engine.overview import percent_of
from billing.engine.statement import Statement
from billing.models import Paper
from billing.models import Statement as StatementRow
from billing.reports import totals_by_month, ways_of_month
from billing.reports.rows import minor_of
from billing.views.files import attachment
from billing.views.openings import causes_of, opening_of_statement
from billing.views.statements import StatementPage
from municipalities.portal import banner_of
from sharedict.common.figures import aligned
from sharedict.common.moments import sight_of_visitor
from sharedict.common.sight import seeing
from sharedict.kernel.periods import Month

PDF = "application/pdf"


class StatementPaper(StatementPage):
    """The PDF of a statement that was issued; in each language the same bytes for whoever asks, for ever.

    So it tells of others what members may see of each other, whatever else its reader may.
    """

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
        return self.file(kept)

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
        self.made = statement_pdf(self.statement, self.beside(self.statement))
        return HttpResponse()

    @property
    def language(self) -> str:
        return get_language() or "en"

    def file(self, content: bytes) -> HttpResponse:
        name = f"{self.cooperation.slug}-{self.month}-{self.key}-{self.language}.pdf"
        response = HttpResponse(content, content_type=PDF)
        attachment(response, name)
        return response

    def beside(self, statement: Statement) -> Beside:
        found = causes_of(statement)
        return Beside(
            changed=changed_in_words(statement),
            causes=[(row["name"], row["minor"]) for row in found.get("rows", ())],
            months=self.months(statement),
            payers=self.payers(statement),
            ways=ways_of_month(self.period, self.key),
            rules={str(code): str(words) for code, words in Component.Rule.choices},
            left=self.left(),
            banner=banner_of(self.cooperation),
        )

    def months(self, statement: Statement) -> dict[Month, int]:
        amounts = self.year_amounts()
        return amounts if sum(amounts.values()) == statement.year_minor else {}

    def payers(self, statement: Statement) -> list[Payer]:
        """The statement's own, then the others by what they pay; as one where members may not see them."""
        own = Payer(statement.name, statement.total_minor)
        if self.cooperation.shares_are_open:
            pk = self.period.current_run_id or 0
            rows = totals_by_month(self.viewer, [pk])[pk]
            others = [Payer(*each) for key, each in rows.items() if key != self.key]
            return [own, *sorted(others, key=lambda payer: (-payer.minor, payer.name))]
        run = self.period.current_run
        others_minor = (minor_of(run.shared) if run else 0) - statement.total_minor
        return [own, Payer(_("The others together"), others_minor)]


def changed_in_words(statement: Statement) -> tuple[str, str]:
    """What changed since the month before, in bold, and by how much of it; else what there is to say."""
    found = causes_of(statement)
    if found:
        share = percent_of(statement.change_minor, abs(statement.before_minor))
        sign = "+" if share and share > 0 else ""
        return found["title"], f"({sign}{aligned(share, 1)})" if share else ""
    sentences = opening_of_statement(statement)["sentences"]
    bold = sentences[0].get("bold", "")
    plain = [
        sentences[0]["text"],
        *(f"{each.get('bold', '')} {each['text']}".strip() for each in sentences[1:]),
    ]
    return bold, " ".join(plain)
