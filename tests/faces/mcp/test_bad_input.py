"""Bad arguments to every tool: the same refusals as everywhere, as results, and nothing changes."""

from __future__ import annotations

from pathlib import Path

from jsonschema import Draft202012Validator
from tests.bad_input import DOCUMENT, SESSION, cases, make_root
from tests.commands.test_bad_input import everything
from tests.faces.mcp.agents import Plain

from redraft.commands.table import BY_MCP
from redraft.faces.mcp.schemas import output_schema


def test_every_bad_call_is_refused_and_changes_nothing(tmp_path: Path) -> None:
    book = make_root(tmp_path / "bad book")
    validators = {name: Draft202012Validator(output_schema(c)) for name, c in BY_MCP.items()}
    wrong: list[str] = []
    count = 0
    with Plain(book) as agent:
        assert not agent.tool("create_session", name=SESSION)["isError"]
        assert not agent.tool("write_document", path=DOCUMENT, content="draft\n")["isError"]
        before = everything(book)
        for case in cases():
            if case.command.mcp is None:
                continue
            count += 1
            result = agent.tool(case.command.mcp, **case.arguments)
            data = result.get("structuredContent") or {}
            if not result["isError"] or data.get("code") != case.code:
                wrong.append(f"{case}: {result}")
            elif not validators[case.command.mcp].is_valid(data):
                wrong.append(f"{case}: does not fit the tool's schema: {data}")
            elif data["message"][:40] not in result["content"][0]["text"]:
                wrong.append(f"{case}: the text does not say it: {result['content']}")
        assert everything(book) == before
        assert agent.tool("get_active_session")["structuredContent"]["name"] == SESSION
        assert agent.end() == 0
        assert agent.process.stderr is not None
        assert b"Traceback" not in agent.process.stderr.read()
    assert not wrong, "\n".join(wrong)
    assert count > 500
