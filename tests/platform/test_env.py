"""Malformed values are refused with a message that names the variable and says what to write."""

from pathlib import Path
from typing import Any

import pytest

from sharedict import env


@pytest.mark.parametrize(
    ("written", "read"), [("1", True), ("YES", True), (" on ", True), ("false", False), ("0", False)]
)
def test_a_flag_is_yes_or_no(monkeypatch: pytest.MonkeyPatch, written: str, read: bool) -> None:
    monkeypatch.setenv("SOME_FLAG", written)
    assert env.flag("SOME_FLAG", default=not read) is read


def test_an_empty_variable_is_the_same_as_none(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SOME", "")
    assert env.flag("SOME", default=True) is True
    assert env.integer("SOME", 7) == 7
    assert env.words("SOME", ["a"]) == ["a"]
    assert env.choice("SOME", ["a", "b"], "b") == "b"
    assert env.url("SOME", ["redis"], "redis://x", default="redis://y") == "redis://y"


def test_words_are_separated_by_commas(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SOME", " a.example.se, ,b.example.se,")
    assert env.words("SOME") == ["a.example.se", "b.example.se"]


@pytest.mark.parametrize(
    ("read", "value"),
    [
        (lambda: env.flag("SOME"), "maybe"),
        (lambda: env.integer("SOME", 1), "1.5"),
        (lambda: env.integer("SOME", 1), "-1"),
        (lambda: env.integer("SOME", 1), "٣"),
        (lambda: env.integer("SOME", 1, least=1, most=9), "10"),
        (lambda: env.choice("SOME", ["development", "production"], "development"), "prod"),
        (lambda: env.url("SOME", ["redis"], "redis://x"), "localhost:6379"),
        (lambda: env.url("SOME", ["redis"], "redis://x"), "redis://host:port/0"),
        (lambda: env.url("SOME", ["redis"], "redis://x"), "redis://host:0/0"),
        (lambda: env.postgresql("SOME"), "mysql://host/name"),
        (lambda: env.postgresql("SOME"), "postgresql://host"),
        (lambda: env.postgresql("SOME"), "postgresql://host/a/b"),
        (lambda: env.secret("SOME"), None),
    ],
)
def test_a_malformed_value_names_its_variable(
    monkeypatch: pytest.MonkeyPatch, read: Any, value: str | None
) -> None:
    if value is None:
        monkeypatch.setenv("SOME_FILE", "/nowhere/at/all")
    else:
        monkeypatch.setenv("SOME", value)
    with pytest.raises(env.SettingError, match=r"^SOME.* (Write|Name) ") as caught:
        read()
    assert caught.value.name.startswith("SOME")


def test_a_password_in_a_refused_address_is_not_repeated(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SOME", "mysql://user:hunter2@host/name")
    with pytest.raises(env.SettingError) as caught:
        env.postgresql("SOME")
    assert "hunter2" not in str(caught.value)


def test_a_secret_may_come_from_a_file(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    (tmp_path / "secret").write_text("from the file\n", encoding="utf-8")
    monkeypatch.setenv("SOME_FILE", str(tmp_path / "secret"))
    assert env.secret("SOME") == "from the file"
    monkeypatch.setenv("SOME", "directly")
    with pytest.raises(env.SettingError, match="only one of the two"):
        env.secret("SOME")


@pytest.mark.parametrize(
    ("address", "expected"),
    [
        (
            "postgresql://user:p%40ss@db.example.se:5433/portal?sslmode=require",
            {"NAME": "portal", "USER": "user", "PASSWORD": "p@ss", "HOST": "db.example.se", "PORT": "5433",
             "OPTIONS": {"sslmode": "require"}},
        ),
        (
            "postgres://postgres@/portal?host=%2Frun%2Fpostgresql&port=5433",
            {"NAME": "portal", "USER": "postgres", "HOST": "/run/postgresql", "PORT": "5433", "OPTIONS": {}},
        ),
        ("postgresql://%2Frun%2Fpg/portal", {"NAME": "portal", "USER": "", "HOST": "/run/pg", "PORT": ""}),
        ("postgresql:///portal", {"NAME": "portal", "HOST": ""}),
        ("postgresql://[::1]:5432/portal", {"HOST": "::1", "PORT": "5432"}),
    ],
)  # fmt: skip
def test_a_database_address(
    monkeypatch: pytest.MonkeyPatch, address: str, expected: dict[str, object]
) -> None:
    monkeypatch.setenv("SOME", address)
    read = env.postgresql("SOME")
    assert {name: read[name] for name in expected} == expected


@pytest.mark.parametrize(
    ("variables", "port"), [({}, 8000), ({"PORT": "80"}, 80), ({"PORT": "80", "SHAREDICT_PORT": "81"}, 81)]
)
def test_our_own_port_comes_before_the_platforms(
    monkeypatch: pytest.MonkeyPatch, variables: dict[str, str], port: int
) -> None:
    for name in ("PORT", "SHAREDICT_PORT"):
        monkeypatch.delenv(name, raising=False)
    for name, value in variables.items():
        monkeypatch.setenv(name, value)
    assert env.port() == port
