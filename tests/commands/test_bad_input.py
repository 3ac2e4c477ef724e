"""Bad arguments are refused with their code, and nothing on disk changes."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from tests.bad_input import DOCUMENT, SESSION, Case, cases, make_root

from redraft.commands.dispatch import Roots, execute, validate
from redraft.commands.table import BY_VERB
from redraft.errors import RedraftError


@pytest.fixture(scope="module")
def book(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return make_root(tmp_path_factory.mktemp("bad") / "book")


@pytest.fixture(scope="module")
def roots(book: Path) -> Iterator[Roots]:
    opened = Roots([str(book)])
    start, write = BY_VERB["session start"], BY_VERB["write"]
    execute(start, validate(start, {"name": SESSION}), opened)
    execute(write, validate(write, {"path": DOCUMENT, "content": "draft\n"}), opened)
    yield opened
    opened.close()


def everything(book: Path) -> dict[str, tuple[int, bytes]]:
    """All files beneath the book, Redraft's own too; the lock's record is no state."""
    return {
        str(path.relative_to(book)): (path.lstat().st_mtime_ns, path.read_bytes())
        for path in book.rglob("*")
        if path.is_file() and path.name != ".lock"
    }


CASES = list(cases())


@pytest.mark.parametrize("case", CASES, ids=[f"{n} {case}" for n, case in enumerate(CASES)])
def test_a_bad_argument_is_refused_and_changes_nothing(
    roots: Roots, book: Path, case: Case
) -> None:
    before = everything(book)
    with pytest.raises(RedraftError) as caught:
        execute(case.command, validate(case.command, case.arguments), roots)
    error = caught.value.as_dict()
    assert error["code"] == case.code
    assert str(error["message"]).strip()
    assert isinstance(error["suggestions"], list)
    assert everything(book) == before
