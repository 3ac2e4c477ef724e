"""Each step of an operation: done, done twice, carried on after a death, and undone."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from tests.domain.desk import Desk
from tests.recovery.picture import describe
from tests.recovery.strikes import watched

from redraft.disk import calls
from redraft.domain import crossing, layout, marker, steps
from redraft.domain.root import Root
from redraft.domain.steps import Hands, Missing, Moved

RECORD = ".workflow/draft"
STAGED = f"{RECORD}/replaced/a.md"
ASIDE = f"{RECORD}/{layout.SET_ASIDE}/a.md"
TIME_NS = 1_600_000_000_000_000_000
Stamp = list[int]


class Bench:
    """A root with a document ``a.md`` (old) and its new version, staged."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.root = Root.open(str(path))
        self.old = self.put("a.md", "older", TIME_NS)
        self.new = self.put(STAGED, "new", TIME_NS + 1)

    def put(self, name: str, content: str, mtime_ns: int = TIME_NS + 2) -> Stamp:
        place = self.path / name
        place.parent.mkdir(parents=True, exist_ok=True)
        beside = place.with_name(f"{place.name}~")
        beside.write_text(content)
        os.utime(beside, ns=(mtime_ns, mtime_ns))
        beside.replace(place)
        return steps.stamp(place.stat())

    def files(self) -> dict[str, str]:
        found = (p for p in self.path.rglob("*") if p.is_file())
        return {str(p.relative_to(self.path)): p.read_text() for p in found}

    def hands(self, *, strict: bool) -> Hands:
        return Hands(self.root, RECORD, strict=strict)

    @property
    def swap(self) -> list[Any]:
        return ["swap", STAGED, "a.md", self.old, self.new]

    @property
    def take(self) -> list[Any]:
        return ["take", "a.md", f"{RECORD}/kept/a.md", self.old]

    @property
    def placing(self) -> list[Any]:
        return ["put", STAGED, "a.md", self.new]


@pytest.fixture
def bench(tmp_path: Path) -> Iterator[Bench]:
    made = Bench(tmp_path / "book")
    yield made
    made.root.close()


@pytest.fixture(autouse=True)
def _book(tmp_path: Path) -> None:
    (tmp_path / "book").mkdir()


both = pytest.mark.parametrize("strict", [True, False], ids=["at first", "carried on"])
SWAPPED = {"a.md": "new", STAGED: "older"}


@both
def test_what_was_swapped_stays_swapped_when_done_again(bench: Bench, strict: bool) -> None:
    with bench.hands(strict=strict) as hands:
        hands.do(bench.swap)
        assert bench.files() == SWAPPED
    with bench.hands(strict=False) as hands:
        hands.do(bench.swap)
        assert (bench.files(), hands.aside) == (SWAPPED, [])


def test_an_undone_swap_gives_both_back_and_once_is_enough(bench: Bench) -> None:
    before = bench.files()
    with bench.hands(strict=True) as hands:
        hands.do(bench.swap)
        for _ in range(2):
            hands.undo(bench.swap)
            assert bench.files() == before
        hands.do(bench.swap)
        bench.put("a.md", "theirs")
        hands.undo(bench.swap)
    assert bench.files() == {"a.md": "theirs", STAGED: "older"}


def test_a_swap_over_what_was_saved_is_refused_and_moves_nothing(bench: Bench) -> None:
    bench.put("a.md", "theirs")
    with bench.hands(strict=True) as hands, pytest.raises(Moved) as caught:
        hands.do(bench.swap)
    assert caught.value.path == "a.md"
    assert bench.files() == {"a.md": "theirs", STAGED: "new"}


def test_a_swap_carried_on_over_what_was_saved_sets_the_new_version_aside(bench: Bench) -> None:
    bench.put("a.md", "theirs")
    with bench.hands(strict=False) as hands:
        hands.do(bench.swap)
        assert hands.aside == ["a.md"]
    assert bench.files() == {"a.md": "theirs", ASIDE: "new"}


def test_a_copy_written_after_it_was_looked_at_is_not_swapped(bench: Bench) -> None:
    bench.put(STAGED, "newer")
    with bench.hands(strict=True) as hands, pytest.raises(Moved):
        hands.do(bench.swap)
    assert bench.files() == {"a.md": "older", STAGED: "newer"}


@both
def test_a_swap_without_its_new_version_cannot_be_done(bench: Bench, strict: bool) -> None:
    (bench.path / STAGED).unlink()
    with bench.hands(strict=strict) as hands, pytest.raises(Missing, match="is missing") as caught:
        hands.do(bench.swap)
    assert caught.value.path == STAGED
    assert bench.files() == {"a.md": "older"}


