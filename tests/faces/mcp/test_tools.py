"""The list of tools is the table of commands: names, arguments, results, hints."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft202012Validator
from tests.faces.mcp.agents import MODES, connected

from redraft.commands.declaration import Command
from redraft.commands.parameters import parameters
from redraft.commands.table import BY_MCP
from redraft.faces.mcp.guidance import INSTRUCTIONS, TOOLS, WHEN_TO_RECORD
from redraft.faces.mcp.schemas import input_schema, output_schema
from redraft.faces.mcp.tools import tools

PUBLIC = {
    "adopt_changes", "cancel_session", "checkpoint_session", "commit_session", "complete_session",
    "create_session", "delete_document", "diff_session", "discard_changes", "empty_trash",
    "get_active_session", "list_checkpoints", "list_documents", "list_retries", "list_sessions",
    "pause_session", "read_document", "record_human_retry", "recover_session", "rename_document",
    "resolve_path", "restore_checkpoint", "restore_retry", "resume_session", "set_phase",
    "switch_session", "undo_session", "write_document",
}  # fmt: skip
KINDS = {"flag": "boolean", "number": "integer", "text": "string", "list": "array"}


@pytest.mark.parametrize("mode", MODES)
async def test_the_server_offers_every_tool_by_its_public_name(book: Path, mode: str) -> None:
    async with connected(book, mode=mode) as agent:
        offered = (await agent.client.list_tools()).tools
        assert agent.client.server_info is not None
        assert agent.client.server_info.name == "session_management_mcp"
        assert agent.client.instructions == INSTRUCTIONS
    assert {tool.name for tool in offered} == PUBLIC == set(BY_MCP)
    assert [tool.model_dump() for tool in offered] == [tool.model_dump() for tool in tools()]


@pytest.mark.parametrize("name", sorted(PUBLIC))
def test_a_tools_input_schema_equals_the_table(name: str) -> None:
    command = BY_MCP[name]
    schema = input_schema(command)
    known = parameters(command.request)
    assert schema["type"] == "object"
    assert schema["additionalProperties"] is False
    assert schema["properties"].keys() == known.keys()
    assert set(schema.get("required", ())) == {n for n, p in known.items() if p.required}
    for argument, parameter in known.items():
        field = schema["properties"][argument]
        assert field["description"].endswith(".")
        options = field.get("anyOf", [field])
        plain = [each for each in options if each.get("type") != "null"]
        assert [each["type"] for each in plain] == [KINDS.get(parameter.kind, "object")]
        assert tuple(plain[0].get("enum", ())) == parameter.choices
        if not parameter.required:
            assert field["default"] == parameter.default
    Draft202012Validator.check_schema(schema)


@pytest.mark.parametrize("name", sorted(PUBLIC))
def test_a_tools_hints_equal_the_table(name: str) -> None:
    command = BY_MCP[name]
    [tool] = [each for each in tools() if each.name == name]
    hints = tool.annotations
    assert hints is not None
    assert tool.title == command.title
    assert hints.read_only_hint is (not command.changes)
    assert hints.destructive_hint is command.destructive
    assert hints.idempotent_hint is (command.idempotent or not command.changes)
    assert hints.open_world_hint is False


@pytest.mark.parametrize("name", sorted(PUBLIC))
def test_a_failure_fits_the_schema_of_every_tools_answers(name: str) -> None:
    schema = output_schema(BY_MCP[name])
    assert schema["type"] == "object"
    validator = Draft202012Validator(schema)
    failure = {"code": "ambiguous_file", "message": "m", "suggestions": [], "candidates": ["a"]}
    assert validator.is_valid(failure)
    assert not validator.is_valid({"code": "x"})
    assert not validator.is_valid({"root": "/b", "session": None})


@pytest.mark.parametrize("command", BY_MCP.values(), ids=lambda each: each.verb)
def test_only_what_changes_something_answers_with_an_echo(command: Command) -> None:
    schema = output_schema(command)
    results = [part["$ref"].rpartition("/")[2] for part in schema["anyOf"]]
    fields: list[Any] = [schema["$defs"][name]["properties"] for name in results[:-1]]
    assert all(("echo" in each) == command.changes for each in fields)


def test_the_assistant_is_told_when_to_record_a_retry() -> None:
    assert WHEN_TO_RECORD in INSTRUCTIONS
    assert WHEN_TO_RECORD in TOOLS["record_human_retry"]
    assert "auto_detected=true" in WHEN_TO_RECORD


@pytest.mark.parametrize("face", ["redraft.faces.cli.app", "redraft.faces.lsp.parts"])
def test_other_faces_do_not_pay_for_this_one(face: str) -> None:
    look = f"import sys, {face}; sys.exit('mcp' in sys.modules or 'mcp_types' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", look], check=False).returncode == 0


def test_this_face_does_not_load_what_draws_on_terminals() -> None:
    look = "import sys, redraft.faces.mcp.server as s; sys.exit('rich' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", look], check=False).returncode == 0


def test_the_sdk_is_bound_to_a_version_that_starts() -> None:
    """Fault 29: a requirement without an upper bound took a version that did not start."""
    import tomllib

    text = Path(__file__).parents[3].joinpath("pyproject.toml").read_text("utf-8")
    needs = tomllib.loads(text)["project"]["dependencies"]
    [bound] = [each for each in needs if each.startswith("mcp")]
    assert ",<3" in bound
