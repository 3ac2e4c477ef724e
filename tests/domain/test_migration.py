"""Migration: what older systems left is taken over whole, by whichever command meets it first."""

from __future__ import annotations

import errno
import json
import os
import shutil
from pathlib import Path
from typing import Any

import pytest
from tests.domain.desk import OLD_NS, Desk
from tests.recovery.strikes import die_at, in_child, watched

from redraft.commands.dispatch import Roots, execute, validate
from redraft.commands.overview import snapshot
from redraft.commands.table import BY_VERB
from redraft.disk import calls
from redraft.domain import layout, marker, migration
from redraft.domain.changes import Survey
from redraft.domain.retries import of_session
from redraft.domain.root import Root
from redraft.domain.session import Session
from redraft.errors import IoError

CREATED = "2025-09-05T10:00:00.000000Z"


def registry(desk: Desk, *lines: dict[str, Any] | bytes) -> Path:
    """Leave an old registry of these lines; those in bytes as they are."""
    place = desk.path / layout.OLD_REGISTRY
    place.parent.mkdir(exist_ok=True)
    texts = [line if isinstance(line, bytes) else json.dumps(line).encode() for line in lines]
    place.write_bytes(b"\n".join(texts) + b"\n")
    return place


def entry(name: str, status: str = "paused", **more: Any) -> dict[str, Any]:
    return {"id": name, "status": status, **more}


def old_session(desk: Desk, name: str, record: Any = None, **files: str) -> Path:
    """Leave a session of the older layout; ``__`` in a file's name stands for a slash."""
    folder = desk.path / layout.OLD_SESSIONS / name
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


def test_a_line_that_is_too_long_or_too_deep_for_any_of_ours_is_reported_once(desk: Desk) -> None:
    """Fault 28: a registry from a stranger is read line by line, and no line for ever."""
    long = b'{"id": "' + b"x" * (3 << 20) + b'"}'
    deep = b'{"id": "deep", "more": ' + b"[" * 400 + b"]" * 400 + b"}"
    registry(desk, long, entry("one"), deep, entry("two"))
    result = desk.run("migrate")
    assert result.sessions == ["one", "two"]
    assert [each.line for each in result.skipped] == [1, 3]


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
    place = desk.path / layout.OLD_REGISTRY
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
            assert (desk.path / layout.OLD_SESSIONS).is_dir()
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
    assert not (desk.path / layout.OLD_REGISTRY).exists()
    told = result.repaired if verb == "doctor" else desk.root.take_repairs()
    kept = f"{layout.OLD_REGISTRY}.migrated"
    assert told[0] == f"Took over the sessions of {layout.OLD_REGISTRY} ('one'); kept as {kept}."
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


@pytest.mark.parametrize("sign", ["cow_files", "changes", "human_retries"])
def test_any_command_takes_over_the_older_layout_that_it_meets(desk: Desk, sign: str) -> None:
    old_session(desk, "one", {"status": "active", sign: []}, a="A")
    old_session(desk, "two")
    assert statuses(desk) == {"one": "ACTIVE", "two": "INACTIVE"}
    kept = f"{layout.OLD_SESSIONS}.migrated"
    told = f"Took over the sessions of {layout.OLD_SESSIONS} ('one', 'two'); kept as {kept}."
    assert desk.root.take_repairs() == [told]
    assert desk.changes("one") == ([], ["a.md"], [])


def test_both_old_layouts_are_taken_over_at_once(desk: Desk) -> None:
    registry(desk, b"{", entry("two"))
    old_session(desk, "one", {"changes": {"deleted": ["/etc/passwd"]}})
    assert statuses(desk) == {"one": "INACTIVE", "two": "INACTIVE"}
    first, *others = desk.root.take_repairs()
    both = (layout.OLD_REGISTRY, layout.OLD_SESSIONS)
    assert first == (
        f"Took over the sessions of {' and '.join(both)} ('two', 'one'); "
        f"kept as {' and '.join(f'{source}.migrated' for source in both)}."
    )
    [line, file] = others
    assert line.startswith(f"Line 1 of {layout.OLD_REGISTRY}.migrated was not taken over: ")
    assert file.startswith("Not taken over: workspace/sessions/one: deletion of '/etc/passwd': ")