def _save_before_exchange(bench: Bench, content: str) -> Any:
    saved: list[str] = []

    def strike(name: str) -> None:
        if name == "renameat2" and not saved:
            saved.append(name)
            bench.put("a.md", content)

    return watched(strike)


@both
def test_an_editors_save_in_the_moment_of_the_exchange_goes_back(
    bench: Bench, strict: bool
) -> None:
    with bench.hands(strict=strict) as hands:
        with _save_before_exchange(bench, "theirs"):
            if strict:
                with pytest.raises(Moved):
                    hands.do(bench.swap)
            else:
                hands.do(bench.swap)
                assert hands.aside == ["a.md"]
        assert bench.files() == {"a.md": "theirs", (STAGED if strict else ASIDE): "new"}


def test_an_editors_save_that_a_death_left_exchanged_goes_back(bench: Bench) -> None:
    """The death came between the exchange and the look at what came out of it."""
    bench.put("a.md", "theirs")
    os.rename(bench.path / "a.md", bench.path / "x")
    os.rename(bench.path / STAGED, bench.path / "a.md")
    os.rename(bench.path / "x", bench.path / STAGED)
    with bench.hands(strict=False) as hands:
        hands.do(bench.swap)
        assert hands.aside == ["a.md"]
    assert bench.files() == {"a.md": "theirs", ASIDE: "new"}


def test_what_a_later_step_put_in_the_staged_place_is_no_sign_of_a_save(bench: Bench) -> None:
    """An undo moves the session's own version there, once the swap has been done."""
    with bench.hands(strict=True) as hands:
        hands.do(bench.swap)
    bench.put(STAGED, "put there by step 3")
    with bench.hands(strict=False) as hands:
        hands.refills = {STAGED: 3}
        hands.number = 1
        hands.do(bench.swap)
        assert hands.aside == []
        assert bench.files() == {"a.md": "new", STAGED: "put there by step 3"}
        hands.number = 4
        hands.do(bench.swap)
        assert hands.aside == ["a.md"]


def test_a_swap_whose_target_was_saved_after_it_was_done_is_left(bench: Bench) -> None:
    with bench.hands(strict=True) as hands:
        hands.do(bench.swap)
    bench.put("a.md", "theirs")
    with bench.hands(strict=False) as hands:
        hands.do(bench.swap)
        assert hands.aside == []
    assert bench.files() == {"a.md": "theirs", STAGED: "older"}


def test_a_swap_without_the_system_call_that_died_half_way_is_finished(
    bench: Bench, monkeypatch: pytest.MonkeyPatch
) -> None:
    real = calls.rename
    done: list[int] = []

    def die(*args: Any) -> None:
        if done:
            raise KeyboardInterrupt
        done.append(1)
        real(*args)

    with bench.hands(strict=True) as hands, watched(lambda name: None, without_renameat2=True):
        monkeypatch.setattr(calls, "rename", die)
        with pytest.raises(KeyboardInterrupt):
            hands.do(bench.swap)
        monkeypatch.setattr(calls, "rename", real)
        with bench.hands(strict=False) as carried:
            carried.do(bench.swap)
    assert bench.files() == SWAPPED


# Putting and taking ----------------------------------------------------------------------------


def test_what_was_put_stays_put_and_is_taken_back(bench: Bench) -> None:
    (bench.path / "a.md").unlink()
    with bench.hands(strict=True) as hands:
        hands.do(bench.placing)
    with bench.hands(strict=False) as hands:
        hands.do(bench.placing)
        assert bench.files() == {"a.md": "new"}
        for _ in range(2):
            hands.undo(bench.placing)
            assert bench.files() == {STAGED: "new"}


def test_a_put_saved_over_is_not_taken_back(bench: Bench) -> None:
    (bench.path / "a.md").unlink()
    with bench.hands(strict=True) as hands:
        hands.do(bench.placing)
        bench.put("a.md", "theirs")
        hands.undo(bench.placing)
    assert bench.files() == {"a.md": "theirs"}


@both
def test_a_put_replaces_nothing(bench: Bench, strict: bool) -> None:
    with bench.hands(strict=strict) as hands:
        if strict:
            with pytest.raises(Moved):
                hands.do(bench.placing)
        else:
            hands.do(bench.placing)
            assert hands.aside == ["a.md"]
    assert bench.files() == {"a.md": "older", (STAGED if strict else ASIDE): "new"}


