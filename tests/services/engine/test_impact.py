"""What falls if this goes, on nets that can be checked by hand and on any net."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.engine.graph import Graph, GraphError, Line, Need, Way
from services.engine.impact import MOST_TRIED, State, elsewhere, fall, single_points

UP, LESS, DOWN = State.UP, State.LESS, State.DOWN


def net(**needs: list[Need]) -> Graph:
    return Graph({name: tuple(own) for name, own in needs.items()})


def cooperation(*, second_line: bool = False) -> Graph:
    """Two municipalities, two centres and a fourth site on one provider's net; one application, mirrored."""
    places = ["torsby", "sunne", "fourth", "teracom"]
    lines = [Line(f"to {site}", site, "teracom") for site in places[:3]]
    if second_line:
        lines.append(Line("spare", "sunne", "fourth"))
    needs: dict[str, tuple[Need, ...]] = dict.fromkeys([*places, *(line.id for line in lines)], ())
    needs["at torsby"], needs["at fourth"] = (Need.all_of("torsby"),), (Need.all_of("fourth"),)
    needs["care"] = (Need(("at torsby", "at fourth"), 1, first="at torsby"),)
    needs["care of sunne"] = needs["care of torsby"] = (Need.all_of("care"),)
    goals = (("at torsby", "torsby"), ("at fourth", "fourth"))
    ways = tuple(Way(f"care of {name}", (name,), goals) for name in ("torsby", "sunne"))
    return Graph(needs, tuple(lines), ways)


def test_a_mirror_takes_over_and_those_who_sat_at_the_lost_site_stop() -> None:
    found = fall(cooperation(), ["torsby"])
    assert [found.state(name) for name in ("care", "care of sunne", "care of torsby")] == [LESS, LESS, DOWN]
    assert found.chain("care of sunne") == ("torsby", "at torsby", "care", "care of sunne")
    assert found.chain("care of torsby") == ("torsby", "care of torsby")
    assert found.chain("fourth") == ()


SEATS = {"care of torsby": ("torsby",), "care of sunne": ("sunne",)}


def test_who_sat_at_the_lost_site_goes_on_elsewhere_with_less() -> None:
    graph = cooperation()
    found = elsewhere(graph, fall(graph, ["torsby"]), SEATS)
    assert found.state("care of torsby") is LESS
    assert found.chain("care of torsby") == ("torsby", "care of torsby")
    cut_off = elsewhere(graph, fall(graph, ["to sunne"]), SEATS)
    assert cut_off.state("care of sunne") is DOWN
    nowhere = elsewhere(graph, fall(graph, ["torsby", "fourth"]), SEATS)
    assert nowhere.state("care of torsby") is DOWN


def test_what_others_need_has_no_seats() -> None:
    graph = cooperation()
    with pytest.raises(GraphError, match="care is needed"):
        elsewhere(graph, fall(graph, ["torsby"]), {"care": ("torsby",)})


def test_of_very_many_losses_some_cause_is_given() -> None:
    ends = ["a", "b"]
    lines = [Line(f"line{number:03}", *ends) for number in range(MOST_TRIED + 30)]
    needs = dict.fromkeys([*ends, "thing", "use", *(line.id for line in lines)], ())
    graph = Graph(needs, tuple(lines), (Way("use", ("a",), (("thing", "b"),)),))
    found = fall(graph, [line.id for line in lines[:-1]])
    assert found.state("use") is LESS
    assert found.chain("use")[-1] == "use"


def test_a_mirror_that_goes_leaves_no_redundancy() -> None:
    found = fall(cooperation(), ["fourth"])
    assert found.state("care") is LESS
    assert found.chain("care") == ("fourth", "at fourth", "care")


def test_both_sites_take_all() -> None:
    found = fall(cooperation(), ["torsby", "fourth"])
    assert found.state("care of sunne") is DOWN
    assert found.chain("care of sunne") == ("fourth", "care of sunne")


def test_the_net_between_them_cuts_off_who_is_elsewhere() -> None:
    found = fall(cooperation(), ["teracom"])
    assert found.state("care of torsby") is UP, "it runs at the same site"
    assert found.chain("care of sunne") == ("teracom", "care of sunne")
    assert found.state("care") is UP


