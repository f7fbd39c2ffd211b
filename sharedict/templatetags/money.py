"""Amounts and numbers in templates."""

from django import template

from sharedict.common import figures

register = template.Library()

for shown in (
    figures.money,
    figures.signed,
    figures.count,
    figures.percent,
    figures.minor,
    figures.signed_minor,
    figures.change_minor,
    figures.exact,
    figures.exact_percent,
    figures.exact_minor,
    figures.about,
    figures.aligned,
):
    register.filter(shown)