@both
def test_a_put_without_its_file_cannot_be_done(bench: Bench, strict: bool) -> None:
    (bench.path / STAGED).unlink()
    (bench.path / "a.md").unlink()
    with bench.hands(strict=strict) as hands, pytest.raises(Missing):
        hands.do(bench.placing)


@both
def test_what_was_taken_stays_taken_and_comes_back(bench: Bench, strict: bool) -> None:
    before = bench.files()
    with bench.hands(strict=strict) as hands:
        for _ in range(2):
            hands.do(bench.take)
            assert bench.files() == {STAGED: "new", f"{RECORD}/kept/a.md": "older"}
        for _ in range(2):
            hands.undo(bench.take)
            assert bench.files() == before
    assert not (bench.path / RECORD / "kept").exists()


@both
def test_what_was_made_anew_after_a_take_is_left(bench: Bench, strict: bool) -> None:
    with bench.hands(strict=strict) as hands:
        hands.do(bench.take)
        bench.put("a.md", "made anew")
        hands.do(bench.take)
        hands.undo(bench.take)
    expected = {"a.md": "made anew", STAGED: "new", f"{RECORD}/kept/a.md": "older"}
    assert bench.files() == expected


@both
def test_what_was_saved_is_not_taken(bench: Bench, strict: bool) -> None:
    bench.put("a.md", "theirs")
    before = bench.files()
    with bench.hands(strict=strict) as hands:
        if strict:
            with pytest.raises(Moved):
                hands.do(bench.take)
        else:
            hands.do(bench.take)
            assert hands.aside == ["a.md"]
    assert bench.files() == before


def test_a_save_in_the_moment_of_the_take_goes_back(bench: Bench) -> None:
    with bench.hands(strict=True) as hands:
        with _save_before_exchange(bench, "theirs"), pytest.raises(Moved):
            hands.do(bench.take)
        hands.undo(bench.take)
    assert bench.files() == {"a.md": "theirs", STAGED: "new"}


# Moving and folders ----------------------------------------------------------------------------


def test_a_move_replaces_nothing_at_first_and_was_done_when_carried_on(bench: Bench) -> None:
    step = ["move", STAGED, "a.md"]
    before = bench.files()
    with bench.hands(strict=True) as hands, pytest.raises(FileExistsError):
        hands.do(step)
    with bench.hands(strict=False) as hands:
        hands.do(step)
    assert bench.files() == before


def test_a_move_goes_back_with_the_folders_that_it_made(bench: Bench) -> None:
    step = ["move", STAGED, "new/deep/b.md"]
    before = bench.files()
    with bench.hands(strict=True) as hands:
        for _ in range(2):
            hands.do(step)
            assert bench.files() == {"a.md": "older", "new/deep/b.md": "new"}
        for _ in range(2):
            hands.undo(step)
            assert bench.files() == before
        assert not (bench.path / "new").exists()
        bench.put("new/deep/theirs.md", "theirs")
        hands.undo(step)
    assert (bench.path / "new/deep").is_dir()


def test_a_folder_made_for_a_step_stays_if_somebody_uses_it(bench: Bench) -> None:
    step = ["move", STAGED, "new/deep/b.md"]
    with bench.hands(strict=True) as hands:
        hands.do(step)
        bench.put("new/theirs.md", "theirs")
        hands.undo(step)
    assert bench.files() == {"a.md": "older", "new/theirs.md": "theirs", STAGED: "new"}
    assert not (bench.path / "new/deep").exists()


def test_work_goes_on_in_a_folder_that_moved(bench: Bench) -> None:
    """A handle beneath it would go on meaning its old place."""
    with bench.hands(strict=True) as hands:
        hands.do(["move", STAGED, f"{RECORD}/replaced/b.md"])
        hands.do(["move", f"{RECORD}/replaced", ".workflow/away"])
        hands.do(["move", f"{RECORD}/replaced/b.md", "no.md"])
        hands.do(["move", ".workflow/away/b.md", "yes.md"])
    assert bench.files() == {"a.md": "older", "yes.md": "new"}


def test_more_folders_are_worked_in_than_are_held_open(bench: Bench) -> None:
    open_before = len(os.listdir("/proc/self/fd"))
    with bench.hands(strict=True) as hands:
        for number in range(3 * steps._OPEN_AT_MOST):
            bench.put(f"from/{number}/x", str(number))
            hands.do(["move", f"from/{number}/x", f"to/{number}/x"])
        assert len(os.listdir("/proc/self/fd")) <= open_before + steps._OPEN_AT_MOST
    assert len(os.listdir("/proc/self/fd")) == open_before
    assert len(list((bench.path / "to").rglob("x"))) == 3 * steps._OPEN_AT_MOST


