"""The rows about sessions: detect, switch, start, resume, list, cancel, and an empty one's size."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from itertools import count, cycle
from pathlib import Path

from redraft.commands import dispatch
from redraft.commands.table import BY_VERB
from redraft.domain import layout, lifecycle, marker
from redraft.domain.progress import SILENT
from redraft.domain.session import Session
from tests.bench.ground import SESSION, Ground, flush_folder, metadata, settle, write
from tests.bench.measure import Pair, Row, Sample, each, repeated, timed

SIZES = (100, 1_000, 10_000)
FLAT = 0.1
LINEAR = 1.1
_FIRST_LOOK = str(Path(__file__).with_name("first_look.py"))


@contextmanager
def detect(ground: Ground, n: int) -> Iterator[Pair]:
    root = ground.book(sessions=n).root()
    floor = partial(os.stat, f"{root.path}/{layout.WORKFLOW}")
    yield Pair(repeated(floor, 500), repeated(partial(marker.active, root), 500))


@contextmanager
def detect_first(ground: Ground, n: int) -> Iterator[Pair]:
    root = ground.book(sessions=n).root()
    settle(root)
    yield Pair(_first_look("floor", root.path), _first_look("ours", root.path))


def _first_look(side: str, path: str) -> Sample:
    """What a process that was just started sees on its own clock."""
    command = [sys.executable, _FIRST_LOOK, side, path, SESSION]
    return lambda: int(subprocess.run(command, check=True, capture_output=True).stdout) / 1e9


@contextmanager
def switch(ground: Ground, n: int) -> Iterator[Pair]:
    book = ground.book(sessions=n)
    root, place = book.root(), ground.folder()
    for number in range(n):
        os.mkdir(f"{place}/{number}")
    write(f"{place}/.active-a", b"")
    names = [f"{place}/.active-a", f"{place}/.active-b"]

    def the_fewest() -> None:
        os.rename(*names)
        flush_folder(place)

    def floor() -> float:
        took = timed(the_fewest)
        names.reverse()
        return took

    targets = cycle([book.sessions[0], book.sessions[-1]])
    yield Pair(floor, each(targets, partial(lifecycle.switch, root)))
    lifecycle.switch(root, SESSION)


@contextmanager
def start(ground: Ground, n: int) -> Iterator[Pair]:
    book = ground.book(files=n, changes=n)
    root, place = book.root(), ground.folder()
    ends, numbers = ground.folder(), count()
    os.mkdir(f"{place}/workspace")
    write(f"{place}/.active", b"")
    text, lock = metadata("new"), b'{"active": "new", "updated_at": "2026-11-21", "pid": 1}\n'

    def the_fewest() -> None:
        os.mkdir(f"{place}/new")
        write(f"{place}/new/metadata", text)
        os.mkdir(f"{place}/new/files")
        os.rename(f"{place}/.active", f"{place}/.active-new")
        flush_folder(place)
        write(f"{place}/workspace/lock.new", lock)
        os.rename(f"{place}/workspace/lock.new", f"{place}/workspace/lock")

    def floor() -> float:
        took = timed(the_fewest)
        os.rename(f"{place}/new", f"{ends}/{next(numbers)}")
        os.rename(f"{place}/.active-new", f"{place}/.active")
        return took

    def ours() -> float:
        took = timed(lambda: lifecycle.start(root, "new"))
        lifecycle.switch(root, SESSION)
        os.rename(f"{root.path}/{layout.session_folder('new')}", f"{ends}/{next(numbers)}")
        return took

    yield Pair(floor, ours)


@contextmanager
def resume(ground: Ground, n: int) -> Iterator[Pair]:
    book = ground.book(sessions=n)
    root, place = book.root(), ground.folder()
    text, command = metadata(SESSION), BY_VERB["session resume"]

    def the_fewest() -> None:
        write(f"{place}/metadata.new", text)
        os.rename(f"{place}/metadata.new", f"{place}/metadata")
        write(f"{place}/.active", b"")
        flush_folder(place)
        walk(book.home)

    def floor() -> float:
        took = timed(the_fewest)
        os.unlink(f"{place}/.active")
        return took

    def answer() -> None:
        request = dispatch.validate(command, {"session": SESSION})
        json.dumps(dispatch.to_json(command.handler(root, request, SILENT))).encode()

    def ours() -> float:
        with Session.open(root, SESSION) as session:
            lifecycle.pause(session)
        return timed(answer)

    yield Pair(floor, ours)


def walk(path: str) -> int:
    """Walk a folder as a program must that wants every file's size; returns how many there are."""
    found, folders = 0, [path]
    while folders:
        with os.scandir(folders.pop()) as entries:
            for entry in entries:
                if entry.is_dir(follow_symlinks=False):
                    folders.append(entry.path)
                else:
                    entry.stat(follow_symlinks=False)
                    found += 1
    return found


