"""The three ways a program talks to Redraft, behind one: run a verb, get a result or a code."""

from __future__ import annotations

import base64
import json
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import IO, Any, NamedTuple, Protocol

from tests.bench import agent, client

from redraft.commands.dispatch import camelled
from redraft.commands.parameters import parameters, positionals
from redraft.commands.table import BY_VERB
from redraft.commands.uris import session_uri

PATIENCE_S = 180
OK = "ok"
_OURS = ("REDRAFT_ROOT", "REDRAFT_SESSION")


class Answer(NamedTuple):
    """What came back: ``ok`` and a result in snake_case, or an error's code and its fields."""

    code: str
    result: dict[str, Any]


class Broken(Exception):
    """An answer that no face may give."""


class Face(Protocol):
    """One client."""

    name: str

    def run(self, verb: str, session: str | None = None, /, **arguments: Any) -> Answer:
        """Run a verb of the command line, however this face spells it."""

    def finish(self) -> str:
        """End the server; what it did wrong, or an empty text."""


class Lsp:
    """A language server, and an editor that is not VS Code."""

    name = "LSP"

    def __init__(self, root: Path, stderr: IO[bytes]) -> None:
        self.snapshots: list[dict[str, Any]] = []
        self._root = root
        self._client = _Listening(self.snapshots, root, stderr)
        self._client.initialize(str(root))
        files: dict[str, Callable[..., Answer]] = {
            "write": self._write,
            "read": self._read,
            "files": self._files,
            "delete": self._delete,
            "rename": self._rename,
        }
        self._files_of_editors = files

    def run(self, verb: str, session: str | None = None, /, **arguments: Any) -> Answer:
        """See :class:`Face`; documents go by the editor's file system."""
        if verb in self._files_of_editors:
            assert session is not None
            return self._files_of_editors[verb](session, **arguments)
        given = {camelled(name): value for name, value in arguments.items()}
        given |= {"session": session} if session else {}
        command = {"command": f"redraft.{BY_VERB[verb].lsp}", "arguments": [given]}
        code, result = self._ask("workspace/executeCommand", command)
        return Answer(code, _snake(result))

    def _ask(self, method: str, params: object) -> Answer:
        answer = self._client.ask(method, params)
        if "error" not in answer:
            return Answer(OK, answer["result"] or {})
        data = answer["error"].get("data")
        if not isinstance(data, dict):
            raise Broken(f"{method}: {answer['error']}")
        return Answer(data.get("reason") or data["code"], data)

    def _uri(self, session: str, path: str) -> str:
        return session_uri(session, str(self._root / path))

    def _write(self, session: str, path: str, content: str) -> Answer:
        octets = base64.b64encode(content.encode()).decode()
        how = {"create": True, "overwrite": True}
        params = {"uri": self._uri(session, path), "content": octets, **how}
        code, result = self._ask("redraft/fs/writeFile", params)
        return Answer(code, {**result, "session": session})

    def _read(self, session: str, path: str) -> Answer:
        code, result = self._ask("redraft/fs/readFile", {"uri": self._uri(session, path)})
        if code == OK:
            result = {"content": base64.b64decode(result["content"]).decode(), "session": session}
        return Answer(code, result)

    def _files(self, session: str, path: str) -> Answer:
        uri = self._uri(session, path)
        code, result = self._ask("redraft/fs/readDirectory", {"uri": uri})
        if code == OK:
            entries = [{"path": f"{path}/{e['name']}"} for e in result["entries"]]
            result = {"entries": entries, "session": session}
        return Answer(code, result)

    def _delete(self, session: str, path: str) -> Answer:
        params = {"uri": self._uri(session, path), "recursive": False}
        return self._ask("redraft/fs/delete", params)

    def _rename(self, session: str, path: str, new_path: str) -> Answer:
        ends = {"oldUri": self._uri(session, path), "newUri": self._uri(session, new_path)}
        return self._ask("redraft/fs/rename", {**ends, "overwrite": False})

    def told(self) -> str | None:
        """The session that is active as far as the server has said."""
        active = self.snapshots[-1]["active"] if self.snapshots else None
        return active["name"] if active else None

    def occupied(self) -> int:
        """The bytes of memory that the server occupies now."""
        return self._client.resident()

    def finish(self) -> str:
        """See :class:`Face`."""
        self._client.__exit__()
        return "" if self._client.ended == 0 else f"redraft lsp ended with {self._client.ended}"