def test_a_folder_is_made_and_removed_only_if_empty(bench: Bench) -> None:
    make, remove = ["mkdir", "room/inner"], ["rmdir", "room/inner"]
    inner = bench.path / "room/inner"
    with bench.hands(strict=True) as hands:
        for step, there in ((make, True), (make, True), (remove, False), (remove, False)):
            hands.do(step)
            assert inner.exists() is there
        hands.undo(remove)
        assert inner.is_dir()
        bench.put("room/inner/x", "x")
        hands.do(remove)
        hands.undo(make)
        assert inner.is_dir()
        hands.do(["rmdir", "a.md"])
        assert (bench.path / "a.md").is_file()
        (inner / "x").unlink()
        hands.undo(make)
        assert not inner.exists()


def test_a_folder_that_cannot_be_removed_is_an_error(
    bench: Bench, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*_: object) -> None:
        raise PermissionError(13, "no")

    (bench.path / "room").mkdir()
    monkeypatch.setattr(calls, "rmdir", refuse)
    with bench.hands(strict=True) as hands, pytest.raises(PermissionError):
        hands.do(["rmdir", "room"])


# Small files of our own ------------------------------------------------------------------------


@pytest.mark.parametrize("there", [None, "folder", "file"])
@pytest.mark.parametrize("kind", ["file", "folder"])
def test_a_tombstone_takes_its_place_and_gives_it_back(
    bench: Bench, kind: str, there: str | None
) -> None:
    staged, stone = f"{RECORD}/.tmp/stone", f"{RECORD}/deleted/part"

    def make(name: str, what: str) -> None:
        if what == "file":
            bench.put(name, "")
        else:
            (bench.path / name).mkdir(parents=True)

    (bench.path / RECORD / "deleted").mkdir()
    make(staged, kind)
    if there:
        make(stone, there)
    with bench.hands(strict=True) as hands:
        for _ in range(2):
            hands.do(["stone", staged, stone, kind])
            assert hands._kind(stone) == kind
            assert hands._kind(staged) == {None: None, kind: kind}.get(there, there)
        for _ in range(2):
            hands.undo(["stone", staged, stone, kind])
            assert (hands._kind(staged), hands._kind(stone)) == (kind, there)


def test_a_small_file_is_installed_and_the_former_one_comes_back(bench: Bench) -> None:
    step = ["install", STAGED, "a.md"]
    with bench.hands(strict=True) as hands:
        for _ in range(2):
            hands.do(step)
            assert bench.files() == {"a.md": "new"}
        hands.undo(step)
        assert bench.files() == {"a.md": "older"}
        bench.put(STAGED, "first")
        first = ["install", STAGED, "b.md"]
        hands.do(first)
        hands.undo(first)
    assert bench.files() == {"a.md": "older", "b.md": "first"}


def test_what_was_dropped_comes_back_but_for_the_journal(bench: Bench) -> None:
    bench.put(f"{RECORD}/operation.json", "{}")
    before = bench.files()
    with bench.hands(strict=True) as hands:
        for step in (["drop", STAGED], ["drop", f"{RECORD}/operation.json"]):
            hands.do(step)
            hands.do(step)
            hands.undo(step)
            hands.undo(step)
    del before[f"{RECORD}/operation.json"]
    assert bench.files() == before


def test_sweeping_and_flushing_need_no_undoing(bench: Bench) -> None:
    bench.put(f"{RECORD}/.tmp/half/x", "half")
    with bench.hands(strict=True) as hands:
        for step in (["sweep", RECORD], ["flush", ["", "gone", RECORD]]):
            hands.do(step)
            hands.do(step)
            hands.undo(step)
    assert f"{RECORD}/.tmp/half/x" not in bench.files()


def test_markers_are_removed_passed_on_and_given_back(draft: Desk) -> None:
    draft.run("session start", name="other")
    draft.run("session switch", name="draft")
    root = draft.root
    with Hands(root, RECORD, strict=True) as hands:
        hands.do(["unmark", "other"])
        assert marker.active(root) == "draft"
        hands.undo(["unmark", "other"])
        assert marker.active(root) == "draft"
        hands.do(["unmark", "draft"])
        assert marker.active(root) is None
        hands.undo(["unmark", "draft"])
        assert marker.active(root) == "draft"
        for step, after in (("do", "other"), ("do", "other"), ("undo", "draft")):
            getattr(hands, step)(["mark", "draft", "other"])
            assert marker.active(root) == after


