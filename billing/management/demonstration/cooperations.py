"""The four demonstration cooperations and the people in them."""

import datetime as dt

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
    places = {place.key: place for place in Municipality.objects.all()}
    loaded = []
    for cooperation, lived, build in (
        (_north_varmland(), months, north_varmland.build),
        (_east_varmland(), months, east_varmland.build),
        (_it_varmland(), months, it_varmland.build),
        (_sunnmore(), ekommune_sunnmore.MONTHS, ekommune_sunnmore.build),
    ):
        if Cooperation.objects.filter(slug=cooperation.slug).exists():
            continue
        cooperation.first_month, cooperation.is_demonstration = lived[0].first, True
        since = dt.date(lived[0].year - (lived is months), 1, 1)
        build(Builder(cooperation, people, since), places, lived)
        loaded.append(cooperation)
    return loaded


def _north_varmland() -> Cooperation:
    return Cooperation(
        slug="north-varmland",
        name="North Värmland",
        charging=Cooperation.Charging.SETTLED,
        organisation_number="222000-9019",
        address="IT-nämnden Norra Värmland\nGransångarvägen 1\n685 00 Torsby",
    )


def _east_varmland() -> Cooperation:
    return Cooperation(
        slug="east-varmland",
        name="East Värmland",
        organisation_number="222000-9027",
        address="Östra Värmlands IT-nämnd\nVänerstigen 1\n681 00 Kristinehamn",
    )


def _it_varmland() -> Cooperation:
    return Cooperation(
        slug="it-varmland",
        name="IT Värmland",
        organisation_number="222000-9035",
        address="IT Värmland\nSolviksgatan 1\n650 00 Karlstad",
        payment_days=20,
    )


def _sunnmore() -> Cooperation:
    """As published; nothing is known of its number or address."""
    return Cooperation(slug="ekommune-sunnmore-2017", name="eKommune Sunnmøre 2017", currency="NOK")
