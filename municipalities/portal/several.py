"""Pages that change several rows of a list at once: chosen, looked at, and saved together or not at all.

Each row goes through the form and the action of the page that changes it alone, so nothing is allowed here
that is refused there.
"""

import hashlib
from collections.abc import Sequence
from copy import copy
from dataclasses import dataclass, field
from typing import Any, ClassVar

import django_tables2
from django import forms
from django.core.exceptions import ValidationError
from django.db import IntegrityError, models, transaction
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect
from django.utils.html import format_html
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from municipalities.actions import value_in_words
from municipalities.portal.beside import is_valid
from municipalities.portal.columns import CHOSEN, query_without
from municipalities.portal.effect_pages import EffectMixin, is_fact
from municipalities.portal.forms import refuse
from municipalities.portal.hooks import Change
from municipalities.portal.lists import ListPage
from municipalities.portal.steps import ChangePage
from municipalities.portal.words import told
from sharedict.common.figures import NOTHING, count

MOST_ROWS = 100
"""So many rows are changed at once: each is checked as if it were changed alone."""
FEW_ROWS = 20
"""Of more of them the amounts of each municipality are only computed where somebody asks for them."""


class ChosenColumn(django_tables2.Column):  # type: ignore[misc]
    """A box that chooses the row, which is ``ticked`` where its table says so."""

    def __init__(self) -> None:
        super().__init__(
            gettext_lazy("Choose"), accessor="pk", orderable=False, attrs={"td": {"class": "sd-pick"}}
        )

    def render(self, record: Any, table: Any) -> str:
        ticked = " checked" if record.pk in table.ticked else ""
        return format_html(
            '<label><input type="checkbox" class="form-check-input" name="row" value="{}" aria-label="{}"{}>'
            ' <span class="sd-card-only">{}</span></label>',
            record.pk,
            record,
            ticked,
            record,
        )


class SetForm(forms.Form):
    """The fields that may be set, as the form of one row has them; only those ``ticked`` are looked at."""

    use_required_attribute = False

    def __init__(self, data: Any, *, single: Any, names: Sequence[str], ticked: Sequence[str]) -> None:
        super().__init__(data, prefix="to", label_suffix="")
        self.ticked = ticked
        for name in names:
            self.fields[name] = single.fields[name]

    def clean(self) -> dict[str, Any]:
        for name in [*self.errors]:
            if name not in self.ticked:
                del self.errors[name]
        return self.cleaned_data

    def parts(self) -> list[tuple[Any, bool]]:
        """Each field, and whether it is ticked."""
        return [(self[name], name in self.ticked) for name in self.fields]


@dataclass(slots=True)
class PlannedRow:
    """What would become of one row: (field, before, after) of what differs, or (field, fault)."""

    row: models.Model
    form: Any
    seen: str
    changes: list[tuple[str, str, str]] = field(default_factory=list)
    faults: list[tuple[str, str]] = field(default_factory=list)

    @property
    def is_moving(self) -> bool:
        return bool(self.changes) and not self.faults


