"""Migration: what older systems left is taken over whole, by whichever command meets it first."""

from __future__ import annotations

import errno
import json
import os
from pathlib import Path
from typing import Any

import pytest
from tests.domain.desk import OLD_NS, Desk

from redraft.commands.overview import snapshot
from redraft.disk import calls
from redraft.domain import layout, marker, migration
from redraft.domain.root import Root
from redraft.errors import IoError

CREATED = "2025-09-05T10:00:00.000000Z"


def registry(desk: Desk, *lines: dict[str, Any] | bytes) -> Path:
    """Leave an old registry of these lines; those in bytes as they are."""
    place = desk.path / migration.REGISTRY
    place.parent.mkdir(exist_ok=True)
    texts = [line if isinstance(line, bytes) else json.dumps(line).encode() for line in lines]
    place.write_bytes(b"\n".join(texts) + b"\n")
    return place


def entry(name: str, status: str = "paused", **more: Any) -> dict[str, Any]:
    return {"id": name, "status": status, **more}


def old_session(desk: Desk, name: str, record: Any = None, **files: str) -> Path:
    """Leave a session of the older layout; ``__`` in a file's name stands for a slash."""
    folder = desk.path / migration.OLD_SESSIONS / name
    folder.mkdir(parents=True)
    if record is not None:
        (folder / "session.json").write_text(json.dumps(record))
    for spelled, text in files.items():
        place = folder / f"{spelled.replace('__', '/')}.md"
        place.parent.mkdir(parents=True, exist_ok=True)
        place.write_text(text)
        os.utime(place, ns=(OLD_NS, OLD_NS))
    return folder


def metadata(desk: Desk, name: str) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(
        (desk.path / ".workflow" / name / layout.METADATA).read_text("utf-8")
    )
    return found


def statuses(desk: Desk) -> dict[str, str]:
    return {row.name: row.status for row in desk.run("session list").sessions}


def skipped(result: Any) -> list[tuple[int, str]]:
    return [(each.line, each.reason) for each in result.skipped]


# The registry -------------------------------------------------------------------------------------


def test_every_entry_becomes_a_session(desk: Desk) -> None:
    lines = (
        entry("one", "active", description="First", created=CREATED, complexity="complex"),
        entry("two", description="Second", directory=".workflow/two"),
        entry("three", "completed", type="simple"),
    )
    source = registry(desk, *lines)
    before = source.read_bytes()
    done = desk.run("migrate")
    assert (done.sessions, done.active, done.skipped) == (["one", "two", "three"], "one", [])
    assert done.kept_as == ".workflow/session_status.jsonl.migrated"
    assert not source.exists()
    assert (desk.path / done.kept_as).read_bytes() == before
    assert statuses(desk) == {"one": "ACTIVE", "two": "INACTIVE", "three": "COMPLETED"}
    one = desk.run("session status", name="one")
    assert (one.description, one.created_at, one.type) == ("First", CREATED, "complex")
    assert desk.run("session status", name="three").type == "simple"
    assert [metadata(desk, n)["status"] for n in ("one", "two", "three")] == [
        "active",
        "paused",
        "completed",
    ]
    desk.write("a.md", "works\n")
    assert desk.changes("one") == ([], ["a.md"], [])


def test_fields_of_others_are_kept(desk: Desk) -> None:
    registry(desk, entry("one", created=7, complexity="high", owner={"name": "ä\ud800"}, type=3))
    desk.run("migrate")
    found = metadata(desk, "one")
    assert (found["complexity"], found["created"], found["type"]) == ("high", 7, "medium")
    assert found["owner"] == {"name": "ä\ud800"}


