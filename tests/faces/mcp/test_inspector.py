"""The server for agents, as the protocol's reference inspector sees it from the command line."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from redraft.commands.table import BY_MCP

MODULES = Path(sys.prefix) / "inspector" / "node_modules"
PROGRAM = MODULES / "@modelcontextprotocol/inspector/clients/launcher/build/index.js"
FAILED_TOOL = 5
"""The inspector's exit code for a tool whose answer is an error."""


pytestmark = [
    pytest.mark.slow,
    # `make test` installs it, so that there it is always played.
    pytest.mark.skipif(not PROGRAM.exists(), reason="the inspector is not here: `make test`"),
]


def node() -> str:
    """The Node.js that came with it, because it needs a newer one than many machines have."""
    own = sorted(MODULES.glob("node-linux-*/bin/node"))
    return str(own[0]) if own else "node"


class Inspector:
    """The inspector, with a server on one folder."""

    def __init__(self, root: Path, home: Path) -> None:
        self.root = root
        self._home = home

    def ask(self, method: str, *words: str, code: int = 0) -> Any:
        """What the server answers to a method."""
        server = [sys.executable, "-m", "redraft", "mcp", "--root", str(self.root)]
        ended = subprocess.run(
            [node(), str(PROGRAM), "--cli", *server, "--method", method, *words],
            env={**os.environ, "HOME": str(self._home)},
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            timeout=60,
            check=False,
        )
        assert ended.returncode == code, f"{ended.returncode}\n{ended.stdout}\n{ended.stderr}"
        return json.loads(ended.stdout)

    def call(self, tool: str, *pairs: str, code: int = 0) -> dict[str, Any]:
        """What a tool answers."""
        words = [word for pair in pairs for word in ("--tool-arg", pair)]
        result: dict[str, Any] = self.ask("tools/call", "--tool-name", tool, *words, code=code)
        return result


@pytest.fixture
def inspector(book: Path, tmp_path: Path) -> Inspector:
    return Inspector(book, tmp_path)


def test_the_tools_are_portable_in_the_inspectors_strict_eyes(inspector: Inspector) -> None:
    offered = inspector.ask("tools/list", "--strict")["tools"]
    assert [tool["name"] for tool in offered] == list(BY_MCP)


def test_a_session_is_written_previewed_and_committed(inspector: Inspector) -> None:
    started = inspector.call("create_session", "name=draft")
    assert started["structuredContent"]["status"] == "ACTIVE"
    change = inspector.call("write_document", "path=new.md", "content=hello")
    assert change["structuredContent"]["echo"]["holds"]["created"] == ["new.md"]
    preview = inspector.call("commit_session")["structuredContent"]
    assert preview["executed"] is False
    assert not (inspector.root / "new.md").exists()
    token = preview["preview"]
    done = inspector.call("commit_session", "force=true", f"preview={token}")
    assert done["structuredContent"]["executed"] is True
    assert (inspector.root / "new.md").read_text() == "hello"


def test_an_error_passes_the_inspectors_check_of_its_form(inspector: Inspector) -> None:
    failed = inspector.call("get_active_session", code=FAILED_TOOL)
    assert failed["isError"] is True
    assert failed["structuredContent"]["code"] == "no_active_session"


def test_resources_and_prompts_can_be_listed_and_read(inspector: Inspector) -> None:
    inspector.call("create_session", "name=draft")
    uris = [each["uri"] for each in inspector.ask("resources/list")["resources"]]
    assert uris == ["session://all", "session://draft/changes"]
    [content] = inspector.ask("resources/read", "--uri", uris[1])["contents"]
    assert json.loads(content["text"])["name"] == "draft"
    assert len(inspector.ask("resources/templates/list")["resourceTemplates"]) == 2
    names = [each["name"] for each in inspector.ask("prompts/list")["prompts"]]
    assert {"session_start", "retry"} <= set(names)
    words = ("--prompt-name", "session_start", "--prompt-args", "name=next")
    [message] = inspector.ask("prompts/get", *words)["messages"]
    assert "create_session" in message["content"]["text"]