@pytest.mark.parametrize("record", [None, {"user": "ada"}, []], ids=["none", "foreign", "list"])
def test_a_folder_of_that_name_that_another_program_has_waits_until_it_is_asked_for(
    desk: Desk, record: object
) -> None:
    old_session(desk, "one", record)
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


def test_the_older_layout_is_taken_over_with_its_files_and_deletions(desk: Desk) -> None:
    desk.put("part/a.md", "global\n")
    desk.put("gone.md", "gone\n")
    record = {
        "status": "active",
        "description": "Old",
        "created_at": CREATED,
        "created_by": "ada",
        "cow_files": [],
        "changes": {"deleted": ["gone.md", "never.md", 3]},
    }
    old_session(desk, "one", record, part__a="mine\n", new="new\n")
    (desk.path / layout.OLD_SESSIONS / "note.txt").write_text("not a session")
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
    assert metadata(desk, "one")["created_by"] == "ada"
    assert "cow_files" not in metadata(desk, "one")
    desk.commit()
    assert (desk.path / "part/a.md").read_text() == "mine\n"
    assert not (desk.path / "gone.md").exists()


def test_of_several_active_old_sessions_the_newest_gets_the_marker(desk: Desk) -> None:
    old_session(desk, "a", {"status": "active", "created": "2025"})
    old_session(desk, "b", {"status": "active", "created": "2024"})
    old_session(desk, "c", {"status": "paused", "created": "2026"})
    registry(desk, entry("d", "active", created="2027"))
    assert desk.run("migrate").active == "a"


def pointer(desk: Desk, name: object) -> Path:
    """Leave the older system's word about which session is active."""
    place = desk.path / layout.SESSION_LOCK
    place.parent.mkdir(exist_ok=True)
    place.write_text(json.dumps({"active": name, "pid": 1}))
    return place


def test_the_session_that_the_older_system_had_switched_to_gets_the_marker(desk: Desk) -> None:
    """It moved its pointer and left every session's own status as it was."""
    old_session(desk, "older", {"status": "ACTIVE", "created_at": "2025-01-01"})
    old_session(desk, "newer", {"status": "ACTIVE", "created_at": "2025-01-02"})
    pointer(desk, "older")
    assert desk.run("migrate").active == "older"
    assert statuses(desk) == {"newer": "INACTIVE", "older": "ACTIVE"}
    assert json.loads((desk.path / layout.SESSION_LOCK).read_text())["active"] == "older"


@pytest.mark.parametrize("name", ["gone", None, 3, "../one", ["one"]], ids=str)
def test_a_pointer_to_no_old_session_says_nothing(desk: Desk, name: object) -> None:
    old_session(desk, "one", {"status": "active"})
    pointer(desk, name)
    assert desk.run("migrate").active == "one"


@pytest.mark.parametrize("text", ["", "[]", "{"], ids=["empty", "list", "torn"])
def test_a_pointer_that_cannot_be_read_says_nothing(desk: Desk, text: str) -> None:
    old_session(desk, "one", {"status": "paused"})
    pointer(desk, "one").write_text(text)
    assert desk.run("migrate").active is None


