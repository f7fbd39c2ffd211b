"""Facts as text: the same facts give the same bytes for ever, and marks tell what changed."""

import json
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from agreements.engine.keys import ComponentFact, KeyFact, ReadingFact
from billing.engine.allocate import allocate
from billing.engine.facts import (
    CorrectionFact,
    CostFact,
    Facts,
    HeldFact,
    TermFact,
    as_version_1,
    fingerprint,
)
from tests.billing.engine.strategies import months, months_of_version_1

INVOICE = CostFact(
    "C00000002", 120_000, "2026-02-01", "2026-03-01", "licence", "erp", "Supplier AB", "Räksmörgås"
)
CREDIT = CostFact("C00000001", -20_000, "2026-02-01", "2026-02-15", "licence", "erp", credits="C00000002")
KEY = KeyFact(
    code="users",
    name="By users",
    version=2,
    valid_from="2026-01-01",
    decision="Board § 4",
    decided_on="2025-11-20",
    components=(
        ComponentFact("even", 30_000_000),
        ComponentFact("driver", 50_000_000, "users", "latest_before"),
        ComponentFact("fixed", 20_000_000, fixed={"SE1783": 100_000_000}),
    ),
    cap=80_000_000,
)
FACTS = Facts(
    cooperation="north",
    currency="SEK",
    month="2026-02",
    municipalities={"SE1783": "Hagfors", "SE1737": "Torsby"},
    applications={"erp": "ERP"},
    cost_types={"licence": "Licence"},
    costs=(INVOICE, CREDIT),
    terms=(
        TermFact(2, "users", "subscribers", by_days=True, application="erp", agreement="Agreement"),
        TermFact(1, "users", "named", cost_type="licence", named=1, after_leaving=True),
    ),
    keys={"users": KEY},
    groups=({"SE1783": ((1, 29),), "SE1737": ((1, 8), (15, 29))}, {"SE1737": ((1, 29),)}),
    members=0,
    subscribers={"erp": 0},
    drivers={"users": "Users"},
    readings={"users|latest_before": {"SE1737": ReadingFact("12.5", "2026-01-31", "directory")}},
    carry={"users": (3, {"SE1737": -1, "SE1783": 1})},
    left={"SE1737": ((22, 29),)},
    corrections=(
        CorrectionFact(
            month="2026-01",
            cost=CostFact("C00000003", 10_000, "2026-01-01", "2026-02-01", "licence"),
            charged={"SE1737": 5_000},
            should={"SE1737": 4_000, "SE1783": 1_000},
            mark="ab",
            key="users",
            key_version=2,
            owed={"users": (2, {"SE1737": 1, "SE1783": -1})},
        ),
    ),
)
WRITTEN = (
    '{"applications":{"erp":"ERP"},"carry":{"users":[3,{"SE1737":-1,"SE1783":1}]},"cooperation":"north",'
    '"corrections":[{"charged":{"SE1737":5000},"cost":{"amount_minor":10000,"cost_type":"licence",'
    '"ends_on":"2026-02-01","reference":"C00000003","starts_on":"2026-01-01"},"key":"users","key_version":2,'
    '"mark":"ab","month":"2026-01","owed":{"users":[2,{"SE1737":1,"SE1783":-1}]},'
    '"should":{"SE1737":4000,"SE1783":1000}}],"cost_types":{"licence":"Licence"},'
    '"costs":[{"amount_minor":-20000,"application":"erp","cost_type":"licence","credits":"C00000002",'
    '"ends_on":"2026-02-15","reference":"C00000001","starts_on":"2026-02-01"},{"amount_minor":120000,'
    '"application":"erp","cost_type":"licence","description":"Räksmörgås","ends_on":"2026-03-01",'
    '"reference":"C00000002","starts_on":"2026-02-01","supplier":"Supplier AB"}],"currency":"SEK",'
    '"drivers":{"users":"Users"},"groups":[{"SE1737":[[1,8],[15,29]],"SE1783":[[1,29]]},'
    '{"SE1737":[[1,29]]}],"keys":{"users":{"cap":80000000,"code":"users","components":[{"kind":"even",'
    '"percent":30000000},{"driver":"users","kind":"driver","percent":50000000,"rule":"latest_before"},'
    '{"fixed":{"SE1783":100000000},"kind":"fixed","percent":20000000}],"decided_on":"2025-11-20",'
    '"decision":"Board § 4","name":"By users","valid_from":"2026-01-01","version":2}},'
    '"left":{"SE1737":[[22,29]]},"members":0,"month":"2026-02","municipalities":{"SE1737":"Torsby",'
    '"SE1783":"Hagfors"},"readings":{"users|latest_before":{"SE1737":{"reference_on":"2026-01-31",'
    '"source":"directory","value":"12.5"}}},"rule_version":2,"subscribers":{"erp":0},'
    '"terms":[{"after_leaving":true,"cost_type":"licence","key":"users","named":1,"number":1,'
    '"payers":"named"},{"agreement":"Agreement","application":"erp","by_days":true,"key":"users",'
    '"number":2,"payers":"subscribers"}]}'
)
"""To the byte: a later release that writes something else would find every closed month changed."""
FINGERPRINT = "5e1ec02e02bd97f470801a78560e3ffff73500541314ff0cb604f4f9ac04684a"
MONEY_MARK = "63c4c4b1906512ff24639bc822ec9e2142ab380f375bbae98c17dfcce53926c6"


