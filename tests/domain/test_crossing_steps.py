"""Steps whose ends lie apart: copied, flushed, exchanged, and safe to do again after any failure.

Two folders of one disk stand for two file systems here; what is copied and renamed is real.
"""

from __future__ import annotations

import errno
import os
from collections.abc import Callable, Iterator
from itertools import count
from pathlib import Path

import pytest
from tests.recovery.picture import describe, difference, litter, versions
from tests.recovery.stories import commit, do, doc, editor_saves, step, write
from tests.recovery.strikes import Failing, watched

from redraft.disk.folder import Folder
from redraft.domain import crossing, reversal
from redraft.domain.root import Root
from redraft.errors import Conflict

SIDES = ("global", "sessions")
TIME_NS = 1_600_000_000_000_000_000
Stamp = list[int]
Files = dict[str, bytes]


class Ends:
    """Two folders: our own, where versions are staged and kept, and the one of the documents."""

    def __init__(self, path: Path) -> None:
        self.ours, self.theirs = path / "ours", path / "theirs"
        self.ours.mkdir(parents=True)
        self.theirs.mkdir()
        self.home, self.far = Folder.open(str(self.ours)), Folder.open(str(self.theirs))

    def close(self) -> None:
        self.home.close()
        self.far.close()

    def files(self) -> Files:
        places = [*self.ours.iterdir(), *self.theirs.iterdir()]
        return {f"{p.parent.name}/{p.name}": p.read_bytes() for p in places}


def make(path: Path, content: bytes, mtime_ns: int) -> Stamp:
    path.write_bytes(content)
    os.utime(path, ns=(mtime_ns, mtime_ns))
    status = path.stat()
    return [status.st_ino, status.st_size, status.st_mtime_ns]


@pytest.fixture
def ends(tmp_path: Path) -> Iterator[Ends]:
    made = Ends(tmp_path / "ends")
    yield made
    made.close()


class Work:
    """A step on fresh ends: how to do it, how to undo it, and what lies there before and after."""

    def __init__(self, verb: str, path: Path) -> None:
        self.ends = Ends(path)
        home, far = self.ends.home, self.ends.far
        old: Stamp = []
        new: Stamp = []
        if verb in ("swap", "put"):
            new = make(self.ends.ours / "s", b"new", TIME_NS + 1)
        if verb in ("swap", "take"):
            old = make(self.ends.theirs / "t", b"older", TIME_NS)
        self.before = self.ends.files()
        self.after: Files = {
            "swap": {"ours/s": b"older", "theirs/t": b"new"},
            "put": {"theirs/t": b"new"},
            "take": {"ours/s": b"older"},
        }[verb]
        self.do: Callable[[], object] = {
            "swap": lambda: crossing.swap(home, "s", far, "t", old, new),
            "put": lambda: home.stat("s") is None or crossing.put(home, "s", far, "t", new),
            "take": lambda: crossing.take(far, "t", home, "s", old),
        }[verb]
        self.undo: Callable[[], object] = {
            "swap": lambda: crossing.swap_back(home, "s", far, "t", old, new),
            "put": lambda: crossing.put_back(far, "t", home, "s", new),
            "take": lambda: crossing.take_back(home, "s", far, "t", old),
        }[verb]

    def fails(self, act: Callable[[], object], number: int, *, lasting: bool) -> bool:
        """Whether a call of that number was refused in an act."""
        failing = Failing(number, errno.EIO, lasting=lasting)
        try:
            with watched(failing, flushes=True):
                act()
        except OSError:
            assert failing.struck
        return failing.struck is not None


VERBS = ("swap", "put", "take")


@pytest.mark.parametrize("lasting", [True, False], ids=["from then on", "once"])
@pytest.mark.parametrize("verb", VERBS)
def test_a_step_that_failed_anywhere_is_finished_when_done_again(
    tmp_path: Path, verb: str, lasting: bool
) -> None:
    for number in count(1):
        work = Work(verb, tmp_path / str(number))
        failed = work.fails(work.do, number, lasting=lasting)
        for _ in range(2):
            assert work.do()
            assert work.ends.files() == work.after, number
        work.ends.close()
        if not failed:
            assert number > 4
            return


@pytest.mark.parametrize("lasting", [True, False], ids=["from then on", "once"])
@pytest.mark.parametrize("verb", VERBS)
def test_a_step_that_failed_anywhere_can_be_undone(
    tmp_path: Path, verb: str, lasting: bool
) -> None:
    for number in count(1):
        work = Work(verb, tmp_path / str(number))
        failed = work.fails(work.do, number, lasting=lasting)
        for _ in range(2):
            work.undo()
            assert work.ends.files() == work.before, number
        work.ends.close()
        if not failed:
            assert number > 4
            return


@pytest.mark.parametrize("verb", VERBS)
def test_a_step_that_is_done_keeps_the_time_of_what_it_moved(tmp_path: Path, verb: str) -> None:
    work = Work(verb, tmp_path / "new")
    work.do()
    for place in (work.ends.ours / "s", work.ends.theirs / "t"):
        if place.exists():
            assert place.stat().st_mtime_ns == TIME_NS + (place.read_bytes() == b"new")
    work.ends.close()