class SeveralPage(EffectMixin):
    """Sets ``fields`` of chosen rows of ``list_page``, whose address this page takes the filter of.

    ``change_page`` changes one of them. ``list_name`` is where it goes back to.
    """

    list_page: ClassVar[type[ListPage]]
    change_page: ClassVar[type[ChangePage]]
    list_name: ClassVar[str]
    fields: ClassVar[tuple[str, ...]]
    template_name = "components/several.html"

    def get(self, request: HttpRequest, **kwargs: Any) -> HttpResponse:
        return self.choose(self.set_form(None, ()), frozenset(), self.filter_problem())

    def post(self, request: HttpRequest, **kwargs: Any) -> HttpResponse:
        ticked = [name for name in self.fields if name in request.POST.getlist("set")]
        form, pks = self.set_form(request.POST, ticked), self.chosen_keys()
        if request.POST.get("step") == "choose":
            return self.choose(form, frozenset(pks))
        if problem := self.problem_with(pks, ticked):
            return self.choose(form, frozenset(pks[:MOST_ROWS]), problem)
        if not form.is_valid():
            return self.choose(form, frozenset(pks), _("Mend first what is to be set."))
        rows = list(self.rows().filter(pk__in=pks))
        plan = [self.planned(row, ticked) for row in rows]
        missing = len(pks) - len(rows)
        is_saving = request.POST.get("step") == "save" or self.is_asked_to_show
        if is_saving and not missing and self.is_settled(plan) and self.save(plan):
            return self.done(plan)
        if not is_saving:
            self.is_known_of(plan)
        is_refused = is_saving and any(each.faults for each in plan)
        return self.look(plan, ticked, missing, 422 if is_refused else 200)

    def listed(self) -> ListPage:
        """The list itself, as whoever asks may see it."""
        page = self.list_page()
        page.setup(self.request)
        page.enter(self.cooperation)
        return page

    def rows(self) -> Any:
        manager: Any = self.list_page.model._default_manager
        return manager.visible_to(self.request.user).of(self.cooperation).for_listing()

    def chosen_keys(self) -> list[int]:
        """Those that were ticked, or all that the filter finds; of too many only one too many."""
        if "all" in self.request.POST:
            if self.filter_problem():
                return []
            found, _filter = self.listed().narrowed(self.request.GET)
            return [*found.order_by("pk").values_list("pk", flat=True)[: MOST_ROWS + 1]]
        said = dict.fromkeys(self.request.POST.getlist("row")[: MOST_ROWS + 1])
        return [int(text) for text in said if text.isascii() and text.isdigit() and len(text) < 19]

    def filter_problem(self) -> str:
        """What is wrong where the filter cannot be read: the list would find rows that nobody asked for."""
        _rows, found = self.listed().narrowed(self.request.GET)
        return "" if is_valid(found) else _("The filter of the list cannot be read: go back and mend it.")

    def problem_with(self, pks: Sequence[int], ticked: Sequence[str]) -> str:
        if problem := self.filter_problem():
            return problem
        if not pks:
            return _("Choose at least one row.")
        if len(pks) > MOST_ROWS:
            said = _("At most %(most)d rows are changed at once: narrow the list, or choose fewer.")
            return said % {"most": MOST_ROWS}
        return "" if ticked else _("Tick at least one field that is to be set.")

    def set_form(self, data: Any, ticked: Sequence[str]) -> SetForm:
        return SetForm(data, single=self.single(), names=self.fields, ticked=ticked)

    def single(self, data: Any = None, row: Any = None) -> Any:
        """The form of one row, as the page that changes it has it."""
        form_class: Any = self.change_page.form_class
        more = {} if row is None else {"instance": row}
        return form_class(data, cooperation=self.cooperation, **more)

    def changing(self) -> ChangePage:
        """The page that changes one row: what it checks and how it saves."""
        page = self.change_page()
        page.setup(self.request)
        page.enter(self.cooperation)
        return page

    def planned(self, row: Any, ticked: Sequence[str]) -> PlannedRow:
        """What setting the ticked fields does to ``row``, checked as its own page would check it."""
        shown = self.single(row=row)
        form = self.single(self.sent(shown, ticked), copy(row))
        plan = PlannedRow(row, form, hashlib.sha256(shown.initial["was"].encode()).hexdigest()[:16])
        before = {name: _value(row, name) for name in ticked}
        if form.is_valid():
            try:
                self.changing().check(form.instance)
            except ValidationError as error:
                refuse(form, error)
        plan.faults = faults_of(form)
        for name in ticked if form.is_valid() else ():
            key, words = _value(form.instance, name, form.cleaned_data[name])
            if key != before[name][0]:
                plan.changes.append((str(form.fields[name].label), before[name][1], words))
        known = dict(text.split(":", 1) for text in self.request.POST.getlist("seen") if ":" in text)
        if known.get(str(row.pk), plan.seen) != plan.seen:
            plan.faults.append(("", _("It was changed meanwhile: look at it once more.")))
        return plan

    def sent(self, shown: Any, ticked: Sequence[str]) -> QueryDict:
        """What a browser would send of the form of one row, with what is set in the ticked fields."""
        found = QueryDict(mutable=True)
        for bound in shown:
            found.setlist(bound.html_name, _written(bound))
        for name in ticked:
            found.setlist(name, self.request.POST.getlist(f"to-{name}"))
        return found

    def is_settled(self, plan: Sequence[PlannedRow]) -> bool:
        """Whether every row can be saved, and the person knows what that does."""
        return not any(each.faults for each in plan) and self.is_known_of(plan)

    def is_known_of(self, plan: Sequence[PlannedRow]) -> bool:
        moving = [each for each in plan if each.is_moving]
        self.in_bulk = len(moving) > FEW_ROWS
        return self.is_told([Change(each.row, each.form.instance) for each in moving if is_fact(each.row)])

    def save(self, plan: Sequence[PlannedRow]) -> bool:
        """Save every row that moves, or none: whether it is done; a fault stands at its row."""
        page, at = self.changing(), plan[0]
        try:
            with transaction.atomic():
                for at in plan:
                    if at.is_moving:
                        page.save(at.form)
        except ValidationError as error:
            refuse(at.form, error)
            at.faults = faults_of(at.form)
        except IntegrityError:
            at.faults = [("", _("Somebody else saved something that stands in the way: try again."))]
        return not at.faults

    def done(self, plan: Sequence[PlannedRow]) -> HttpResponse:
        moved = sum(each.is_moving for each in plan)
        said = ngettext("%(count)s row is changed.", "%(count)s rows are changed.", moved)
        self.say(said % {"count": count(moved)} if moved else _("Nothing was to be changed."))
        return redirect(self.list_url())

    def list_url(self) -> str:
        return f"{self.url(self.list_name)}{query_without(self.request.GET)}"

    def choose(self, form: SetForm, ticked: frozenset[int], problem: str = "") -> HttpResponse:
        page = self.listed()
        page.table_class = _choosing(page.table_class)  # type: ignore[misc]
        rows, found = page.narrowed(self.request.GET)
        table: Any = page.table(rows)
        table.choose_columns()
        table.ticked = ticked
        table.columns.hide("actions")
        table.sequence = [CHOSEN, *(column.name for column in table.columns if column.name != CHOSEN), "..."]
        table.is_narrowed = bool(found and found.form.changed_data)
        table.paginate(per_page=MOST_ROWS)
        table.page = table.paginator.get_page(self.request.GET.get("page"))
        context = {
            **self.base_context(),
            "lead": _(
                "Choose rows, and what to set in them. Nothing is saved before you have seen what changes."
            ),
            "table": table,
            "set_form": form,
            "problem": problem,
            "is_all": "all" in self.request.POST,
            "row_count": 0 if self.filter_problem() else table.page.paginator.count,
            "most": MOST_ROWS,
        }
        status = 422 if problem and self.request.method == "POST" else 200
        return self.page(self.template_name, context, status)

    def look(
        self, plan: Sequence[PlannedRow], ticked: Sequence[str], missing: int, status: int
    ) -> HttpResponse:
        moving = sum(each.is_moving for each in plan)
        label = ngettext("Change %(count)s row", "Change %(count)s rows", moving)
        sent = [(f"to-{name}", value) for name in ticked for value in self.request.POST.getlist(f"to-{name}")]
        gone = ngettext(
            "%(count)s of the rows is not there any more.",
            "%(count)s of the rows are not there any more.",
            missing,
        )
        names = [str(self.single().fields[name].label) for name in ticked]
        context = {
            **self.base_context(),
            "lead": _("What would be set: %(fields)s. Nothing is saved yet.") % {"fields": told(names)},
            "plan": plan,
            "sent": [*sent, *(("set", name) for name in ticked)],
            "submit_label": label % {"count": count(moving)} if moving else "",
            "problem": gone % {"count": count(missing)} if missing else "",
            "wrong": sum(bool(each.faults) for each in plan),
            "effect": self.effect,
            "preview": self.preview,
            "may_show": self.in_bulk and any(is_fact(each.row) for each in plan),
        }
        return self.page("components/several_looked_at.html", context, status)

    def base_context(self) -> dict[str, Any]:
        title = _("Change several: %(list)s") % {"list": self.list_page.title}
        return {"title": title, "list_url": self.list_url(), "list_title": self.list_page.title}


