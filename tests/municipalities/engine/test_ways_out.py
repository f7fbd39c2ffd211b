"""Whether links stand in for each other: two devices, two links, no point in common."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from municipalities.engine.ways_out import Standing, Verdict, WayOut, verdict_of


def way(link: str, device: str, *points: str) -> WayOut:
    return WayOut(link, device, frozenset(points))


@pytest.mark.parametrize(
    ("ways", "standing", "shared"),
    [
        ([], "none", ()),
        ([way("a", "F1", "Teracom")], "single", ()),
        ([way("a", "F1", "Teracom"), way("a", "F1", "Teracom")], "single", ()),
        ([way("a", "F1", "Teracom"), way("b", "F2", "Telia")], "independent", ()),
        ([way("a", "F1", "Teracom"), way("b", "F2", "Teracom")], "shared", ("Teracom",)),
        ([way("a", "F1", "Teracom"), way("b", "F1", "Telia")], "shared", ("F1",)),
        ([way("a", "F1", "Teracom"), way("b", "F1", "Teracom")], "shared", ("F1", "Teracom")),
        ([way("a", "F1", "Teracom"), way("b", "", "Telia")], "untold", ()),
        ([way("a", "", "Teracom"), way("b", "", "Teracom")], "shared", ("Teracom",)),
        ([way("a", "F1", "T"), way("b", "F1", "U"), way("c", "F2", "U")], "independent", ()),
    ],
)
def test_how_links_stand(ways: list[WayOut], standing: str, shared: tuple[str, ...]) -> None:
    assert verdict_of(ways) == Verdict(Standing(standing), shared)


points = st.frozensets(st.sampled_from("TUV"))
one_way = st.builds(WayOut, st.sampled_from("abcde"), st.sampled_from(["", "F1", "F2"]), points)
ways_out = st.lists(one_way, max_size=5, unique_by=lambda one: one.link)
BEST = [*Standing]


@given(ways_out, ways_out)
def test_one_more_link_never_makes_it_worse(ways: list[WayOut], more: list[WayOut]) -> None:
    wider = [*ways, *(WayOut(f"{one.link}2", one.device, one.points) for one in more)]
    if ways and len(wider) > 1:  # two that share a point are better than none, and no better than one
        assert BEST.index(verdict_of(wider).standing) <= BEST.index(verdict_of(ways).standing)


@given(ways_out.flatmap(lambda ways: st.tuples(st.just(ways), st.permutations(ways))))
def test_the_order_says_nothing(both: tuple[list[WayOut], list[WayOut]]) -> None:
    ways, turned = both
    assert verdict_of(turned) == verdict_of(ways)


@given(ways_out)
def test_independent_are_two_devices_and_nothing_in_common(ways: list[WayOut]) -> None:
    found = [
        (one, other)
        for one in ways
        for other in ways
        if one.link < other.link and one.device and other.device and one.device != other.device
        if not one.points & other.points
    ]
    assert (verdict_of(ways).standing is Standing.INDEPENDENT) is bool(found)
