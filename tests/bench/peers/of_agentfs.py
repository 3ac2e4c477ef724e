"""AgentFS: files in a database. Its library alone, which is what comes from a registry."""

from __future__ import annotations

import asyncio
import importlib
import importlib.metadata
import importlib.util
import os
from typing import Any

from tests.bench.peers.desk import Desk
from tests.bench.peers.peer import Absent, How, Jobs, Peer

_ALONE = "its overlay over a folder is in a program that comes from no registry of packages"


class AgentFS(Peer):
    """A database for each draft, into which documents are written; no folder shows through."""

    title = "AgentFS library"
    how = Jobs(
        isolate=Absent("cannot", _ALONE),
        edit=How("`write_file` into an empty database", durable=True),
        flushed=How("the same", durable=True),
        status=Absent("cannot", _ALONE),
        switch=Absent("nothing to do", "each draft is a database, which programs must open"),
        integrate=Absent("cannot", _ALONE),
        discard=How("the database's files are removed"),
    )

    def __init__(self, desk: Desk) -> None:
        super().__init__(desk)
        self._library: Any = importlib.import_module("agentfs_sdk")
        self._loop = self._stack.enter_context(asyncio.Runner())
        self._drafts: dict[str, Any] = {}
        self._stack.callback(self._close)

    @classmethod
    def missing(cls, desk: Desk) -> str | None:
        if importlib.util.find_spec("agentfs_sdk") is None:
            return "it is not installed (PyPI: agentfs-sdk)"
        return None

    def version(self) -> str:
        return f"agentfs-sdk {importlib.metadata.version('agentfs-sdk')}"

    def begin(self, draft: str) -> None:
        options = self._library.AgentFSOptions(id=draft, path=self._path(draft))
        self._drafts[draft] = self._loop.run(self._library.AgentFS.open(options))

    def edit(self, draft: str, path: str, *, flush: bool = False) -> None:
        text = self.desk.text(path, draft)
        self._loop.run(self._drafts[draft].fs.write_file(f"/{path}", text))

    def read(self, draft: str, path: str) -> bytes:
        found: bytes = self._loop.run(self._drafts[draft].fs.read_file(f"/{path}", encoding=None))
        return found

    def clear(self, draft: str) -> None:
        self.discard(draft)

    def discard(self, draft: str) -> None:
        self._loop.run(self._drafts.pop(draft).close())
        for end in ("", "-wal"):
            os.unlink(self._path(draft) + end)

    def _path(self, draft: str) -> str:
        return f"{self.book}-{draft}.db"

    def _close(self) -> None:
        for draft in list(self._drafts):
            self.discard(draft)
