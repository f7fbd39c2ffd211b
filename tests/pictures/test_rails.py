"""A network: every box, every rail, no line over another, and no word over a box."""

from itertools import combinations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sharedict.pictures.drawing import Box, Drawing, Label, Line, Mark, Picture
from sharedict.pictures.network import Network, Rail, Site, State
from sharedict.pictures.rails import rails
from tests.front.pictures import STATES, network, one_service, small_network
from tests.pictures.measuring import WIDTHS, cross, crossings, drawn, is_shown, place, words

SIZES = [(4, 2), (2, 1), (1, 0), (5, 3), (40, 6), (40, 0)]
BOTH = [320, 1000]


def pictures() -> list[Picture]:
    return [rails(network(*size, lost=lost)) for size in SIZES for lost in (False, True)]


@pytest.mark.parametrize("width", WIDTHS)
@pytest.mark.parametrize("picture", pictures())
def test_words_stand_in_their_box_or_clear_of_all(picture: Picture, width: int) -> None:
    drawing = drawn(picture, width)
    boxes = [place(shape, width) for shape in drawing.shapes if isinstance(shape, Box)]
    for label in drawing.labels:
        if is_shown(label, width):
            left, top, right, bottom = place(label, width)
            over = [box for box in boxes if cross(place(label, width), box)]
            if label.look.startswith("in"):
                ((start, above, end, below),) = over
                assert start <= left
                assert right <= end
                assert above <= top
                assert bottom <= below
            else:
                assert over == [], label
    assert [*crossings(picture, width)] == []


def overlaps(drawing: Drawing) -> list[tuple[Line, Line]]:
    """Lines that run over each other, and so could not be told apart."""
    lines = [shape for shape in drawing.shapes if isinstance(shape, Line)]
    upright = [(line.x1, *sorted((line.y1, line.y2)), line) for line in lines if line.x1 == line.x2]
    level = [(line.y1, *sorted((line.x1, line.x2)), line) for line in lines if line.y1 == line.y2]
    assert {id(each[3]) for each in [*upright, *level]} == {id(line) for line in lines}
    return [
        (one[3], other[3])
        for same in (upright, level)
        for one, other in combinations(same, 2)
        if abs(one[0] - other[0]) < 0.005 and one[1] < other[2] and other[1] < one[2]
    ]


def struck(drawing: Drawing, width: int) -> list[str]:
    """Words that an upright line runs through."""
    upright = [shape for shape in drawing.shapes if isinstance(shape, Line) and shape.x1 == shape.x2]
    found = []
    for label in drawing.labels:
        if is_shown(label, width) and not label.look.startswith("in"):
            left, top, right, bottom = place(label, width)
            for line in upright:
                above, below = sorted((line.y1, line.y2))
                if left < line.x1 * width / 100 < right and above < bottom and top < below:
                    found.append(label.text)
    return found


ORDINARY = [small_network(), network(2, 1), network(4, 1), network(3, 2)]
SEEN = [720, 742, 850, 976, 1100, 1248]  # px, from a tablet on


@pytest.mark.parametrize("width", SEEN)
@pytest.mark.parametrize("wanted", ORDINARY)
def test_no_line_runs_through_the_words_of_another_rail(wanted: Network, width: int) -> None:
    assert struck(drawn(rails(wanted), width), width) == []


def test_a_line_through_words_would_be_found() -> None:
    line, label = Line(50, 0, 50, 40), Label("Teracom", 49, 20)
    assert struck(Drawing(40, (line,), (label,)), 720) == ["Teracom"]


@pytest.mark.parametrize("wanted", [*ORDINARY, network(5, 3)])
def test_a_line_that_only_passes_a_rail_has_a_gap_there(wanted: Network) -> None:
    shapes = drawn(rails(wanted), 1000).shapes
    lines = [shape for shape in shapes if isinstance(shape, Line)]
    marks = {(shape.x, shape.y): shape.form for shape in shapes if isinstance(shape, Mark)}
    thick = [line for line in lines if "rail " in f"{line.look} " and line.y1 == line.y2]
    for rail in thick:
        for line in lines:
            if min(line.y1, line.y2) < rail.y1 < max(line.y1, line.y2) and rail.x1 < line.x1 < rail.x2:
                assert (line.x1, rail.y1) in marks, (line, rail)
    joined = {spot for spot, form in marks.items() if form == "joint"}
    assert joined.isdisjoint(spot for spot, form in marks.items() if form == "under")


def test_some_line_passes_a_rail() -> None:
    shapes = drawn(rails(small_network()), 1000).shapes
    assert [shape for shape in shapes if isinstance(shape, Mark) and shape.form == "under"]


@pytest.mark.parametrize("wanted", [*ORDINARY, network(5, 3), network(4, 2, lost=True)])
def test_no_word_is_cut_on_a_phone(wanted: Network) -> None:
    assert [text for text in words(rails(wanted), 288) if "\N{HORIZONTAL ELLIPSIS}" in text] == []


@pytest.mark.parametrize("width", BOTH)
@pytest.mark.parametrize("picture", pictures())
def test_no_line_runs_over_another(picture: Picture, width: int) -> None:
    assert overlaps(drawn(picture, width)) == []


