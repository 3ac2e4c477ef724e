"""Mercurial: a second working folder, and a shelf."""

from __future__ import annotations

import shutil
import sys
from pathlib import Path

from tests.bench.peers.desk import Desk
from tests.bench.peers.peer import (
    LED,
    WRITTEN,
    WRITTEN_AND_FLUSHED,
    WRITTEN_OVER,
    FolderPeer,
    How,
    Jobs,
)

_SETTINGS = "[ui]\nusername = A Writer\n[extensions]\nshare =\nshelve =\n"


def _found() -> str | None:
    """Beside the Python that runs this, else wherever it is."""
    beside = Path(sys.executable).with_name("hg")
    return str(beside) if beside.exists() else shutil.which("hg")


class _Mercurial(FolderPeer):
    """A repository whose first commit holds the folder."""

    def __init__(self, desk: Desk) -> None:
        super().__init__(desk)
        Path(desk.environment["HGRCPATH"]).write_text(_SETTINGS, encoding="utf-8")
        self.shell(f"hg() {{ '{_found()}' \"$@\"; }}")
        self.shell("hg init", "hg commit -qAm 'The folder'")

    @classmethod
    def missing(cls, desk: Desk) -> str | None:
        return None if _found() else "it is not installed (PyPI: mercurial)"

    def version(self) -> str:
        return f"Mercurial {self.shell('hg version -qT {ver}').decode()}"


class Share(_Mercurial):
    """A second folder with all the files, over the same history."""

    title = "hg share"
    how = Jobs(
        isolate=How("`hg share`"),
        edit=WRITTEN,
        flushed=WRITTEN_AND_FLUSHED,
        status=How("`hg status`"),
        switch=LED,
        integrate=How("`hg commit`, `hg update`"),
        discard=How("`rm -r` of the folder"),
    )

    def place(self, draft: str) -> str:
        return f"{self.book}-{draft}"

    def begin(self, draft: str) -> None:
        self.shell(f"hg share -q . ../book-{draft}")

    def status(self, draft: str) -> bytes:
        return self.shell(f"hg --cwd ../book-{draft} status")

    def integrate(self, draft: str) -> None:
        self.shell(f"hg --cwd ../book-{draft} commit -qm {draft}", "hg update -q")

    def clear(self, draft: str) -> None:
        self.discard(draft)

    def discard(self, draft: str) -> None:
        self.shell(f"rm -r ../book-{draft}")


class Shelve(_Mercurial):
    """Changes in the one folder, put away and taken out again."""

    title = "hg shelve"
    in_place = True
    how = Jobs(
        isolate=WRITTEN_OVER,
        edit=WRITTEN,
        flushed=WRITTEN_AND_FLUSHED,
        status=How("`hg status`"),
        switch=How("`hg shelve`, `hg unshelve` of the other"),
        integrate=How("`hg commit`: the texts are in place"),
        discard=How("`hg revert --all`"),
    )

    def place(self, draft: str) -> str:
        return self.book

    def begin(self, draft: str) -> None:
        """There is nothing that begins."""

    def status(self, draft: str) -> bytes:
        return self.shell("hg status")

    def keep(self, draft: str) -> None:
        self.shell(f"hg shelve -q -n {draft}")

    def switch(self, draft: str, other: str) -> None:
        self.shell(f"hg shelve -q -n {draft}", f"hg unshelve -q -n {other}")

    def integrate(self, draft: str) -> None:
        self.shell(f"hg commit -qm {draft}")

    def discard(self, draft: str) -> None:
        self.shell("hg revert -q --all --no-backup")

    def forget(self, draft: str) -> None:
        self.shell(f"hg shelve -q --delete {draft}")
