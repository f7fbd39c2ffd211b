"""Outages as rows: whom they hit, how pressing they are, corrected, told of, ended and merged."""

import datetime as dt
from typing import Any

import pytest
from django.core.exceptions import ValidationError
from django.db import IntegrityError, connection, transaction

from municipalities.models import Cooperation, Municipality
from services.actions import correct_effect, end_outage, merge_outages, save_outage, tell_update
from services.models import Outage, OutageEffect
from services.reports import survivors_of
from sharedict.accounts.models import User
from sharedict.audit.models import Entry
from tests.factories.municipalities import LinkFactory, SiteFactory
from tests.factories.services import (
    ApplicationFactory,
    InstallationFactory,
    OutageFactory,
    PriorityTableFactory,
    SubscriptionFactory,
)

pytestmark = pytest.mark.django_db
NOW = dt.datetime(2026, 6, 1, 22, 15, tzinfo=dt.UTC)
HOUR = dt.timedelta(hours=1)


@pytest.fixture
def care(north: Cooperation, torsby: Municipality, hagfors: Municipality) -> dict[str, Any]:
    """Care runs at Torsby with a mirror, maps at Hagfors without; both municipalities use both."""
    sites = {
        name: SiteFactory(cooperation=north, name=name, municipality=place)
        for name, place in (("centre", torsby), ("room", hagfors), ("mirror", None))
    }
    for site in sites.values():
        LinkFactory(site=site, outside="Teracom")
    rows: dict[str, Any] = {**sites}
    for code, name, at in (("care", "Care", "centre"), ("maps", "Maps", "room")):
        rows[code] = ApplicationFactory(cooperation=north, code=code, name=name)
        InstallationFactory(application=rows[code], site=sites[at])
        for place in (torsby, hagfors):
            SubscriptionFactory(application=rows[code], municipality=place, users=10)
    InstallationFactory(application=rows["care"], site=sites["mirror"], purpose="mirror")
    return rows


def report(north: Cooperation, by: object, /, now: dt.datetime = NOW, **fields: Any) -> Outage:
    lost = {name: fields.pop(name) for name in Outage.LOST if name in fields}
    outage = Outage(**{"cooperation": north, "title": "It is dark", "starts_at": NOW - HOUR, **fields})
    return save_outage(outage=outage, lost=lost, now=now, by=by, keeps_effect="effect" in fields)


def states(outage: Outage) -> dict[str, dict[str, str]]:
    found: dict[str, dict[str, str]] = {}
    for row in outage.effects.select_related("application", "municipality"):
        found.setdefault(row.application.name, {})[row.municipality.name] = row.state
    return found


def test_who_is_hit_and_what_survives_follow_from_what_is_lost(
    north: Cooperation, care: dict[str, Any], administrator: User
) -> None:
    """Hagfors sits in the room that is lost: it goes on with Care from elsewhere."""
    outage = report(north, administrator, sites=[care["room"]])
    assert states(outage) == {
        "Maps": {"Torsby": "down", "Hagfors": "down"},
        "Care": {"Hagfors": "less"},
    }
    assert [row.name for row in survivors_of(outage, list(outage.effects.all()))] == ["ERP"]
    assert outage.effects.get(application=care["maps"], municipality__name="Torsby").because == "room"
    assert outage.effect == Outage.Effect.WIDE


def test_each_municipality_is_told_its_own_reason(
    north: Cooperation, administrator: User, torsby: Municipality, hagfors: Municipality
) -> None:
    hub = SiteFactory(cooperation=north, name="Hub", municipality=None)
    care = ApplicationFactory(cooperation=north, code="care", name="Care")
    InstallationFactory(application=care, site=hub)
    lines = []
    for place in (torsby, hagfors):
        hall = SiteFactory(cooperation=north, name=f"{place.name} hall", municipality=place)
        lines.append(LinkFactory(site=hall, other_site=hub, outside="", name=f"{place.name} line"))
        SubscriptionFactory(application=care, municipality=place)
    outage = report(north, administrator, links=lines)
    told = {row.municipality.name: row.because for row in outage.effects.select_related("municipality")}
    assert told == {"Torsby": "Torsby line", "Hagfors": "Hagfors line"}