@pytest.mark.parametrize(
    ("line", "reason"),
    [
        (b"{", "unreadable: "),
        (b"[1]", "unreadable: it is no JSON object"),
        (b"\xff\xfe", "unreadable: "),
        (b"[" * 100_000, "unreadable: "),
        (b'{"id": 3}', "it is no text"),
        (b"{}", "it is empty"),
        (b'{"id": "../../etc"}', "use letters"),
        (b'{"id": "/etc"}', "use letters"),
        (b'{"id": "CON"}', "reserved"),
        (b'{"id": "..", "directory": ".workflow/.."}', "use letters"),
    ],
    ids=["torn", "list", "bytes", "deep", "number", "none", "up", "absolute", "device", "folder"],
)
def test_a_line_that_cannot_be_used_is_reported_and_kept(
    desk: Desk, line: bytes, reason: str
) -> None:
    registry(desk, entry("one"), b"", line, entry("two"))
    done = desk.run("migrate")
    assert done.sessions == ["one", "two"]
    [(number, told)] = skipped(done)
    assert number == 3
    assert reason in told
    assert line in (desk.path / done.kept_as).read_bytes()
    assert sorted(p.name for p in desk.path.iterdir()) == [".workflow", "workspace"]


def test_of_several_active_entries_the_newest_gets_the_marker(desk: Desk) -> None:
    registry(
        desk,
        entry("old", "active", created="2024-01-01"),
        entry("new", "ACTIVE", created="2025-01-01"),
        entry("none", "active"),
    )
    assert desk.run("migrate").active == "new"
    assert [p.name for p in desk.path.glob(".workflow/.active-*")] == [".active-new"]


def test_the_last_line_about_a_session_counts(desk: Desk) -> None:
    registry(
        desk,
        entry("one", "active", description="First"),
        entry("two", "completed"),
        entry("ONE", "completed"),
        entry("two", "active"),
    )
    done = desk.run("migrate")
    assert (done.sessions, done.active) == (["one", "two"], "two")
    assert statuses(desk) == {"one": "COMPLETED", "two": "ACTIVE"}
    assert metadata(desk, "one")["project"] == "First"


def test_a_marker_that_is_there_wins(draft: Desk) -> None:
    registry(draft, entry("other", "active"), entry("draft", "completed"))
    assert draft.run("migrate").active == "draft"
    assert statuses(draft) == {"draft": "ACTIVE", "other": "INACTIVE"}


def test_a_session_that_was_completed_by_hand_gets_no_marker(draft: Desk) -> None:
    draft.run("session complete", archive=False)
    registry(draft, entry("draft", "active"))
    assert draft.run("migrate").active is None
    assert statuses(draft) == {"draft": "COMPLETED"}


def test_a_session_folder_that_is_there_is_completed_and_nothing_in_it_is_lost(desk: Desk) -> None:
    """The marker system kept folders beside its registry, without our sub-folders."""
    home = desk.path / ".workflow/WFS-one"
    home.mkdir(parents=True)
    own = {"session_id": "WFS-one", "project": "Own", "type": "simple", "foreign": 1}
    (home / layout.METADATA).write_text(json.dumps(own))
    (home / "IMPL_PLAN.md").write_text("plan")
    line = entry("wfs-ONE", "active", description="Theirs", complexity="complex", foreign=2)
    registry(desk, line)
    assert desk.run("migrate").active == "WFS-one"
    found = metadata(desk, "WFS-one")
    assert (found["project"], found["type"], found["foreign"]) == ("Own", "simple", 1)
    assert (home / "IMPL_PLAN.md").read_text() == "plan"
    assert (home / layout.FILES).is_dir()


@pytest.mark.parametrize("prefix", [".workflow/", "./.workflow/", "{root}/.workflow/"])
def test_an_entry_belongs_to_the_folder_that_it_names(desk: Desk, prefix: str) -> None:
    (desk.path / ".workflow/plan").mkdir(parents=True)
    place = f"{prefix.format(root=desk.path)}plan/"
    registry(desk, entry("a title!", "active", directory=place), entry("b", directory="plan"))
    assert desk.run("migrate").sessions == ["plan", "b"]


def test_what_lies_in_the_way_of_one_session_is_reported(desk: Desk) -> None:
    source = registry(desk, entry("one"), entry("two"), entry("three"))
    (source.parent / "one").write_text("a file")
    (desk.path / "elsewhere").mkdir()
    (source.parent / "two").symlink_to("../elsewhere")
    done = desk.run("migrate")
    assert done.sessions == ["three"]
    assert [line for line, _ in skipped(done)] == [1, 2]
    assert list((desk.path / "elsewhere").iterdir()) == []


