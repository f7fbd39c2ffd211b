"""eKommune Sunnmøre 2017: 30 % even + 70 % by population gives the percentages that were published.

Source: esunnmore.no, "Kostnadsfordeling 2017"; see municipalities/registers/README.md.
"""

import csv
import datetime as dt
from decimal import Decimal
from pathlib import Path

import pytest

from agreements.actions import ComponentDraft, adopt_key_version
from agreements.engine.keys import PERCENT_SCALE, ComponentFact, KeyFact, ReadingFact
from agreements.models import CostType, Key
from billing.engine.allocate import allocate
from billing.engine.facts import CostFact, Facts, TermFact
from billing.models import Share
from sharedict.accounts.models import User
from tests.factories.agreements import AgreementFactory, CostTypeFactory, TermFactory
from tests.factories.billing import CostFactory, compute
from tests.factories.municipalities import (
    CooperationFactory,
    DriverFactory,
    MemberFactory,
    MunicipalityFactory,
    ReadingFactory,
)

REGISTER = Path(__file__).parents[2] / "municipalities" / "registers" / "ekommune_sunnmore_2017.csv"
with REGISTER.open(encoding="utf-8", newline="") as file:
    ROWS = list(csv.DictReader(file))
PUBLISHED = {f"NO{row['code']}": row["published_share_percent"] for row in ROWS}
YEAR = dt.date(2017, 1, 1)
TEN_MILLION = Decimal("10000000.00")
"""Kroner: a thousandth of a percent of it is 100 kroner, so rounding to the øre hides no error."""


def in_percent(share: Decimal) -> str:
    """A share of TEN_MILLION in percent, with three decimals, half up."""
    return str((share * 100 / TEN_MILLION).quantize(Decimal("0.001")))


def test_the_engine_gives_the_published_percentages() -> None:
    facts = Facts(
        cooperation="ekommune",
        currency="NOK",
        month="2017-01",
        municipalities={f"NO{row['code']}": row["name"] for row in ROWS},
        cost_types={"drift": "Drift"},
        costs=(CostFact("C1", int(TEN_MILLION * 100), "2017-01-01", "2017-02-01", "drift"),),
        terms=(TermFact(1, "key", "members"),),
        keys={
            "key": KeyFact(
                code="key",
                name="30/70",
                version=1,
                valid_from="2017-01-01",
                decision="Kostnadsfordeling 2017",
                decided_on="2016-12-01",
                components=(
                    ComponentFact("even", 30 * PERCENT_SCALE),
                    ComponentFact("driver", 70 * PERCENT_SCALE, "population", "year_start"),
                ),
            )
        },
        groups=({f"NO{row['code']}": ((1, 32),) for row in ROWS},),
        members=0,
        readings={
            "population|year_start": {
                f"NO{row['code']}": ReadingFact(row["population"], "2017-01-01", "esunnmore.no")
                for row in ROWS
            }
        },
    )
    allocation = allocate(facts)
    shares = zip(allocation.divisions[0].codes, allocation.lines[0].shares, strict=True)
    assert {code: in_percent(Decimal(share) / 100) for code, share in shares} == PUBLISHED


@pytest.mark.django_db
def test_the_portal_gives_the_published_percentages(administrator: User) -> None:
    cooperation = CooperationFactory(slug="ekommune", currency="NOK", first_month=YEAR)
    population = DriverFactory(cooperation=cooperation, code="inhabitants")
    for row in ROWS:
        place = MunicipalityFactory(country="NO", code=row["code"], name=row["name"])
        MemberFactory(cooperation=cooperation, municipality=place, valid_from=YEAR)
        ReadingFactory(
            driver=population,
            municipality=place,
            value=Decimal(row["population"]),
            reference_on=YEAR,
        )
    key = Key.objects.create(cooperation=cooperation, code="shared", name="30/70")
    adopt_key_version(
        key=key,
        valid_from=YEAR,
        decision="Kostnadsfordeling 2017",
        decided_on=dt.date(2016, 12, 1),
        components=[
            ComponentDraft("even", Decimal(30)),
            ComponentDraft("driver", Decimal(70), population, "year_start"),
        ],
        by=administrator,
    )
    kind: CostType = CostTypeFactory(cooperation=cooperation)
    agreement = AgreementFactory(cooperation=cooperation, valid_from=YEAR)
    TermFactory(agreement=agreement, key=key, payers="members", valid_from=YEAR)
    CostFactory(
        cooperation=cooperation,
        cost_type=kind,
        amount=TEN_MILLION,
        starts_on=YEAR,
        ends_on=dt.date(2017, 2, 1),
    )
    compute(cooperation)
    shares = Share.objects.filter(cooperation=cooperation).values_list("municipality__code", "amount")
    assert {f"NO{code}": in_percent(amount) for code, amount in shares} == PUBLISHED
