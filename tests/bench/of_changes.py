"""The rows about all of a session's changes: status, commit."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
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


class _Fewest:
    """The floor of a commit: staged files, a book that they are moved into, and a journal.

    With ``replacing`` each takes the place of a file, as a commit's do, and the replaced ones are
    gone; without, the places are free, which is the cheapest that a rename can be.
    """

    def __init__(self, ground: Ground, names: list[str], *, replacing: bool) -> None:
        self.names = names
        self.replacing = replacing
        self.place = ground.folder()
        self.parts = sorted({name.partition("/")[0] for name in names})
        for side in ("staged", "book"):
            for part in self.parts:
                os.makedirs(f"{self.place}/{side}/{part}")
        if replacing:
            self._fill("book")

    def _fill(self, side: str) -> None:
        for name in self.names:
            put(f"{self.place}/{side}/{name}", SMALL)

    def sample(self) -> float:
        if self.replacing:
            self._fill("staged")
        else:
            shutil.rmtree(f"{self.place}/staged")
            os.rename(f"{self.place}/book", f"{self.place}/staged")
            for part in self.parts:
                os.makedirs(f"{self.place}/book/{part}")
            if not os.path.exists(f"{self.place}/staged/{self.names[0]}"):
                self._fill("staged")
        os.sync()
        took = timed(self._commit)
        os.unlink(f"{self.place}/journal")
        return took

    def _commit(self) -> None:
        journal = "".join(f"{name}\n" for name in self.names)
        write(f"{self.place}/journal", journal.encode(), flush=True)
        for name in self.names:
            os.rename(f"{self.place}/staged/{name}", f"{self.place}/book/{name}")
        for part in self.parts:
            flush_folder(f"{self.place}/book/{part}")


def _committing(*, replacing: bool) -> Callable[[Ground, int], AbstractContextManager[Pair]]:
    @contextmanager
    def prepare(ground: Ground, n: int) -> Iterator[Pair]:
        book = ground.book(files=n, changes=n)
        root = book.root()

        def ours() -> float:
            os.sync()
            with Session.open(root, SESSION) as session:
                took = timed(
                    lambda: commit.execute(
                        session, paths=None, token=None, on_conflict="stop", progress=SILENT
                    )
                )
            undo.undo(root, SESSION)
            return took

        yield Pair(_Fewest(ground, book.documents, replacing=replacing).sample, ours)
        write(f"{book.path}/{layout.marker(SESSION)}", b"")

    return prepare


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
        floor="renames over the targets, flush of each folder, journal",
        about="changes",
        sizes=SIZES,
        prepare=_committing(replacing=True),
        bar=2,
        growth=LINEAR,
        least=3,
        most=25,
    ),
    Row(
        name="commit-free",
        title="commit, beside renames that replace nothing",
        floor="renames to free names, flush of each folder, journal",
        about="changes",
        sizes=SIZES,
        prepare=_committing(replacing=False),
        growth=LINEAR,
        least=3,
        most=25,
    ),
]