@pytest.mark.parametrize("kind", ["folder", "link"])
def test_only_a_file_is_a_registry(desk: Desk, kind: str) -> None:
    place = desk.path / migration.REGISTRY
    place.parent.mkdir()
    if kind == "folder":
        place.mkdir()
    else:
        (desk.path / "lines").write_text('{"id": "one"}\n')
        place.symlink_to("../lines")
    done = desk.run("migrate")
    assert (done.sessions, done.kept_as) == ([], None)


def test_nothing_to_migrate_changes_nothing(draft: Desk) -> None:
    before = sorted(draft.path.rglob("*"))
    done = draft.run("migrate")
    assert (done.sessions, done.active, done.skipped, done.kept_as) == ([], "draft", [], None)
    assert sorted(draft.path.rglob("*")) == before


def test_a_registry_that_comes_again_is_taken_over_again(desk: Desk) -> None:
    registry(desk, entry("one", "active"))
    first = desk.run("migrate")
    registry(desk, entry("one", "paused"), entry("two", "active"))
    again = desk.run("migrate")
    assert (again.sessions, again.active) == (["one", "two"], "one")
    assert again.kept_as.startswith(f"{first.kept_as}-")
    assert (desk.path / first.kept_as).exists()


# Interruptions ------------------------------------------------------------------------------------


def fail_at(monkeypatch: pytest.MonkeyPatch, name: str, count: int) -> list[str]:
    """Let the ``count``-th change by one call fail as on a full disk; gives the calls seen."""
    real, seen = getattr(calls, name), list[str]()

    def struck(*args: Any, **more: Any) -> Any:
        seen.append(name)
        if len(seen) == count:
            raise OSError(errno.ENOSPC, "No space left on device")
        return real(*args, **more)

    monkeypatch.setattr(calls, name, struck)
    return seen


