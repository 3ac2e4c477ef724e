"""Resources, templates, prompts and completions."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from mcp.shared.exceptions import MCPError
from mcp_types import PromptReference, TextContent, TextResourceContents
from tests.faces.mcp.agents import CHAPTER, MODES, Agent, connected

from redraft.commands.parameters import parameters
from redraft.commands.requests import SessionRequest
from redraft.commands.table import COMMANDS
from redraft.faces.mcp.guidance import WHEN_TO_RECORD
from redraft.faces.mcp.prompts import prompts


async def read(agent: Agent, uri: str) -> Any:
    [content] = (await agent.client.read_resource(uri)).contents
    assert isinstance(content, TextResourceContents)
    assert (content.mime_type, content.uri) == ("application/json", uri)
    return json.loads(content.text)


@pytest.mark.parametrize("mode", MODES)
async def test_sessions_changes_and_retries_are_listed_and_can_be_read(
    book: Path, mode: str
) -> None:
    async with connected(book, mode=mode) as agent:
        await agent.call("create_session", name="Draft_1", description="Darker")
        await agent.call("write_document", path="part 1/ä?.md", content="x")
        await agent.call("record_human_retry", file_path="part 1/ä?.md", reason="No")
        found = (await agent.client.list_resources()).resources
        uris = [each.uri for each in found]
        retries = "session://Draft_1/retries/part%201/%C3%A4%3F.md"
        assert uris == ["session://all", "session://Draft_1/changes", retries]
        assert {each.mime_type for each in found} == {"application/json"}
        [root] = (await read(agent, "session://all"))["roots"]
        assert (root["root"], root["active"]) == (str(book), "Draft_1")
        changes = await read(agent, "session://Draft_1/changes")
        assert changes["changes"]["created"] == ["part 1/ä?.md"]
        assert await read(agent, "session://draft_1/changes") == changes
        kept = await read(agent, retries)
        assert [each["reason"] for each in kept["retries"]] == ["No"]


async def test_the_templates_lead_to_what_they_say(book: Path) -> None:
    async with connected(book) as agent:
        await agent.call("create_session", name="draft")
        await agent.call("record_human_retry", file_path=CHAPTER, reason="No")
        found = (await agent.client.list_resource_templates()).resource_templates
        for each in found:
            uri = each.uri_template.replace("{session}", "draft")
            uri = uri.replace("{+path}", CHAPTER).replace("{?root}", f"?root={book}")
            assert (await read(agent, uri))["session"] == "draft"
    assert len(found) == 2


NO_RESOURCES = {
    "session://nobody/changes": "session_not_found",
    "session://draft/retries/nothing.md": "file_not_found",
    "session://draft/retries/../../x": "path_outside_root",
    "session://draft/changes?root=/nowhere": "invalid_arguments",
    "session://draft/else": None,
    "session://": None,
    "session://[": None,
    "redraft://draft/a.md": None,
    "file:///etc/passwd": None,
    "no uri at all": None,
}


async def test_what_is_no_resource_is_refused(book: Path) -> None:
    async with connected(book) as agent:
        await agent.call("create_session", name="draft")
        for uri, code in NO_RESOURCES.items():
            with pytest.raises(MCPError) as caught:
                await agent.client.read_resource(uri)
            assert caught.value.error.code == -32602
            assert caught.value.error.data["uri"] == uri
            assert caught.value.error.data.get("code") == code, uri
        await agent.call("get_active_session")


async def test_a_session_is_found_in_the_folder_that_has_it(tmp_path: Path) -> None:
    one, two = tmp_path / "one", tmp_path / "t wo"
    one.mkdir()
    two.mkdir()
    async with connected(one, two) as agent:
        await agent.call("create_session", name="here", root=str(two))
        assert (await read(agent, "session://here/changes"))["root"] == str(two)
        uris = [each.uri for each in (await agent.client.list_resources()).resources]
        [changes] = [uri for uri in uris if uri.startswith("session://here/")]
        assert (await read(agent, changes))["root"] == str(two)


def test_every_slash_command_is_a_prompt_with_the_arguments_of_the_table() -> None:
    by_name = {each.name: each for each in prompts()}
    wanted = [c for c in COMMANDS if c.mcp and c.verb.split()[0] in ("session", "retry")]
    assert len(by_name) == len(wanted) + 1
    for command in wanted:
        offered = by_name[command.verb.replace(" ", "_")]
        known = parameters(command.request)
        alias = {"name"} if issubclass(command.request, SessionRequest) else set()
        own = known.keys() - {"session", "root"} - (alias - set(command.positional))
        arguments = offered.arguments or []
        assert offered.title == f"/{command.verb}"
        assert {each.name for each in arguments} == own
        assert all(each.required == known[each.name].required for each in arguments)
        assert [each.name for each in arguments][: len(command.positional)] == list(
            command.positional
        )


async def test_a_prompt_leads_to_its_tool_with_its_arguments(book: Path) -> None:
    async with connected(book) as agent:
        for name, given, tool, arguments in (
            ("session_start", {"name": "a", "description": 'say "no"'}, "create_session",
             {"name": "a", "description": 'say "no"'}),
            ("retry", {"file_path": "a.md", "reason": "Zäh"}, "record_human_retry",
             {"file_path": "a.md", "reason": "Zäh"}),
            ("session_commit", {"force": "true", "name": ""}, "commit_session", {"force": True}),
            ("session_discard", {"paths": "a b.md\nc.md"}, "discard_changes",
             {"paths": ["a b.md", "c.md"]}),
        ):  # fmt: skip
            [message] = (await agent.client.get_prompt(name, given)).messages
            assert isinstance(message.content, TextContent)
            text = message.content.text
            assert f"call the tool {tool} with {json.dumps(arguments, ensure_ascii=False)}" in text
        [message] = (await agent.client.get_prompt("when_to_record_a_retry")).messages
        assert isinstance(message.content, TextContent)
        assert message.content.text == WHEN_TO_RECORD


WRONG: list[tuple[str, dict[str, str]]] = [
    ("session_begin", {}),
    ("session_start", {}),
    ("session_start", {"name": "a", "colour": "red"}),
    ("session_commit", {"force": "perhaps"}),
    ("retry_restore", {"file_path": "a.md", "number": "two"}),
]


async def test_a_wrong_prompt_is_refused(book: Path) -> None:
    async with connected(book) as agent:
        for name, given in WRONG:
            with pytest.raises(MCPError) as caught:
                await agent.client.get_prompt(name, given)
            assert caught.value.error.code == -32602, name


async def test_names_of_sessions_are_completed(book: Path) -> None:
    async with connected(book) as agent:
        for name in ("act-one", "Act-two", "other"):
            await agent.call("create_session", name=name)
        asked = PromptReference(name="session_switch")
        found = await agent.client.complete(asked, {"name": "name", "value": "act"})
        assert sorted(found.completion.values) == ["Act-two", "act-one"]
        found = await agent.client.complete(asked, {"name": "reason", "value": ""})
        assert found.completion.values == []
