"""A system that really refuses: full, without inodes, read-only, without descriptors.

The file systems are small ones in memory, mounted in a mount namespace of their own.
"""

from __future__ import annotations

import errno
import os
import resource
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, NamedTuple

from tests.recovery.picture import describe, difference, litter, versions
from tests.recovery.stories import STORIES, Story, book, do

from redraft.domain.root import Root
from redraft.errors import RedraftError

UNSHARE = ["unshare", "-Urm"]


class Day(NamedTuple):
    """How a story went on a bad day: what was the matter, the answers' codes, what was wrong."""

    matter: str
    story: str
    refused: int
    done: int
    wrong: list[str]


@contextmanager
def _mounted(path: Path, options: str) -> Iterator[None]:
    path.mkdir(parents=True, exist_ok=True)
    subprocess.run(["mount", "-t", "tmpfs", "-o", options, "redraft", str(path)], check=True)
    try:
        yield
    finally:
        subprocess.run(["umount", "-l", str(path)], check=True)


def _full(path: Path, left: int) -> Callable[[], None]:
    """Fill the disk but for some pages; returns what frees it."""
    filler = path.parent / "filler"
    with filler.open("wb", buffering=0) as file:
        try:
            while True:
                file.write(b"x" * 4096)
        except OSError as error:
            assert error.errno == errno.ENOSPC  # noqa: PT017 - it must come to that
        size = file.tell()
        file.truncate(max(0, size - size % 4096 - left * 4096))
    return filler.unlink


def _no_inodes(path: Path, left: int) -> Callable[[], None]:
    """Use all inodes up but for some."""
    folder = path.parent / "many"
    folder.mkdir()
    made: list[Path] = []
    try:
        while True:
            made.append(folder / str(len(made)))
            made[-1].touch()
    except OSError as error:
        assert error.errno == errno.ENOSPC  # noqa: PT017 - it must come to that
    made.pop()
    for _ in range(left):
        made.pop().unlink()

    def free() -> None:
        for file in made:
            file.unlink()

    return free


def _read_only(path: Path, left: int) -> Callable[[], None]:
    """Remount it so that nothing can be written any more."""

    def mount(how: str) -> None:
        subprocess.run(["mount", "-o", f"remount,{how}", str(path.parent)], check=True)

    mount("ro")
    return lambda: mount("rw")


def _no_descriptors(path: Path, left: int) -> Callable[[], None]:
    """Allow only so many more open files than there are."""
    before = resource.getrlimit(resource.RLIMIT_NOFILE)
    highest = max(int(name) for name in os.listdir("/proc/self/fd"))
    resource.setrlimit(resource.RLIMIT_NOFILE, (highest + left, before[1]))
    return lambda: resource.setrlimit(resource.RLIMIT_NOFILE, before)


def _no_long_files(path: Path, left: int) -> Callable[[], None]:
    """Allow no file to grow beyond so many bytes."""
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (left * 40, before[1]))
    return lambda: resource.setrlimit(resource.RLIMIT_FSIZE, before)


DAYS: dict[str, tuple[str, Callable[[Path, int], Callable[[], None]], int]] = {
    "disk full": ("size=1m", _full, 24),
    "no inodes left": ("nr_inodes=200", _no_inodes, 40),
    "read-only": ("size=1m", _read_only, 1),
    "no descriptors left": ("size=1m", _no_descriptors, 12),
    "no file may grow": ("size=1m", _no_long_files, 12),
}
"""The mount's options, what makes it bad, and how much is left at most, from nothing on."""


def live(matter: str, name: str, home: Path) -> Day:
    """Tell a story with nothing left, with a little left, and so on until it can be done."""
    options, spoil, most = DAYS[matter]
    story = STORIES[name]
    refused = done = 0
    wrong: list[str] = []
    with _mounted(home, options):
        _, new, _ = _attempt(story, home / "book", None, [])
    for left in range(most):

        def now(path: Path, left: int = left) -> Callable[[], None]:
            return spoil(path, left)

        with _mounted(home, options):
            code, _, found = _attempt(story, home / "book", now, [new])
        refused += code is not None
        done += code is None
        wrong += [f"{matter}, {left} left: {name} ({code}): {line}" for line in found]
    return Day(matter, name, refused, done, wrong)


def _attempt(
    story: Story,
    path: Path,
    spoil: Callable[[Path], Callable[[], None]] | None,
    new: list[dict[str, Any]],
) -> tuple[str | None, dict[str, Any], list[str]]:
    """Tell it once; give the error's code, what the root shows afterwards, and what is wrong."""
    path.mkdir()
    book(path)
    with Root.open(str(path)) as root:
        story.before(root)
        old, kept = describe(path), versions(path)
        mend = spoil(path) if spoil is not None else None
        code: str | None = None
        try:
            story.act(root)
        except OSError as error:
            code = errno.errorcode[error.errno or 0]
        except RedraftError as error:
            code = error.code
        finally:
            if mend is not None:
                mend()
    found = describe(path)
    wrong = [f"left behind: {name}" for name in litter(path)]
    if code is not None:
        # Where nothing could be taken back either, a journal is carried on by the next command.
        wrong += difference(found, old) if found not in new else []
        wrong += [] if kept <= versions(path) or found in new else ["a version is lost"]
    elif new and found not in new:
        wrong.append("it is said to be done and is not")
    with Root.open(str(path)) as root:
        do(root, "session start", name="after")
        do(root, "write", path="a.md", content="doc:after")
        wrong += do(root, "doctor").left
    return code, found, wrong


def may_mount() -> bool:
    """Whether this system lets us mount."""
    return subprocess.run([*UNSHARE, "true"], check=False, capture_output=True).returncode == 0


def live_all(home: Path, days: list[str], names: list[str]) -> list[Day]:
    """Live these days with these stories in a mount namespace of our own.

    Raises:
        RuntimeError: it could not be done.
    """
    call = (
        "import json; from pathlib import Path; from tests.recovery.bad_days import live; "
        f"print(json.dumps([live(d, n, Path({str(home)!r})) for d in {days!r} for n in {names!r}]))"
    )
    done = subprocess.run(
        [*UNSHARE, sys.executable, "-c", call],
        env={**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)},
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode:
        raise RuntimeError(done.stderr)
    import json

    return [Day(*fields) for fields in json.loads(done.stdout)]