@contextmanager
def list_all(ground: Ground, n: int) -> Iterator[Pair]:
    root = ground.book(sessions=n).root()
    workflow, command = f"{root.path}/{layout.WORKFLOW}", BY_VERB["session list"]

    def the_fewest() -> None:
        with os.scandir(workflow) as entries:
            homes = [entry.path for entry in entries if entry.is_dir(follow_symlinks=False)]
        for home in homes:
            if not home.rpartition("/")[2].startswith("."):
                with open(f"{home}/{layout.METADATA}", "rb", buffering=0) as file:
                    json.loads(file.read())
                walk(f"{home}/{layout.FILES}")
                walk(f"{home}/{layout.BASE}")

    request = dispatch.validate(command, {})
    yield Pair(
        repeated(the_fewest, 1), lambda: timed(lambda: command.handler(root, request, SILENT))
    )


@contextmanager
def cancel(ground: Ground, n: int) -> Iterator[Pair]:
    book = ground.book(files=n, changes=n)
    root, place, trash = book.root(), ground.folder(), ground.folder()
    os.mkdir(f"{place}/session")
    workflow = f"{book.path}/{layout.WORKFLOW}"

    def floor() -> float:
        def the_fewest() -> None:
            os.rename(f"{place}/session", f"{trash}/session")
            flush_folder(place)
            flush_folder(trash)

        took = timed(the_fewest)
        os.rename(f"{trash}/session", f"{place}/session")
        return took

    def ours() -> float:
        with Session.open(root, SESSION) as session:
            took = timed(lambda: lifecycle.cancel(session, backup_retries=True))
        (entry,) = os.listdir(f"{workflow}/.trash")
        os.rename(f"{workflow}/.trash/{entry}", book.home)
        write(f"{workflow}/{layout.MARKER}{SESSION}", b"")
        return took

    yield Pair(floor, ours)


@contextmanager
def empty(ground: Ground, n: int) -> Iterator[Pair]:
    book, place, numbers = ground.book(files=n, changes=n), ground.folder(), count()
    root = book.root()

    def floor() -> float:
        home = f"{place}/{next(numbers)}"
        os.mkdir(home)
        write(f"{home}/metadata", metadata("new"))
        return _size(home)

    def ours() -> float:
        lifecycle.start(root, "new")
        home = f"{root.path}/{layout.session_folder('new')}"
        size = _size(home) + _blocks(f"{root.path}/{layout.marker('new')}")
        lifecycle.switch(root, SESSION)
        os.rename(home, f"{place}/{next(numbers)}")
        return size

    yield Pair(floor, ours)


def _size(folder: str) -> float:
    size = _blocks(folder)
    for parent, folders, files in os.walk(folder):
        size += sum(_blocks(f"{parent}/{name}") for name in (*folders, *files))
    return size


def _blocks(path: str) -> float:
    return float(os.lstat(path).st_blocks * 512)


ROWS = [
    Row(
        name="detect",
        title="detect active, in a running process",
        floor="one stat",
        about="sessions",
        sizes=SIZES,
        prepare=detect,
        bar=3,
        growth=FLAT,
    ),
    Row(
        name="detect-first",
        title="detect, first call of a process",
        floor="read a hint, two stats",
        about="sessions",
        sizes=SIZES,
        prepare=detect_first,
        limit=100e-6,
        limit_at=10_000,
        most=25,
    ),
    Row(
        name="switch",
        title="switch",
        floor="rename + flush of the folder",
        about="sessions",
        sizes=SIZES,
        prepare=switch,
        bar=2,
        growth=FLAT,
    ),
    Row(
        name="start",
        title="start",
        floor="2 mkdirs, 2 writes, 2 renames, 1 flush",
        about="files",
        sizes=SIZES,
        prepare=start,
        bar=3,
        growth=FLAT,
    ),
    Row(
        name="resume",
        title="resume, command to answer",
        floor="a write, a marker, 1 flush, a walk",
        about="sessions",
        sizes=SIZES,
        prepare=resume,
        limit=5e-3,
    ),
    Row(
        name="list",
        title="list",
        floor="scan, read metadata, walk",
        about="sessions",
        sizes=SIZES,
        prepare=list_all,
        bar=2,
        growth=LINEAR,
        least=3,
    ),
    Row(
        name="cancel",
        title="cancel",
        floor="rename + flush of two folders",
        about="changes",
        sizes=SIZES,
        prepare=cancel,
        bar=3,
        growth=FLAT,
    ),
    Row(
        name="empty",
        title="disk of an empty session",
        floor="a folder and a file",
        about="files",
        sizes=SIZES[:1],
        prepare=empty,
        limit=12 * 1024,
        unit="B",
        least=1,
        most=1,
    ),
]
