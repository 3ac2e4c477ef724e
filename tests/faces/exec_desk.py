"""A folder of documents on which programs are run in a session, as real processes."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

from tests.conftest import Tree, picture

from redraft.commands.dispatch import Roots, execute, validate
from redraft.commands.table import BY_VERB
from redraft.disk.claim import claim
from redraft.disk.folder import Folder

SERVER = Path(__file__).parent.parent.parent / "server"
OLD_NS = 1_600_000_000_123_456_789
DOCUMENTS = {
    "a.md": "one\n",
    "part/b.md": "b\n",
    "part/sub/c.md": "c\n",
    "other/d.md": "d\n",
    "other/e.md": "e\n",
}


class Place:
    """The folder, a place for private folders outside of it, and words for the tests."""

    def __init__(self, base: Path) -> None:
        self.root = base / "my, book: one"
        self.state = base / "state"
        self.programs = base / "bin"
        self.programs.mkdir(parents=True)
        shim = self.programs / "redraft"
        shim.write_text(f'#!/bin/sh\nexec "{sys.executable}" -P -W error -m redraft "$@"\n')
        shim.chmod(0o755)
        for path, text in DOCUMENTS.items():
            place = self.root / path
            place.parent.mkdir(parents=True, exist_ok=True)
            place.write_text(text)
        self.age()
        self.before = self.picture()

    def age(self) -> None:
        for place in self.root.rglob("*"):
            if place.is_file() and ".workflow" not in place.parts:
                os.utime(place, ns=(OLD_NS, OLD_NS))

    def picture(self) -> Tree:
        return picture(self.root)

    def untouched(self) -> bool:
        """Whether global is what it was, byte for byte, times included."""
        return self.picture() == self.before

    @property
    def environ(self) -> dict[str, str]:
        kept = {k: v for k, v in os.environ.items() if not k.startswith(("REDRAFT_", "COV_"))}
        return kept | {
            "PATH": f"{self.programs}{os.pathsep}{os.environ['PATH']}",
            "PYTHONPATH": str(SERVER),
            "XDG_STATE_HOME": str(self.state),
            "LC_ALL": "C.UTF-8",
        }

    def run(self, verb: str, **arguments: Any) -> Any:
        """Run a command of the table, in this process."""
        roots = Roots([str(self.root)])
        try:
            command = BY_VERB[verb]
            return execute(command, validate(command, arguments), roots)
        finally:
            roots.close()

    def call(
        self, *words: str, stdin: str = "", cwd: Path | None = None, **env: str
    ) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [str(self.programs / "redraft"), *words],
            input=stdin,
            cwd=cwd or self.root,
            env={**self.environ, **env},
            capture_output=True,
            text=True,
            check=False,
            timeout=60,
        )

    def sh(self, script: str, how: str, *options: str, **more: Any) -> Ran:
        """Run a shell script in a session."""
        words = ("exec", "--how", how, "--json", *options, "--", "sh", "-c", script)
        return Ran(self.call(*words, **more))

    def begin(self, *words: str, **more: Any) -> subprocess.Popen[str]:
        """Begin a command with pipes, and go on."""
        return subprocess.Popen(
            [sys.executable, "-P", "-W", "error", "-m", "redraft", *words],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            cwd=self.root,
            env=self.environ,
            text=True,
            **more,
        )

    def write(self, path: str, content: str) -> None:
        self.run("write", path=path, content=content)

    def changes(self, session: str = "draft") -> dict[str, list[str]]:
        found = self.run("session status", name=session).changes
        return {"modified": found.modified, "created": found.created, "deleted": found.deleted}

    def read(self, path: str, session: str = "draft") -> str:
        content: str = self.run("read", path=path, session=session).content
        return content

    def wait_until_nobody_runs(self) -> None:
        """Wait for the end of the programs whose folders are still there: they hold a lock."""
        for place in (self.state / "redraft" / "exec").glob("*"):
            with Folder.open(str(place)) as folder:
                for name in ("owner", "running"):
                    taken = claim(folder, name, wait=True)
                    assert taken is not None
                    os.close(taken)

    def leftovers(self) -> list[str]:
        """Private folders, and the notes about them, that are still there."""
        kept = [str(p) for p in (self.state / "redraft" / "exec").glob("*")]
        return kept + [str(p) for p in (self.root / ".workflow" / ".loans").glob("*")]


class Ran:
    """What came of a program: its exit code, its output, and what changed."""

    def __init__(self, done: subprocess.CompletedProcess[str]) -> None:
        self.code, self.out = done.returncode, done.stdout
        *said, last = done.stderr.splitlines() or [""]
        self.said = "\n".join(said)
        assert last.startswith("{"), done.stderr
        self.told: dict[str, Any] = json.loads(last)

    @property
    def changed(self) -> dict[str, list[str]]:
        return {kind: self.told[kind] for kind in ("modified", "created", "deleted")}
