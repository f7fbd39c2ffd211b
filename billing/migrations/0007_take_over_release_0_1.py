"""What release 0.1 closed becomes statements; months that it left open before them are closed as empty.

Shares, totals, numbers and names stay as they are stored; the month before and the year so far count months
that were closed no later. This is a copy of how statements were shaped then, and changes with nothing.
"""

import datetime as dt
import hashlib
import json
from collections import defaultdict
from decimal import Decimal

from django.db import migrations
from django.utils import timezone

BATCH = 500


def take_over(apps, schema_editor):
    Cooperation = apps.get_model("municipalities", "Cooperation")
    Period = apps.get_model("billing", "Period")
    places = {
        place.pk: place for place in apps.get_model("municipalities", "Municipality").objects.order_by("pk")
    }
    for cooperation in Cooperation.objects.order_by("pk"):
        closed = list(
            Period.objects.filter(cooperation=cooperation, state="closed")
            .order_by("first_day")
            .select_related("current_run")
        )
        if closed:
            close_as_empty(apps, cooperation, closed)
            issue(apps, cooperation, closed, places)
        order_recompute(apps, cooperation)


def close_as_empty(apps, cooperation, closed):
    """Close the months before the last closed one that are open, or were skipped: nothing was charged."""
    Period = apps.get_model("billing", "Period")
    known = {period.first_day: period for period in Period.objects.filter(cooperation=cooperation)}
    by_day = {period.first_day: period for period in closed}
    day, last, carry, year = cooperation.first_month, closed[-1].first_day, {}, None
    while day < last:
        if year_start(cooperation, day) != year:
            year, carry = year_start(cooperation, day), {}
        if day in by_day:
            carry = by_day[day].current_run.carry if by_day[day].current_run else {}
        else:
            after = next(period for period in closed if period.first_day > day)
            period = known.get(day) or Period(cooperation=cooperation, first_day=day)
            period.state, period.is_taken_over, period.has_late_changes = "closed", True, False
            period.proposed_by_id, period.proposed_at = after.proposed_by_id, after.proposed_at
            period.closed_by_id, period.closed_at = after.closed_by_id, after.closed_at
            period.save()
            forget_rows(apps, period)
            period.current_run = empty_run(apps, cooperation, period, carry)
            period.save()
        day = next_month(day)


def forget_rows(apps, period):
    for name in ("ShareBlock", "RunTotal", "RunLine"):
        apps.get_model("billing", name).objects.filter(run__period=period).delete()


def empty_run(apps, cooperation, period, carry):
    Run = apps.get_model("billing", "Run")
    facts = canonical(
        {
            "applications": {},
            "carry": carry,
            "cooperation": cooperation.slug,
            "cost_types": {},
            "costs": [],
            "currency": cooperation.currency,
            "drivers": {},
            "groups": [{}],
            "keys": {},
            "members": 0,
            "month": f"{period.first_day:%Y-%m}",
            "municipalities": {},
            "readings": {},
            "rule_version": 1,
            "subscribers": {},
            "terms": [],
        }
    )
    last = Run.objects.filter(period=period).order_by("-number").values_list("number", flat=True).first()
    return Run.objects.create(
        cooperation=cooperation,
        period=period,
        number=(last or 0) + 1,
        rule_version=1,
        facts=facts,
        fingerprint=sha256(facts),
        carry=carry,
        total=0,
        unallocated=0,
        computed_at=timezone.now(),
    )


def issue(apps, cooperation, closed, places):
    Statement = apps.get_model("billing", "Statement")
    StatementLine = apps.get_model("billing", "StatementLine")
    months = {period.first_day: month_of(apps, period) for period in closed}
    at = {period.first_day: (period.closed_at, period.first_day) for period in closed}
    for period in closed:
        day = period.first_day
        year_from = year_start(cooperation, day)
        earlier = sorted(other for other in months if year_from <= other < day and at[other] <= at[day])
        before = previous_month(day)
        before = before if before in months and at[before] <= at[day] else None
        for total in months[day]["totals"]:
            place = places[total.municipality_id]
            lines = lines_of(months, place.pk, day, before, earlier)
            content = content_of(cooperation, period, total, place, before, year_from, lines)
            row = Statement.objects.create(
                cooperation=cooperation,
                kind="month",
                number=total.statement_number,
                period=period,
                run=period.current_run,
                municipality_id=place.pk,
                first_day=day,
                after_day=next_month(day),
                payer=f"{place.country}{place.code}",
                payer_name=total.name,
                payer_organisation_number=place.organisation_number,
                payee=cooperation.slug,
                payee_name=cooperation.name,
                payee_organisation_number=cooperation.organisation_number,
                payee_address=cooperation.address,
                currency=cooperation.currency,
                year_from=year_from,
                before_from=before,
                total=total.amount,
                before_total=major(sum(line["before_minor"] for line in lines)),
                year_total=major(sum(line["year_minor"] for line in lines)),
                issued_at=period.closed_at,
                is_taken_over=True,
                content_hash=sha256(canonical(content)),
            )
            StatementLine.objects.bulk_create(
                [
                    StatementLine(
                        cooperation=cooperation,
                        statement=row,
                        position=position,
                        application=line["application"],
                        application_name=line["application_name"],
                        cost_type=line["cost_type"],
                        cost_type_name=line["cost_type_name"],
                        amount=major(line["this_minor"]),
                        before=major(line["before_minor"]),
                        year=major(line["year_minor"]),
                        references=line["references"],
                    )
                    for position, line in enumerate(lines, start=1)
                ],
                batch_size=BATCH,
            )


