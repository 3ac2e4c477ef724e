"""The rows about whole sessions: list, cancel, and an empty one's size."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import count

from tests.bench.ground import SESSION, Ground, flush_folder, metadata, walk, write
from tests.bench.measure import FLAT, LINEAR, SIZES, Pair, Row, repeated, timed

from redraft.commands import requests, session_handlers
from redraft.domain import layout, lifecycle
from redraft.domain.progress import SILENT
from redraft.domain.session import Session


@contextmanager
def list_all(ground: Ground, n: int) -> Iterator[Pair]:
    root = ground.book(sessions=n).root()
    workflow, request = f"{root.path}/{layout.WORKFLOW}", requests.ListSessions()

    def the_fewest() -> None:
        with os.scandir(workflow) as entries:
            homes = [entry.path for entry in entries if entry.is_dir(follow_symlinks=False)]
        for home in homes:
            if not home.rpartition("/")[2].startswith("."):
                with open(f"{home}/{layout.METADATA}", "rb", buffering=0) as file:
                    json.loads(file.read())
                walk(f"{home}/{layout.FILES}")
                walk(f"{home}/{layout.BASE}")

    yield Pair(
        repeated(the_fewest, 1),
        repeated(lambda: session_handlers.list_sessions(root, request, SILENT), 1),
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
