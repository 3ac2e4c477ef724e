"""Hostile names and paths given as words: the same refusals, as JSON and by exit code."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from tests.bad_input import SESSION, Case, cases, make_root
from tests.commands.test_bad_input import everything

from redraft.commands.parameters import positionals
from redraft.faces.cli.app import run


def words(case: Case) -> list[str] | None:
    """The case as a shell would give it; None if no shell could."""
    given: list[object] = []
    for parameter in positionals(case.command):
        value = case.arguments.get(parameter.name)
        if isinstance(value, list) != (parameter.kind == "list") and value is not None:
            return None
        if parameter.kind == "number" and type(value) is not int:
            return None
        if parameter.kind == "text" and not isinstance(value, str | None):
            return None
        if value is not None:
            given += value if isinstance(value, list) else [_word(value)]
    left = set(case.arguments) - {parameter.name for parameter in positionals(case.command)}
    plain = [word for word in given if isinstance(word, str) and "\0" not in word]
    needed = sum(parameter.required for parameter in positionals(case.command))
    if left or len(plain) < len(given) or len(given) < needed:
        return None
    return [*case.command.verb.split(), "--json", "--", *plain]


def _word(value: object) -> str:
    return str(value)


# `write` takes its content from standard input, where these words have none to give.
SHELL = [
    (given, case.code)
    for case in cases()
    if (given := words(case)) is not None and case.command.verb not in ("run", "write")
]


def test_every_bad_word_is_refused_and_changes_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    book = make_root(tmp_path / "book")
    monkeypatch.chdir(book)
    assert run(["session", "start", SESSION]) == 0
    capsys.readouterr()
    before = everything(book)
    wrong = []
    for given, code in SHELL:
        exit_code = run(given)
        said = capsys.readouterr()
        answer = json.loads(said.out)
        wanted = 2 if answer.get("code") == "invalid_arguments" else 1
        if exit_code != wanted or answer.get("code") not in (code, "invalid_arguments"):
            wrong.append(f"{given} -> {code}: exit {exit_code}, {said.out[:200]}{said.err[:200]}")
    assert len(SHELL) > 200
    assert not wrong, "\n".join(wrong)
    assert everything(book) == before