def test_facts_are_written_like_this_for_ever() -> None:
    assert FACTS.to_json() == WRITTEN
    assert fingerprint(WRITTEN) == FINGERPRINT
    assert FACTS.money_mark() == MONEY_MARK
    assert Facts.from_json(WRITTEN).to_json() == WRITTEN


def test_what_is_at_its_default_is_not_written() -> None:
    """So a new field that has one changes no byte of facts that do not use it."""
    bare = Facts("north", "SEK", "2026-02", {"SE1737": "Torsby"})
    assert bare.to_json() == (
        '{"cooperation":"north","currency":"SEK","month":"2026-02","municipalities":{"SE1737":"Torsby"},'
        '"rule_version":2}'
    )
    written = json.loads(FACTS.to_json())
    assert not {"supplier", "description"} & written["costs"][0].keys()
    assert not {"when_zero", "base_minor", "floor"} & written["keys"]["users"].keys()
    assert '"when_zero"' not in replace(FACTS, keys={"users": replace(KEY, when_zero="error")}).to_json()
    assert not {"driver", "rule", "fixed"} & written["keys"]["users"]["components"][0].keys()
    assert not {"by_days", "application", "agreement"} & written["terms"][0].keys()
    assert "cause" not in written["corrections"][0]


def test_facts_of_version_1_are_written_whole_and_without_what_came_later() -> None:
    old = as_version_1(FACTS)
    written = json.loads(old.to_json())
    assert written["groups"] == [{"SE1737": 21, "SE1783": 28}, {"SE1737": 28}]
    assert written["rule_version"] == 1
    assert not {"left", "corrections"} & written.keys()
    assert "after_leaving" not in written["terms"][0]
    assert written["costs"][0]["supplier"] == ""
    assert Facts.from_json(old.to_json()) == replace(old, costs=(CREDIT, INVOICE), terms=old.terms[::-1])


@pytest.mark.parametrize("facts", [FACTS, as_version_1(FACTS)])
def test_what_stays_as_charged_is_written_by_every_version_where_there_is_any(facts: Facts) -> None:
    stays = {"C00000002": HeldFact({"SE1737": 10}), "C00000001": HeldFact({"SE1737": -5}, "C00000002")}
    holding = replace(facts, held=stays)
    assert json.loads(holding.to_json())["held"] == {
        "C00000001": {"credits": "C00000002", "shares": {"SE1737": -5}},
        "C00000002": {"credits": None, "shares": {"SE1737": 10}},
    }
    assert Facts.from_json(holding.to_json()).held == stays
    assert holding.money_mark() != facts.money_mark()
    assert "held" not in json.loads(facts.to_json())


def test_groups_with_the_same_days_were_one_in_version_1() -> None:
    groups = ({"SE1737": ((1, 8),)}, {"SE1783": ((1, 29),)}, {"SE1737": ((2, 9),)})
    facts = replace(FACTS, groups=groups, members=2, subscribers={"erp": 1, "other": 2})
    old = as_version_1(replace(facts, terms=(TermFact(1, "users", "named", named=2),)))
    assert old.groups == ({"SE1737": 7}, {"SE1783": 28})
    assert (old.members, old.subscribers, old.terms[0].named) == (0, {"erp": 1, "other": 0}, 0)
    assert as_version_1(replace(facts, members=None)).members is None


@given(st.one_of(months, months_of_version_1))
def test_facts_come_back_from_their_json_to_the_byte(facts: Facts) -> None:
    text = facts.to_json()
    again = Facts.from_json(text)
    assert again.to_json() == text
    assert again.money_mark() == facts.money_mark()
    assert allocate(again).lines == allocate(facts).lines


Change = Callable[[Facts], Facts]


def cost(**values: Any) -> Change:
    return lambda facts: replace(facts, costs=(replace(INVOICE, **values), CREDIT))


def term(**values: Any) -> Change:
    return lambda facts: replace(facts, terms=(replace(facts.terms[0], **values), facts.terms[1]))


def key(**values: Any) -> Change:
    return lambda facts: replace(facts, keys={"users": replace(KEY, **values)})