def test_the_chain_names_the_line_that_broke() -> None:
    assert fall(cooperation(), ["to sunne"]).chain("care of sunne") == ("to sunne", "care of sunne")


def test_a_second_line_keeps_it_up_with_less() -> None:
    found = fall(cooperation(second_line=True), ["to sunne"])
    assert found.state("care of sunne") is LESS
    assert found.chain("care of sunne") == ("to sunne", "care of sunne")
    assert found.state("care of torsby") is UP, "it runs at the same site"


def test_ways_that_were_never_there_say_nothing() -> None:
    graph = Graph(dict.fromkeys(("a", "b", "thing", "use"), ()), (), (Way("use", ("a",), (("thing", "b"),)),))
    assert fall(graph, ["b"]).state("use") is UP


def test_what_can_be_done_without_leaves_it_with_less() -> None:
    graph = net(internet=[], invoices=[Need(("internet",), 0)], clerk=[Need.all_of("invoices")])
    found = fall(graph, ["internet"])
    assert (found.state("invoices"), found.state("clerk")) == (LESS, LESS)
    assert found.chain("clerk") == ("internet", "invoices", "clerk")


def test_redundancy_that_is_left_is_not_less() -> None:
    graph = net(a=[], b=[], c=[], farm=[Need(("a", "b", "c"), 1)])
    assert [fall(graph, lost).state("farm") for lost in (["a"], ["a", "b"], ["a", "b", "c"])] == [
        UP,
        LESS,
        DOWN,
    ]


def test_what_is_down_already_counts_and_what_is_held_stays() -> None:
    graph = net(a=[], b=[], farm=[Need(("a", "b"), 1)], use=[Need.all_of("farm")])
    assert fall(graph, ["b"], already=["a"]).state("use") is DOWN
    assert fall(graph, ["b"], already=["a"], held={"farm"}).state("use") is UP


def test_a_chain_is_the_shortest_and_the_first_by_name() -> None:
    graph = net(
        a=[],
        b=[Need.all_of("a")],
        c=[Need.all_of("b")],
        d=[Need.all_of("a")],
        e=[Need.all_of("c"), Need.all_of("d")],
    )
    assert fall(graph, ["a"]).chain("e") == ("a", "d", "e")


def test_what_a_reader_may_not_see_passes_it_on_unnamed() -> None:
    graph = net(a=[], secret=[Need.all_of("a")], b=[Need.all_of("secret")])
    assert fall(graph, ["a"]).chain("b", hidden={"secret"}) == ("a", "", "b")


def test_single_points_name_what_each_takes() -> None:
    uses = lambda name: name.startswith("care of")  # noqa: E731
    graph = cooperation()
    assert single_points(graph, graph.needs, uses) == {
        "care": ("care of sunne", "care of torsby"),
        "sunne": ("care of sunne",),
        "teracom": ("care of sunne",),
        "to sunne": ("care of sunne",),
        "torsby": ("care of torsby",),
    }


@pytest.mark.parametrize(
    ("needs", "said"),
    [
        ({"a": (Need(("b",), 1),)}, "There is no b"),
        ({"a": (), "b": (Need(("a",), 2),)}, "b needs 2 of 1"),
        ({"a": (), "b": (Need(("a",), -1),)}, "b needs -1 of 1"),
        ({"a": (), "b": (Need(("a",), 1, first="c"),)}, "b uses c first, and does not need it"),
    ],
)
def test_what_contradicts_itself_is_refused(needs: dict[str, tuple[Need, ...]], said: str) -> None:
    with pytest.raises(GraphError, match=said):
        Graph(needs)


def test_what_is_lost_must_be_there() -> None:
    with pytest.raises(GraphError, match="There is no z"):
        fall(net(a=[]), ["z"])


NAMES = [f"t{number}" for number in range(7)]


