"""One walk, played through every face on the sample book: the disks must be equal afterwards."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
import sys
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any, Protocol

import pytest
from tests.faces.lsp.editor import Editor
from tests.faces.mcp.agents import CHAPTER, NEXT, Agent, connected, environment

from redraft.commands.dispatch import camelled
from redraft.commands.parameters import parameters, positionals
from redraft.commands.table import BY_VERB
from redraft.commands.uris import session_uri

SAMPLE_BOOK = Path(__file__).parents[3] / "docs" / "sample-book"
PLAYED = ("MCP", "command line", "language server", "slash commands")
FIRST, SECOND = "work-on-chapter-01", "experimental-scene-0102"
_DATED = re.compile(r"\d{8}T\d{12}Z")
_MOMENT = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z")

Answer = dict[str, Any]


class Face(Protocol):
    """One way to run commands."""

    async def run(self, verb: str, /, **arguments: Any) -> Answer: ...

    async def write(self, path: str, content: str, session: str) -> None: ...


class Tools:
    """MCP, by the SDK's client over a process."""

    def __init__(self, agent: Agent) -> None:
        self._agent = agent

    async def run(self, verb: str, /, **arguments: Any) -> Answer:
        tool = BY_VERB[verb].mcp
        assert tool
        return await self._agent.call(tool, **arguments)

    async def write(self, path: str, content: str, session: str) -> None:
        await self.run("write", path=path, content=content, session=session)


class Shell:
    """The command line, a process for each command."""

    def __init__(self, root: Path) -> None:
        self._root = root

    async def run(self, verb: str, /, **arguments: Any) -> Answer:
        done: Answer = json.loads(self.call("--json", *words(verb, arguments)))
        return done

    async def write(self, path: str, content: str, session: str) -> None:
        self.call("--session", session, "write", path, text=content)

    def call(self, *given: str, text: str = "") -> str:
        """Run `redraft`; its standard output."""
        return subprocess.run(
            [sys.executable, "-m", "redraft", *given],
            cwd=self._root,
            env=environment(),
            input=text,
            capture_output=True,
            check=True,
            text=True,
        ).stdout


class Slash(Shell):
    """Slash lines, as an editor or an agent hands them on."""

    async def run(self, verb: str, /, **arguments: Any) -> Answer:
        line = " ".join(f'"{word}"' if " " in word else word for word in words(verb, arguments))
        done: Answer = json.loads(self.call("--json", "run", f"/{line}"))
        assert done["command"] == verb
        result: Answer = done["result"]
        return result

    async def write(self, path: str, content: str, session: str) -> None:
        self.call("run", f"/write {path} --session {session}", text=content)


class Server:
    """The language server, by an editor that is not VS Code."""

    def __init__(self, editor: Editor, root: Path) -> None:
        self._editor, self._root = editor, root

    async def run(self, verb: str, /, **arguments: Any) -> Answer:
        given = {camelled(name): value for name, value in arguments.items()}
        done: Answer = await self._editor.command(str(BY_VERB[verb].lsp), **given)
        return done

    async def write(self, path: str, content: str, session: str) -> None:
        await self._editor.write(session_uri(session, str(self._root / path)), content.encode())


def words(verb: str, arguments: Answer) -> list[str]:
    """A command as one types it."""
    command = BY_VERB[verb]
    known = parameters(command.request)
    named = [each.name for each in positionals(command) if each.name in arguments]
    flags = [
        word
        for name in arguments.keys() - named
        for word in (f"--{known[name].flag}", arguments[name])
        if word is not True
    ]
    return [*verb.split(), *(arguments[name] for name in named), *flags]


@asynccontextmanager
async def face(name: str, root: Path, editor: Editor) -> AsyncIterator[Face]:
    if name == "MCP":
        async with connected(root) as agent:
            yield Tools(agent)
    elif name == "language server":
        editor.folders(added=[root])
        await editor.until(lambda: editor.last(root))
        yield Server(editor, root)
        editor.folders(removed=[root])
    else:
        kinds: dict[str, Callable[[Path], Face]] = {"command line": Shell, "slash commands": Slash}
        yield kinds[name](root)