@st.composite
def networks(draw: st.DrawFn) -> Network:
    keys = [str(number) for number in range(draw(st.integers(2, 14)))]
    some = st.lists(st.sampled_from(keys), min_size=1, max_size=6, unique=True)
    made = st.builds(Rail, st.text("abc ", max_size=60), st.text("abc ", max_size=60), some)
    providers = draw(st.lists(made, max_size=6))
    joints = [Rail(f"{place}", "", draw(some)) for place in range(draw(st.integers(0, 6)))]
    return Network("", [Site(key, f"Site {key}") for key in keys], providers, joints, STATES)


@given(networks(), st.sampled_from(BOTH))
def test_no_line_runs_over_another_whatever_is_joined(wanted: Network, width: int) -> None:
    picture = rails(wanted)
    assert overlaps(drawn(picture, width)) == []
    assert [*crossings(picture, width)] == []


@pytest.mark.parametrize("width", BOTH)
def test_two_links_that_say_the_same_are_two(width: int) -> None:
    sites = [Site(key, key) for key in "abcde"]
    twice = [Rail("Fibre", "", ["a", "e"]) for _ in range(2)]
    assert overlaps(drawn(rails(Network("", sites, twice, twice, STATES)), width)) == []
    assert words(rails(Network("", sites, twice, [], STATES)), width).count("Fibre") == 2


@pytest.mark.parametrize("width", BOTH)
def test_every_site_and_every_rail_is_there(width: int) -> None:
    wanted = network(40, 6)
    drawing = drawn(rails(wanted), width)
    assert len([shape for shape in drawing.shapes if isinstance(shape, Box)]) == 40
    told = " ".join(words(rails(wanted), width))
    assert all(rail.name[:10] in told for rail in [*wanted.providers, *wanted.joints])


@pytest.mark.parametrize("width", BOTH)
def test_what_is_lost_is_dotted_and_what_takes_over_has_an_arrow(width: int) -> None:
    sites = [Site("a", "A", look="out"), Site("b", "B"), Site("m", "Mirror")]
    provider = Rail("P", "", ["a", "b"], lost=frozenset("a"))
    over = Rail("Mirror", "takes over", ["a", "m"], State.SPARE, over="m")
    picture = rails(Network("", sites, [provider], [over], STATES))
    drawing = drawn(picture, width)
    assert {"rail-out", "rail-spare"} <= {shape.look for shape in drawing.shapes}
    arrows = [shape.form for shape in drawing.shapes if isinstance(shape, Mark) and shape.look == "take"]
    assert arrows in (["up"], ["left"])
    assert [key.words for key in picture.keys] == [*STATES.values()]


def test_keys_are_needed_only_where_lines_differ() -> None:
    wanted = Network("", [Site("a", "A"), Site("b", "B")], [Rail("P", "", ["a"])], [], STATES)
    assert rails(wanted).keys == ()


def lines_of(drawing: Drawing, look: str) -> list[Line]:
    return [shape for shape in drawing.shapes if isinstance(shape, Line) and look in shape.look.split()]


@pytest.mark.parametrize("width", [288, 560, 800, 1248])
@pytest.mark.parametrize("wanted", [one_service(), small_network()])
def test_what_takes_over_ends_at_the_boxes_that_it_joins(wanted: Network, width: int) -> None:
    """A line on to a word beside the boxes would be taken for one more site."""
    drawing = drawn(rails(wanted), width)
    spare = lines_of(drawing, "rail-spare")
    boxes = [shape for shape in drawing.shapes if isinstance(shape, Box)]
    beside = min(line.x1 for line in spare) >= max(box.x + box.width for box in boxes)
    tops, bottoms = [box.y for box in boxes], [box.y + box.height for box in boxes]
    assert min(min(line.y1, line.y2) for line in spare) >= min(tops)
    assert max(max(line.y1, line.y2) for line in spare) <= max(bottoms) + (0 if beside else 24)
    loose = [label.text for label in drawing.labels if not label.look.startswith("in")]
    assert "Fourth site" not in " ".join(loose)


@pytest.mark.parametrize("wanted", [*ORDINARY, network(5, 3)])
def test_the_rail_of_a_provider_runs_over_no_site_beyond_those_that_it_serves(wanted: Network) -> None:
    drawing = drawn(rails(wanted), 1000)
    boxes = [shape for shape in drawing.shapes if isinstance(shape, Box)]
    tops = {box.y for box in boxes}
    served = dict(zip((site.key for site in wanted.sites), boxes, strict=True))
    level = [line for line in lines_of(drawing, "rail") if line.y1 == line.y2 < min(tops)]
    assert len(level) == len(wanted.providers)
    providers = sorted(wanted.providers, key=lambda rail: len(rail.sites))
    for rail, line in zip(providers, sorted(level, key=lambda line: line.y1), strict=True):
        own = [served[key] for key in rail.sites]
        left = min(box.x for box in own) - 3.5  # the gutter beside the box, where there are rows
        right = max(box.x + box.width for box in own)
        assert left <= line.x1 < line.x2 <= right, rail.name


def test_a_line_alone_meets_its_box_in_the_middle() -> None:
    drawing = drawn(rails(small_network()), 1000)
    boxes = {box.x: box for box in drawing.shapes if isinstance(box, Box)}
    for box in boxes.values():
        above = {
            line.x1
            for line in drawing.shapes
            if isinstance(line, Line) and line.x1 == line.x2 and max(line.y1, line.y2) == box.y
        }
        inside = sorted(x for x in above if box.x < x < box.x + box.width)
        assert inside == pytest.approx(
            [box.x + box.width * (place + 1) / (len(inside) + 1) for place in range(len(inside))], abs=0.02
        )