class _Listening(client.Client):
    """A client that keeps the snapshots which the server pushes."""

    def __init__(self, snapshots: list[dict[str, Any]], root: Path, stderr: IO[bytes]) -> None:
        self._snapshots = snapshots
        super().__init__(client.OURS, str(root), stderr=stderr, patience_s=PATIENCE_S)

    def _reply(self, body: bytes) -> None:
        super()._reply(body)
        message = json.loads(body)
        if message["method"] == "redraft/sessionChanged":
            self._snapshots.append(message["params"])


class Mcp:
    """An MCP server, and an agent."""

    name = "MCP"

    def __init__(self, root: Path, stderr: IO[bytes]) -> None:
        self._agent = agent.Agent(
            agent.OURS, str(root), stderr=stderr, patience_s=PATIENCE_S
        ).__enter__()

    def run(self, verb: str, session: str | None = None, /, **arguments: Any) -> Answer:
        """See :class:`Face`."""
        given = {**arguments, **({"session": session} if session else {})}
        answer = self._agent.ask(str(BY_VERB[verb].mcp), given)
        result = answer["structuredContent"]
        return Answer(result["code"] if answer.get("isError") else OK, result)

    def occupied(self) -> int:
        """The bytes of memory that the server occupies now."""
        return self._agent.resident()

    def finish(self) -> str:
        """See :class:`Face`."""
        self._agent.__exit__()
        return "" if self._agent.ended == 0 else f"redraft mcp ended with {self._agent.ended}"


class Cli:
    """The command line, a process for each verb."""

    name = "CLI"

    def __init__(self, root: Path, stderr: IO[bytes]) -> None:
        self._root = root
        self._stderr = stderr

    def run(self, verb: str, session: str | None = None, /, **arguments: Any) -> Answer:
        """See :class:`Face`."""
        content = arguments.pop("content", "")
        words = ["--json", *verb.split(), *_words(verb, arguments)]
        words += ["--session", session] if session else []
        done = subprocess.run(
            [sys.executable, "-m", "redraft", *words],
            cwd=self._root,
            env={name: value for name, value in os.environ.items() if name not in _OURS},
            input=content.encode(),
            stdout=subprocess.PIPE,
            stderr=self._stderr,
            timeout=PATIENCE_S,
            check=False,
        )
        if done.returncode not in (0, 1, 2):
            raise Broken(f"redraft {' '.join(words)} ended with {done.returncode}")
        result = json.loads(done.stdout)
        return Answer(OK if done.returncode == 0 else result["code"], result)

    def finish(self) -> str:
        """See :class:`Face`."""
        return ""


def _words(verb: str, arguments: dict[str, Any]) -> list[str]:
    """The arguments of a verb as one types them."""
    command = BY_VERB[verb]
    words = []
    for each in positionals(command):
        value = arguments.pop(each.name, [])
        words += [str(one) for one in (value if isinstance(value, list) else [value])]
    known = parameters(command.request)
    for name, value in arguments.items():
        flag = known[name].flag
        if isinstance(value, bool):
            words.append(f"--{flag}" if value else f"--no-{flag}")
        else:
            for one in value if isinstance(value, list) else [value]:
                words += [f"--{flag}", str(one)]
    return words


def _snake(value: Any) -> Any:
    """A result with the names that the other faces use."""
    if isinstance(value, dict):
        return {_snake_name(name): _snake(each) for name, each in value.items()}
    return [_snake(each) for each in value] if isinstance(value, list) else value


def _snake_name(name: str) -> str:
    return "".join(f"_{c.lower()}" if c.isupper() else c for c in name)