# Ends that lie apart ---------------------------------------------------------------------------


@pytest.fixture
def apart(monkeypatch: pytest.MonkeyPatch) -> None:
    """All that is not Redraft's own counts as another file system."""
    monkeypatch.setattr(crossing, "apart", lambda one, two: True)


def test_a_vanished_or_changed_copy_is_not_carried_across(apart: None, bench: Bench) -> None:
    bench.put(STAGED, "newer!")
    with bench.hands(strict=True) as hands, pytest.raises(Moved):
        hands.do(bench.swap)
    with bench.hands(strict=False) as hands:
        hands.do(bench.swap)
        assert (hands.aside, bench.files()) == ([], {"a.md": "older", STAGED: "newer!"})
    (bench.path / STAGED).unlink()
    for strict in (True, False):
        with bench.hands(strict=strict) as hands, pytest.raises(Missing):
            hands.do(bench.swap)
    assert bench.files() == {"a.md": "older"}


def test_a_file_of_another_file_system_is_known_by_size_and_time(bench: Bench) -> None:
    status = (bench.path / "a.md").stat()
    moved = [0, *bench.old[1:]]
    assert steps.is_of(status, bench.old, status.st_dev)
    assert not steps.is_of(status, moved, status.st_dev)
    assert steps.is_of(status, moved, status.st_dev + 1)
    assert not steps.is_of(status, bench.new, status.st_dev + 1)


@pytest.mark.parametrize("verb", ["swap", "placing", "take"])
def test_a_step_across_keeps_what_was_saved(apart: None, bench: Bench, verb: str) -> None:
    bench.put("a.md", "theirs")
    step = getattr(bench, verb)
    with bench.hands(strict=True) as hands:
        with pytest.raises(Moved):
            hands.do(step)
        hands.undo(step)
    assert bench.files() == {"a.md": "theirs", STAGED: "new"}
    with bench.hands(strict=False) as hands:
        hands.do(step)
        assert hands.aside == ["a.md"]
    assert bench.files() == {"a.md": "theirs", (STAGED if verb == "take" else ASIDE): "new"}


@pytest.mark.parametrize("verb", ["swap", "placing", "take"])
def test_a_step_across_is_done_once_and_undone_once(apart: None, bench: Bench, verb: str) -> None:
    if verb == "placing":
        (bench.path / "a.md").unlink()
    step, before = getattr(bench, verb), bench.files()
    with bench.hands(strict=True) as hands:
        hands.do(step)
    done = bench.files()
    assert done != before
    with bench.hands(strict=False) as hands:
        hands.do(step)
        assert bench.files() == done
        for _ in range(2):
            hands.undo(step)
            assert bench.files() == before


def test_a_step_into_a_folder_that_is_gone_is_left_to_the_errors_of_the_step(
    bench: Bench,
) -> None:
    with bench.hands(strict=False) as hands:
        hands.do(["take", "gone/a.md", f"{RECORD}/kept/a.md", bench.old])
    assert bench.files() == {"a.md": "older", STAGED: "new"}


# The operation as a whole ----------------------------------------------------------------------


@pytest.mark.parametrize("path", ["a.md", "new.md"], ids=["swapped", "put"])
def test_a_copy_that_vanishes_during_a_commit_makes_it_stale(draft: Desk, path: str) -> None:
    """Nothing has changed then, and what is left can be committed."""
    draft.write("part/b.md", "mine\n")
    draft.write(path, "mine\n")
    before = describe(draft.path)["global"]

    def vanish(name: str) -> None:
        home = draft.path / ".workflow/draft"
        if name == "renameat2" and (home / layout.JOURNAL).exists():
            (home / layout.FILES / path).unlink(missing_ok=True)

    with watched(vanish):
        refused = draft.refused("session commit", force=True)
    assert refused.code == "stale_preview"
    assert describe(draft.path)["global"] == before
    assert draft.commit().modified == ["part/b.md"]


def test_a_move_that_had_nothing_to_move_undoes_nothing(bench: Bench) -> None:
    """What stood at its target all the time is not moved to where nothing was."""
    bench.put(".workflow/draft/files/b.md", "of a live session")
    step = ["move", layout.WORKFLOW + "/.new", ".workflow/draft"]
    before = bench.files()
    with bench.hands(strict=True) as hands:
        hands.do(step)
        hands.undo(step)
    assert bench.files() == before