def reading(**values: Any) -> Change:
    changed = replace(FACTS.readings["users|latest_before"]["SE1737"], **values)
    return lambda facts: replace(facts, readings={"users|latest_before": {"SE1737": changed}})


def correction(**values: Any) -> Change:
    return lambda facts: replace(facts, corrections=(replace(facts.corrections[0], **values),))


def whole(**values: Any) -> Change:
    return lambda facts: replace(facts, **values)


@pytest.mark.parametrize(
    "change",
    [
        cost(description="Another word"),
        cost(supplier="Another AB"),
        term(agreement="Another agreement"),
        term(number=3),
        key(name="Another name"),
        key(version=3),
        key(valid_from="2026-02-01"),
        key(decision="Another decision"),
        key(decided_on="2025-11-21"),
        reading(source="Another source"),
        reading(reference_on="2026-01-30"),
        whole(municipalities={"SE1737": "Torsby kommun", "SE1783": "Hagfors"}),
        whole(applications={"erp": "Another name"}),
        whole(cost_types={"licence": "Another name"}),
        whole(drivers={"users": "Another name"}),
        whole(cooperation="renamed"),
        correction(mark="cd"),
        correction(key_version=3),
        correction(cause="rules"),
    ],
)
def test_what_is_only_shown_moves_the_fingerprint_alone(change: Change) -> None:
    changed = change(FACTS)
    assert changed.to_json() != FACTS.to_json()
    assert changed.money_mark() == FACTS.money_mark()


@pytest.mark.parametrize(
    "change",
    [
        cost(amount_minor=120_001),
        cost(ends_on="2026-03-02"),
        cost(starts_on="2026-01-31"),
        cost(cost_type="work"),
        cost(application=None),
        cost(credits="C00000001"),
        term(key="other"),
        term(payers="members"),
        term(by_days=False),
        term(application=None),
        term(after_leaving=True),
        term(named=1),
        key(base_minor=1),
        key(floor=1),
        key(cap=None),
        key(when_zero="even"),
        key(components=KEY.components[:1]),
        reading(value="12.6"),
        whole(groups=({"SE1783": ((1, 29),), "SE1737": ((1, 8),)}, {"SE1737": ((1, 29),)})),
        whole(members=1),
        whole(subscribers={"erp": 1}),
        whole(left={}),
        whole(carry={}),
        whole(corrections=()),
        whole(month="2026-03"),
        correction(should={"SE1737": 4_001, "SE1783": 999}),
    ],
)
def test_what_money_depends_on_moves_both_marks(change: Change) -> None:
    changed = change(FACTS)
    assert changed.to_json() != FACTS.to_json()
    assert changed.money_mark() != FACTS.money_mark()


def test_the_mark_of_version_1_tells_the_same_of_money() -> None:
    """A closed month of release 0.1 is compared with today's facts as it would have had them."""
    old = as_version_1(FACTS)
    assert old.money_mark() == Facts.from_json(old.to_json()).money_mark()
    assert old.money_mark() != FACTS.money_mark()
    renamed = as_version_1(key(name="Another name")(FACTS))
    assert (renamed.to_json() == old.to_json(), renamed.money_mark() == old.money_mark()) == (False, True)


def test_a_correction_is_the_difference_for_those_who_differ() -> None:
    found = replace(FACTS.corrections[0], charged={"B": 5, "A": 1}, should={"C": 2, "A": 1})
    assert list(found.shares.items()) == [("B", -5), ("C", 2)]


def test_a_correction_names_those_who_differ_in_the_order_of_their_codes() -> None:
    codes = [f"SE{number}" for number in (1783, 1715, 1760, 1737, 1766, 1761, 1730, 1784)]
    cost = CostFact("C00000003", 800, "2026-01-01", "2026-02-01", "licence")
    correction = CorrectionFact("2026-01", cost, dict.fromkeys(codes, 1), dict.fromkeys(codes, 2), "ab")
    assert list(correction.shares) == sorted(codes)
    assert (correction.cause, correction.key, correction.key_version) == ("cost", "", None)
    assert (cost.supplier, cost.description) == ("", "")


def test_days_come_back_from_json_as_they_were() -> None:
    back = Facts.from_json(WRITTEN)
    assert (back.left, back.groups) == (FACTS.left, FACTS.groups)


def test_groups_of_version_1_are_one_in_whatever_order_they_are_listed() -> None:
    one = {"SE1783": ((1, 29),), "SE1737": ((1, 8),)}
    other = {"SE1737": ((22, 29),), "SE1783": ((1, 29),)}
    found = as_version_1(replace(FACTS, groups=(one, other), members=1, subscribers={"erp": 0}))
    assert found.groups == ({"SE1737": 7, "SE1783": 28},)
    assert (found.members, found.subscribers) == (0, {"erp": 0})
