"""A document that another process holds open while it is committed, and writes into later."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from tests.recovery.picture import versions
from tests.recovery.stories import book, commit, do, doc, write

from redraft.domain.root import Root

_HOLDER = """
import fcntl, sys
file = open(sys.argv[1], sys.argv[2])
if sys.argv[3] == "locked":
    fcntl.flock(file, fcntl.LOCK_EX)
print("open", flush=True)
sys.stdin.readline()
if sys.argv[2] == "r+b":
    file.write(b"doc:late")
    file.truncate()
"""


@contextmanager
def _held(path: Path, mode: str, how: str) -> Iterator[subprocess.Popen[str]]:
    """Another process that has the file open; it writes (if it may) once it hears a line."""
    command = [sys.executable, "-c", _HOLDER, str(path), mode, how]
    pipe = subprocess.PIPE
    with subprocess.Popen(command, stdin=pipe, stdout=pipe, text=True) as holder:
        assert holder.stdout is not None
        assert holder.stdout.readline() == "open\n"
        yield holder


def _session(root: Root) -> None:
    do(root, "session start", name="draft")
    write(root, "a.md", "a1")
    do(root, "delete", path="gone.md")


@pytest.mark.parametrize("how", ["open", "locked"])
@pytest.mark.parametrize("mode", ["rb", "r+b"])
def test_a_commit_goes_on_whoever_has_the_document_open(
    mode: str, how: str, tmp_path: Path
) -> None:
    """An advisory lock is between those who ask for it."""
    book(tmp_path)
    with Root.open(str(tmp_path)) as root:
        _session(root)
        with _held(tmp_path / "a.md", mode, how) as holder:
            commit(root)
            assert (tmp_path / "a.md").read_bytes() == doc("a1")
            holder.communicate("\n")
        assert (tmp_path / "a.md").read_bytes() == doc("a1")


@pytest.mark.parametrize("name", ["a.md", "gone.md"])
def test_what_is_written_late_into_a_replaced_document_is_kept_and_told(
    name: str, tmp_path: Path
) -> None:
    """It goes to the version that was replaced; an undo brings it back or says that it did not."""
    book(tmp_path)
    with Root.open(str(tmp_path)) as root:
        _session(root)
        with _held(tmp_path / name, "r+b", "open") as holder:
            commit(root)
            holder.communicate("\n")
        assert doc("late") in versions(tmp_path / ".workflow")
        undone = do(root, "session undo")
        assert doc("late") in versions(tmp_path)
        told = [kept.path for kept in undone.kept]
        assert name in told or (tmp_path / name).read_bytes() == doc("late")


def test_what_is_written_into_a_document_during_a_commit_stops_it(tmp_path: Path) -> None:
    """The writer's version is in global, and the session is whole."""
    book(tmp_path)
    with Root.open(str(tmp_path)) as root:
        _session(root)
        token = do(root, "session commit").preview
        with _held(tmp_path / "a.md", "r+b", "locked") as holder:
            holder.communicate("\n")
        with pytest.raises(Exception, match="changed"):
            do(root, "session commit", force=True, preview=token)
        assert (tmp_path / "a.md").read_bytes() == doc("late")
        assert do(root, "read", path="a.md").content == doc("a1").decode()