def test_an_undo_leaves_what_was_saved_since(ends: Ends) -> None:
    old = make(ends.theirs / "t", b"older", TIME_NS)
    new = make(ends.ours / "s", b"new", TIME_NS + 1)
    assert crossing.swap(ends.home, "s", ends.far, "t", old, new)
    make(ends.theirs / "t", b"theirs", TIME_NS + 2)
    crossing.swap_back(ends.home, "s", ends.far, "t", old, new)
    crossing.put_back(ends.far, "t", ends.home, "s", new)
    crossing.take_back(ends.home, "s", ends.far, "t", old)
    assert ends.files() == {"ours/s": b"older", "theirs/t": b"theirs"}


def test_an_undone_swap_brings_the_old_version_home_if_its_place_was_saved(ends: Ends) -> None:
    old = make(ends.theirs / "t", b"older", TIME_NS)
    new = make(ends.ours / "s", b"new", TIME_NS + 1)
    (ends.theirs / "t").rename(ends.theirs / crossing._beside("t", new))
    make(ends.theirs / "t", b"theirs", TIME_NS + 2)
    crossing.swap_back(ends.home, "s", ends.far, "t", old, new)
    assert ends.files() == {"ours/s": b"older", "theirs/t": b"theirs"}


def test_an_undone_take_brings_the_old_version_home_if_its_place_was_taken(ends: Ends) -> None:
    old = make(ends.theirs / crossing._beside("t", [0, 5, TIME_NS]), b"older", TIME_NS)
    make(ends.theirs / "t", b"theirs", TIME_NS + 2)
    crossing.take_back(ends.home, "s", ends.far, "t", old)
    assert ends.files() == {"ours/s": b"older", "theirs/t": b"theirs"}


def test_what_was_saved_before_is_neither_exchanged_nor_taken(ends: Ends) -> None:
    make(ends.theirs / "t", b"theirs", TIME_NS + 2)
    new = make(ends.ours / "s", b"new", TIME_NS + 1)
    before = ends.files()
    old = [1, 5, TIME_NS]
    assert not crossing.swap(ends.home, "s", ends.far, "t", old, new)
    assert not crossing.put(ends.home, "s", ends.far, "t", new)
    assert not crossing.take(ends.far, "t", ends.home, "kept", old)
    assert ends.files() == before


def _save_at(place: Path, call: str, number: int) -> Callable[[str], None]:
    """Somebody saves a file right before the call of that name and number."""
    seen = 0

    def strike(name: str) -> None:
        nonlocal seen
        seen += name == call
        if name == call and seen == number:
            make(place, b"theirs", TIME_NS + 2)

    return strike


def test_a_save_in_the_moment_of_the_exchange_is_put_back(ends: Ends) -> None:
    old = make(ends.theirs / "t", b"older", TIME_NS)
    new = make(ends.ours / "s", b"new", TIME_NS + 1)
    with watched(_save_at(ends.theirs / "t", "renameat2", 1)):
        assert not crossing.swap(ends.home, "s", ends.far, "t", old, new)
    assert ends.files() == {"ours/s": b"new", "theirs/t": b"theirs"}


def test_a_file_that_appears_in_the_moment_of_the_put_keeps_its_place(ends: Ends) -> None:
    new = make(ends.ours / "s", b"new", TIME_NS + 1)
    with watched(_save_at(ends.theirs / "t", "renameat2", 1)):
        assert not crossing.put(ends.home, "s", ends.far, "t", new)
    assert ends.files() == {"ours/s": b"new", "theirs/t": b"theirs"}


def test_a_save_in_the_moment_of_the_take_is_put_back(ends: Ends) -> None:
    old = make(ends.theirs / "t", b"older", TIME_NS)
    with watched(_save_at(ends.theirs / "t", "renameat2", 1)):
        assert not crossing.take(ends.far, "t", ends.home, "s", old)
    assert ends.files() == {"theirs/t": b"theirs"}


def test_a_save_in_the_moment_a_put_is_undone_is_kept(ends: Ends) -> None:
    make(ends.ours / "s", b"new", TIME_NS + 1)
    new = make(ends.theirs / "t", b"new", TIME_NS + 1)
    with watched(_save_at(ends.theirs / "t", "renameat2", 1)):
        crossing.put_back(ends.far, "t", ends.home, "s", new)
    assert ends.files() == {"ours/s": b"new", "theirs/t": b"theirs"}


def test_a_link_is_carried_as_a_link_with_its_time(ends: Ends) -> None:
    link = ends.theirs / "t"
    link.symlink_to("nowhere")
    os.utime(link, ns=(TIME_NS, TIME_NS), follow_symlinks=False)
    status = link.lstat()
    old = [status.st_ino, status.st_size, status.st_mtime_ns]
    assert crossing.take(ends.far, "t", ends.home, "s", old)
    assert os.readlink(ends.ours / "s") == "nowhere"
    assert (ends.ours / "s").lstat().st_mtime_ns == TIME_NS
    assert list(ends.theirs.iterdir()) == []


