"""The public registers: every municipality, and only populations that somebody has published."""

import datetime as dt

import pytest
from django.core.management import call_command

from municipalities.management.commands.load_registers import load_populations
from municipalities.models import Municipality, Reading

pytestmark = pytest.mark.django_db


def test_registers_are_read_completely() -> None:
    call_command("load_registers", verbosity=0)
    assert Municipality.objects.filter(country="SE").count() == 290
    assert Municipality.objects.filter(country="NO").count() == 8
    torsby = Municipality.objects.get(country="SE", code="1737")
    assert (torsby.name, torsby.official_name, torsby.county) == ("Torsby", "Torsby kommun", "Värmlands län")


def test_every_population_has_its_source_and_none_is_made_up() -> None:
    call_command("load_registers", verbosity=0)
    readings = Reading.objects.filter(driver__code="population", cooperation=None)
    assert readings.count() == 6 * 16 + 8
    assert not readings.filter(source="").exists()
    assert not readings.filter(reference_on__range=(dt.date(2005, 1, 1), dt.date(2008, 12, 31))).exists()


def test_loading_again_changes_nothing_and_mends_what_was_changed() -> None:
    call_command("load_registers", verbosity=0)
    assert load_populations() == 0
    Reading.objects.filter(municipality__name="Ålesund").update(value=1)
    assert load_populations() == 1
    assert Reading.objects.get(municipality__name="Ålesund").value == 47_199