def test_what_works_in_part_is_down_for_nobody(
    north: Cooperation, care: dict[str, Any], administrator: User
) -> None:
    outage = report(north, administrator, applications=[care["care"]], extent="partial")
    assert states(outage) == {"Care": {"Torsby": "less", "Hagfors": "less"}}
    assert outage.effect == Outage.Effect.FEW


def test_what_is_down_already_counts(north: Cooperation, care: dict[str, Any], administrator: User) -> None:
    """The centre alone leaves Hagfors on the mirror; with the mirror gone before, Hagfors stops too."""
    first = report(north, administrator, sites=[care["mirror"]])
    assert all(state == "less" for state in states(first).get("Care", {}).values())
    second = report(north, administrator, sites=[care["centre"]])
    assert states(second)["Care"] == {"Torsby": "down", "Hagfors": "down"}
    assert "Maps" in states(second)
    end_outage(outage=first, at=NOW, now=NOW, by=administrator)
    third = report(north, administrator, sites=[care["mirror"]], starts_at=NOW, now=NOW + HOUR)
    assert third.pk != first.pk


def test_what_is_reported_twice_hits_the_same_both_times_and_what_is_ahead_counts_alone(
    north: Cooperation, care: dict[str, Any], administrator: User
) -> None:
    first = report(north, administrator, sites=[care["room"]])
    second = report(north, administrator, applications=[care["maps"]])
    assert states(second)["Maps"] == states(first)["Maps"] == {"Torsby": "down", "Hagfors": "down"}
    times = {"starts_at": NOW + HOUR, "ends_at": NOW + 2 * HOUR}
    ahead = report(north, administrator, is_planned=True, applications=[care["maps"]], **times)
    assert states(ahead) == {"Maps": {"Torsby": "down", "Hagfors": "down"}}
    report(north, administrator, sites=[care["mirror"]])
    times = {"starts_at": NOW + 3 * HOUR, "ends_at": NOW + 4 * HOUR}
    switches = report(north, administrator, is_planned=True, sites=[care["centre"]], **times)
    assert states(switches)["Care"]["Hagfors"] == "less"


def test_the_priority_and_the_next_word_are_the_cooperations_own(
    north: Cooperation, care: dict[str, Any], administrator: User
) -> None:
    shipped = report(north, administrator, applications=[care["care"]], urgency=1)
    assert (shipped.priority, shipped.next_update_at) == (1, NOW + 2 * HOUR)
    PriorityTableFactory(cooperation=north, matrix=[2] * 9, minutes=[15, 30, 60, 90])
    own = report(north, administrator, applications=[care["care"]], urgency=1)
    assert (own.priority, own.next_update_at) == (2, NOW + HOUR / 2)
    assert not own.is_late(NOW + HOUR / 2)
    assert own.is_late(NOW + HOUR)
    tell_update(outage=own, text="Still dark.", now=NOW + HOUR, by=administrator)
    assert own.next_update_at == NOW + HOUR * 1.5
    end_outage(outage=own, at=NOW + HOUR, now=NOW + HOUR, by=administrator)
    assert own.next_update_at is None
    assert not own.is_late(NOW + 9 * HOUR)


def test_a_correction_says_why_and_survives_what_is_derived_anew(
    north: Cooperation, care: dict[str, Any], administrator: User, torsby: Municipality
) -> None:
    outage = report(north, administrator, sites=[care["room"]])
    told = {"outage": outage, "application": care["maps"], "municipality": torsby, "by": administrator}
    with pytest.raises(ValidationError) as refused:
        correct_effect(state="up", reason=" ", **told)
    assert list(refused.value.error_dict) == ["reason"]
    correct_effect(state="up", reason="They had a copy.", **told)
    save_outage(outage=outage, lost={"links": []}, now=NOW, by=administrator)
    assert states(outage)["Maps"] == {"Torsby": "up", "Hagfors": "down"}
    assert Entry.objects.filter(subject_type="services.outageeffect", verb="change").exists()
    correct_effect(state="down", reason="They had not.", **told)
    assert outage.effects.get(application=care["maps"], municipality=torsby).reason == ""


