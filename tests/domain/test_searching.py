"""What an editor's search finds: the active session's copies, nothing else of ``.workflow/``."""

from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest
from tests.domain.desk import Desk, two_sessions

from redraft.domain import layout, marker, searching
from redraft.domain.root import Root
from redraft.errors import Locked

HIDDEN_ELSEWHERE = {
    ".workflow/two/base/a.md",
    ".workflow/two/human-retries/a.md/retry-1.md",
    ".workflow/one/files/a.md",
    ".workflow/.gitignore",
    ".workflow/.lock",
}


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[Desk]:
    made = two_sessions(tmp_path / "a book")
    yield made
    made.close()


def rules(desk: Desk) -> Path:
    return desk.path / layout.IGNORE


def passed_over(desk: Desk, paths: set[str], tmp_path: Path) -> set[str]:
    """The paths that a search passes over, by git's reading of the same rules."""
    judge = tmp_path / "judge"
    shutil.rmtree(judge, ignore_errors=True)
    (judge / layout.WORKFLOW).mkdir(parents=True)
    shutil.copy(rules(desk), judge / layout.WORKFLOW / ".gitignore")
    subprocess.run(["git", "init", "--quiet"], cwd=judge, check=True)
    done = subprocess.run(
        ["git", "-c", "core.quotePath=false", "check-ignore", "--no-index", "--stdin", "-z"],
        cwd=judge,
        input="\0".join(sorted(paths)).encode(),
        capture_output=True,
        check=False,
    )
    assert done.returncode in {0, 1}, done.stderr
    return set(filter(None, done.stdout.decode().split("\0")))


def test_the_rules_leave_exactly_the_active_sessions_copies(desk: Desk, tmp_path: Path) -> None:
    searching.follow(desk.root)
    mine = {".workflow/two/files/a.md", ".workflow/two/files/drafts/[x] é.md"}
    assert passed_over(desk, HIDDEN_ELSEWHERE | mine, tmp_path) == HIDDEN_ELSEWHERE


def test_git_goes_on_ignoring_all_of_it(desk: Desk) -> None:
    searching.follow(desk.root)
    subprocess.run(["git", "init", "--quiet"], cwd=desk.path, check=True)
    command = ["git", "status", "--porcelain", "--untracked-files=all"]
    shown = subprocess.run(command, cwd=desk.path, capture_output=True, check=True).stdout
    assert rules(desk).is_file()
    assert b".workflow" not in shown


def test_the_rules_go_with_the_last_active_session(desk: Desk) -> None:
    searching.follow(desk.root)
    desk.run("session pause")
    searching.follow(desk.root)
    assert not rules(desk).exists()


def test_a_root_without_sessions_is_left_as_it_is(tmp_path: Path) -> None:
    desk = Desk(tmp_path / "book")
    searching.follow(desk.root)
    assert list(desk.path.iterdir()) == []
    desk.close()


def test_nothing_is_written_while_the_rules_are_right(desk: Desk) -> None:
    searching.follow(desk.root)
    before = [os.stat(desk.path / name) for name in (layout.IGNORE, layout.LOCK, layout.WORKFLOW)]
    searching.follow(desk.root)
    after = [os.stat(desk.path / name) for name in (layout.IGNORE, layout.LOCK, layout.WORKFLOW)]
    assert [(s.st_ino, s.st_mtime_ns) for s in after] == [(s.st_ino, s.st_mtime_ns) for s in before]


def test_a_persons_own_rules_are_left_alone(desk: Desk) -> None:
    rules(desk).write_text("*.bak\n", "utf-8")
    searching.follow(desk.root)
    desk.run("session pause")
    searching.follow(desk.root)
    assert rules(desk).read_text("utf-8") == "*.bak\n"


def test_a_link_or_a_folder_in_its_place_is_neither_followed_nor_replaced(
    desk: Desk, tmp_path: Path
) -> None:
    outside = tmp_path / "outside"
    outside.write_text("# Written by Redraft\n", "utf-8")
    rules(desk).symlink_to(outside)
    searching.follow(desk.root)
    assert rules(desk).is_symlink()
    assert outside.read_text("utf-8") == "# Written by Redraft\n"
    rules(desk).unlink()
    rules(desk).mkdir()
    searching.follow(desk.root)
    assert rules(desk).is_dir()


def test_damaged_rules_are_written_anew(desk: Desk) -> None:
    searching.follow(desk.root)
    whole = rules(desk).read_bytes()
    rules(desk).write_bytes(whole[:40])
    searching.follow(desk.root)
    assert rules(desk).read_bytes() == whole


def test_rules_that_cannot_be_read_are_an_error(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    searching.follow(desk.root)

    def refuse(*_: object) -> bytes:
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(type(desk.root.folder), "read", refuse)
    with pytest.raises(PermissionError):
        searching.follow(desk.root)


def test_what_another_server_wrote_meanwhile_is_not_written_again(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    answers = iter([False, True])
    monkeypatch.setattr(searching, "_is_right", lambda _: next(answers))
    searching.follow(desk.root)
    assert not rules(desk).exists()


def test_a_root_that_somebody_holds_is_tried_again_later(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(searching, "WAIT_S", 0)
    with Root.open(str(desk.path)) as other, other.hold("test"), pytest.raises(Locked):
        searching.follow(desk.root)
    searching.follow(desk.root)
    assert rules(desk).is_file()


def test_doctor_status_and_markers_do_not_mind_the_rules(desk: Desk) -> None:
    searching.follow(desk.root)
    checkup = desk.run("doctor")
    assert (checkup.found, checkup.left) == ([], [])
    assert rules(desk).is_file()
    assert marker.active(desk.root) == "two"
    assert [row.name for row in desk.run("session list").sessions] == ["one", "two"]
