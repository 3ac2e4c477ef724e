"""What an operation asks the system for is the same however much lies beside it."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable
from functools import partial
from pathlib import Path
from types import FrameType
from typing import Any

import pytest
from tests.domain.desk import OLD_NS, Desk
from tests.recovery.strikes import watched

from redraft.domain import layout, lifecycle
from redraft.domain.session import Session

VERBS = {
    "resolve": {"path": "part/0.md"},
    "read": {"path": "part/1.md"},
    "write": {"path": "part/2.md", "content": "mine\n"},
    "session status": {},
    "session switch": {"name": "other-0"},
    "session start": {"name": "new"},
}


def calls_of(act: Callable[[], object]) -> list[str]:
    """The calls of built-in functions, the system's among them, that something makes."""
    seen: list[str] = []

    def note(_: FrameType, event: str, function: Any) -> None:
        if event == "c_call":
            seen.append(f"{function.__module__}.{function.__name__}")

    before = sys.getprofile()
    sys.setprofile(note)
    try:
        act()
    finally:
        sys.setprofile(before)
    return seen


def of_the_system(calls: list[str]) -> list[str]:
    return [name for name in calls if name.startswith("posix.")]


def _crowded(path: Path, files: int, sessions: int) -> Desk:
    """A root with so many documents, and so many sessions beside the active one."""
    desk = Desk(path)
    for number in range(files):
        desk.put(f"part/{number}.md")
    for number in range(sessions):
        desk.start(f"other-{number}")
    desk.start()
    return desk


def _told(desk: Desk) -> dict[str, list[str]]:
    """The calls of each verb, once what was seen of the marker is old enough to be relied upon."""
    found = {}
    for verb, arguments in VERBS.items():
        os.utime(desk.path / layout.WORKFLOW, ns=(OLD_NS, OLD_NS))
        desk.run("session status")
        while not (desk.root.sighting and desk.root.sighting.settled):
            desk.run("session status")
        found[verb] = calls_of(partial(desk.run, verb, **arguments))
    return found


@pytest.fixture(scope="module")
def told(tmp_path_factory: pytest.TempPathFactory) -> dict[str, dict[str, list[str]]]:
    """The calls of each verb in a small root, in one of many files and in one of many sessions."""
    found = {}
    sizes = {"warm": (3, 1), "small": (3, 1), "files": (80, 1), "sessions": (3, 8)}
    for name, (files, sessions) in sizes.items():
        desk = _crowded(tmp_path_factory.mktemp(name) / "book", files, sessions)
        found[name] = _told(desk)
        desk.close()
    return found


@pytest.mark.parametrize("verb", VERBS)
def test_nothing_costs_more_in_a_folder_of_many_files(
    verb: str, told: dict[str, dict[str, list[str]]]
) -> None:
    """Promise 4: the system is asked the same, and no name more is looked at."""
    small, many = told["small"][verb], told["files"][verb]
    assert of_the_system(many) == of_the_system(small)
    # Python itself makes a call more or less now and then; a look at each name were 77 more.
    assert abs(len(many) - len(small)) < 40


@pytest.mark.parametrize("verb", VERBS)
def test_many_sessions_cost_no_further_call_of_the_system(
    verb: str, told: dict[str, dict[str, list[str]]]
) -> None:
    """Promise 4: the others are names in one list, and nobody looks at them."""
    small, many = (of_the_system(told[name][verb]) for name in ("small", "sessions"))
    assert many == small
    assert len(small) > 5


def test_a_cancel_is_one_rename_and_looks_at_no_document(
    draft: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The last one holds twenty times as much, and comes to the same calls."""
    looked: list[str] = []
    for name in ("stat", "open", "scandir", "listdir"):
        real = getattr(os, name)

        def look(path: Any, *more: Any, real: Any = real, **options: Any) -> Any:
            at = options.get("dir_fd")
            above = os.readlink(f"/proc/self/fd/{at}") if isinstance(at, int) else ""
            looked.append(os.path.join(above, path) if isinstance(path, str) else "")
            return real(path, *more, **options)

        monkeypatch.setattr(os, name, look)
    made = []
    for turn, count in enumerate((2, 2, 40)):
        draft.start(f"big-{turn}")
        for number in range(count):
            draft.write(f"new/{number}.md")
        draft.write("a.md", "mine\n")
        changes: list[str] = []
        looked.clear()
        with Session.open(draft.root, f"big-{turn}") as session, watched(changes.append):
            lifecycle.cancel(session, backup_retries=False)
        documents = [path for path in looked if path.startswith(f"{draft.path}/")]
        own = (f"{draft.path}/{layout.WORKFLOW}", f"{draft.path}/{layout.WORKSPACE}")
        assert looked
        assert [path for path in documents if not path.startswith(own)] == []
        made.append(changes)
    _, small, big = made  # the first of all makes the folder for the trash
    assert small == big
    # Beside the folder only session.lock changes its place, which is for people.
    assert [name for name in small if "rename" in name] == ["renameat2"] * 2


def test_a_commit_copies_no_document(draft: Desk) -> None:
    """The copies are on the disk already; they change places with what they replace."""
    draft.write("a.md", "mine\n")
    draft.write("new.md", "new\n")
    copies = [draft.path / ".workflow/draft/files" / name for name in ("a.md", "new.md")]
    numbers = [copy.stat().st_ino for copy in copies]
    replaced = (draft.path / "a.md").stat().st_ino
    archive = draft.path / draft.commit().archive
    assert [(draft.path / name).stat().st_ino for name in ("a.md", "new.md")] == numbers
    assert (archive / "replaced/a.md").stat().st_ino == replaced
