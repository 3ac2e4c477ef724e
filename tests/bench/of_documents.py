"""The rows about single documents: resolve, read, write."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial
from itertools import count, cycle

from tests.bench.ground import BIG, SESSION, SMALL, Ground, put, write
from tests.bench.measure import FLAT, SIZES, Pair, Row, each, repeated, timed

from redraft.domain import layout, marker
from redraft.domain.writing import WritableView

# Of several lengths: an equal one would be compared with the base, which few real edits need.
_VERSIONS = [b"%c" % letter * (BIG + letter) for letter in b"abcdefgh"]


@contextmanager
def resolve(ground: Ground, n: int) -> Iterator[Pair]:
    book = ground.book(files=n, changes=n)
    path = next(book.spares)
    copy, document = f"{book.home}/{layout.FILES}/{path}", f"{book.path}/{path}"
    with WritableView.of(book.root(), SESSION) as view:
        yield Pair(
            repeated(lambda: _look(copy, document), 200), repeated(lambda: view.resolve(path), 200)
        )


@contextmanager
def resolve_cold(ground: Ground, n: int) -> Iterator[Pair]:
    book = ground.book(files=n, changes=n)
    root, path = book.root(), next(book.spares)
    copy, document = f"{book.home}/{layout.FILES}/{path}", f"{book.path}/{path}"

    def ours() -> None:
        with WritableView.of(root, marker.active(root)) as view:
            view.resolve(path)

    yield Pair(repeated(lambda: _look(copy, document), 200), repeated(ours, 200))


def _look(copy: str, document: str) -> None:
    try:
        os.stat(copy)
    except FileNotFoundError:
        os.stat(document)


@contextmanager
def read(ground: Ground, n: int, plainly: Callable[[str], bytes]) -> Iterator[Pair]:
    book = ground.book(files=n, changes=n)
    path = next(book.spares)
    with WritableView.of(book.root(), SESSION) as view:
        floor = partial(plainly, f"{book.path}/{path}")
        yield Pair(repeated(floor, 100), repeated(lambda: view.read(path), 100))


def _open_and_read(path: str) -> bytes:
    with open(path, "rb") as file:
        return file.read()


def _bare_calls(path: str) -> bytes:
    descriptor = os.open(path, os.O_RDONLY)
    try:
        return os.read(descriptor, BIG + 1)
    finally:
        os.close(descriptor)


class _Place:
    """Where the floor of the writing rows works: a folder with as many files as the book's."""

    def __init__(self, ground: Ground, n: int) -> None:
        self.path = ground.folder()
        self.numbers = count()
        self.versions = cycle(_VERSIONS)
        for side in ("base", "files"):
            os.mkdir(f"{self.path}/{side}")
            for number in range(min(n, 100)):
                put(f"{self.path}/{side}/{number}.md", SMALL)
        for number in range(100):
            put(f"{self.path}/original-{number}.md", BIG)
        os.sync()

    def write(self, name: str) -> None:
        write(f"{self.path}/written", next(self.versions), flush=True)
        os.rename(f"{self.path}/written", f"{self.path}/files/{name}")

    def first_write(self, number: int) -> None:
        source = os.open(f"{self.path}/original-{number}.md", os.O_RDONLY)
        target = os.open(f"{self.path}/base-written", os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o644)
        while os.copy_file_range(source, target, 1 << 30):
            pass
        os.close(source)
        os.close(target)
        os.rename(f"{self.path}/base-written", f"{self.path}/base/first-{number}.md")
        self.write(f"first-{number}.md")


@contextmanager
def first_write(ground: Ground, n: int) -> Iterator[Pair]:
    book, place = ground.book(files=n, changes=n), _Place(ground, n)
    versions = cycle(_VERSIONS)
    written: list[str] = []

    def ours() -> float:
        written.append(next(book.spares))
        return timed(lambda: view.write(written[-1], (next(versions),)))

    with WritableView.of(book.root(), SESSION) as view:
        yield Pair(each(place.numbers, place.first_write), ours)
    book.forget(written)


@contextmanager
def next_write(ground: Ground, n: int) -> Iterator[Pair]:
    book, place = ground.book(files=n, changes=n), _Place(ground, n)
    path, versions = next(book.spares), cycle(_VERSIONS)
    with WritableView.of(book.root(), SESSION) as view:
        view.write(path, (next(versions),))
        yield Pair(
            repeated(lambda: place.write("0.md"), 1),
            repeated(lambda: view.write(path, (next(versions),)), 1),
        )
    book.forget([path])


ROWS = [
    Row(
        name="resolve",
        title="resolve, links checked",
        floor="a failing and a succeeding stat",
        about="files",
        sizes=SIZES,
        prepare=resolve,
        bar=4,
        growth=FLAT,
    ),
    Row(
        name="resolve-active",
        title="detect, open the view, resolve",
        floor="a failing and a succeeding stat",
        about="files",
        sizes=SIZES,
        prepare=resolve_cold,
        growth=FLAT,
    ),
    Row(
        name="read",
        title="read through, 20 KB",
        floor="Python's own open and read",
        about="files",
        sizes=SIZES,
        prepare=partial(read, plainly=_open_and_read),
        bar=2,
        growth=FLAT,
    ),
    Row(
        name="read-bare",
        title="read through, beside the bare calls",
        floor="open, read, close",
        about="files",
        sizes=SIZES,
        prepare=partial(read, plainly=_bare_calls),
        growth=FLAT,
    ),
    Row(
        name="first-write",
        title="first write, 20 KB, flushed",
        floor="snapshot, write, fsync, rename",
        about="changes",
        sizes=SIZES,
        prepare=first_write,
        bar=1.5,
        growth=FLAT,
    ),
    Row(
        name="next-write",
        title="next write, 20 KB, flushed",
        floor="write, fsync, rename",
        about="changes",
        sizes=SIZES,
        prepare=next_write,
        bar=1.5,
        growth=FLAT,
    ),
]
