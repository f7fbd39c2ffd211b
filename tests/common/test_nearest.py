"""Whoever names what is not there reads what is: all of a few, the nearest of many."""

import pytest

from sharedict.common.nearest import instead_of
from sharedict.common.uploads import Choices, UploadError

FEW = {"Licence": ("licence", "Licence"), "Support": ("support", "Support")}
MANY = {f"Place {number}": (f"SE{number}", f"Place {number}") for number in range(100, 400)} | {
    "Torsby": ("SE1737", "Torsby"),
    "Sunne": ("SE1766", "Sunne"),
}


def test_all_of_a_few_are_listed() -> None:
    assert instead_of("nowhere", FEW) == " Possible: “Licence”, “Support”."


@pytest.mark.parametrize("text", ["Torsbby", "torsby kommun", "TORSBY", "SE17 37"])
def test_of_many_the_nearest_are_listed(text: str) -> None:
    assert instead_of(text, MANY).startswith(" Nearest: “Torsby”")


@pytest.mark.parametrize("text", ["Quux", "", " ", "x" * 300])
def test_nothing_is_said_where_nothing_is_near(text: str) -> None:
    assert instead_of(text, MANY) == ""


def test_nothing_is_compared_with_very_many() -> None:
    assert instead_of("Torsby", {f"Torsby {number}": ("Torsby",) for number in range(3_000)}) == ""
    assert instead_of("Torsby", {}) == ""


def test_a_name_that_several_have_is_listed_as_their_codes() -> None:
    rows = [("a", "Same"), ("b", "Same"), ("c", "Other")]
    choices = Choices(rows, codes=lambda row: (row[0],), names=lambda row: (row[1],))
    with pytest.raises(UploadError, match="Possible: “a”, “b”, “Other”"):
        choices.find("nowhere")