def test_somebody_may_be_hit_whom_nothing_entered_leads_to(
    north: Cooperation, care: dict[str, Any], administrator: User, torsby: Municipality, erp: Any
) -> None:
    outage = report(north, administrator, sites=[care["room"]])
    correct_effect(
        outage=outage, application=erp, municipality=torsby, state="less", reason="Slow.", by=administrator
    )
    save_outage(outage=outage, lost={"sites": [care["mirror"]]}, now=NOW, by=administrator)
    assert states(outage)["ERP"] == {"Torsby": "less"}


@pytest.mark.parametrize(
    ("fields", "field"),
    [
        ({"starts_at": NOW + HOUR}, "starts_at"),
        ({"ends_at": NOW + HOUR}, "ends_at"),
        ({"ends_at": NOW - 2 * HOUR}, "ends_at"),
        ({"is_planned": True, "starts_at": NOW + HOUR}, "ends_at"),
        ({"is_planned": True, "starts_at": NOW + 2 * HOUR, "ends_at": NOW + HOUR}, "ends_at"),
        ({"follow_up": "Buy another"}, None),
    ],
)
def test_what_cannot_be_is_refused_at_its_field(
    north: Cooperation, administrator: User, fields: dict[str, Any], field: str | None
) -> None:
    with pytest.raises(ValidationError) as refused:
        report(north, administrator, **fields)
    assert field is None or list(refused.value.error_dict) == [field]
    assert not Outage.objects.exists()


def test_planned_work_lies_ahead_and_nobody_waits_for_a_word(north: Cooperation, administrator: User) -> None:
    outage = report(north, administrator, is_planned=True, starts_at=NOW + HOUR, ends_at=NOW + 3 * HOUR)
    assert (outage.next_update_at, outage.announced_at) == (None, NOW)
    assert list(Outage.objects.ahead(NOW)) == [outage]
    assert list(Outage.objects.going_on(NOW + 2 * HOUR)) == [outage]
    assert not Outage.objects.going_on(NOW + 3 * HOUR)


def test_two_reports_of_one_outage_become_one_and_stay_traceable(
    north: Cooperation, care: dict[str, Any], administrator: User
) -> None:
    kept = report(north, administrator, sites=[care["room"]], starts_at=NOW - HOUR)
    other = report(
        north, administrator, applications=[care["care"]], starts_at=NOW - 2 * HOUR, title="Care is slow"
    )
    merge_outages(outage=other, into=kept, now=NOW, by=administrator)
    kept.refresh_from_db()
    assert kept.starts_at == NOW - 2 * HOUR
    assert {*kept.lost_names()} == {f"site:{care['room'].pk}", f"application:{care['care'].pk}"}
    assert states(kept)["Care"] == {"Torsby": "down", "Hagfors": "down"}
    assert (other.merged_into, list(kept.merged.all())) == (kept, [other])
    assert "Care is slow" in kept.updates.get().text
    assert list(Outage.objects.open()) == [kept]
    for first, second in ((other, kept), (kept, other), (kept, kept)):
        with pytest.raises(ValidationError):
            merge_outages(outage=first, into=second, now=NOW, by=administrator)