def test_the_pointer_outlives_a_death(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    """Whoever repairs after a death writes the file of that name anew."""
    for name in ("a", "b"):
        old_session(desk, name, {"status": "ACTIVE", "created_at": f"2025-01-0{ord(name) - 96}"})
    pointer(desk, "a")
    with monkeypatch.context() as patch:
        fail_at(patch, "mkdir", 3)
        desk.refused("migrate")
    marker.announce(desk.root, None)
    assert desk.run("migrate").active == "a"


def test_a_session_of_both_systems_is_one_session(desk: Desk) -> None:
    registry(desk, entry("one", "active", description="Listed"))
    old_session(desk, "ONE", {"description": "Old"}, a="A")
    done = desk.run("migrate")
    assert (done.sessions, done.active) == (["one"], "one")
    assert done.kept_as == f"{layout.OLD_REGISTRY}.migrated"
    assert desk.run("session status").description == "Listed"
    assert desk.changes("one") == ([], ["a.md"], [])


# Its retries --------------------------------------------------------------------------------------


def retry(file: object, number: object, reason: object = "Too flat", **more: object) -> Any:
    """A retry as the older system lists it."""
    return {"file": file, "retry_number": number, "reason": reason, **more}


def rejected(desk: Desk, session: str, name: str, number: int, text: str) -> None:
    """A rejected version as the older system keeps it, with the file of its reason."""
    folder = desk.path / layout.OLD_SESSIONS / session / "human-retries"
    folder.mkdir(exist_ok=True)
    version = folder / f"{name}-retry-{number}.md"
    version.write_text(text)
    os.utime(version, ns=(OLD_NS, OLD_NS))
    (folder / f"{version.name}.reason.txt").write_text("from the file")


def told_retries(desk: Desk, session: str = "one") -> list[tuple[str, int, str, str]]:
    """Document, number, reason and version of each retry that a session has."""
    found = []
    for each in desk.run("retry list", session=session).retries:
        place = desk.path / each.saved_to
        text = place.read_text() if place.exists() else "-"
        found.append((each.file, each.number, each.reason, text))
    return found


def test_retries_of_the_older_layout_become_retries(desk: Desk) -> None:
    desk.put("part/a.md", "global\n")
    when = "2025-09-05T12:00:00+02:00"
    listed = [
        retry("part/a.md", 1, "Too flat – 冗長", timestamp=when, auto_detected=True, mood="low"),
        retry("part/a.md", 2, None, timestamp="later"),
    ]
    old_session(desk, "one", {"status": "active", "human_retries": listed}, part__a="mine\n")
    for number in (1, 2):
        rejected(desk, "one", "a.md", number, f"try {number}\n")
    done = desk.run("migrate")
    assert done.skipped == []
    assert told_retries(desk) == [
        ("part/a.md", 1, "Too flat – 冗長", "try 1\n"),
        ("part/a.md", 2, "from the file", "try 2\n"),
    ]
    one, two = desk.run("retry list").retries
    assert (one.recorded_at, one.auto_detected) == (CREATED, True)
    assert (two.recorded_at, two.auto_detected) == (layout.rfc3339(OLD_NS), False)
    record = json.loads((desk.path / one.saved_to).with_suffix(".json").read_text("utf-8"))
    assert record["migrated"]["mood"] == "low"
    assert desk.run("retry", file_path="a.md", reason="still flat").number == 3
    desk.run("retry restore", file_path="a.md", number=1)
    assert desk.read("part/a.md") == "try 1\n"
    assert desk.run("doctor").found == []


def test_of_two_documents_of_one_name_the_one_whose_version_is_gone_keeps_its_reason(
    desk: Desk,
) -> None:
    """Fault 8, of the older system: both wrote one file."""
    listed = [retry("a/plan.md", 1, "a's"), retry("b/plan.md", 1, "b's")]
    old_session(desk, "one", {"human_retries": listed})
    rejected(desk, "one", "plan.md", 1, "b's text\n")
    done = desk.run("migrate")
    assert told_retries(desk) == [
        ("a/plan.md", 1, "a's", "-"),
        ("b/plan.md", 1, "b's", "b's text\n"),
    ]
    [(_, reason)] = skipped(done)
    assert reason.startswith("workspace/sessions/one: retry 1 of a/plan.md: its version is no more")
    missing = desk.refused("retry restore", session="one", file_path="a/plan.md", number=1)
    assert missing.code == "file_not_found"


def test_another_spelling_of_a_document_is_counted_on(desk: Desk) -> None:
    """Fault 9, of the older system: each spelling had a count of its own."""
    spellings = ["a.md", "./a.md", str(desk.path / "a.md"), "workspace/sessions/one/a.md"]
    listed = [retry(spelled, 1, spelled) for spelled in spellings]
    old_session(desk, "one", {"human_retries": listed})
    rejected(desk, "one", "a.md", 1, "the last\n")
    desk.run("migrate")
    texts = ["-", "-", "-", "the last\n"]
    assert told_retries(desk) == [
        ("a.md", number, spelled, text)
        for number, spelled, text in zip((1, 2, 3, 4), spellings, texts, strict=True)
    ]


def test_files_of_retries_that_no_record_names_are_kept_and_told(desk: Desk) -> None:
    old_session(desk, "one", {"human_retries": {"not": "a list"}}, **{"human-retries__x": "x\n"})
    rejected(desk, "one", "a.md", 1, "whose?\n")
    (desk.path / layout.OLD_SESSIONS / "one/human-retries/link").symlink_to("x.md")
    done = desk.run("migrate")
    names = ("a.md-retry-1.md", "a.md-retry-1.md.reason.txt", "x.md")
    place = "workspace/sessions/one/human-retries"
    kept = "no record says which document it is of; it is kept in .workflow/one/migrated-retries"
    assert skipped(done) == [(0, f"{place}/{name}: {kept}/{name}") for name in names]
    home = desk.path / ".workflow/one/migrated-retries"
    assert [path.name for path in sorted(home.iterdir())] == list(names)
    assert told_retries(desk) == []


def test_records_that_make_no_retry_are_told(desk: Desk) -> None:
    bad = [
        "no object", {}, retry("", 1), retry(7, True), retry("../x.md", 1), retry(".git/x", 1),
        retry("a\0b.md", 1), retry("b.md", "one", 3), retry("c.md", -4, "\ud800"),
        retry("d.md", 10**30),
    ]  # fmt: skip
    old_session(desk, "one", {"human_retries": bad})
    done = desk.run("migrate")
    assert [(file, number, reason) for file, number, reason, _ in told_retries(desk)] == [
        ("7", 1, "Too flat"), ("b.md", 1, ""), ("c.md", 1, "?"), ("d.md", 1, "Too flat"),
    ]  # fmt: skip
    refused = [reason for _, reason in skipped(done) if "no more" not in reason]
    assert len(refused) == 5
    assert "names no document" in refused[0]


def test_a_retry_that_is_there_already_is_not_replaced(draft: Desk) -> None:
    draft.run("retry", file_path="a.md", reason="mine")
    (draft.path / ".workflow/draft/human-retries/a.md/retry-2.json").write_text("{")
    old_session(draft, "draft", {"human_retries": [retry("a.md", 1, "old")]})
    rejected(draft, "draft", "a.md", 1, "old\n")
    draft.run("migrate")
    assert told_retries(draft, "draft") == [
        ("a.md", 1, "mine", "one\ntwo\nthree\n"),
        ("a.md", 2, "", "-"),
        ("a.md", 3, "old", "old\n"),
    ]


def test_a_version_without_a_record_is_not_taken_for_an_old_one(draft: Desk) -> None:
    half = draft.path / ".workflow/draft/human-retries/a.md/retry-1.md"
    half.parent.mkdir(parents=True)
    half.write_text("half\n")
    old_session(draft, "draft", {"human_retries": [retry("a.md", 1)]})
    rejected(draft, "draft", "a.md", 1, "old\n")
    draft.run("migrate")
    assert told_retries(draft, "draft") == [("a.md", 2, "Too flat", "old\n")]
    assert half.read_text() == "half\n"


def test_what_lies_in_the_way_of_a_kept_retry_is_told(draft: Desk) -> None:
    old_session(draft, "draft", {})
    rejected(draft, "draft", "a.md", 1, "old\n")
    home = draft.path / ".workflow/draft/migrated-retries"
    home.write_text("a file\n")
    told = [reason for _, reason in skipped(draft.run("migrate"))]
    assert len(told) == 2
    assert all("in the way" in reason for reason in told)
    home.unlink()
    home.mkdir()
    (home / "b.md-retry-1.md").write_text("another\n")
    old_session(draft, "draft", {})
    rejected(draft, "draft", "b.md", 1, "old\n")
    version, reason = [reason for _, reason in skipped(draft.run("migrate"))]
    assert "another file is at migrated-retries/b.md-retry-1.md" in version
    assert "it is kept in" in reason
    assert (home / "b.md-retry-1.md").read_text() == "another\n"


@pytest.mark.parametrize("name", ["create", "rename", "utime"])
def test_an_interrupted_take_over_of_retries_is_carried_on(
    desk: Desk, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    """Whichever change fails, each retry is there once in the end."""
    listed = [retry("a.md", 1, "same"), retry("a.md", 2, "same"), retry("b/a.md", 3, "other")]
    count, struck = 1, 0
    while True:
        trial = Desk(desk.path.with_name(f"{name}-{count}"))
        old_session(trial, "one", {"status": "active", "human_retries": listed})
        for number in (1, 2, 3):
            rejected(trial, "one", "a.md", number, f"try {number}\n")
        rejected(trial, "one", "whose.md", 1, "whose?\n")
        with monkeypatch.context() as patch:
            seen = fail_at(patch, name, count)
            try:
                trial.run("migrate")
            except IoError:
                struck += 1
        trial.run("migrate")
        assert told_retries(trial) == [
            ("a.md", 1, "same", "try 1\n"),
            ("a.md", 2, "same", "try 2\n"),
            ("b/a.md", 3, "other", "try 3\n"),
        ]
        kept = trial.path / ".workflow/one/migrated-retries/whose.md-retry-1.md"
        assert kept.read_text() == "whose?\n"
        assert trial.run("doctor").found == []
        trial.close()
        if len(seen) < count:
            break
        count += 1
    assert struck > 2


def leave_all(path: Path) -> None:
    """Leave what both older systems leave, with all that they may hold."""
    desk = Desk(path)
    desk.put("part/a.md", "global\n")
    desk.put("gone.md", "gone\n")
    registry(desk, entry("one", "active", description="Listed"), b"{", entry("two", "completed"))
    record = {
        "status": "ACTIVE",
        "changes": {"deleted": ["gone.md"]},
        "human_retries": [retry("part/a.md", 1, "first"), retry("a.md", 1, "another's")],
    }
    old_session(desk, "old", record, part__a="mine\n", new="new\n")
    old_session(desk, "later", {"status": "ACTIVE", "created_at": "2026-01-01"})
    rejected(desk, "old", "a.md", 1, "rejected\n")
    rejected(desk, "old", "whose.md", 1, "whose?\n")
    pointer(desk, "old")
    desk.close()


def told_all(path: Path) -> Any:
    """All that commands tell of what was taken over."""
    roots = Roots([str(path)])
    try:
        [root] = roots.all()
        rows = execute(BY_VERB["session list"], validate(BY_VERB["session list"], {}), roots)
        found: list[Any] = [(row.name, row.status, row.description) for row in rows.sessions]
        for row in rows.sessions:
            with Session.open(root, row.name) as session:
                found.append((row.name, Survey(session.folder).paths()))
                found += [
                    (kept.file, kept.number, kept.record["reason"]) for kept in of_session(session)
                ]
        places = (".workflow", "workspace", ".workflow/old/migrated-retries")
        own = {"migrated", "sessions", "session_status"}
        listed = [sorted(each.name for each in Path(path, place).iterdir()) for place in places]
        found += [[n for n in names if own & set(n.split("."))] for names in listed]
        return found, listed[2]
    finally:
        roots.close()


@pytest.mark.slow
def test_killed_at_any_call_a_migration_is_carried_on_by_whatever_comes_next(
    tmp_path: Path,
) -> None:
    leave_all(tmp_path / "whole")
    whole = told_all(tmp_path / "whole")
    assert ("old", "ACTIVE", "") in whole[0]
    assert ("part/a.md", 1, "first") in whole[0]
    count, killed = 1, True
    while killed:
        count += 3  # Every one is tried by `make proof PART=kills`, in a smaller folder.
        place = tmp_path / str(count)
        leave_all(place)

        def act(place: Path = place, count: int = count) -> None:
            with Root.open(str(place)) as root, watched(die_at(count)):
                migration.migrate(root)

        killed = in_child(act, tmp_path / "errors") == -9
        assert told_all(place) == whole, count
        shutil.rmtree(place)
    assert count > 100


# What may be wrong with it ------------------------------------------------------------------------


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
    (desk.path / layout.OLD_SESSIONS).symlink_to("../elsewhere")
    done = desk.run("migrate")
    assert (done.sessions, done.kept_as) == ([], None)