def month_of(apps, period):
    """The closed month's totals, and for each municipality and scope its sum, references and names."""
    run = period.current_run_id
    lines = {line.number: line for line in apps.get_model("billing", "RunLine").objects.filter(run=run)}
    held = defaultdict(dict)
    for block in apps.get_model("billing", "ShareBlock").objects.filter(run=run):
        scopes = held[block.municipality_id]
        for number, minor in zip(block.line_numbers, block.amounts_minor, strict=True):
            line = lines[number]
            found = scopes.setdefault(
                (line.application_code, line.cost_type_code),
                {"minor": 0, "references": [], "names": (line.application_name, line.cost_type_name)},
            )
            found["minor"] += minor
            found["references"].append(line.reference)
    totals = apps.get_model("billing", "RunTotal").objects.filter(run=run)
    return {"totals": list(totals.order_by("statement_number")), "held": held}


def lines_of(months, place, day, before, earlier):
    this, names = months[day]["held"].get(place, {}), {}
    then = months[before]["held"].get(place, {}) if before else {}
    year = defaultdict(int)
    for other in earlier:
        for scope, found in months[other]["held"].get(place, {}).items():
            year[scope] += found["minor"]
            names[scope] = found["names"]
    for known in (then, this):
        names.update({scope: found["names"] for scope, found in known.items()})
    for scope, found in this.items():
        year[scope] += found["minor"]
    lines = [
        {
            "application": scope[0],
            "application_name": names[scope][0],
            "cost_type": scope[1],
            "cost_type_name": names[scope][1],
            "this_minor": this[scope]["minor"] if scope in this else 0,
            "before_minor": then[scope]["minor"] if scope in then else 0,
            "year_minor": year.get(scope, 0),
            "references": sorted(this[scope]["references"]) if scope in this else [],
        }
        for scope in {*this, *then, *year}
    ]
    lines.sort(
        key=lambda line: (
            not line["application"],
            line["application_name"].casefold(),
            line["application"],
            line["cost_type_name"].casefold(),
            line["cost_type"],
        )
    )
    return lines


def content_of(cooperation, period, total, place, before, year_from, lines):
    """What is hashed; what is empty, zero or usual is left out, as statements do."""
    payee = {"key": cooperation.slug, "name": cooperation.name}
    payee |= (
        {"organisation_number": cooperation.organisation_number} if cooperation.organisation_number else {}
    )
    payee |= {"address": cooperation.address} if cooperation.address else {}
    payer = {"key": f"{place.country}{place.code}", "name": total.name}
    payer |= {"organisation_number": place.organisation_number} if place.organisation_number else {}
    optional = ("before_minor", "year_minor", "references")
    return {
        "payee": payee,
        "payer": payer,
        "currency": cooperation.currency,
        "month": f"{period.first_day:%Y-%m}",
        "number": total.statement_number,
        "rule_version": period.current_run.rule_version,
        "fingerprint": period.current_run.fingerprint,
        "before": f"{before:%Y-%m}" if before else None,
        "year_from": f"{year_from:%Y-%m}",
        "total_minor": int(total.amount * 100),
        "lines": [
            {name: value for name, value in line.items() if value or name not in optional} for line in lines
        ],
        "is_taken_over": True,
    }


def order_recompute(apps, cooperation):
    """Have the open months computed by the rules of this release, and the closed ones held against today."""
    now = timezone.now()
    apps.get_model("jobs", "Job").objects.create(
        cooperation=cooperation,
        kind="facts-changed",
        idempotency_key=f"{cooperation.pk}:{dt.date.min}:",
        touches_from=dt.date.min,
        created_at=now,
        run_after=now,
    )


def give_back(apps, schema_editor):
    Period = apps.get_model("billing", "Period")
    apps.get_model("billing", "StatementLine").objects.update(corrects=None)
    for name in ("StatementLine", "Statement", "LateChange", "LateDecision"):
        apps.get_model("billing", name).objects.all().delete()
    for period in Period.objects.filter(is_taken_over=True):
        run = period.current_run_id
        period.state, period.current_run, period.is_taken_over = "open", None, False
        period.proposed_by = period.proposed_at = period.closed_by = period.closed_at = None
        period.save()
        apps.get_model("billing", "Run").objects.filter(pk=run).delete()


def year_start(cooperation, day):
    year = day.year if day.month >= cooperation.year_starts_in else day.year - 1
    return dt.date(year, cooperation.year_starts_in, 1)


def next_month(day):
    return (day + dt.timedelta(days=31)).replace(day=1)


def previous_month(day):
    return (day - dt.timedelta(days=1)).replace(day=1)


def major(minor):
    return Decimal(minor).scaleb(-2)


def canonical(plain):
    return json.dumps(plain, sort_keys=True, ensure_ascii=False, separators=(",", ":"))


def sha256(text):
    return hashlib.sha256(text.encode()).hexdigest()


class Migration(migrations.Migration):
    dependencies = [
        ("billing", "0006_statements_and_corrections"),
        ("jobs", "0001_initial"),
        ("municipalities", "0002_cooperations_have_a_first_month"),
    ]
    operations = [migrations.RunPython(take_over, give_back)]
