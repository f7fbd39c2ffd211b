"""Pages with every component on them, so that the look can be tested without an app's data."""

from pathlib import Path
from typing import Any

import django_tables2
from crispy_forms.helper import FormHelper
from crispy_forms.layout import Column, Layout, Row
from django import forms
from django.http import HttpRequest, HttpResponse
from django.template import engines
from django.urls import path
from django.views.generic import TemplateView

from tests.front.pictures import BARS, PICTURES

PLACES = ["Torsby", "Sunne", "Hagfors"]
NAVIGATION = {
    "items": [
        {"url": f"/{name.lower()}/", "label": name, "active": name == "Costs"}
        for name in ("Services", "Costs")
    ],
    "tabs": [{"url": "/costs/", "label": "Statement", "active": True}],
    "cooperations": [{"url": "/", "label": "North Värmland", "active": True}],
    "tokens_url": "/tokens/",
    "search_url": "/search/",
}
PAGES = Path(__file__).parent / "pages"
PARTS = sorted(page.stem for page in PAGES.glob("*.html"))


class CostTable(django_tables2.Table):
    caption = "Costs of the month"
    number = django_tables2.TemplateColumn('<a href="/parts/">{{ value }}</a>')
    supplier = django_tables2.Column()
    amount = django_tables2.Column(attrs={"th": {"class": "sd-num"}, "td": {"class": "sd-num"}})
    state = django_tables2.TemplateColumn(
        '{% include "components/state.html" with label="Late" variant="danger" only %}',
        orderable=False,
        empty_values=(),
    )


class LinkTable(django_tables2.Table):
    """As many columns as any list has, with the long words of Swedish."""

    caption = "Förbindelser"
    name = django_tables2.TemplateColumn('<a href="/parts/">{{ value }}</a>', verbose_name="Förbindelse")
    kind = django_tables2.Column("Typ")
    site = django_tables2.Column("Från driftställe")
    other_end = django_tables2.Column("Till")
    supplier = django_tables2.Column("Leverantör")
    mbps = django_tables2.Column("Mbit/s", attrs={"th": {"class": "sd-num"}, "td": {"class": "sd-num"}})
    routed_by = django_tables2.Column("Ansvarar för routning")
    valid_from = django_tables2.Column("Från", attrs={"td": {"class": "sd-nowrap"}})
    valid_until = django_tables2.Column("Till", attrs={"td": {"class": "sd-nowrap"}})
    state = django_tables2.TemplateColumn(
        '{% include "components/state.html" with label="gäller" variant="ok" only %}', verbose_name="Status"
    )
    actions = django_tables2.TemplateColumn(
        '<a href="/parts/">Ändra<span class="sd-hidden"> {{ record.name }}</span></a>',
        verbose_name="Åtgärder",
        attrs={"th": {"class": "sd-row-step"}, "td": {"class": "sd-nowrap sd-row-step"}},
    )


LINKS = [
    {
        "name": "Gemensam internetanslutning",
        "kind": "internetanslutning",
        "site": "Torsby driftcentral",
        "other_end": "TeliaSonera",
        "supplier": "TeliaSonera",
        "mbps": "1 000",
        "valid_from": "1 september 2024",
        "state": "",
        "actions": "",
    }
]


class FilterForm(forms.Form):
    place = forms.ChoiceField(choices=[("", "All"), *((place, place) for place in PLACES)], required=False)
    before = forms.DateField(widget=forms.DateInput(attrs={"type": "date"}), required=False)


class CostForm(forms.Form):
    name = forms.CharField(help_text="As the supplier writes it.")
    amount = forms.DecimalField(widget=forms.TextInput(attrs={"inputmode": "decimal"}))
    starts = forms.DateField(widget=forms.DateInput(attrs={"type": "date"}))
    place = forms.ChoiceField(choices=[("", ""), *((place, place) for place in PLACES)])
    note = forms.CharField(widget=forms.Textarea, required=False)
    with_vat = forms.BooleanField(required=False, label="The amount includes VAT")
    kind = forms.ChoiceField(widget=forms.RadioSelect, choices=[("a", "Invoiced"), ("b", "Settled")])
    benefits = forms.MultipleChoiceField(
        widget=forms.CheckboxSelectMultiple, choices=[(place, place) for place in PLACES], required=False
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.helper = FormHelper()
        self.helper.form_tag = False
        self.helper.disable_csrf = True
        self.helper.layout = Layout(
            Row(Column("name", css_class="col-md-6"), Column("amount", css_class="col-md-6")),
            *("starts", "place", "note", "with_vat", "kind", "benefits"),
        )


class ComponentForm(forms.Form):
    driver = forms.ChoiceField(choices=[("even", "Even"), ("population", "Population")])
    percent = forms.DecimalField(widget=forms.TextInput(attrs={"inputmode": "decimal"}))


class Filtered:
    """What the filter component asks of a FilterSet: its form."""

    def __init__(self, request: HttpRequest) -> None:
        self.form = FilterForm(request.GET or None, auto_id="filter_%s")
        self.form.is_valid()


def gallery(request: HttpRequest, part: str) -> HttpResponse:
    """One page of the gallery."""
    rows = [
        {"number": f"2026-{number:03}", "supplier": "A supplier", "amount": "1 234.50"}
        for number in range(30)
    ]
    table = CostTable(rows)
    django_tables2.RequestConfig(request, paginate={"per_page": 5}).configure(table)
    template = engines["django"].from_string((PAGES / f"{part}.html").read_text(encoding="utf-8"))
    context = {
        "nav": NAVIGATION,
        "cooperation": {"name": "North Värmland", "is_demonstration": True},
        "bars": BARS,
        "pictures": PICTURES,
        "table": table,
        "wide": LinkTable(LINKS),
        "filter": Filtered(request),
        "form": CostForm(request.GET or None),
        "formset": forms.formset_factory(ComponentForm, extra=1)(),
        "actions": [{"url": "/form/", "label": "New cost", "primary": True}],
        "opening": {
            "label": "Torsby pays in October 2026",
            "value": "82 966.50",
            "unit": "SEK",
            "sentences": [{"bold": "+10.00 SEK (+0.1 %)", "text": "against September 2026."}],
            "facts": [{"label": "Due", "value": "30 November 2026", "note": "in four days", "url": "/list/"}],
        },
        "facts": [("Key", "Even, version 2"), ("Cost", "ERP", "/list/")],
    }
    return HttpResponse(template.render(context, request))


def poll(request: HttpRequest) -> HttpResponse:
    """A job that has ended by the time it is asked for."""
    template = engines["django"].get_template("components/job_progress.html")
    return HttpResponse(template.render({"label": "Computing", "is_ended": True}, request), status=286)


def nothing(request: HttpRequest) -> HttpResponse:
    return HttpResponse()


urlpatterns = [
    *(path(f"{part}/", gallery, {"part": part}) for part in PARTS),
    path("poll/", poll),
    path("", nothing, name="home"),
    *(path(f"{name}/", nothing, name=name) for name in ("set-language", "set-theme", "sign-out", "sign-in")),
    path("accessibility/", TemplateView.as_view(template_name="accessibility.html"), name="accessibility"),
    path("lost/", TemplateView.as_view(template_name="404.html")),
    path("broken/", TemplateView.as_view(template_name="500.html")),
]
