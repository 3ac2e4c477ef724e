"""Real processes at one root at the same time."""

from __future__ import annotations

import os
import random
import signal
import time
import traceback
from collections.abc import Callable
from pathlib import Path

import pytest
from tests.recovery.picture import describe, litter, versions
from tests.recovery.stories import book, commit, do, doc, write
from tests.recovery.strikes import die_at, in_child, watched

from redraft.domain import layout, marker
from redraft.domain.root import Root
from redraft.domain.writing import WritableView
from redraft.errors import (
    Conflict,
    FileNotFound,
    Locked,
    RedraftError,
    SessionExists,
    SessionNotFound,
)

SECONDS = 2.0


class Crew:
    """Processes that begin together; every one must end well."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.pids: dict[int, Path] = {}
        self.gate_out, self.gate_in = os.pipe()

    def add(self, work: Callable[[], object]) -> int:
        """Start a process that does some work once the gate opens."""
        errors = self.folder / f"errors-{len(self.pids)}.txt"
        child = os.fork()
        if child == 0:
            try:
                os.close(self.gate_in)
                os.read(self.gate_out, 1)
                work()
                os._exit(0)
            except BaseException:  # noqa: BLE001 - told by the parent
                errors.write_text(traceback.format_exc())
            finally:
                os._exit(70)
        self.pids[child] = errors
        return child

    def open_gate(self) -> None:
        """Let all begin."""
        os.close(self.gate_in)

    def join(self, killed: tuple[int, ...] = ()) -> None:
        """Wait for all; those in ``killed`` died by a signal."""
        try:
            for child, errors in self.pids.items():
                _, status = os.waitpid(child, 0)
                expected = -signal.SIGKILL if child in killed else 0
                what = errors.read_text() if errors.exists() else f"status {status}"
                assert os.waitstatus_to_exitcode(status) == expected, what
        finally:
            os.close(self.gate_out)

    def run(self) -> None:
        """Open the gate and wait."""
        self.open_gate()
        self.join()


@pytest.fixture
def place(tmp_path: Path) -> Path:
    """A book with no sessions yet."""
    root = tmp_path / "book"
    root.mkdir()
    book(root)
    return root


def until(seconds: float) -> Callable[[], bool]:
    """A condition that holds for so long."""
    end = time.monotonic() + seconds
    return lambda: time.monotonic() < end


def test_only_one_of_several_processes_makes_a_session(place: Path, tmp_path: Path) -> None:
    """Fault 12: the others are told that it exists, and empty nothing."""
    for turn in range(10):
        crew = Crew(tmp_path)

        def start(name: str = f"draft-{turn}") -> None:
            with Root.open(str(place)) as root:
                try:
                    do(root, "session start", name=name)
                    (place / f"made-by-{os.getpid()}").touch()
                    do(root, "write", path="own.md", content=f"doc:{os.getpid()}", session=name)
                except SessionExists:
                    pass

        for _ in range(3):
            crew.add(start)
        crew.run()
        (made,) = place.glob("made-by-*")
        made.unlink()
        with Root.open(str(place)) as root, WritableView.of(root, f"draft-{turn}") as view:
            assert view.read("own.md") == b"doc:" + made.name.removeprefix("made-by-").encode()


def test_every_acknowledged_write_is_found_where_it_belongs(  # noqa: C901 - one story
    place: Path, tmp_path: Path
) -> None:
    """Faults 11 and 15: writers that name their session lose nothing, whatever others switch."""
    with Root.open(str(place)) as root:
        for name in ("one", "two", "busy"):
            do(root, "session start", name=name)
    crew = Crew(tmp_path)

    def writer(number: int) -> None:
        chance, go_on, count = random.Random(number), until(SECONDS), 0
        acknowledged: dict[str, str] = {}
        with Root.open(str(place)) as root:
            while go_on():
                count += 1
                session, path = chance.choice(["one", "two"]), f"w{number}/{chance.randrange(9)}.md"
                text = f"doc:{number}.{count}"
                do(root, "write", path=path, content=text, session=session)
                acknowledged[f"{session} {path}"] = text
        (tmp_path / f"said-{number}").write_text(repr(acknowledged))

    def troubler() -> None:
        chance, go_on = random.Random(0), until(SECONDS)
        with Root.open(str(place)) as root:
            while go_on():
                try:
                    verb = chance.choice(["switch", "switch", "commit", "cancel", "undo", "list"])
                    if verb == "switch":
                        do(root, "session switch", name=chance.choice(["one", "two", "busy"]))
                    elif verb == "commit":
                        do(
                            root,
                            "write",
                            path="a.md",
                            content=f"doc:{chance.random()}",
                            session="busy",
                        )
                        do(root, "session commit", session="busy", force=True)
                    elif verb == "cancel":
                        do(root, "session cancel", session="busy")
                    elif verb == "undo":
                        do(root, "session undo", session="busy")
                    else:
                        do(root, "session list")
                except RedraftError as error:
                    assert error.code not in ("locked", "session_crashed"), error  # noqa: PT017 - it may also succeed

    for number in (1, 2):
        crew.add(lambda number=number: writer(number))  # type: ignore[misc]  # a default binds the number
    crew.add(troubler)
    crew.run()
    with Root.open(str(place)) as root:
        for number in (1, 2):
            for where, text in eval((tmp_path / f"said-{number}").read_text()).items():  # noqa: S307 - our own child wrote it
                session, path = where.split()
                with WritableView.of(root, session) as view:
                    assert view.read(path) == text.encode()
    assert litter(place) == []


def test_retry_numbers_have_no_gap_and_no_double(place: Path, tmp_path: Path) -> None:
    """Fault 11: four processes record retries of one document."""
    with Root.open(str(place)) as root:
        do(root, "session start", name="draft")
    crew = Crew(tmp_path)

    def record() -> None:
        with Root.open(str(place)) as root:
            for _ in range(6):
                do(root, "retry", file_path="a.md", reason=f"by {os.getpid()}", session="draft")

    for _ in range(4):
        crew.add(record)
    crew.run()
    with Root.open(str(place)) as root:
        assert [r.number for r in do(root, "retry list").retries] == list(range(1, 25))


def test_a_reader_sees_exactly_one_active_session_while_others_switch(
    place: Path, tmp_path: Path
) -> None:
    """Fault 14: never none, never two, although a scan can race with the rename."""
    names = ["one", "two", "three"]
    with Root.open(str(place)) as root:
        for name in names:
            do(root, "session start", name=name)
    crew = Crew(tmp_path)

    def switcher() -> None:
        go_on = until(SECONDS)
        with Root.open(str(place)) as root:
            while go_on():
                for name in names:
                    do(root, "session switch", name=name)

    def reader() -> None:
        go_on, seen = until(SECONDS), set()
        with Root.open(str(place)) as warm:
            while go_on():
                with Root.open(str(place)) as cold:
                    answers = [marker.active(cold), marker.active(warm)]
                    assert cold.take_repairs() + warm.take_repairs() == []
                assert set(answers) <= set(names), answers
                seen.update(answers)
        assert len(seen) > 1

    crew.add(switcher)
    for _ in range(2):
        crew.add(reader)
    crew.run()


def test_a_reader_sees_the_old_or_the_new_document_during_commits(  # noqa: C901 - one story
    place: Path, tmp_path: Path
) -> None:
    """Neither through the session nor in global is a document ever missing or torn."""
    long = "x" * 60_000
    with Root.open(str(place)) as root:
        do(root, "session start", name="draft")
        write(root, "part/b.md", f"0{long}0")
        commit(root)
    crew = Crew(tmp_path)

    def committer() -> None:
        go_on, count = until(SECONDS), 0
        with Root.open(str(place)) as root:
            while go_on():
                count += 1
                do(root, "session start", name="draft")
                write(root, "part/b.md", f"{count}{long}{count}")
                if count % 3 == 0:
                    do(root, "rename", path="part", new_path="away")
                    do(root, "rename", path="away", new_path="part")
                commit(root)
        (tmp_path / "committed").write_text(str(count))

    def whole(content: bytes) -> int:
        head, tail = content.decode().removeprefix("doc:").split(long)
        assert head == tail
        return int(head)

    def through_global() -> None:
        go_on, last = until(SECONDS), 0
        while go_on():
            number = whole((place / "part/b.md").read_bytes())
            assert number >= last
            last = number

    def through_session() -> None:
        go_on, last = until(SECONDS), 0
        with Root.open(str(place)) as root:
            while go_on():
                try:
                    with WritableView.of(root, "draft") as view:
                        try:
                            number = whole(view.read("part/b.md"))
                        except FileNotFound:
                            moved = view.list("")
                            assert ("away", "directory") in moved or ("part", "directory") in moved
                            continue
                except SessionNotFound:
                    continue
                assert number >= last, (number, last)
                last = number

    for work in (committer, through_global, through_session):
        crew.add(work)
    crew.run()
    assert int((tmp_path / "committed").read_text()) > 3


def _atomically(target: Path) -> None:
    target.with_name("a.md~").write_bytes(doc("theirs!"))
    target.with_name("a.md~").replace(target)


def _in_place(target: Path) -> None:
    target.write_bytes(doc("theirs!"))


@pytest.mark.parametrize("save", [_atomically, _in_place])
def test_a_save_at_any_moment_of_a_commit_is_never_overwritten_unnoticed(
    save: Callable[[Path], None], tmp_path: Path
) -> None:
    """Fault 5: it makes the commit a conflict, or comes after it."""
    outcomes = {"conflict": 0, "committed": 0}
    for moment in range(1, 1000):
        place = tmp_path / str(moment)
        place.mkdir()
        outcome = _commit_with_a_save(place, moment, save)
        if outcome is None:
            break
        outcomes[outcome] += 1
    assert min(outcomes.values()) > 3, outcomes


def _commit_with_a_save(place: Path, moment: int, save: Callable[[Path], None]) -> str | None:
    book(place)
    target, left = place / "a.md", moment
    os.utime(target, ns=(10**18, 10**18))

    def strike(name: str) -> None:
        nonlocal left
        left -= 1
        if left == 0:
            save(target)

    with Root.open(str(place)) as root:
        with watched(lambda name: None):
            do(root, "session start", name="draft")
            for name in ("a.md", "part/b.md", "part/c.md"):
                write(root, name, "mine")
        try:
            with watched(strike):
                commit(root)
            outcome = "committed"
            assert (place / "part/b.md").read_bytes() == doc("mine")
        except Conflict as error:
            outcome = "conflict"
            assert error.data["files"] == ["a.md"]  # noqa: PT017 - either outcome may be
            assert target.read_bytes() == doc("theirs!")
            assert (place / "part/b.md").read_bytes() == doc("b")
            assert describe(place)["sessions"]["draft"]["shows"]["a.md"] == doc("mine")
    assert left > 0 or doc("theirs!") in versions(place)
    assert doc("mine") in versions(place)
    assert litter(place) == []
    return outcome if left <= 0 else None


def test_a_session_cancelled_under_an_open_writer_is_not_brought_back(place: Path) -> None:
    """A write that comes too late is refused, and makes no folder again."""
    with Root.open(str(place)) as one, Root.open(str(place)) as two:
        do(one, "session start", name="draft")
        with WritableView.of(one, "draft") as view:
            do(two, "session cancel")
            with pytest.raises(SessionNotFound):
                view.write("a.md", [b"late"])
            with pytest.raises(SessionNotFound):
                view.delete("a.md")
        assert not (place / layout.session_folder("draft")).exists()
        assert list(one.sessions()) == []


def test_a_wait_for_the_lock_is_bounded_and_says_who_holds_it(place: Path, tmp_path: Path) -> None:
    """A holder that was killed frees it at once."""
    crew = Crew(tmp_path)
    ready_out, ready_in = os.pipe()

    def hold() -> None:
        with Root.open(str(place)) as root, root.hold("think long"):
            os.write(ready_in, b"!")
            time.sleep(60)  # holds the lock until it is killed

    child = crew.add(hold)
    crew.open_gate()
    os.read(ready_out, 1)
    with Root.open(str(place), lock_wait_s=0.1) as root:
        with pytest.raises(Locked) as caught:
            do(root, "session start", name="draft")
        holder = str(caught.value.data["holder"])
        assert str(child) in holder
        assert "think long" in holder
        root.settle()  # waits for nobody
        os.kill(child, signal.SIGKILL)
        crew.join(killed=(child,))
        do(root, "session start", name="draft")
        assert marker.active(root) == "draft"
    os.close(ready_out)
    os.close(ready_in)


def test_reading_waits_for_an_operation_and_repairs_after_a_dead_one(place: Path) -> None:
    """A view that was open before sees the state after, without a command in between."""
    with Root.open(str(place)) as root:
        do(root, "session start", name="draft")
        write(root, "part/b.md", "b1")
        with WritableView.of(root, "draft") as view:

            def rename() -> None:
                with Root.open(str(place)) as other, watched(die_at(30)):
                    do(other, "rename", path="part", new_path="room", session="draft")

            assert in_child(rename, place.with_suffix(".txt")) == -signal.SIGKILL
            shown = {path for path, _ in view.walk()}
            paths = [p for p in ("part/b.md", "room/b.md") if p in shown]
            assert len(paths) == 1
            assert view.read(paths[0]) == doc("b1")