def faults_of(form: Any) -> list[tuple[str, str]]:
    """What is wrong in ``form``: the label of each field, empty where it is about none, and the fault."""
    return [
        (str(form.fields[name].label) if name in form.fields else "", str(message))
        for name, messages in form.errors.items()
        for message in messages
    ]


def _written(bound: Any) -> list[str]:
    """The texts that a browser sends of a field as it was shown: a day is text, for a last day is read so."""
    value, widget = bound.value(), bound.field.widget
    if isinstance(widget, forms.CheckboxInput):
        return ["on"] if value else []
    said = widget.format_value(value)
    return [str(each) for each in (said if isinstance(said, list) else [said]) if each not in (None, "")]


def _value(row: Any, name: str, chosen: Any = None) -> tuple[Any, str]:
    """What stands in a field of ``row``: to be compared, and in words; ``chosen`` is what would."""
    column: Any = row._meta.get_field(name)
    if column.many_to_many:
        rows = getattr(row, name).all() if chosen is None else chosen
        return frozenset(each.pk for each in rows), told(sorted(map(str, rows))) or NOTHING
    return getattr(row, column.attname), value_in_words(row, column)


def _choosing(table_class: Any) -> Any:
    """``table_class`` with a box before each row."""
    return type(table_class)(
        table_class.__name__, (table_class,), {CHOSEN: ChosenColumn(), "ticked": frozenset()}
    )