async def walk(by: Face) -> None:
    """The first seed's own walk, from the first session to the cancelled one."""
    await by.run("session start", name=FIRST)
    await by.run("session start", name=SECOND, description="Trying alternative version")
    await by.run("session switch", name=FIRST)
    await by.write(CHAPTER, "# 1\n\nThe boat was late, and there is much to explain.\n", FIRST)
    reasons = ("Too much exposition, needs more action", "Now nothing happens at all")
    for number, reason in enumerate(reasons, 1):
        retry = await by.run("retry", file_path="chapter-01.md", reason=reason)
        assert (retry["file"], retry["number"]) == (CHAPTER, number)
        await by.write(CHAPTER, f"# 1\n\nShe jumped, {number}.\n", FIRST)
    await by.write("part-1-the-lamp/interlude.md", "Fog.\n", FIRST)

    status = await by.run("session status")
    assert status["name"] == FIRST
    assert status["changes"]["modified"] == [CHAPTER]
    assert status["changes"]["created"] == ["part-1-the-lamp/interlude.md"]
    listed = await by.run("session list")
    assert {each["name"]: each["status"] for each in listed["sessions"]} == {
        FIRST: "ACTIVE",
        SECOND: "INACTIVE",
    }

    preview = await by.run("session commit")
    assert preview["executed"] is False
    commit = await by.run("session commit", force=True, preview=preview["preview"])
    assert commit["executed"] is True
    await by.run("session switch", name=SECOND)
    await by.write(NEXT, "# 2\n\nAnother table.\n", SECOND)
    await by.run("retry", file_path=NEXT, reason="Worse than before")
    cancelled = await by.run("session cancel")
    assert cancelled["discarded"]["modified"] == [NEXT]


def disk(root: Path) -> dict[str, object]:
    """All that lies in a root, without moments, processes and places, which differ by nature."""
    found: dict[str, object] = {}
    for path in sorted(root.rglob("*")):
        name = _DATED.sub("<time>", str(path.relative_to(root)))
        if path.is_dir():
            found[name] = "folder"
        elif name == ".workflow/.lock":
            found[name] = "who held it last"
        elif path.suffix == ".json" or path.name == "session.lock":
            found[name] = plain(json.loads(path.read_text("utf-8")), root)
        else:
            found[name] = path.read_bytes()
    return found


def plain(value: object, root: Path) -> object:
    if isinstance(value, dict):
        return {_DATED.sub("<time>", key): plain(each, root) for key, each in value.items()}
    if isinstance(value, list):
        return [plain(each, root) for each in value]
    if isinstance(value, str):
        text = _MOMENT.sub("<moment>", _DATED.sub("<time>", value))
        return text.replace(str(root), "<root>")
    # Numbers of inodes, processes and clocks; what a number of ours says is asserted on the way.
    return 0 if isinstance(value, int) and not isinstance(value, bool) and value > 999 else value


pytestmark = pytest.mark.asyncio(loop_scope="module")


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path.resolve()


@pytest.mark.slow
async def test_the_same_walk_leaves_the_same_disk_by_every_face(
    server: Editor, folder: Path
) -> None:
    disks: dict[str, dict[str, object]] = {}
    for name in PLAYED:
        root = folder / name / "book"
        shutil.copytree(SAMPLE_BOOK, root)
        async with face(name, root, server) as by:
            await walk(by)
        disks[name] = disk(root)
    first = disks[PLAYED[0]]
    assert first[CHAPTER] == b"# 1\n\nShe jumped, 2.\n"
    assert first[f"workspace/retries-archive/{FIRST}/{CHAPTER}/retry-2.md"]
    for name in PLAYED[1:]:
        assert disks[name] == first, name
