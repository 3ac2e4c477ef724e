"""The rows about which session is active: detect, switch, start, resume."""

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

from tests.bench.ground import (
    SESSION,
    Ground,
    flush_folder,
    metadata,
    settle_for_others,
    walk,
    write,
)
from tests.bench.measure import FLAT, SIZES, Pair, Row, Sample, each, repeated, timed

from redraft.commands import dispatch, requests, session_handlers
from redraft.commands.table import BY_VERB
from redraft.domain import layout, lifecycle, marker, resuming
from redraft.domain.progress import SILENT
from redraft.domain.session import Session

_FIRST_LOOK = str(Path(__file__).with_name("first_look.py"))


@contextmanager
def detect(ground: Ground, n: int) -> Iterator[Pair]:
    root = ground.book(sessions=n).root()
    floor = partial(os.stat, f"{root.path}/{layout.WORKFLOW}")
    yield Pair(repeated(floor, 500), repeated(partial(marker.active, root), 500))


@contextmanager
def detect_first(ground: Ground, n: int) -> Iterator[Pair]:
    root = ground.book(sessions=n).root()
    settle_for_others(root)
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
        assert isinstance(request, requests.SessionRequest)
        json.dumps(dispatch.to_json(session_handlers.resume(root, request, SILENT))).encode()

    def ours() -> float:
        with Session.open(root, SESSION) as session:
            resuming.pause(session)
        return timed(answer)

    yield Pair(floor, ours)


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
        slow=True,
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
]
