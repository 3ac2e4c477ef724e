"""A server that is killed and started again: its sessions are what they were."""

from __future__ import annotations

import json
import subprocess
from pathlib import Path

import pytest
from tests.domain.desk import Desk
from tests.faces.lsp.wire import wire
from tests.faces.mcp.agents import Plain

KILLED = -9


async def by_mcp(book: Path, turn: int) -> None:
    """Look at the session, write, and be killed."""
    with Plain(book) as agent:
        status = agent.tool("get_active_session")["structuredContent"]
        assert (status["status"], status["change_count"]) == ("ACTIVE", turn)
        agent.tool("write_document", path=f"{turn}.md", content=f"{turn}\n")
        agent.process.kill()
        assert agent.process.wait() == KILLED


async def by_lsp(book: Path, turn: int) -> None:
    """The same, in an editor."""
    async with wire() as editor:
        await editor.initialize(book)
        status = (await editor.answer(editor.command("session.status")))["result"]
        assert (status["status"], status["changeCount"]) == ("ACTIVE", turn)
        content = {"content": "MQo=", "create": True, "overwrite": True}
        uri = f"redraft://draft{book.as_uri().removeprefix('file://')}/{turn}.md"
        assert "error" not in await editor.ask("redraft/fs/writeFile", {"uri": uri, **content})
        editor.process.kill()
        assert await editor.process.wait() == KILLED


@pytest.mark.parametrize("server", [by_mcp, by_lsp])
async def test_a_session_is_whole_after_its_server_was_killed(
    server: object, tmp_path: Path
) -> None:
    """Fault 20: a restart of the server made every healthy session CRASHED.

    The pointer for people names the process that wrote it last; nobody takes its end for the
    session's.
    """
    assert callable(server)
    desk = Desk(tmp_path / "book")
    desk.start()
    for turn in range(3):
        await server(desk.path, turn)
    rows = desk.run("session list").sessions
    assert [(row.name, row.status, row.change_count) for row in rows] == [("draft", "ACTIVE", 3)]
    assert desk.root.take_repairs() == []
    desk.close()


def test_a_process_number_in_the_pointer_says_nothing(tmp_path: Path) -> None:
    """Fault 20, where it came from: a number of a process that is no more."""
    desk = Desk(tmp_path / "book")
    desk.start()
    pointer = desk.path / "workspace/session.lock"
    with subprocess.Popen(["true"]) as gone:
        gone.wait()
    pointer.write_text(json.dumps({"active": "draft", "pid": gone.pid}))
    assert desk.run("session status").status == "ACTIVE"
    desk.run("session pause")
    assert desk.run("session switch", name="draft").session.status == "ACTIVE"
    desk.close()
