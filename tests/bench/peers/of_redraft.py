"""Redraft itself: through a running language server, as editors do, and through commands."""

from __future__ import annotations

import base64
import json
import sys
from collections.abc import Iterable
from pathlib import Path

from tests.bench.client import OURS, Client
from tests.bench.peers.desk import Desk, Shell
from tests.bench.peers.peer import How, Jobs, Peer

from redraft import __version__
from redraft.domain.root import Root
from redraft.domain.writing import WritableView


class Server(Peer):
    """A request and its answer, of a server that runs already."""

    title = "Redraft, server"
    how = Jobs(
        isolate=How("`redraft.session.start`", durable=True),
        edit=How("`redraft/fs/writeFile`, with a copy of the base", durable=True),
        flushed=How("the same", durable=True),
        status=How("`redraft.session.status`"),
        switch=How("`redraft.session.switch`", durable=True),
        integrate=How("`redraft.session.commit`, with an undo", durable=True),
        discard=How("`redraft.session.cancel`, with an undo", durable=True),
    )

    def __init__(self, desk: Desk) -> None:
        super().__init__(desk)
        self._client = self._stack.enter_context(Client(OURS, self.book))
        self._client.initialize(self.book)

    def version(self) -> str:
        return f"Redraft {__version__}"

    def begin(self, draft: str) -> None:
        self._command("start", name=draft)

    def edit(self, draft: str, path: str, *, flush: bool = False) -> None:
        content = base64.b64encode(self.desk.text(path, draft)).decode()
        params = {"uri": self._uri(draft, path), "content": content}
        self._client.request("redraft/fs/writeFile", {**params, "create": True, "overwrite": True})

    def read(self, draft: str, path: str) -> bytes:
        answer = self._client.request("redraft/fs/readFile", {"uri": self._uri(draft, path)})
        return base64.b64decode(answer["result"]["content"])

    def status(self, draft: str) -> bytes:
        return self._command("status")

    def switch(self, draft: str, other: str) -> None:
        self._command("switch", name=other)

    def integrate(self, draft: str) -> None:
        self._command("commit", force=True)

    def discard(self, draft: str) -> None:
        self._command("cancel", session=draft)

    def _command(self, name: str, /, **arguments: object) -> bytes:
        params = {"command": f"redraft.session.{name}", "arguments": [arguments]}
        answer = self._client.request("workspace/executeCommand", params)
        return json.dumps(answer["result"]).encode()

    def _uri(self, draft: str, path: str) -> str:
        return f"redraft://{draft}{self.book}/{path}"


class Commands(Peer):
    """Each job a command of its own: a process that starts, works and ends."""

    title = "Redraft, commands"
    how = Jobs(
        isolate=How("`redraft session start`", durable=True),
        edit=How("`redraft write`, with a copy of the base", durable=True),
        flushed=How("the same", durable=True),
        status=How("`redraft session status`"),
        switch=How("`redraft session switch`", durable=True),
        integrate=How("`redraft session commit --force`, with an undo", durable=True),
        discard=How("`redraft session cancel`, with an undo", durable=True),
    )

    def __init__(self, desk: Desk) -> None:
        super().__init__(desk)
        self._shell = self._stack.enter_context(Shell(self.book, desk.environment))
        script = Path(sys.executable).with_name("redraft")
        self._redraft = str(script) if script.exists() else f"{sys.executable} -m redraft"

    def version(self) -> str:
        return f"Redraft {__version__}"

    def begin(self, draft: str) -> None:
        self._run(f"session start {draft}")

    def edit(self, draft: str, path: str, *, flush: bool = False) -> None:
        Path(f"{self.book}.text").write_bytes(self.desk.text(path, draft))
        self._run(f"write {path} < '{self.book}.text'")

    def edit_all(self, draft: str, paths: Iterable[str]) -> None:
        """Without starting a process for each."""
        with Root.open(self.book) as root, WritableView.of(root, draft) as view:
            for path in paths:
                view.write(path, (self.desk.text(path, draft),))

    def read(self, draft: str, path: str) -> bytes:
        with Root.open(self.book) as root, WritableView.of(root, draft) as view:
            return view.read(path)

    def status(self, draft: str) -> bytes:
        return self._run("session status")

    def switch(self, draft: str, other: str) -> None:
        self._run(f"session switch {other}")

    def integrate(self, draft: str) -> None:
        self._run("session commit --force")

    def discard(self, draft: str) -> None:
        self._run(f"session cancel {draft}")

    def _run(self, arguments: str) -> bytes:
        return self._shell(f"'{self._redraft}' {arguments}")
