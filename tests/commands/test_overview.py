"""Rows and snapshots: what is said of sessions is what lies on disk at this moment."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Iterator
from dataclasses import replace
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
        root=str(desk.path), active=None, changes_digest="", drifted=[], crashed=[]
    )
    desk.start()
    desk.write("a.md", "mine\n")
    desk.put("a.md", "somebody else's\n")
    found = overview.snapshot(desk.root)
    active = found.active
    assert active is not None
    assert (active.name, active.status, active.change_count) == ("draft", "ACTIVE", 1)
    assert found.drifted == ["a.md"]
    assert overview.changed_paths(desk.root, replace(found, active=None, drifted=[])) == []
    changes = overview.changed_paths(desk.root, found)
    assert changes == [results.ChangedPath(path="a.md", kind="modified", drifted=True)]
    desk.run("session cancel")
    assert overview.changed_paths(desk.root, found) == []


def test_what_came_to_a_folder_that_the_session_deleted_is_one_of_its_changes(desk: Desk) -> None:
    desk.put("gone/old.md", "old\n")
    desk.start()
    desk.run("delete", path="gone")
    desk.write("b.md", "b\n")
    desk.put("gone/new.md", "new\n")
    changes = overview.changed_paths(desk.root, overview.snapshot(desk.root))
    assert [(each.path, each.kind, each.drifted) for each in changes] == [
        ("b.md", "created", False),
        ("gone/new.md", "deleted", True),
        ("gone/old.md", "deleted", False),
    ]


def test_the_digest_changes_with_the_changed_paths_and_their_kinds_only(desk: Desk) -> None:
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
    assert len(set(seen)) == 5
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
    desk.write("x.md", "x\n", session="live")
    desk.run("session discard", paths=["x.md"], session="live")
    rows = desk.run("session list", completed=True, trash=True).sessions
    assert [(row.name, row.status) for row in rows] == [
        ("live", "ACTIVE"),
        ("committed", "COMPLETED"),
        ("ended", "COMPLETED"),
        ("cancelled", "INACTIVE"),
    ]
    assert [row.name for row in desk.run("session list").sessions] == ["live"]
    assert [row.change_count for row in rows] == [1, 1, 1, 1]
    places = [row.lies_in for row in rows]
    assert places[0] is None
    assert all(place is not None and (desk.path / place).is_dir() for place in places[1:])


def test_rows_of_ended_sessions_count_what_they_held(desk: Desk) -> None:
    desk.put("old.md", "old\n")
    desk.put("gone.md", "gone\n")
    for name in ("committed", "cancelled", "without"):
        desk.start(name)
        desk.write("new.md", f"{name}\n")
        desk.write("old.md", f"{name}\n")
        desk.run("delete", path="gone.md")
        for reason in ("no", "again"):
            desk.run("retry", file_path="old.md", reason=reason)
    desk.commit(session="committed")
    desk.run("session cancel", name="cancelled")
    desk.run("session cancel", name="without", backup_retries=False)
    rows = desk.run("session list", completed=True, trash=True).sessions
    assert [(row.name, row.change_count, row.retry_count) for row in rows] == [
        ("committed", 3, 2),
        ("cancelled", 3, 2),
        ("without", 3, 2),
    ]
    journal = desk.path / rows[0].lies_in / "operation.json"
    found = json.loads(journal.read_text())
    found["info"] |= {"items": None, "retries_archive": None}
    for text in (json.dumps(found), "{"):
        journal.write_text(text)
        [row] = desk.run("session list", completed=True).sessions
        assert (row.change_count, row.retry_count) == (1, 0)  # what its folders show


def test_a_session_that_was_completed_by_hand_is_listed_and_emptied_like_others(
    desk: Desk,
) -> None:
    """By the lines of a shell that the marker's own description gives."""
    lines = """\
        mkdir -p .workflow/WFS-feature
        echo '{"session_id":"WFS-feature","meta":{"updated":"2025-09-07T10:00:00Z"}}' \
            > .workflow/WFS-feature/workflow-session.json
        touch .workflow/.active-WFS-feature
        rm .workflow/.active-WFS-feature
        mkdir -p .workflow/completed
        mv .workflow/WFS-feature .workflow/completed/WFS-feature
    """
    subprocess.run(["sh", "-ec", lines], cwd=desk.path, check=True)
    [row] = desk.run("session list", completed=True).sessions
    assert (row.name, row.status) == ("WFS-feature", "COMPLETED")
    assert desk.run("session trash", older_than_days=99_999).entries == []
    [entry] = desk.run("session trash").entries
    assert (entry.name, entry.kind) == ("WFS-feature", "archived")
    assert entry.when == "2025-09-07T10:00:00.000000Z"
    assert desk.run("doctor").found == []
    (desk.path / ".workflow/completed/WFS-feature/workflow-session.json").unlink()
    (desk.path / ".workflow/completed/WFS-feature/files").mkdir()
    [row] = desk.run("session list", completed=True).sessions
    assert row.name == "WFS-feature"
    assert desk.run("session trash", force=True).removed == ["WFS-feature"]
    assert desk.run("session list", completed=True).sessions == []