def test_a_version_that_is_gone_is_not_put(ends: Ends) -> None:
    with pytest.raises(FileNotFoundError):
        crossing.put(ends.home, "s", ends.far, "t", [1, 3, TIME_NS])
    assert ends.files() == {}


def test_folders_are_apart_if_their_file_systems_are(ends: Ends) -> None:
    with Folder.open("/proc") as elsewhere:
        assert crossing.apart(ends.home, elsewhere)
    assert not crossing.apart(ends.home, ends.far)


# Whole operations ------------------------------------------------------------------------------


@pytest.fixture
def parted(monkeypatch: pytest.MonkeyPatch) -> None:
    """From now on a folder ``part`` counts as a file system of its own."""

    def apart(one: Folder, two: Folder) -> bool:
        return any("/book/part/" in f"{folder.path}/" for folder in (one, two))

    monkeypatch.setattr(crossing, "apart", apart)
    monkeypatch.setattr(reversal, "_device", lambda root: -1)


def _book(path: Path) -> Path:
    for name in ("a", "part/b", "part/gone", "part/sub/d", "part/merged"):
        place = path / f"book/{name}.md"
        place.parent.mkdir(parents=True, exist_ok=True)
        make(place, doc(name[-1] + "\n2\n3\n4\n5\n"), TIME_NS)
    return path / "book"


def _session(root: Root) -> None:
    do(root, "session start", name="draft")
    write(root, "a.md", "a1")
    write(root, "part/b.md", "b1")
    write(root, "part/merged.md", "d\n2\n3\n4\nfive\n")
    write(root, "part/new/e.md", "e1")
    do(root, "delete", path="part/gone.md")
    do(root, "delete", path="part/sub")
    editor_saves("part/merged.md", "one\n2\n3\n4\n5\n")(root)


def _tell(home: Path, failing: Failing, *, undo: bool) -> Path:
    path = _book(home)
    with Root.open(str(path)) as root, watched(lambda name: None):
        _session(root)
        if undo:
            commit(root)
    try:
        with Root.open(str(path)) as root, watched(failing):
            (step("session undo") if undo else commit)(root)
    except OSError as error:
        assert error.errno == errno.ENOSPC  # noqa: PT017 - where it may come is the subject
    return path


@pytest.mark.slow
@pytest.mark.parametrize("undo", [False, True], ids=["commit", "undo"])
@pytest.mark.parametrize("lasting", [False, True], ids=["once", "from then on"])
def test_a_full_disk_leaves_both_file_systems_as_they_were_or_as_they_should_be(
    parted: None, tmp_path: Path, undo: bool, lasting: bool
) -> None:
    states = [describe(_tell(tmp_path / "new", Failing(0, errno.ENOSPC), undo=undo))]
    for number in count(1):
        failing = Failing(number, errno.ENOSPC, lasting=lasting)
        path = _tell(tmp_path / str(number), failing, undo=undo)
        if failing.struck is None:
            assert number > 50
            return
        with Root.open(str(path)) as root:
            do(root, "doctor")
        found = describe(path)
        if number == 1:
            states.append(found)
        where = f"call {number} ({failing.struck}) refused"
        assert found in states, f"{where}: {[difference(found, s) for s in states]}"
        assert litter(path) == [], where
        assert {doc("a1"), doc("b1"), doc("e1"), doc("b\n2\n3\n4\n5\n")} <= versions(path), where


def test_a_commit_across_file_systems_and_its_undo_give_every_file_back(
    parted: None, tmp_path: Path
) -> None:
    path = _book(tmp_path)
    with Root.open(str(path)) as root:
        _session(root)
        before = describe(path)
        commit(root)
        assert (path / "part/b.md").read_bytes() == doc("b1")
        assert (path / "part/merged.md").read_bytes() == doc("one\n2\n3\n4\nfive\n")
        assert not (path / "part/sub").exists()
        assert do(root, "session undo").kept == []
        after = describe(path)
        assert [after[side] for side in SIDES] == [before[side] for side in SIDES]
        assert (path / "part/b.md").stat().st_mtime_ns == TIME_NS


@pytest.mark.parametrize("name", ["part/b.md", "part/gone.md", "part/new/e.md"])
def test_a_save_during_a_commit_across_file_systems_stops_it(
    parted: None, tmp_path: Path, name: str
) -> None:
    """Whatever the step would do there: replace it, take it away, or put a new one."""
    path = _book(tmp_path)
    with Root.open(str(path)) as root:
        _session(root)
        before = describe(path)

        def save(call: str) -> None:
            if call == "renameat2" and (path / ".workflow/draft/operation.json").exists():
                (path / name).parent.mkdir(exist_ok=True)
                make(path / name, doc("theirs"), TIME_NS + 5)

        with watched(save), pytest.raises(Conflict) as caught:
            commit(root)
        assert caught.value.data["files"] == [name]
        found = describe(path)
    assert found["global"].pop(name) == doc("theirs")
    found["global"].pop("part/new", None)
    before["global"].pop(name, None)
    assert found["global"] == before["global"]
    assert found["sessions"]["draft"]["changes"] == before["sessions"]["draft"]["changes"]
    assert litter(path) == []
