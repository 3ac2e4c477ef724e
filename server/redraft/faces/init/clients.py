"""The clients that `redraft init` knows, and what each of their files has to say."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from redraft.errors import UnsupportedFile
from redraft.faces.init.documents import changed, section
from redraft.faces.init.slash_files import MARK, RETRY, SESSION, slash_file
from redraft.faces.mcp.guidance import NAME as SERVER

if TYPE_CHECKING:
    from collections.abc import Callable

    from redraft.faces.init.documents import Object

    Maker = Callable[[str, str | None, list[str], bool], str | None]

# Some clients look for a match anywhere in the name: without the anchors `Write` were `TodoWrite`.
_WRITES = f"Write|Edit|MultiEdit|NotebookEdit|Bash|PowerShell|mcp__(?!{SERVER}__).*"
WRITERS, ALL = f"^({_WRITES})$", f"^(Read|NotebookRead|Glob|Grep|LS|{_WRITES})$"
_TIMEOUT_S = 10
_OUR_HOOK = re.compile(r"\bredraft(\.exe)?[\"']?\s+hook\s*\Z")


@dataclass(frozen=True, slots=True)
class File:
    """One file that a client reads.

    Attributes:
        path: relative to the root.
        make: from path, present text (None: not there), the words that start Redraft, and whether
            ours shall be in it, to the text that it shall have (None: it shall not be there).
    """

    path: str
    make: Maker


@dataclass(frozen=True, slots=True)
class Client:
    """A client of the agents' kind.

    Attributes:
        name: as it is said to ``redraft init``.
        title: as people call it.
        gives: what its files bring.
        files: its files.
    """

    name: str
    title: str
    gives: str
    files: tuple[File, ...]


def _server(key: str, entry: Callable[[list[str]], Object]) -> Maker:
    """A maker for a settings file with our MCP server in the object at ``key``."""

    def make(path: str, text: str | None, program: list[str], wanted: bool) -> str | None:
        def change(settings: Object) -> None:
            if not wanted and key not in settings:
                return
            servers = section(path, settings, key)
            if wanted:
                known = servers.get(SERVER)
                servers[SERVER] = {**(known if isinstance(known, dict) else {}), **entry(program)}
                return
            servers.pop(SERVER, None)
            if not servers:
                del settings[key]

        return changed(path, text, change)

    return make


def _hooks(path: str, text: str | None, program: list[str], wanted: bool) -> str | None:
    """The hooks of Claude Code, ours beside all others."""
    command = " ".join([*map(_quoted, program), "hook"])
    ours = {"type": "command", "command": command, "timeout": _TIMEOUT_S}

    def change(settings: Object) -> None:
        if not wanted and "hooks" not in settings:
            return
        hooks = section(path, settings, "hooks")
        for event, matcher in _EVENTS.items():
            before = hooks.get(event, [])
            if not isinstance(before, list):
                raise UnsupportedFile(path, f"has no list at {event!r}, so nothing was written")
            entry = {**({"matcher": matcher} if matcher else {}), "hooks": [ours]}
            if wanted and entry in before:
                continue
            after = [kept for each in before if (kept := _without_ours(each)) is not None]
            if wanted:
                after.append(entry)
            if after:
                hooks[event] = after
            else:
                hooks.pop(event, None)
        if not hooks:
            del settings["hooks"]

    return changed(path, text, change)


_EVENTS = {
    "PreToolUse": ALL,
    "PostToolUse": WRITERS,
    "PostToolUseFailure": WRITERS,
    "SessionStart": "",
}


def _without_ours(entry: object) -> object | None:
    """An entry of an event without our hook; None if nothing else is in it."""
    if not isinstance(entry, dict) or not isinstance(entry.get("hooks"), list):
        return entry
    others = [each for each in entry["hooks"] if not _is_ours(each)]
    if len(others) == len(entry["hooks"]):
        return entry
    return {**entry, "hooks": others} if others else None


def _is_ours(hook: object) -> bool:
    command = hook.get("command") if isinstance(hook, dict) else None
    return isinstance(command, str) and _OUR_HOOK.search(command) is not None


def _quoted(word: str) -> str:
    return word if re.fullmatch(r"[\w./:+-]+", word) else json.dumps(word)


def _slash(family: str) -> Maker:
    def make(path: str, text: str | None, _: list[str], wanted: bool) -> str | None:
        if text is not None and MARK not in text:
            if not wanted:
                return text
            raise UnsupportedFile(path, "is there and not Redraft's, so nothing was written")
        return slash_file(family) if wanted else None

    return make


def _stdio(program: list[str]) -> Object:
    return {"command": program[0], "args": [*program[1:], "mcp"]}


def _typed(program: list[str]) -> Object:
    return {"type": "stdio", **_stdio(program)}


def _of_workspace(program: list[str]) -> Object:
    server = _stdio(program)
    return {"type": "stdio", **server, "args": [*server["args"], "--root", "${workspaceFolder}"]}


def _local(program: list[str]) -> Object:
    return {"type": "local", "command": [*program, "mcp"], "enabled": True}


_TOOLS = "the MCP tools"
CLIENTS = (
    Client(
        "claude-code",
        "Claude Code",
        "the MCP tools, /session and /retry, and its own file tools led into the session",
        (
            File(".mcp.json", _server("mcpServers", _typed)),
            File(".claude/settings.json", _hooks),
            File(".claude/commands/session.md", _slash(SESSION)),
            File(".claude/commands/retry.md", _slash(RETRY)),
        ),
    ),
    Client(
        "vscode", "VS Code", _TOOLS, (File(".vscode/mcp.json", _server("servers", _of_workspace)),)
    ),
    Client("cursor", "Cursor", _TOOLS, (File(".cursor/mcp.json", _server("mcpServers", _stdio)),)),
    Client(
        "gemini",
        "Gemini CLI",
        _TOOLS,
        (File(".gemini/settings.json", _server("mcpServers", _stdio)),),
    ),
    Client("opencode", "opencode", _TOOLS, (File("opencode.json", _server("mcp", _local)),)),
)
