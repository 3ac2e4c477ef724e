"""The rows about all of a session's changes: status, commit."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial

from tests.bench.ground import SESSION, SMALL, Ground, flush_folder, put, walk, write
from tests.bench.measure import LINEAR, SIZES, Pair, Row, repeated, timed

from redraft.commands import requests, session_handlers
from redraft.domain import commit, layout, undo
from redraft.domain.progress import SILENT
from redraft.domain.session import Session


@contextmanager
def status(ground: Ground, n: int) -> Iterator[Pair]:
    book = ground.book(files=n, changes=n)
    root, request = book.root(), requests.SessionRequest()
    times = max(1, 1_000 // n)
    yield Pair(
        repeated(partial(walk, book.home), times),
        repeated(lambda: session_handlers.status(root, request, SILENT), times),
    )


@contextmanager
def commit_all(ground: Ground, n: int) -> Iterator[Pair]:
    book, place = ground.book(files=n, changes=n), ground.folder()
    root, names = book.root(), book.documents
    parts = sorted({name.partition("/")[0] for name in names})
    sides = [f"{place}/staged", f"{place}/book"]
    for side in sides:
        for part in parts:
            os.makedirs(f"{side}/{part}")
    for name in names:
        put(f"{sides[0]}/{name}", SMALL)
    os.sync()

    def the_fewest() -> None:
        write(f"{place}/journal", "".join(f"{name}\n" for name in names).encode(), flush=True)
        for name in names:
            os.rename(f"{sides[0]}/{name}", f"{sides[1]}/{name}")
        for part in parts:
            flush_folder(f"{sides[1]}/{part}")

    def floor() -> float:
        took = timed(the_fewest)
        os.unlink(f"{place}/journal")
        sides.reverse()  # the next commit goes the other way
        os.sync()
        return took

    def ours() -> float:
        with Session.open(root, SESSION) as session:
            took = timed(
                lambda: commit.execute(
                    session, paths=None, token=None, on_conflict="stop", progress=SILENT
                )
            )
        undo.undo(root, SESSION)
        os.sync()
        return took

    yield Pair(floor, ours)
    write(f"{book.path}/{layout.marker(SESSION)}", b"")


ROWS = [
    Row(
        name="status",
        title="status, in process",
        floor="one walk of the session's folders",
        about="changes",
        sizes=SIZES,
        prepare=status,
        bar=2,
        growth=LINEAR,
    ),
    Row(
        name="commit",
        title="commit, durable",
        floor="renames, flush of each folder, journal",
        about="changes",
        sizes=SIZES,
        prepare=commit_all,
        bar=2,
        growth=LINEAR,
        least=3,
        most=25,
    ),
]
