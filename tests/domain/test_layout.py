"""Where everything lies, as other programs find it: each place after the command that fills it."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import pytest
from tests.domain.desk import Desk

from redraft.domain import layout
from redraft.domain.root import Root
from redraft.domain.view import View

HOME = ".workflow/draft"
TIME = re.compile(r"\d{8}T\d{12}Z")


def held(folder: Path) -> set[str]:
    """The files below a folder, with ``TIME`` for each time in their paths."""
    files = (p.relative_to(folder).as_posix() for p in folder.rglob("*") if p.is_file())
    return {TIME.sub("TIME", path) for path in files}


def found(desk: Desk, path: str) -> Any:
    return json.loads((desk.path / path).read_text("utf-8"))


@pytest.fixture
def full(draft: Desk) -> Desk:
    """A session with a change of each kind, retries and a checkpoint."""
    draft.put("lines.md", "1\n2\n3\n4\n")
    draft.put("gone.md")
    draft.write("a.md", "mine\n")
    draft.write("lines.md", "one\n2\n3\n4\n")
    draft.put("lines.md", "1\n2\n3\nfour\n")
    draft.write("new/x.json", "{}\n")
    draft.run("delete", path="gone.md")
    draft.run("delete", path="part")
    draft.write("part", "a document now\n")
    for path in ("a.md", "new/x.json"):
        draft.run("retry", file_path=path, reason="no")
    draft.run("session checkpoint", label="one")
    return draft


FILES = {"files/a.md", "files/lines.md", "files/new/x.json", "files/part"}
BASES = {"base/a.md", "base/gone.md", "base/lines.md", "base/part/b.md", "base/part/sub/c.md"}
STONES = {"deleted/gone.md", "deleted/part"}
RETRIES = {
    "a.md/retry-1.json",
    "a.md/retry-1.md",
    "new/x.json/retry-1.document.json",
    "new/x.json/retry-1.json",
}
KEPT = {f"checkpoints/TIME/{path}" for path in (*FILES, *BASES, *STONES, "manifest.json")}


def test_a_session_is_its_copies_bases_tombstones_retries_and_checkpoints(full: Desk) -> None:
    retries = {f"human-retries/{path}" for path in RETRIES}
    expected = FILES | BASES | STONES | retries | KEPT | {layout.METADATA}
    assert held(full.path / HOME) == expected
    assert all((full.path / HOME / path).stat().st_size == 0 for path in STONES)
    top = {path for path in held(full.path / ".workflow") if not path.startswith("draft/")}
    assert top == {".active-draft", ".lock", ".gitignore"}
    assert (full.path / ".workflow/.active-draft").stat().st_size == 0
    assert (full.path / ".workflow/.gitignore").read_text() == "*\n"
    assert held(full.path / "workspace") == {".gitignore", "session.lock"}
    assert "session.lock" in (full.path / "workspace/.gitignore").read_text().splitlines()


def test_a_committed_session_lies_in_the_archive_with_what_it_replaced(full: Desk) -> None:
    archive = full.path / full.commit().archive
    assert TIME.sub("TIME", archive.relative_to(full.path).as_posix()) == (
        ".workflow/completed/draft-TIME"
    )
    own = {"operation.json", "unmerged/lines.md", layout.METADATA}
    replaced = {"replaced/a.md", "replaced/gone.md", "replaced/lines.md"}
    removed = {"removed/part/b.md", "removed/part/sub/c.md"}
    assert held(archive) == own | replaced | removed | BASES | STONES | KEPT
    assert (archive / "replaced/a.md").read_text() == "one\ntwo\nthree\n"
    assert (archive / "replaced/lines.md").read_text() == "1\n2\n3\nfour\n"
    assert (archive / "unmerged/lines.md").read_text() == "one\n2\n3\n4\n"
    assert held(full.path / "workspace/retries-archive/draft") == RETRIES


def test_a_completed_session_keeps_its_copies_and_has_no_journal(full: Desk) -> None:
    done = full.run("session complete")
    unapplied = done.unapplied
    assert unapplied.modified == ["a.md", "lines.md"]
    assert (unapplied.created, len(unapplied.deleted)) == (["new/x.json", "part"], 3)
    archive = full.path / done.archived_to
    assert held(archive) >= FILES | BASES | STONES
    assert not (archive / "operation.json").exists()
    assert archive.parent == full.path / ".workflow/completed"


def test_a_session_completed_in_place_says_so_by_an_empty_file(full: Desk) -> None:
    full.run("session complete", archive=False)
    assert (full.path / HOME / ".completed").read_bytes() == b""


def test_a_cancelled_session_lies_in_the_trash_and_its_retries_in_their_archive(full: Desk) -> None:
    done = full.run("session cancel")
    assert TIME.sub("TIME", done.trash) == ".workflow/.trash/draft-TIME"
    assert held(full.path / done.trash) >= FILES | BASES | STONES | KEPT
    place = "workspace/retries-archive/draft-cancelled-TIME"
    assert TIME.sub("TIME", done.retries_archive) == place
    assert held(full.path / done.retries_archive) == RETRIES


def test_the_trash_says_by_a_folder_what_happened(draft: Desk) -> None:
    draft.write("new.md")
    draft.run("delete", path="new.md")
    draft.write("a.md", "mine\n")
    draft.run("session discard", paths=["a.md"])
    kept = draft.run("session checkpoint").id
    draft.write("later.md")
    draft.run("session restore", id=kept)
    draft.write("a.md", "mine\n")
    draft.put("a.md", "past the session\n")
    draft.run("adopt")
    draft.write("lines.md")
    draft.commit(paths=["a.md"])
    draft.put("a.md", "edited later\n")
    draft.undo()
    assert held(draft.path / ".workflow/.trash") == {
        "draft-TIME/deleted/files/new.md",
        "draft-TIME/discarded/files/a.md",
        "draft-TIME/discarded/base/a.md",
        "draft-TIME/replaced/files/later.md",
        "draft-TIME/adopted-over/files/a.md",
        "draft-TIME/record/operation.json",
        "draft-TIME/undone/base/a.md",
        "draft-TIME/undone/replaced/a.md",
    }


def test_a_merged_text_that_an_undo_took_apart_lies_in_the_trash(full: Desk) -> None:
    full.commit()
    full.undo()
    assert "draft-TIME/merged/lines.md" in held(full.path / ".workflow/.trash")


def test_a_folder_made_by_hand_is_a_session(draft: Desk) -> None:
    copy = draft.path / ".workflow/by-hand/files/a.md"
    copy.parent.mkdir(parents=True)
    copy.write_text("by hand\n")
    assert [row.name for row in draft.run("session list").sessions] == ["by-hand", "draft"]
    assert draft.read("a.md", session="by-hand") == "by hand\n"


def test_metadata_has_these_fields_and_the_marker_decides(desk: Desk) -> None:
    desk.run("session start", name="draft", description="More weather")
    made = found(desk, f"{HOME}/{layout.METADATA}")
    times = made.pop("meta")
    assert made == {
        "session_id": "draft",
        "project": "More weather",
        "type": "medium",
        "current_phase": "PLAN",
        "status": "active",
        "progress": {"completed_phases": [], "current_tasks": [], "last_checkpoint": None},
        "temporary": False,
    }
    assert set(times) == {"created", "updated"}
    made |= {"status": "completed", "meta": times}
    (desk.path / HOME / layout.METADATA).write_text(json.dumps(made))
    assert desk.run("session status").status == "ACTIVE"
    desk.run("session pause")
    assert desk.run("session list").active is None
    name = desk.write("a.md").session
    assert re.fullmatch(rf"temp-{TIME.pattern}", name)
    assert found(desk, f".workflow/{name}/{layout.METADATA}")["temporary"] is True


def test_a_retry_has_its_record_beside_it_and_a_checkpoint_its_manifest(full: Desk) -> None:
    record = found(full, f"{HOME}/human-retries/new/x.json/retry-1.json")
    assert set(record) == {
        "file", "number", "reason", "auto_detected", "recorded_at", "version",
    }  # fmt: skip
    assert (record["file"], record["version"]) == ("new/x.json", "retry-1.document.json")
    [kept] = full.run("session checkpoints").checkpoints
    manifest = found(full, f"{HOME}/checkpoints/{kept.id}/manifest.json")
    assert set(manifest) == {
        "id", "label", "trigger", "at", "phase", "completed_phases", "current_tasks",
        "change_count",
    }  # fmt: skip
    assert (manifest["id"], manifest["trigger"]) == (kept.id, "user_request")


def test_notes_for_hooks_may_be_removed_at_any_time(draft: Desk) -> None:
    draft.write("a.md", "mine\n")
    home = draft.path / HOME
    for path in ("past/part/b.md", ".watch/use"):
        (home / path).parent.mkdir(parents=True)
        (home / path).touch()
        (home / path).unlink()
        (home / path).parent.rmdir()
    assert draft.run("adopt").adopted == []
    assert draft.run("doctor").found == []
    assert draft.changes() == (["a.md"], [], [])


def test_reading_needs_no_lock_and_nobody_removes_it(full: Desk) -> None:
    number = (full.path / layout.LOCK).stat().st_ino
    with Root.open(str(full.path), lock_wait_s=0) as other, full.root.hold("think"):
        line = json.loads((full.path / layout.LOCK).read_bytes().partition(b"\n")[0])
        assert line["holder"]["doing"] == "think"
        assert line["open"] == 0
        with View.of(other, "draft") as view:
            assert view.read("a.md") == b"mine\n"
            assert ("a.md", "file") in view.list("")
    full.commit()
    full.undo()
    assert (full.path / layout.LOCK).stat().st_ino == number


@pytest.mark.parametrize(
    ("written", "told"),
    [
        ("2026-11-21T08:15:00.123456Z", "2026-11-21T08:15:00.123456Z"),
        ("2026-11-21T08:15:00Z", "2026-11-21T08:15:00.000000Z"),
        ("2026-11-21T09:15:00.5+01:00", "2026-11-21T08:15:00.500000Z"),
        ("2026-11-21 08:15", "2026-11-21T08:15:00.000000Z"),
        ("2026-13-21T08:15:00.123456Z", None),
        ("2026-11-21T08:15:60.123456Z", None),
        ("yesterday", None),
        (None, None),
    ],
)
def test_a_time_that_somebody_wrote_is_told_in_one_form(
    written: str | None, told: str | None
) -> None:
    assert layout.utc(written) == told
