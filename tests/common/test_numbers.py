"""Numbers typed into forms: the reader's language settles two readings, and what it cannot is refused."""

from collections.abc import Iterator
from decimal import Decimal
from typing import Any

import pytest
from django import forms
from django.apps import apps
from django.contrib import admin
from django.contrib.auth import get_user_model
from django.core.exceptions import ValidationError
from django.test import RequestFactory
from django.urls import get_resolver
from django.utils.translation import override

from sharedict.common.figures import money, percent, signed
from sharedict.common.numbers import AmountField, CountField, NumberField


def cleaned(field: forms.Field, text: str, language: str = "en") -> Any:
    """The value, or what is said of the text."""
    with override(language):
        try:
            return field.clean(text)
        except ValidationError as error:
            return " ".join(error.messages)


@pytest.mark.parametrize(
    ("language", "text", "value"),
    [
        ("en", "250,000", "250000.00"),
        ("en", "250,000.00", "250000.00"),
        ("en", "1250,50", "1250.50"),
        ("en", "1 250.50", "1250.50"),
        ("sv", "1250,50", "1250.50"),
        ("sv", "1.000", "1000.00"),
        ("sv", "12.500", "12500.00"),
        ("sv", "12.5", "12.50"),
        ("sv", "1\u00a0250,50", "1250.50"),
        ("sv", "250\u2009000", "250000.00"),
        ("sv", "\u2212250\u202f000,5", "-250000.50"),
    ],
)
def test_an_amount_is_read_as_its_writer_means_it(language: str, text: str, value: str) -> None:
    assert str(cleaned(AmountField(), text, language)) == value


SPACES = {"thin": "\u2009", "narrow": "\u202f", "no-break": "\u00a0", "ordinary": " "}


@pytest.mark.parametrize("space", SPACES.values(), ids=SPACES)
@pytest.mark.parametrize("mark", [".", ","])
@pytest.mark.parametrize("language", ["en", "sv"])
def test_every_field_takes_every_space_between_thousands_and_around_them(
    language: str, mark: str, space: str
) -> None:
    amount, number, count = AmountField(), NumberField(max_digits=18, decimal_places=4), CountField()
    assert cleaned(amount, f"{space}1{space}234{space}567{mark}89{space}", language) == Decimal("1234567.89")
    assert cleaned(number, f"1{space}250{mark}1234", language) == Decimal("1250.1234")
    assert cleaned(count, f"1{space}250", language) == 1250


@pytest.mark.parametrize(
    ("language", "text", "readings"),
    [
        ("en", "1.000", "1.00 or 1,000.00"),
        ("en", "12.500", "12.50 or 12,500.00"),
        ("sv", "250,000", "250,00 eller 250\u00a0000,00"),
        ("sv", "-1,005", "\u22121,005 eller \u22121\u00a0005,00"),
    ],
)
def test_three_digits_after_the_mark_of_an_amount_are_refused_with_both_readings(
    language: str, text: str, readings: str
) -> None:
    said = cleaned(AmountField(), text, language)
    assert f"“{text}”" in said or f"”{text}”" in said
    assert readings.replace("\u2212", "-") in said.replace("\u2212", "-")


def test_a_number_with_more_decimals_is_settled_by_the_language() -> None:
    field = NumberField(max_digits=18, decimal_places=4)
    assert (cleaned(field, "11.404"), cleaned(field, "11.404", "sv")) == (Decimal("11.404"), Decimal(11404))
    assert (cleaned(field, "412,5"), cleaned(field, "412,5", "sv")) == (Decimal("412.5"), Decimal("412.5"))
    assert "4 decimal places" in cleaned(field, "1.23456")
    assert "digits" in cleaned(field, "9" * 19)


@pytest.mark.parametrize(
    ("language", "text", "said"),
    [
        ("en", "33,333", "“33,333” can be read as 33.333 or 33,333. Write it without a mark between"),
        ("en", "33,333 %", "can be read as 33.333 or 33,333."),
        ("sv", "33.333", "”33.333” kan läsas som 33,333 eller 33\xa0333. Skriv talet utan tecken mellan"),
        ("en", "333,333", "Ensure this value is less than or equal to 100."),
    ],
)
def test_a_percentage_that_only_the_other_mark_makes_one_is_refused_with_both_readings(
    language: str, text: str, said: str
) -> None:
    field = NumberField(max_digits=9, decimal_places=6, min_value=0, max_value=100)
    answer = cleaned(field, text, language)
    assert said in answer
    assert ("100" in answer) == (text == "333,333")


