"""A writer's desk for the tests of the domain: a folder of files, and the commands on it."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import pytest

from redraft.commands.dispatch import Roots, execute, validate
from redraft.commands.table import BY_VERB
from redraft.domain.root import Root
from redraft.domain.writing import WritableView
from redraft.errors import RedraftError

OLD_NS = 1_600_000_000_123_456_789  # a time old enough to vouch for a content


class Desk:
    """A root in a folder, and short words for what tests do all the time.

    Attributes:
        path: the folder.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        path.mkdir()
        self.roots = Roots([str(path)])
        self._puts: dict[str, int] = {}

    def close(self) -> None:
        self.roots.close()

    @property
    def root(self) -> Root:
        return self.roots.all()[0]

    def run(self, verb: str, **arguments: Any) -> Any:
        """Run a command as every face does."""
        command = BY_VERB[verb]
        return execute(command, validate(command, arguments), self.roots)

    def refused(self, verb: str, **arguments: Any) -> RedraftError:
        """Run a command that must be refused; gives the error."""
        with pytest.raises(RedraftError) as caught:
            self.run(verb, **arguments)
        return caught.value

    def start(self, name: str = "draft") -> Path:
        """Start a session; gives its folder."""
        self.run("session start", name=name)
        return self.path / ".workflow" / name

    def put(self, path: str, content: str | bytes = "text\n", mtime_ns: int | None = None) -> Path:
        """Write a file into global as somebody else would; each time a little later."""
        place = self.path / path
        place.parent.mkdir(parents=True, exist_ok=True)
        place.write_bytes(content.encode() if isinstance(content, str) else content)
        if mtime_ns is None:
            mtime_ns = OLD_NS + self._puts.get(path, 0)
            self._puts[path] = self._puts.get(path, 0) + 1000
        os.utime(place, ns=(mtime_ns, mtime_ns))
        return place

    def write(self, path: str, content: str = "draft\n", **more: Any) -> Any:
        return self.run("write", path=path, content=content, **more)

    def read(self, path: str, **more: Any) -> str:
        content: str = self.run("read", path=path, **more).content
        return content

    def view(self, session: str | None = "draft") -> WritableView:
        return WritableView.of(self.root, session)

    def shown(self, path: str = "", session: str = "draft") -> dict[str, str]:
        """All that a session shows: path → type."""
        found = self.run("files", path=path, recursive=True, session=session).entries
        return {entry.path: entry.type for entry in found}

    def changes(self, session: str = "draft") -> tuple[list[str], list[str], list[str]]:
        """The paths that are modified, created and deleted."""
        found = self.run("session status", name=session).changes
        return found.modified, found.created, found.deleted

    def states(self, **more: Any) -> dict[str, tuple[str, str]]:
        """The preview: path → (kind, state)."""
        found = self.run("session commit", **more).files
        return {file.path: (file.kind, file.state) for file in found}

    def commit(self, **more: Any) -> Any:
        return self.run("session commit", force=True, **more)

    def undo(self, **more: Any) -> Any:
        return self.run("session undo", **more)

    def everything(self) -> set[bytes]:
        """The content of every file beneath the folder, Redraft's own included."""
        found = set()
        for parent, _, names in os.walk(self.path):
            places = [Path(parent, name) for name in names]
            found |= {place.read_bytes() for place in places if place.is_file()}
        return found


def two_sessions(path: Path) -> Desk:
    """Two sessions with copies, retries and a checkpoint each; ``two`` is active."""
    made = Desk(path)
    made.put("a.md", "needle\n")
    made.put(".gitignore", "drafts/\n")
    for name in ("one", "two"):
        made.start(name)
        made.write("a.md", f"needle {name}\n")
        made.run("retry", file_path="a.md", reason="needle")
        made.write("drafts/[x] é.md", f"needle {name}\n")
        made.run("session checkpoint")
    return made
