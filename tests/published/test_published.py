"""The kept files of published cases come out of the engines, and the command says so of any file."""

import json
from pathlib import Path
from typing import Any

import pytest

from tests.published.__main__ import main
from tests.published.cases import CaseFileError, judge, read

HERE = Path(__file__).parent
WAITING = ["CR003", "CR005", "CR007", "CR009", "CR015", "CR017", "CR019", "CR021"]
"""Cases that no engine answers yet."""


@pytest.mark.parametrize(
    ("name", "count", "waiting"),
    [("allocation_cases", 49, []), ("correction_cases", 12, WAITING), ("impact_cases", 15, [])],
)
def test_the_engines_give_what_was_published(name: str, count: int, waiting: list[str]) -> None:
    verdicts = [judge(case) for case in read(HERE / f"{name}.json")]
    assert len(verdicts) == count
    assert [(found.case.id, found.why) for found in verdicts if found.outcome == "differs"] == []
    assert [found.case.id for found in verdicts if found.outcome == "without an engine"] == waiting


def split_case(**changed: Any) -> dict[str, Any]:
    return {
        "id": "S1",
        "kind": "split",
        "inputs": {"total": 5, "ratios": ["1/3", 0.5, 0]},
        "expected": [2, 3, 0],
    } | changed


def written(folder: Path, *cases: Any) -> str:
    path = folder / "some_cases.json"
    path.write_text(json.dumps({"about": "made up", "cases": cases}), encoding="utf-8")
    return str(path)


def test_the_last_line_counts_all_files_together(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    unknown = {"id": "U1", "kind": "tides", "inputs": {}, "expected": 1}
    path = written(tmp_path, split_case(), split_case(id="S2", expected=[3, 2, 0]), unknown)
    assert main([path, str(HERE / "allocation_cases.json")]) == 1
    assert capsys.readouterr().out.splitlines()[2:] == [
        "differs: S2 (split): wanted [3, 2, 0], given [2, 3, 0]",
        "without an engine: tides: U1",
        "50 of 52 came out, 1 differs, 1 without an engine",
    ]


def test_a_file_that_comes_out_is_a_success_though_a_kind_waits(tmp_path: Path) -> None:
    assert main([written(tmp_path, split_case(), split_case(kind="tides"))]) == 0


def test_the_right_figure_counts_where_the_published_one_is_wrong(tmp_path: Path) -> None:
    cases = [split_case(expected=[3, 2, 0], right=[2, 3, 0]), split_case(right=[3, 2, 0])]
    verdicts = [judge(case) for case in read(Path(written(tmp_path, *cases)))]
    assert [found.outcome for found in verdicts] == ["came out", "differs"]


@pytest.mark.parametrize(
    ("inputs", "why"),
    [
        ({"total": 5, "ratios": []}, "refused: No weight is positive"),
        ({"total": 5, "ratios": [1, -1, 3]}, "refused: A weight is negative"),
        ({"total": 5}, "inputs of another form: KeyError: 'ratios'"),
        ({"total": 5, "ratios": ["1/0"]}, "inputs of another form: ZeroDivisionError"),
        ({"total": "5", "ratios": [1]}, "inputs of another form: TypeError"),
        ([5, 1, 1], "inputs of another form: TypeError"),
    ],
)
def test_inputs_that_the_engine_refuses_make_the_case_differ(inputs: Any, why: str, tmp_path: Path) -> None:
    [case] = read(Path(written(tmp_path, split_case(inputs=inputs))))
    verdict = judge(case)
    assert verdict.outcome == "differs"
    assert verdict.why.startswith(why)


@pytest.mark.parametrize(
    "changed",
    [
        {"credit_note": {"amount": "30", "when": "after payment"}},
        {"from": "2026-01-15"},
        {"invoice": None},
    ],
)
def test_a_credit_note_of_another_form_waits_for_its_engine(changed: dict[str, Any], tmp_path: Path) -> None:
    credit = {"amount": "30", "when": "before payment"}
    inputs = {"invoice": "120", "from": "2026-01-01", "months": 3, "credit_note": credit} | changed
    path = written(tmp_path, split_case(kind="credit_note_over_months", inputs=inputs))
    assert [judge(case).outcome for case in read(Path(path))] == ["without an engine"]


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"not at all", "is not JSON"),
        (b"", "is not JSON"),
        (b"\xff\xfe\x00", "is not JSON"),
        (b"[" * 100_000, "is not JSON"),
        (b"[]", "holds no cases"),
        (b'{"cases": {}}', "holds no cases"),
        (b'{"cases": []}', "holds no cases"),
        (b'{"cases": ["S1"]}', "case 1 has no id, kind, inputs, expected"),
        (b'{"cases": [{"id": "S1", "kind": "split", "expected": 1}]}', "case 1 has no inputs"),
    ],
)
def test_an_odd_file_is_named_and_the_others_are_done(
    content: bytes, message: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    odd = tmp_path / "odd.json"
    odd.write_bytes(content)
    with pytest.raises(CaseFileError, match=message):
        read(odd)
    assert main([str(odd), written(tmp_path, split_case())]) == 2
    said = capsys.readouterr()
    assert said.err.startswith(f"{odd} {message}")
    assert said.out.splitlines()[-1] == "1 of 1 came out, 0 differs, 0 without an engine"


def test_a_file_that_is_not_there_is_said_to_be(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main([str(tmp_path / "nowhere.json")]) == 2
    assert "cannot be read: No such file" in capsys.readouterr().err
    assert main([]) == 2