@st.composite
def graphs(draw: st.DrawFn) -> Graph:
    """Any needs, lines and ways among seven things, circles too."""
    one = st.sampled_from(NAMES)
    some = st.lists(one, min_size=1, max_size=3, unique=True).map(tuple)
    need = some.flatmap(lambda of: st.integers(0, len(of)).map(lambda least: Need(of, least)))
    needs = {name: tuple(draw(st.lists(need, max_size=2))) for name in NAMES}
    ends = draw(st.lists(st.tuples(one, one), max_size=6))
    lines = tuple(Line(f"line{place}", *pair) for place, pair in enumerate(ends))
    goals = st.lists(st.tuples(one, one), min_size=1, max_size=2).map(tuple)
    ways = tuple(draw(st.lists(st.builds(Way, one, some, goals), max_size=4)))
    return Graph(needs | {line.id: () for line in lines}, lines, ways)


losses = st.lists(st.sampled_from(NAMES), max_size=3, unique=True)


@given(graphs(), losses, st.sampled_from(NAMES))
def test_losing_more_brings_nothing_up(graph: Graph, lost: list[str], more: str) -> None:
    assert set(fall(graph, lost).down) <= set(fall(graph, [*lost, more]).down)
    for name in graph.needs:
        assert fall(graph, lost).state(name) <= fall(graph, [*lost, more]).state(name)


@given(graphs(), losses, st.data())
def test_redundancy_stops_nothing(graph: Graph, lost: list[str], data: st.DataObject) -> None:
    """One more of which only as many must be up, or one more line, never takes down what stayed up before."""
    owner, more = data.draw(st.sampled_from(NAMES)), data.draw(st.sampled_from(NAMES))
    wider = tuple(Need((*need.of, more), need.at_least) for need in graph.needs[owner])
    line = Line("more", owner, more)
    there = fall(graph, lost)
    for richer in (
        Graph({**graph.needs, owner: wider}, graph.lines, graph.ways),
        Graph({**graph.needs, "more": ()}, (*graph.lines, line), _known(graph)),
    ):
        assert set(fall(richer, lost).down) <= set(there.down)


def _known(graph: Graph) -> tuple[Way, ...]:
    """The ways that were there: a new line may show one that nobody knew of, which can then be lost."""
    return tuple(way for way in graph.ways if fall(graph, []).state(way.owner) is UP and _there(graph, way))


def _there(graph: Graph, way: Way) -> bool:
    part = graph.components()
    return any(part.get(start) == part.get(place) for start in way.starts for _, place in way.goals)


@given(graphs(), losses)
def test_every_chain_begins_with_a_loss_and_each_step_follows_from_the_one_before(
    graph: Graph, lost: list[str]
) -> None:
    found = fall(graph, lost)
    assert not set(found.down) & set(found.less)
    for name in [*found.down, *found.less]:
        chain = found.chain(name)
        assert chain[0] in lost
        assert chain[-1] == name
        assert len(set(chain)) == len(chain)


@given(graphs(), losses, st.dictionaries(st.sampled_from(NAMES), st.sampled_from(NAMES)))
def test_working_elsewhere_brings_up_nothing_that_lacks_what_it_needs(
    graph: Graph, lost: list[str], at: dict[str, str]
) -> None:
    seats = {name: (place,) for name, place in at.items() if name not in graph.needed_by}
    found = fall(graph, lost)
    moved = elsewhere(graph, found, seats)
    assert set(moved.down) <= set(found.down)
    for name in found.down.keys() - moved.down.keys():
        assert moved.state(name) is LESS
        assert at[name] in found.down
        for need in graph.needs[name]:
            assert sum(other not in found.down for other in need.of) >= need.at_least


@given(graphs(), losses)
def test_what_is_up_has_all_that_it_must_have(graph: Graph, lost: list[str]) -> None:
    """Said plainly: every need of what stays up holds, and so does every way that was there."""
    down = set(fall(graph, lost).down)
    part = graph.components(down)
    for name in graph.needs.keys() - down:
        for need in graph.needs[name]:
            assert sum(other not in down for other in need.of) >= need.at_least
        for way in graph.ways:
            if way.owner == name and _there(graph, way):
                ends = {part[place] for thing, place in way.goals if thing not in down and place in part}
                assert ends & {part[start] for start in way.starts if start in part}


@given(graphs(), st.sampled_from(NAMES))
def test_single_points_are_single_falls(graph: Graph, name: str) -> None:
    taken = tuple(sorted(set(fall(graph, [name]).down) - {name}))
    assert single_points(graph, [name], lambda _: True) == ({name: taken} if taken else {})
