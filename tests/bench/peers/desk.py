"""Where the tools that are compared work: copies of one folder, and a shell for each to be typed
into, as a person would.
"""

from __future__ import annotations

import os
import subprocess
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Self

from tests.bench.ground import BIG, put

CHANGES = 10
SMALL = 4_000  # bytes of a document that is left alone; one that is edited has 20 KB
_PER_FOLDER = 20
_FOLDERS = 5  # that the edited documents lie in
_SECOND_NS = 1_000_000_000
_BEGAN_NS = 1_600_000_000 * _SECOND_NS


class Desk:
    """A scratch folder in which each tool gets its own copy of the same folder of documents.

    Attributes:
        path: the scratch folder.
        documents: the documents' paths.
        edited: the ten of them that drafts change, in up to five folders.
        environment: what commands are started with: nobody's own settings.
    """

    def __init__(self, path: str, files: int) -> None:
        self.path = path
        os.mkdir(path)
        folders = max(files // _PER_FOLDER, 1)
        names = [f"part-{i % folders:03}/chapter-{i:05}.md" for i in range(files)]
        wide = min(folders, _FOLDERS)
        self.documents = names
        self.edited = [names[i % wide + i // wide * folders] for i in range(CHANGES)]
        self.environment = _environment(path)

    def lay(self, name: str) -> str:
        """Put down a copy of the folder in a new place; returns its path."""
        book = f"{self.path}/{name}/book"
        for part in sorted({path.partition("/")[0] for path in self.documents}):
            os.makedirs(f"{book}/{part}")
        edited = set(self.edited)
        for path in self.documents:
            put(f"{book}/{path}", BIG if path in edited else SMALL, _BEGAN_NS)
        return book

    def text(self, path: str, draft: str) -> bytes:
        """What a draft makes of a document: 20 KB that only it and no other would hold."""
        line = f"{path} in {draft}: a line of prose that is about as long as lines are.\n".encode()
        return (line * (BIG // len(line) + 1))[:BIG]


def _environment(path: str) -> dict[str, str]:
    person = {"NAME": "A Writer", "EMAIL": "writer@example.org"}
    git = {
        f"GIT_{role}_{key}": value
        for role in ("AUTHOR", "COMMITTER")
        for key, value in person.items()
    }
    return {
        "PATH": os.environ["PATH"],
        "HOME": path,
        "LC_ALL": "C.UTF-8",
        "GIT_CONFIG_NOSYSTEM": "1",
        "HGRCPATH": f"{path}/hgrc",
        **git,
    }


class Shell:
    """A shell that commands are typed into (a context manager that ends it).

    The time of a command is that of the tool, and of a small shell's starting it: about a
    millisecond, the same for all.
    """

    def __init__(
        self, cwd: str, environment: Mapping[str, str], inside: Sequence[str] = ()
    ) -> None:
        self._errors = Path(f"{cwd}.errors")
        with self._errors.open("wb") as errors:
            self._process = subprocess.Popen(
                [*inside, "/bin/sh"],
                cwd=cwd,
                env=dict(environment),
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=errors,
                bufsize=0,
            )

    @property
    def pid(self) -> int:
        """The shell's process id."""
        return self._process.pid

    def __call__(self, *commands: str) -> bytes:
        """Run commands as long as they succeed; returns what they print."""
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        line = " && ".join(commands)
        self._process.stdin.write(f"{line}; printf '\\0%s\\n' $?\n".encode())
        printed = b""
        while not (printed.endswith(b"\n") and b"\0" in printed):
            more = os.read(self._process.stdout.fileno(), 1 << 16)
            if not more:
                raise EOFError(f"the shell ended at {line!r}: {self._errors.read_text()}")
            printed += more
        output, _, status = printed.rpartition(b"\0")
        if status != b"0\n":
            raise OSError(f"{line!r} ended with {status!r}: {output!r} {self._errors.read_text()}")
        return output

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._process.communicate()
