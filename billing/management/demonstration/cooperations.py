"""The four demonstration cooperations and the people in them."""

import datetime as dt

from billing.actions import drop_superseded_shares
from billing.management.demonstration import (
    east_varmland,
    ekommune_sunnmore,
    it_varmland,
    north_varmland,
)
from billing.management.demonstration.builder import Builder, People
from municipalities.models import Cooperation, Municipality
from sharedict.accounts.demonstration import SIGN_INS
from sharedict.accounts.models import User
from sharedict.kernel.periods import Month

MONTHS_SHOWN = 15


def load_people() -> People:
    """The demonstration users, added where they are missing."""
    people = {}
    for sign_in in SIGN_INS:
        user = User.objects.filter(username=sign_in.username).first()
        if user is None:
            user = User(
                username=sign_in.username,
                first_name=sign_in.first_name,
                last_name=sign_in.last_name,
                is_demonstration=True,
                is_staff=sign_in.username == "admin",
                is_superuser=sign_in.username == "admin",
            )
            user.set_password(sign_in.password)
            user.save()
        people[sign_in.username] = user
    return people


def load_cooperations(people: People, today: dt.date) -> list[Cooperation]:
    """Those of the four that are not there yet, with costs until the month of ``today``."""
    months = [Month.of(today).plus(index - MONTHS_SHOWN + 1) for index in range(MONTHS_SHOWN)]
    settled, invoiced = Cooperation.Charging.SETTLED, Cooperation.Charging.INVOICED
    places = {place.key: place for place in Municipality.objects.all()}
    loaded = []
    for slug, name, currency, charging, lived, build in (
        ("north-varmland", "North Värmland", "SEK", settled, months, north_varmland.build),
        ("east-varmland", "East Värmland", "SEK", invoiced, months, east_varmland.build),
        ("it-varmland", "IT Värmland", "SEK", invoiced, months, it_varmland.build),
        (
            "ekommune-sunnmore-2017",
            "eKommune Sunnmøre 2017",
            "NOK",
            invoiced,
            ekommune_sunnmore.MONTHS,
            ekommune_sunnmore.build,
        ),
    ):
        if Cooperation.objects.filter(slug=slug).exists():
            continue
        cooperation = Cooperation(
            slug=slug, name=name, currency=currency, charging=charging, is_demonstration=True
        )
        since = dt.date(lived[0].year - (lived is months), 1, 1)
        build(Builder(cooperation, people, since), places, lived)
        drop_superseded_shares(cooperation_id=cooperation.pk)
        loaded.append(cooperation)
    return loaded
