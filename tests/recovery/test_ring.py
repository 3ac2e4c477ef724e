"""What the system sees of an operation: no call that changes the disk goes past the numbered ones.

``strace`` writes down every such call of a process that does all stories; each must be one of those
before which the kill matrix kills. Where ``strace`` cannot be had, this is left out.
"""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from tests.recovery.killing import prepare
from tests.recovery.stories import CONTINUED, STORIES
from tests.recovery.strikes import watched

from redraft.domain.root import Root

ALL = STORIES | CONTINUED
CHANGING = """
chmod copy_file_range creat fallocate fchmod fchmodat fremovexattr fsetxattr ftruncate ioctl link
linkat mkdir mkdirat mknod mknodat open openat openat2 pwrite64 pwritev rename renameat renameat2
rmdir sendfile setxattr splice symlink symlinkat truncate unlink unlinkat utimensat write writev
""".split()  # noqa: SIM905 - a list as one reads it
LOOKED = ("newfstatat", "stat")
RING = "/ring/"
_OPENS = ("open", "openat", "openat2")
_WRITES = re.compile(r"O_(CREAT|TRUNC|WRONLY|RDWR|APPEND)")
_CALL = re.compile(r"^(?:\d+ +)?(\w+)\((.*)$")


def mark(name: str) -> None:
    """Leave a line in the trace: a look at a file that is nowhere."""
    os.path.exists(f"{RING}{name}")


def tell(folder: Path) -> None:
    """Do every operation, each one's calls announced by name; what the child process runs."""
    for number, (name, story) in enumerate(ALL.items()):
        path = folder / f"story-{number}"
        prepare(story, path)
        with Root.open(str(path)) as root, watched(mark, flushes=True):
            mark(f"begin {name}")
            story.act(root)
            mark("end")


def unannounced(trace: Path, folder: Path) -> Iterator[str]:
    """The changing calls before which no numbered call was announced."""
    story, announced = "", False
    for line in trace.read_text(errors="replace").splitlines():
        call = _CALL.match(line)
        if call is None:
            continue
        name, arguments = call.groups()
        if name in LOOKED:
            told = re.search(rf'"{RING}([^"]*)"', arguments)
            if told is None:
                continue
            if told[1].startswith("begin "):
                story = told[1].removeprefix("begin ")
            elif told[1] == "end":
                story = ""
            else:
                announced = True
        elif story and str(folder) in arguments and _changed(name, arguments):
            if not announced:
                yield f"{story}: {name}({arguments}"
            announced = False


def _changed(name: str, arguments: str) -> bool:
    if ") = -1 " in arguments or (name == "copy_file_range" and arguments.endswith(" = 0")):
        return False
    if name in _OPENS:
        return bool(_WRITES.search(arguments))
    return name != "ioctl" or "FICLONE" in arguments


@pytest.mark.slow
@pytest.mark.skipif(shutil.which("strace") is None, reason="strace is not here (Debian: strace)")
def test_no_changing_call_goes_past_the_ring(tmp_path: Path) -> None:
    trace, folder = tmp_path / "trace", tmp_path / "book"
    folder.mkdir()
    act = f"from tests.recovery.test_ring import Path, tell; tell(Path({str(folder)!r}))"
    calls = f"trace={','.join((*CHANGING, *LOOKED))}"
    done = subprocess.run(
        ["strace", "-f", "-y", "-e", calls, "-o", trace, sys.executable, "-c", act],
        env={**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    text = trace.read_text(errors="replace")
    assert all(f"{RING}begin {name}" in text for name in ALL)
    assert list(unannounced(trace, folder)) == []
    assert "renameat2(" in text
    assert "write(" in text
