"""A folder of documents for one story, and what lies in it on disk."""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import subprocess
from pathlib import Path
from typing import Any

from tests.conftest import OWN, SAMPLE_BOOK, Tree, picture
from tests.editor.profile import REDRAFT
from tests.editor.toolchain.places import REPOSITORY


class Book:
    """A fresh copy of the sample book; paths are relative to it, with ``/``."""

    def __init__(self, root: Path, source: Path = SAMPLE_BOOK) -> None:
        self.root = root
        shutil.copytree(source, root, symlinks=True, ignore=shutil.ignore_patterns(*OWN))
        self._known: Tree = picture(root)

    # --- global files -----------------------------------------------------------------------------

    def path(self, document: str) -> Path:
        """Where a global file lies."""
        return self.root / document

    def text(self, document: str) -> str:
        """The text of a global file, its line ends as they are."""
        return self.path(document).read_bytes().decode()

    def write(self, document: str, text: str) -> None:
        """Change a global file behind everybody's back, as another program does."""
        path = self.path(document)
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(text.encode())

    def replace(self, document: str, old: str, new: str) -> None:
        """Replace a text that a global file must hold."""
        text = self.text(document)
        assert old in text, f"{document} does not hold {old!r}"
        self.write(document, text.replace(old, new))

    def touched(self) -> list[str]:
        """What differs in global since the start or :meth:`accept`: contents, modes, mtimes.

        ``assert book.touched() == []`` says that no session has touched the real files.
        """
        now, known = picture(self.root), self._known
        lines = [f"{path}: new" for path in now.keys() - known.keys()]
        lines += [f"{path}: gone" for path in known.keys() - now.keys()]
        for path in now.keys() & known.keys():
            names = ("kind", "mode", "mtime", "content")
            pairs = zip(names, now[path], known[path], strict=True)
            lines += [f"{path}: other {name}" for name, new, old in pairs if new != old]
        return sorted(lines)

    def accept(self) -> None:
        """Take global as it is now for untouched: after a change that the story makes itself."""
        self._known = picture(self.root)

    def checksum(self) -> str:
        """One word for all of global: names, modes, mtimes and contents."""
        return hashlib.sha256(repr(sorted(picture(self.root).items())).encode()).hexdigest()

    # --- sessions ---------------------------------------------------------------------------------

    @property
    def workflow(self) -> Path:
        """The folder of the sessions."""
        return self.root / ".workflow"

    def active(self) -> list[str]:
        """The sessions that have a marker: one, or none, while nobody plays tricks."""
        return sorted(path.name[8:] for path in self.workflow.glob(".active-*"))

    def sessions(self) -> list[str]:
        """The sessions that have a folder."""
        if not self.workflow.is_dir():
            return []
        folders = (path for path in self.workflow.iterdir() if path.is_dir())
        names = sorted(path.name for path in folders)
        return [name for name in names if not name.startswith(".") and name != "completed"]

    def copy(self, document: str, session: str) -> Path:
        """Where a session's own version of a document lies, if it has one."""
        return self.workflow / session / "files" / document

    def session_text(self, document: str, session: str) -> str:
        """The text of a session's own version."""
        return self.copy(document, session).read_bytes().decode()

    def write_copy(self, document: str, session: str, text: str) -> None:
        """Write into a session's files in place, as an agent with plain file tools does."""
        self.copy(document, session).write_bytes(text.encode())

    def copies(self, session: str) -> list[str]:
        """The documents of which a session has its own version."""
        files = self.workflow / session / "files"
        found = (path for path in files.rglob("*") if path.is_file())
        return sorted(path.relative_to(files).as_posix() for path in found)

    def retries(self, document: str, session: str) -> list[str]:
        """The reasons of the retries that a session keeps of a document, by number."""
        folder = self.workflow / session / "human-retries" / document
        notes = sorted(folder.glob("retry-*.json"), key=lambda path: int(path.stem[6:]))
        return [json.loads(path.read_text())["reason"] for path in notes]

    # --- the command line -------------------------------------------------------------------------

    def cli(self, *words: str, text: str | None = None, check: bool = True) -> str:
        """Run the real ``redraft`` in the book.

        Args:
            words: the verb and its arguments.
            text: what it reads from standard input.
            check: whether a refusal fails the story.

        Returns:
            What it printed on both of its outputs.
        """
        result = self._run(words, text)
        if check and result.returncode:
            raise AssertionError(f"redraft {' '.join(words)} said:\n{result.stdout}{result.stderr}")
        return result.stdout + result.stderr

    def ask(self, *words: str, text: str | None = None) -> Any:
        """Run the real ``redraft --json`` in the book and give what it answers."""
        result = self._run(("--json", *words), text)
        assert result.returncode == 0, result.stdout + result.stderr
        return json.loads(result.stdout)

    def start(self, session: str, *documents: str, add: str = "\nAdded in the session.\n") -> None:
        """Start a session by the command line and change documents in it, by one line each."""
        self.cli("session", "start", session)
        for document in documents:
            self.cli("write", document, text=self.text(document) + add)

    def _run(self, words: tuple[str, ...], text: str | None) -> subprocess.CompletedProcess[str]:
        kept = {k: v for k, v in os.environ.items() if not k.startswith(("REDRAFT_", "COV_"))}
        return subprocess.run(
            [*REDRAFT, "--root", str(self.root), *words],
            cwd=self.root,
            env=kept | {"PYTHONPATH": str(REPOSITORY / "server")},
            input=text if text is not None else "",
            capture_output=True,
            encoding="utf-8",
            check=False,
            timeout=60,
        )
