"""The reference page: every command, argument and result of the table is on it."""

from __future__ import annotations

from dataclasses import fields, replace
from types import UnionType
from typing import get_args

import pytest

from redraft.commands.descriptions import described
from redraft.commands.parameters import usage
from redraft.commands.reference import reference
from redraft.commands.table import COMMANDS


def test_every_command_has_a_section_with_its_usage_and_examples() -> None:
    page = reference(COMMANDS)
    for command in COMMANDS:
        section = page.partition(f"\n## {command.verb}\n")[2].partition("\n## ")[0]
        assert f"`{usage(command)}`" in section
        assert all(f"/{example}" in section for example in command.examples)
        assert ("- Changes files" in section) == command.changes
        assert (f"- MCP tool: `{command.mcp}`" in section) == (command.mcp is not None)
        assert all(f"| `{name}` |" in section for name in command.positional)


@pytest.mark.parametrize(
    ("verb", "meant"),
    [
        ("session status", "the active session"),
        ("session resume", "the session left last"),
        ("session undo", "the session committed, cancelled or restored last"),
    ],
)
def test_it_is_said_which_session_is_meant_where_none_is_named(verb: str, meant: str) -> None:
    section = reference(COMMANDS).partition(f"\n## {verb}\n")[2].partition("\n## ")[0]
    [row] = [line for line in section.splitlines() if line.startswith("| `name` |")]
    assert f"| {meant} |" in row
    assert described(verb, "session") == f"The session it is about; {meant} if left out."


def test_every_result_is_described_with_all_its_fields() -> None:
    page = reference(COMMANDS)
    for command in COMMANDS:
        result = command.result
        for kind in get_args(result) if isinstance(result, UnionType) else (result,):
            part = page.partition(f"\n### {kind.__name__}\n")[2].partition("\n###")[0]
            assert all(f"| `{each.name}` |" in part for each in fields(kind))


def test_a_command_without_examples_shows_none() -> None:
    assert "```text" not in reference([replace(COMMANDS[0], examples=())])
