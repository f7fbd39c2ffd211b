"""A cell names a stored row by code or name, and never one of several."""

from dataclasses import dataclass

import pytest

from sharedict.common.uploads import Choices, UploadError


@dataclass(frozen=True)
class Thing:
    code: str
    name: str


ERP, LOWER = Thing("ERP", "Ekonomi  system"), Thing("erp", "Other")
TWIN, MISLEADING = Thing("erp-2", "ekonomi system"), Thing("x", "Other")
THINGS = [ERP, LOWER, TWIN, MISLEADING, Thing("hr", "Löner"), Thing("löner", "Old payroll")]


@pytest.fixture
def choices() -> Choices[Thing]:
    return Choices(THINGS, codes=lambda one: (one.code,), names=lambda one: (one.name,))


@pytest.mark.parametrize(
    ("text", "code"),
    [("ERP", "ERP"), ("erp", "erp"), ("ERP-2", "erp-2"), ("löner", "löner"), ("LÖNER", "löner"),
     ("old\u00a0PAYROLL ", "löner"), ("X", "x")],
)  # fmt: skip
def test_the_code_comes_first_then_the_name_whatever_capitals_and_spaces(
    choices: Choices[Thing], text: str, code: str
) -> None:
    assert choices.find(text).code == code


@pytest.mark.parametrize(
    ("text", "codes"), [("Other", "erp, x"), ("EKONOMI SYSTEM", "ERP, erp-2"), ("Erp", "ERP, erp")]
)
def test_what_several_are_called_is_refused_with_their_codes(
    choices: Choices[Thing], text: str, codes: str
) -> None:
    with pytest.raises(UploadError, match=f"write one of the codes {codes}"):
        choices.find(text)


def test_a_name_of_several_stays_with_the_one_that_is_stored(choices: Choices[Thing]) -> None:
    assert choices.find("Other", MISLEADING) is MISLEADING
    assert choices.find("Löner", THINGS[4]).code == "hr"
    with pytest.raises(UploadError):
        choices.find("Other", ERP)


@pytest.mark.parametrize("text", ["", " ", "nowhere"])
def test_nothing_and_what_is_not_there_names_nothing(choices: Choices[Thing], text: str) -> None:
    with pytest.raises(UploadError, match="There is no"):
        choices.find(text)


def test_what_names_nothing_is_told_the_few_names_there_are() -> None:
    few = Choices([ERP, THINGS[4]], codes=lambda one: (one.code,), names=lambda one: (one.name,))
    with pytest.raises(UploadError, match=r"There is no “x” here. Possible: “Ekonomi  system”, “Löner”.$"):
        few.find("x")
    crowd = [Thing(f"c{number}", f"Name {number}") for number in range(11)]
    many = Choices(crowd, codes=lambda one: (one.code,), names=lambda one: (one.name,))
    with pytest.raises(UploadError, match=r"There is no “x” here.$"):
        many.find("x")


def test_of_many_codes_some_are_said() -> None:
    many = Choices(
        [Thing(f"c{number}", "Same") for number in range(50)],
        codes=lambda one: (one.code,),
        names=lambda one: (one.name,),
    )
    with pytest.raises(UploadError, match="…") as refused:
        many.find("same")
    assert len(refused.value.message) < 150