def test_bounds_of_a_number_hold() -> None:
    field = NumberField(max_digits=9, decimal_places=6, min_value=0, max_value=100)
    assert cleaned(field, "2,5") == Decimal("2.5")
    assert "100" in cleaned(field, "100.5")
    assert "0" in cleaned(field, "-1")


def test_a_count_is_whole() -> None:
    field = CountField(min_value=0)
    assert [cleaned(field, text) for text in ("412", "1,250", "1 250", "4.0")] == [412, 1250, 1250, 4]
    assert cleaned(field, "412,5") == "Enter a whole number."
    assert "1.25 or 1,250" in cleaned(field, "1.250")
    assert "like 1250" in cleaned(field, "many")
    assert "0" in cleaned(field, "-1")


@pytest.mark.parametrize("text", ["NaN", "1e5", "=1+1", "9" * 10_000, "twelve", "1 2"])
def test_what_is_no_number_is_said_with_an_example(text: str) -> None:
    assert "like 1250.5" in cleaned(NumberField(max_digits=18, decimal_places=4), text)
    assert "till exempel 1250,50" in cleaned(AmountField(), text, "sv")


@pytest.mark.parametrize("language", ["en", "sv"])
@pytest.mark.parametrize("value", ["1250.50", "-0.05", "0.00", "9999999999999999.99"])
def test_what_a_field_shows_it_reads_again(language: str, value: str) -> None:
    field = AmountField()
    with override(language):
        assert field.clean(field.prepare_value(Decimal(value))) == Decimal(value)
    number = NumberField(max_digits=18, decimal_places=4)
    with override(language):
        assert number.prepare_value(Decimal("412.5000")) == ("412.5" if language == "en" else "412,5")
        assert number.prepare_value("as typed") == "as typed"


def forms_of_the_portal() -> Iterator[type[forms.BaseForm]]:
    get_resolver().url_patterns  # noqa: B018 - loads every view, and its forms with it
    waiting: list[type[forms.BaseForm]] = [forms.BaseForm]
    while waiting:
        kind = waiting.pop()
        waiting += kind.__subclasses__()
        if kind.__module__.split(".")[0] in {"sharedict", *(app.label for app in apps.get_app_configs())}:
            yield kind


def takes_a_comma(field: forms.Field) -> bool:
    """Whether it is no number field, or a text field for which a phone shows digits and marks."""
    if isinstance(field, forms.IntegerField | forms.FloatField | forms.DecimalField):
        return isinstance(field.widget, forms.TextInput) and "inputmode" in field.widget.attrs
    return getattr(field.widget, "input_type", "") != "number"


def test_no_form_has_a_field_that_drops_the_comma() -> None:
    """Browsers leave out what ``type=number`` does not know: 412,5 becomes 4125 without a word."""
    found = list(forms_of_the_portal())
    assert len(found) > 20
    for form in found:
        for name, field in form.base_fields.items():
            assert takes_a_comma(field), f"{form.__name__}.{name}"


def test_no_form_of_the_system_pages_has_one_either() -> None:
    request = RequestFactory().get("/system/")
    request.user = get_user_model()(is_active=True, is_superuser=True)
    seen = 0
    for model, pages in admin.site._registry.items():
        if not model.__module__.split(".")[0].startswith(
            ("municipalities", "services", "agreements", "billing")
        ):
            continue
        if not pages.has_change_permission(request):
            continue
        for field in pages.get_form(request).base_fields.values():
            seen += 1
            assert takes_a_comma(field), f"{model.__name__}: {field.label}"
    assert seen > 30


@pytest.mark.parametrize("language", ["sv", "en"])
def test_what_a_page_shows_is_read_with_its_unit(language: str) -> None:
    amount = AmountField()
    amount.unit = "SEK"
    with override(language):
        assert amount.clean(money(Decimal("-1250.5"), "SEK")) == Decimal("-1250.50")
        assert amount.clean(money(Decimal("1250.5"))) == Decimal("1250.50")
        assert amount.clean(signed(Decimal("1250.5"))) == Decimal("1250.50")
        assert NumberField(decimal_places=1).clean(percent(Decimal("12.5"))) == Decimal("12.5")
        with pytest.raises(ValidationError):
            amount.clean("12.50 EUR")