def test_what_is_anothers_is_neither_told_of_nor_changed_nor_ended(
    north: Cooperation, care: dict[str, Any], administrator: User, torsby: Municipality
) -> None:
    """Also by whoever has read it before it was merged."""
    other = report(north, administrator, sites=[care["room"]])
    stale = Outage.objects.get(pk=other.pk)
    kept = report(north, administrator, sites=[care["centre"]], title="The centre")
    merge_outages(outage=other, into=kept, now=NOW, by=administrator)
    ways: list[Any] = [
        lambda row: end_outage(outage=row, at=NOW, now=NOW, by=administrator),
        lambda row: tell_update(outage=row, text="Still.", now=NOW, by=administrator),
        lambda row: save_outage(outage=row, lost={}, now=NOW, by=administrator),
        lambda row: correct_effect(
            outage=row,
            application=care["maps"],
            municipality=torsby,
            state="up",
            reason="x",
            by=administrator,
        ),
    ]
    for row in (other, stale):
        for way in ways:
            with pytest.raises(ValidationError, match="the same as “The centre”"):
                way(row)
    assert (other.updates.count(), Outage.objects.get(pk=other.pk).ends_at) == (0, None)


def test_what_happens_today_rewrites_no_outage_that_is_over(
    north: Cooperation, care: dict[str, Any], administrator: User
) -> None:
    long_ago, at_once = {"starts_at": NOW - 99 * HOUR}, {"sites": [care["centre"]]}
    old = report(north, administrator, **at_once, **long_ago, ends_at=NOW - 90 * HOUR)
    met = report(north, administrator, sites=[care["mirror"]], **long_ago, ends_at=NOW - 95 * HOUR)
    assert states(met)["Care"] == {"Torsby": "down", "Hagfors": "down"}
    alone = report(north, administrator, **at_once, starts_at=NOW - 80 * HOUR, ends_at=NOW - 70 * HOUR)
    report(north, administrator, sites=[care["mirror"]])
    was = states(alone)
    assert was["Care"] == {"Torsby": "less", "Hagfors": "less"}
    for row in (old, alone):
        row.cause = "A digger"
        save_outage(outage=row, lost={}, now=NOW, by=administrator)
    assert states(alone) == was
    assert states(old)["Care"] == {"Torsby": "down", "Hagfors": "down"}


@pytest.mark.parametrize(
    "fields",
    [
        {"ends_at": NOW - 999 * HOUR},
        {"priority": 5},
        {"effect": 0},
        {"follow_up": "x"},
        {"external_id": "taken"},
    ],
)
def test_the_database_refuses_it_too(north: Cooperation, fields: dict[str, Any]) -> None:
    OutageFactory(cooperation=north, external_id="taken")
    with pytest.raises(IntegrityError), transaction.atomic():
        OutageFactory(cooperation=north, **fields)
    with pytest.raises(IntegrityError), transaction.atomic():
        OutageEffect.objects.create(
            cooperation=north,
            outage=OutageFactory(cooperation=north),
            application=ApplicationFactory(cooperation=north),
            municipality_id=Municipality.objects.values_list("pk")[0][0],
            state="up",
            derived="down",
        )


def test_a_moment_told_in_another_zone_is_no_change_of_somebody_elses(
    north: Cooperation, administrator: User
) -> None:
    there = NOW.astimezone(dt.timezone(dt.timedelta(hours=2)))
    outage = report(north, administrator, now=there, starts_at=there - HOUR)
    for hours in (1, 2):
        tell_update(outage=outage, text="Still.", now=there + hours * HOUR, by=administrator)
    assert outage.updates.count() == 2


def test_the_database_merges_outages_of_one_cooperation(north: Cooperation) -> None:
    own = OutageFactory(cooperation=north)
    Outage.objects.filter(pk=own.pk).update(merged_into=OutageFactory(cooperation=north))
    connection.check_constraints()


def test_the_database_merges_no_outages_of_different_cooperations(
    north: Cooperation, outside: Cooperation
) -> None:
    own, other = OutageFactory(cooperation=north), OutageFactory(cooperation=outside)
    Outage.objects.filter(pk=own.pk).update(merged_into=other)
    with pytest.raises(IntegrityError, match="services_outage_merged_at_home"):
        connection.check_constraints()