@pytest.mark.parametrize("name", ["mkdir", "create", "write", "rename", "flush", "open_or_create"])
def test_an_interrupted_migration_is_carried_on_by_the_next_command(
    desk: Desk, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    """Whichever change fails, nothing is lost and the second run comes to the same end."""
    lines = (entry("one", "completed"), entry("two", "active", description="Two"))
    count, struck = 1, 0
    while True:
        path = desk.path.with_name(f"{name}-{count}")
        trial = Desk(path)
        source = registry(trial, *lines)
        before = source.read_bytes()
        with monkeypatch.context() as patch:
            seen = fail_at(patch, name, count)
            try:
                trial.run("migrate")
            except IoError:
                struck += 1
                assert source.read_bytes() == before
        assert statuses(trial) == {"one": "COMPLETED", "two": "ACTIVE"}
        assert trial.run("session status").description == "Two"
        assert source.with_name(f"{source.name}.migrated").read_bytes() == before
        trial.close()
        if len(seen) < count:
            break
        count += 1
    assert struck > 0


def test_an_interrupted_take_over_of_files_is_carried_on(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    old_session(desk, "one", {"status": "active"}, a="A", b="B", c="C")
    for count in (1, 2, 2):
        with monkeypatch.context() as patch:
            fail_at(patch, "utime", count)
            desk.refused("migrate")
            assert (desk.path / migration.OLD_SESSIONS).is_dir()
    done = desk.run("migrate")
    assert (done.sessions, done.active, done.skipped) == (["one"], "one", [])
    assert desk.changes("one") == ([], ["a.md", "b.md", "c.md"], [])


# Met by any command -------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("verb", "arguments"),
    [
        ("session list", {}),
        ("session status", {}),
        ("resolve", {"path": "a.md"}),
        ("session switch", {"name": "one"}),
        ("run", {"line": "/session status"}),
        ("doctor", {}),
    ],
)
def test_any_command_takes_over_a_registry_that_it_meets(
    desk: Desk, verb: str, arguments: dict[str, Any]
) -> None:
    registry(desk, b"{", entry("one", "active"))
    result = desk.run(verb, **arguments)
    assert marker.active(desk.root) == "one"
    assert not (desk.path / migration.REGISTRY).exists()
    told = result.repaired if verb == "doctor" else desk.root.take_repairs()
    kept = f"{migration.REGISTRY}.migrated"
    assert told[0] == f"Took over the sessions of {migration.REGISTRY} ('one'); kept as {kept}."
    assert told[1].startswith(f"Line 1 of {kept} was not taken over: unreadable")
    assert desk.root.take_repairs() == []


def test_a_name_of_the_registry_is_not_free_for_a_new_session(desk: Desk) -> None:
    registry(desk, entry("one", description="Old"))
    assert desk.refused("session start", name="one").code == "session_exists"


def test_the_first_snapshot_shows_the_sessions_of_a_registry(desk: Desk) -> None:
    registry(desk, entry("one", "active"))
    assert getattr(snapshot(desk.root).active, "name", None) == "one"
    registry(desk, b"nonsense")
    snapshot(desk.root)
    assert "(none)" in desk.root.take_repairs()[-2]


def test_the_older_layout_waits_until_it_is_asked_for(desk: Desk) -> None:
    old_session(desk, "one")
    registry(desk, entry("two"))
    assert statuses(desk) == {"two": "INACTIVE"}
    assert desk.run("migrate").sessions == ["one"]


def test_commands_go_on_where_nothing_can_be_migrated(desk: Desk) -> None:
    """Reading is not refused for it; the registry stays for the next one."""
    source = registry(desk, entry("one"))
    (desk.path / layout.LOCK).mkdir()  # even root cannot open this for writing
    assert statuses(desk) == {}
    assert source.exists()
    assert desk.refused("migrate").code == "io_error"
    (desk.path / layout.LOCK).rmdir()
    assert statuses(desk) == {"one": "INACTIVE"}


def test_a_registry_that_another_process_took_over_meanwhile_is_no_repair(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    registry(desk, entry("one", "active"))
    real = Root.hold

    def late(root: Root, *args: Any, **more: Any) -> Any:
        monkeypatch.setattr(Root, "hold", real)
        with Root.open(root.path) as other:
            migration.migrate(other)
        return root.hold(*args, **more)

    monkeypatch.setattr(Root, "hold", late)
    assert statuses(desk) == {"one": "ACTIVE"}
    assert desk.root.take_repairs() == []


# The older layout ---------------------------------------------------------------------------------


def test_the_older_layout_is_taken_over_with_its_files_deletions_and_retries(desk: Desk) -> None:
    desk.put("part/a.md", "global\n")
    desk.put("gone.md", "gone\n")
    record = {
        "status": "active",
        "description": "Old",
        "created_at": CREATED,
        "changes": {"deleted": ["gone.md", "never.md", 3]},
    }
    old = {"part__a": "mine\n", "new": "new\n", "human-retries__a__retry-1": "rejected\n"}
    old_session(desk, "one", record, **old)
    (desk.path / migration.OLD_SESSIONS / "note.txt").write_text("not a session")
    done = desk.run("migrate")
    assert (done.sessions, done.active, done.skipped) == (["one"], "one", [])
    assert done.kept_as == "workspace/sessions.migrated"
    assert desk.changes("one") == (["part/a.md"], ["new.md"], ["gone.md"])
    status = desk.run("session status")
    assert (status.description, status.created_at) == ("Old", CREATED)
    home = desk.path / ".workflow/one"
    assert (home / "files/part/a.md").stat().st_mtime_ns == OLD_NS
    assert (home / "base/part/a.md").read_text() == "global\n"
    assert (desk.path / done.kept_as / "one/session.json").exists()
    assert desk.run("doctor").found == []
    assert (home / migration.OLD_RETRIES / "a/retry-1.md").read_text() == "rejected\n"
    desk.commit()
    assert (desk.path / "part/a.md").read_text() == "mine\n"
    assert not (desk.path / "gone.md").exists()


def test_of_several_active_old_sessions_the_newest_gets_the_marker(desk: Desk) -> None:
    old_session(desk, "a", {"status": "active", "created": "2025"})
    old_session(desk, "b", {"status": "active", "created": "2024"})
    old_session(desk, "c", {"status": "paused", "created": "2026"})
    registry(desk, entry("d", "active", created="2027"))
    assert desk.run("migrate").active == "a"


def test_a_session_of_both_systems_is_one_session(desk: Desk) -> None:
    registry(desk, entry("one", "active", description="Listed"))
    old_session(desk, "ONE", {"description": "Old"}, a="A")
    done = desk.run("migrate")
    assert (done.sessions, done.active) == (["one"], "one")
    assert done.kept_as == f"{migration.REGISTRY}.migrated"
    assert desk.run("session status").description == "Listed"
    assert desk.changes("one") == ([], ["a.md"], [])


def test_hostile_paths_and_names_lead_nowhere(desk: Desk) -> None:
    outside = desk.path.with_name("outside.md")
    outside.write_text("outside")
    deleted = ["../outside.md", "/etc/passwd", ".workflow/.lock", ".git/config", "a\0b", "."]
    folder = old_session(desk, "one", {"changes": {"deleted": deleted}}, ok="ok\n")
    for hostile in (".git/config", ".workflow/x", "workspace/session.lock"):
        (folder / hostile).parent.mkdir(exist_ok=True)
        (folder / hostile).write_text("hostile")
    (folder / "link.md").symlink_to(outside)
    os.mkfifo(folder / "pipe")
    old_session(desk, "a b", {})
    done = desk.run("migrate")
    assert done.sessions == ["one"]
    assert desk.changes("one") == ([], ["ok.md"], [])
    told = [reason.partition(": ")[0] for _, reason in skipped(done)]
    at = "workspace/sessions"
    assert told == [
        f"{at}/a b",
        *(f"{at}/one/{p}" for p in (".git/config", ".workflow/x", "link.md", "pipe")),
        f"{at}/one/workspace/session.lock",
        *[f"{at}/one"] * 5,
    ]
    assert outside.read_text() == "outside"


@pytest.mark.parametrize("text", ["{", "[]", "[" * 100_000], ids=["torn", "list", "deep"])
def test_an_old_session_with_an_unreadable_record_keeps_its_files(desk: Desk, text: str) -> None:
    folder = old_session(desk, "one", a="mine\n")
    (folder / "session.json").write_text(text)
    done = desk.run("migrate")
    assert done.sessions == ["one"]
    [(line, reason)] = skipped(done)
    assert line == 0
    assert reason.startswith("workspace/sessions/one/session.json: unreadable: ")
    assert desk.changes("one") == ([], ["a.md"], [])


@pytest.mark.parametrize("changes", [None, [], {"deleted": "a.md"}, {}], ids=str)
def test_a_record_without_deletions_deletes_nothing(desk: Desk, changes: object) -> None:
    desk.put("a.md")
    old_session(desk, "one", {"changes": changes})
    assert desk.run("migrate").skipped == []
    assert desk.changes("one") == ([], [], [])


def test_what_a_session_holds_already_is_not_replaced(draft: Desk) -> None:
    draft.write("a.md", "newer\n")
    old_session(draft, "draft", {"status": "paused"}, a="older\n", new="new\n")
    done = draft.run("migrate")
    assert draft.read("a.md") == "newer\n"
    assert draft.changes() == (["a.md"], ["new.md"], [])
    [(_, reason)] = skipped(done)
    assert "has its own version" in reason
    assert b"older\n" in draft.everything()


def test_old_sessions_of_several_migrations_are_kept_apart(desk: Desk) -> None:
    old_session(desk, "one")
    first = desk.run("migrate").kept_as
    old_session(desk, "two")
    second = desk.run("migrate").kept_as
    assert second.startswith(f"{first}-")
    assert sorted(statuses(desk)) == ["one", "two"]


def test_a_link_in_the_place_of_the_older_layout_is_not_followed(desk: Desk) -> None:
    (desk.path / "elsewhere/one").mkdir(parents=True)
    (desk.path / "workspace").mkdir()
    (desk.path / migration.OLD_SESSIONS).symlink_to("../elsewhere")
    done = desk.run("migrate")
    assert (done.sessions, done.kept_as) == ([], None)
