"""Days typed into forms: in words as the portal shows them, in the reader's language, or as YYYY-MM-DD."""

import datetime as dt
from typing import Any

import pytest
from django import forms
from django.contrib import admin
from django.contrib.auth import get_user_model
from django.test import RequestFactory
from django.urls import get_resolver
from django.utils.translation import override

from municipalities.portal import Filter, RowForm
from sharedict.common.days import DayInput, ReadsDays, date_format
from tests.common.test_numbers import forms_of_the_portal


class DayForm(forms.Form):
    day = forms.DateField(widget=DayInput())


def read(text: str, language: str = "en") -> Any:
    """The day, or None where it is none."""
    with override(language):
        form = DayForm({"day": text})
        return form.cleaned_data["day"] if form.is_valid() else None


def test_a_moment_is_told_by_the_clock_of_the_readers() -> None:
    just_closed = dt.datetime(2026, 11, 27, 23, 30, tzinfo=dt.UTC)  # half an hour after midnight in Stockholm
    assert date_format(just_closed, "j F Y") == "28 November 2026"
    assert date_format(dt.date(2026, 11, 27), "j F Y") == "27 November 2026"


@pytest.mark.parametrize("month", range(1, 13))
@pytest.mark.parametrize("language", ["en", "sv"])
def test_a_day_is_read_as_the_portal_shows_it(language: str, month: int) -> None:
    day = dt.date(2026, month, 9)
    with override(language):
        shown = date_format(day, "j F Y")
    assert read(shown, language) == day
    assert read(f" {shown.upper()} ".replace(" ", "\u00a0"), language) == day
    assert read(day.isoformat(), language) == day


@pytest.mark.parametrize(
    "text",
    ["31 September 2026", "0 May 2026", "1 maj 2026", "May 2026", "1 May 26", "1 2 2026", "03/04/2026"],
)
def test_what_is_no_day_is_refused_and_stays_as_it_was_typed(text: str) -> None:
    assert read(text) is None
    assert DayForm({"day": text})["day"].value() == text


def test_a_day_in_words_stands_in_the_picker_when_the_form_is_shown_again() -> None:
    assert 'value="2026-09-01"' in str(DayForm({"day": "1 September 2026"})["day"])


def test_every_form_reads_days_in_words() -> None:
    seen = 0
    for form in forms_of_the_portal():
        if issubclass(form, RowForm) or form.__module__.startswith("tests"):
            continue
        for name, field in form.base_fields.items():
            if isinstance(field, forms.DateField):
                seen += 1
                assert isinstance(field.widget, ReadsDays), f"{form.__name__}.{name}"
    assert seen


def test_every_filter_reads_days_in_words() -> None:
    assert get_resolver().url_patterns  # the pages bring their filters along
    waiting, seen = [Filter], 0
    while waiting:
        kind = waiting.pop()
        waiting += kind.__subclasses__()
        for name, each in kind.base_filters.items():
            if issubclass(each.field_class, forms.DateField):
                seen += 1
                assert isinstance(each.extra["widget"], ReadsDays), f"{kind.__name__}.{name}"
    assert seen


def test_every_form_of_the_system_pages_does() -> None:
    request = RequestFactory().get("/system/")
    request.user = get_user_model()(is_active=True, is_superuser=True)
    seen = 0
    for model, pages in admin.site._registry.items():
        ours = ("municipalities", "services", "agreements", "billing")
        if model.__module__.split(".")[0] not in ours or not pages.has_change_permission(request):
            continue
        for field in pages.get_form(request).base_fields.values():
            if isinstance(field, forms.DateField):
                seen += 1
                assert isinstance(field.widget, ReadsDays), f"{model.__name__}: {field.label}"
    assert seen > 10
