"""Rows and snapshots: what is said of sessions is what lies on disk at this moment."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from tests.domain.desk import Desk

from redraft.commands import overview, results
from redraft.domain.session import Session
from redraft.errors import SessionNotFound


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[Desk]:
    made = Desk(tmp_path / "a book")
    made.put("a.md", "one\n")
    yield made
    made.close()


def test_a_snapshot_tells_of_the_active_session_and_its_drift(desk: Desk) -> None:
    assert overview.snapshot(desk.root) == results.Snapshot(
        root=str(desk.path), active=None, changes_digest="", changes=[], drifted=[], crashed=[]
    )
    desk.start()
    desk.write("a.md", "mine\n")
    desk.put("a.md", "somebody else's\n")
    found = overview.snapshot(desk.root)
    active = found.active
    assert active is not None
    assert (active.name, active.status, active.change_count) == ("draft", "ACTIVE", 1)
    assert found.drifted == ["a.md"]
    assert found.changes == [results.ChangedPath(path="a.md", kind="modified", drifted=True)]


def test_what_came_to_a_folder_that_the_session_deleted_is_one_of_its_changes(desk: Desk) -> None:
    desk.put("gone/old.md", "old\n")
    desk.start()
    desk.run("delete", path="gone")
    desk.write("b.md", "b\n")
    desk.put("gone/new.md", "new\n")
    changes = overview.snapshot(desk.root).changes
    assert changes is not None
    assert [(each.path, each.kind, each.drifted) for each in changes] == [
        ("b.md", "created", False),
        ("gone/new.md", "deleted", True),
        ("gone/old.md", "deleted", False),
    ]


def test_the_digest_changes_with_the_changed_paths_their_kinds_and_drift_only(desk: Desk) -> None:
    def digest() -> str:
        return overview.snapshot(desk.root).changes_digest

    desk.start()
    seen = [digest()]
    desk.write("b.md", "b\n")
    seen.append(digest())
    desk.write("b.md", "another text\n")
    assert digest() == seen[-1]
    desk.run("rename", path="b.md", new_path="c.md")
    seen.append(digest())
    desk.write("a.md", "mine\n")
    seen.append(digest())
    desk.run("delete", path="a.md")
    seen.append(digest())
    desk.put("a.md", "somebody else's\n")
    seen.append(digest())
    assert len(set(seen)) == 6
    desk.run("session discard", paths=["a.md", "c.md"])
    assert digest() == seen[0]


def test_a_session_that_ends_during_a_snapshot_is_not_in_it(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    desk.start()

    def ended(*_: object) -> Session:
        raise SessionNotFound("draft")

    monkeypatch.setattr(Session, "open", ended)
    assert overview.snapshot(desk.root).active is None
    assert overview.rows(desk.root) == ("draft", [])


def test_ended_sessions_are_listed_if_asked_for(desk: Desk) -> None:
    for name in ("committed", "cancelled", "ended", "live"):
        desk.start(name)
        desk.write(f"{name}.md", "text\n")
    desk.commit(session="committed")
    desk.run("session cancel", name="cancelled")
    desk.run("session complete", name="ended")
    (desk.path / ".workflow/completed/notes").mkdir()
    rows = desk.run("session list", completed=True, trash=True).sessions
    assert [(row.name, row.status) for row in rows] == [
        ("live", "ACTIVE"),
        ("committed", "COMPLETED"),
        ("ended", "COMPLETED"),
        ("cancelled", "INACTIVE"),
    ]
    assert [row.name for row in desk.run("session list").sessions] == ["live"]
    assert [row.change_count for row in rows] == [1, 0, 1, 1]
