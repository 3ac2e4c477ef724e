"""What contradicts itself is put right, once, and said."""

from __future__ import annotations

import errno
import json
import os
import re
from pathlib import Path
from typing import Any

import pytest
from tests.recovery.picture import describe, listing, versions
from tests.recovery.stories import book, do, doc, everything, write
from tests.recovery.strikes import die_at, in_child, watched

from redraft.disk.folder import Folder
from redraft.domain import journal as journals
from redraft.domain import layout
from redraft.domain.healing import sound_metadata
from redraft.domain.root import Root
from redraft.domain.session import Session
from redraft.domain.view import View
from redraft.errors import SessionCrashed

METADATA = layout.METADATA


@pytest.fixture
def root(tmp_path: Path) -> Root:
    """A book with an active session ``draft``."""
    book(tmp_path)
    opened = Root.open(str(tmp_path))
    do(opened, "session start", name="draft", description="Chapter é")
    write(opened, "a.md", "a1")
    return opened


def inside(root: Root, name: str) -> Path:
    return Path(root.path, layout.session_folder("draft"), name)


def metadata(root: Root) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(inside(root, METADATA).read_text("utf-8"))
    return found


UNREADABLE = {
    "empty": b"",
    "torn": b'{"session_id": "dra',
    "another type": b"[1, 2]",
    "another encoding": '{"project": "é"}'.encode("latin-1"),
    "huge": b" " * ((1 << 20) + 2) + b"{}",
    "deep": b'{"a":' * 100_000 + b"1" + b"}" * 100_000,
    "binary": bytes(range(256)),
}


@pytest.mark.parametrize("content", UNREADABLE.values(), ids=UNREADABLE)
@pytest.mark.parametrize("verb", ["session status", "session list", "session pause"])
def test_metadata_that_cannot_be_read_is_recreated_and_kept(
    root: Root, content: bytes, verb: str
) -> None:
    """Faults 13, 20 and 22: the session goes on, with its changes."""
    inside(root, METADATA).write_bytes(content)
    do(root, verb)
    told = root.take_repairs()
    assert (
        told == ["Recreated workflow-session.json of session 'draft'."] or verb == "session pause"
    )
    assert inside(root, f"{METADATA}.unreadable").read_bytes() == content
    assert metadata(root)["session_id"] == "draft"
    shown = do(root, "session status", session="draft")
    assert (shown.change_count, root.take_repairs()) == (1, [])


def test_missing_metadata_is_recreated_from_the_name_and_the_times(root: Root) -> None:
    inside(root, METADATA).unlink()
    shown = do(root, "session status")
    assert (shown.name, shown.status, shown.phase, shown.type) == (
        "draft",
        "ACTIVE",
        "PLAN",
        "medium",
    )
    assert metadata(root)["meta"]["created"] == shown.created_at
    assert root.take_repairs() == ["Recreated workflow-session.json of session 'draft'."]


def test_unreadable_metadata_of_before_is_not_overwritten(root: Root) -> None:
    for turn in range(3):
        inside(root, METADATA).write_text(f"damage {turn}")
        do(root, "session status")
    kept = sorted(path.read_text() for path in inside(root, "").glob(f"{METADATA}.unreadable*"))
    assert kept == ["damage 0", "damage 1", "damage 2"]


def test_foreign_fields_are_kept_and_wrong_types_made_good(root: Root) -> None:
    found = metadata(root)
    found |= {"newer": {"deep": [1, None, "ü"]}, "type": 7, "progress": {"extra": 1}}
    found["project"] = "lone \ud800"
    inside(root, METADATA).write_text(json.dumps(found))
    do(root, "session phase", phase="IMPLEMENT")
    after = metadata(root)
    assert after["newer"] == {"deep": [1, None, "ü"]}
    assert after["progress"]["extra"] == 1
    assert (after["type"], after["current_phase"]) == ("medium", "IMPLEMENT")
    assert do(root, "session status").description == "lone ?"


@pytest.mark.parametrize(
    ("written", "told"),
    [
        ("2025-09-05T10:00:00Z", "2025-09-05T10:00:00.000000Z"),
        ("2025-09-05T10:00:00.5Z", "2025-09-05T10:00:00.500000Z"),
        ("2025-09-05T10:00:00", "2025-09-05T10:00:00.000000Z"),
        ("2025-09-05T12:00:00+02:00", "2025-09-05T10:00:00.000000Z"),
        ("2025-09-05T10:00:00+00:00", "2025-09-05T10:00:00.000000Z"),
        ("0001-01-01T00:00:00+05:00", None),
        ("2025-99-99T99:99:99Z", None),
        ("bad", None),
        ("", None),
        (7, None),
    ],
    ids=str,
)
def test_a_time_is_told_in_utc_however_it_is_written(
    root: Root, written: object, told: str | None
) -> None:
    """What is no time gives way to the folder's own, or to none."""
    found = metadata(root)
    found["meta"] = {"created": written, "updated": written}
    found["progress"]["last_checkpoint"] = written
    inside(root, METADATA).write_text(json.dumps(found))
    shown = do(root, "session status")
    assert shown.last_checkpoint == told
    if told is not None:
        assert shown.created_at == told
    for time in (shown.created_at, shown.updated_at):
        assert re.fullmatch(r"20\d\d-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}Z", time)
    do(root, "session pause")
    assert metadata(root)["meta"]["created"] == shown.created_at


def test_metadata_is_read_in_utf_8(root: Root) -> None:
    """Fault 22: whatever the locale says."""
    assert metadata(root)["project"] == "Chapter é"
    assert do(root, "session status").description == "Chapter é"


def _die_in(root: Root, verb: str, call: int, **arguments: Any) -> None:
    def act() -> None:
        with Root.open(root.path) as other, watched(die_at(call)):
            do(other, verb, **arguments)

    assert in_child(act, Path(root.path).with_suffix(".txt")) == -9


def _calls_of(root: Root, verb: str, **arguments: Any) -> list[str]:
    names: list[str] = []
    with watched(names.append):
        do(root, verb, **arguments)
    return names


def test_an_operation_that_nobody_can_finish_leaves_the_session_crashed(root: Root) -> None:
    """It is said what is missing and what to do; the session can be cancelled and loses nothing."""
    everything(root)
    _die_in(root, "session commit", _first_swap(root), force=True)
    open_journal = inside(root, layout.JOURNAL)
    assert open_journal.exists()
    open_journal.write_text(open_journal.read_text()[:-9])
    shown = do(root, "session list").sessions
    assert [(row.name, row.status) for row in shown] == [("draft", "CRASHED")]
    (told,) = root.take_repairs()
    assert told.startswith("Could not finish what was interrupted in .workflow/draft: the journal")
    do(root, "session list")
    assert root.take_repairs() == []
    with pytest.raises(SessionCrashed) as caught:
        do(root, "session switch", name="draft")
    assert caught.value.suggestions == ("/session recover draft", "/session cancel draft")
    with pytest.raises(SessionCrashed):
        write(root, "a.md", "a9")
    recovery = do(root, "session recover", session="draft")
    assert len(recovery.left) == 1
    held = versions(Path(root.path))
    cancelled = do(root, "session cancel", session="draft")
    assert Path(root.path, cancelled.trash, layout.JOURNAL).exists()
    assert held <= versions(Path(root.path))
    assert list(root.sessions()) == []


def test_an_operation_is_finished_once_what_it_needs_is_back(root: Root) -> None:
    _die_in(root, "session commit", _first_swap(root), force=True)
    copy, elsewhere = inside(root, "replaced/a.md"), Path(root.path).with_suffix(".md")
    copy.rename(elsewhere)
    [row] = do(root, "session list").sessions
    assert row.status == "CRASHED"
    [left] = do(root, "doctor").left
    assert ".workflow/draft/replaced/a.md" in left
    assert Path(root.path, "a.md").read_bytes() == doc("a")
    elsewhere.rename(copy)
    assert do(root, "session recover", session="draft").left == []
    assert Path(root.path, "a.md").read_bytes() == doc("a1")
    assert list(root.sessions()) == []


def test_a_journal_that_names_a_path_outside_is_never_followed(root: Root) -> None:
    """Faults 7 and 18: it is data, and may have been written by anybody."""
    Path(root.path).with_name("outside.md").write_bytes(doc("outside"))
    for step in (
        ["move", "../outside.md", ".workflow/draft/files/x.md"],
        ["put", ".workflow/draft/files/a.md", "/etc/x", [1, 2, 3]],
        ["drop", ".git/config"],
        ["explode"],
        [],
    ):
        record = {
            "format": 1,
            "kind": "commit",
            "session": "draft",
            "at": "",
            "record": ".workflow/draft",
            "info": {},
            "steps": [step],
        }
        inside(root, layout.JOURNAL).write_text(json.dumps(record))
        with Root.open(root.path) as other:
            assert do(other, "session status", session="draft").status == "CRASHED"
        assert Path(root.path).with_name("outside.md").read_bytes() == doc("outside")
    inside(root, layout.JOURNAL).unlink()


def test_a_journal_without_a_word_in_the_lock_is_found_too(root: Root) -> None:
    """A power cut can take the lock's record and leave the flushed journal."""
    _die_in(root, "session commit", _first_swap(root), force=True)
    Path(root.path, layout.LOCK).write_bytes(b"")
    do(root, "session list")
    assert not inside(root, layout.JOURNAL).exists()


def test_a_read_finishes_what_died_while_the_view_was_open(root: Root) -> None:
    with View.of(root, "draft") as view:
        _die_in(root, "session commit", _first_swap(root), force=True)
        assert view.read("a.md") == doc("a1")
    assert not inside(root, layout.JOURNAL).exists()
    assert root.take_repairs() != []


@pytest.mark.parametrize("content", [b"nonsense", b"{", b"[]", b"\xff" * 9000, b'{"open": 7}'])
def test_a_lock_record_that_cannot_be_read_makes_everything_be_looked_over(
    root: Root, content: bytes
) -> None:
    _die_in(root, "session commit", _first_swap(root), force=True)
    Path(root.path, layout.LOCK).write_bytes(content)
    with Root.open(root.path) as other:
        do(other, "session start", name="next")
        do(other, "doctor")
    assert not list(Path(root.path, ".workflow").glob("*/.tmp/*"))
    assert not inside(root, layout.JOURNAL).exists()


def test_a_person_s_edit_is_kept_when_a_commit_is_carried_on(root: Root) -> None:
    """Promise 3: a target that changed meanwhile is set aside and reported, never overwritten."""
    write(root, "part/b.md", "b1")
    _die_in(root, "session commit", _first_swap(root), force=True)
    for name in ("a.md", "part/b.md"):
        if Path(root.path, name).read_bytes() not in (doc("a1"), doc("b1")):
            Path(root.path, name).write_bytes(doc("theirs"))
    with Root.open(root.path) as other:
        do(other, "session list")
        told = other.take_repairs()
    assert any("was changed meanwhile and kept as it is" in line for line in told)
    contents = [Path(root.path, name).read_bytes() for name in ("a.md", "part/b.md")]
    assert doc("theirs") in contents
    (archive,) = Path(root.path, layout.COMPLETED).iterdir()
    assert list((archive / layout.SET_ASIDE).rglob("*.md"))


def _first_swap(root: Root) -> int:
    """The number of the call by which a commit changes its first document; its journal is open."""
    return [i for i, name in enumerate(_commit_calls(root), 1) if name == "renameat2"][1]


def _commit_calls(root: Root) -> list[str]:
    import shutil

    copy = Path(root.path).with_suffix(".rehearsal")
    shutil.copytree(root.path, copy, symlinks=True)
    with Root.open(str(copy)) as other:
        return _calls_of(other, "session commit", force=True)


def test_an_interrupted_undo_that_failed_once_is_finished_by_doctor(root: Root) -> None:
    do(root, "session commit", force=True)
    (archive,) = Path(root.path, layout.COMPLETED).iterdir()
    record = json.loads((archive / layout.JOURNAL).read_text())
    home = layout.session_folder("draft")
    place = archive.relative_to(root.path).as_posix()
    record |= {
        "kind": "undo",
        "record": home,
        "steps": [["move", place, home], ["drop", f"{home}/{layout.JOURNAL}"]],
    }
    (archive / layout.JOURNAL).write_text(json.dumps(record))
    found = do(root, "doctor")
    assert found.found == [f"{place}: an interrupted undo"]
    assert len(found.repaired) == 1
    assert list(root.sessions()) == ["draft"]


def test_doctor_finds_a_healthy_root_healthy(root: Root) -> None:
    """A second look changes nothing and reports nothing."""
    everything(root)
    do(root, "doctor")
    before, state = listing(Path(root.path)), describe(Path(root.path))
    report = do(root, "doctor")
    assert (report.found, report.repaired, report.left) == ([], [], [])
    assert (listing(Path(root.path)), describe(Path(root.path))) == (before, state)


def test_doctor_says_what_it_cannot_mend_and_clears_what_it_can(root: Root) -> None:
    inside(root, ".tmp").mkdir(exist_ok=True)
    inside(root, ".tmp/half").write_text("half")
    inside(root, METADATA).unlink()
    Path(root.path, ".workflow/linked").symlink_to("draft")
    report = do(root, "doctor")
    assert len(report.found) == 3
    assert len(report.repaired) == 2
    assert report.left == [".workflow/linked is a link; Redraft does not follow it"]
    assert list(inside(root, ".tmp").iterdir()) == []


def test_a_foreign_file_in_a_session_is_left_alone(root: Root) -> None:
    inside(root, "plans").mkdir()
    inside(root, "plans/plan.md").write_text("1. write")
    os.mkfifo(inside(root, "pipe"))
    do(root, "doctor")
    do(root, "session commit", force=True)
    (archive,) = Path(root.path, layout.COMPLETED).iterdir()
    assert (archive / "plans/plan.md").read_text() == "1. write"
    do(root, "session undo")
    with View.of(root, "draft") as view:
        assert view.read("a.md") == doc("a1")
    assert inside(root, "plans/plan.md").exists()


def test_a_journal_survives_any_path(root: Root) -> None:
    """Paths are bytes on disk; a name that is no Unicode comes back as it was."""
    name = os.fsdecode(b"caf\xe9.md")
    Path(root.path, name).write_bytes(doc("latin"))
    step = [["put", f".workflow/draft/files/{name}", name, [1, 2, 3]]]
    text = json.dumps(
        journals.Journal("commit", "draft", step, ".workflow/draft").as_dict(), ensure_ascii=False
    )
    inside(root, layout.JOURNAL).write_bytes(text.encode("utf-8", "surrogateescape"))
    loaded = journals.load(root, ".workflow/draft")
    assert loaded is not None
    assert loaded.steps == step
    inside(root, layout.JOURNAL).unlink()


def test_metadata_that_somebody_is_mending_is_read_without(root: Root) -> None:
    """Reading waits for nobody; the repair is left to whoever holds the lock."""
    inside(root, METADATA).write_bytes(b"{")
    with Root.open(root.path) as other, other.hold("mend"), Session.open(root, "draft") as session:
        assert sound_metadata(session)["session_id"] == "draft"
    assert inside(root, METADATA).read_bytes() == b"{"
    assert root.take_repairs() == []


def test_metadata_that_somebody_mended_meanwhile_is_theirs(
    root: Root, monkeypatch: pytest.MonkeyPatch
) -> None:
    whole = inside(root, METADATA).read_bytes()
    inside(root, METADATA).write_bytes(b"{")
    still_there = Session.still_there

    def mended(session: Session) -> bool:
        inside(root, METADATA).write_bytes(whole)
        return still_there(session)

    monkeypatch.setattr(Session, "still_there", mended)
    with Session.open(root, "draft") as session:
        assert sound_metadata(session)["project"] == "Chapter é"
    assert inside(root, METADATA).read_bytes() == whole
    assert root.take_repairs() == []


def test_metadata_with_text_that_is_no_unicode_is_kept(root: Root) -> None:
    """JSON can spell a lone surrogate; whoever put it there finds it again."""
    inside(root, METADATA).write_text(json.dumps(metadata(root) | {"theirs": "\ud800"}))
    do(root, "session pause")
    assert metadata(root)["theirs"] == "\ud800"
    assert metadata(root)["project"] == "Chapter é"
    assert metadata(root)["status"] == "paused"


@pytest.mark.parametrize("number", [errno.EMFILE, errno.ENFILE, errno.ENOMEM])
def test_a_shortage_says_nothing_about_the_metadata(
    root: Root, number: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    whole = inside(root, METADATA).read_bytes()

    def refuse(*_: object) -> bytes:
        raise OSError(number, os.strerror(number))

    with Session.open(root, "draft") as session:
        monkeypatch.setattr(Folder, "read", refuse)
        with pytest.raises(OSError, match=re.escape(os.strerror(number))):
            sound_metadata(session)
    assert inside(root, METADATA).read_bytes() == whole


def test_doctor_moves_a_retry_without_its_record_to_the_trash(root: Root) -> None:
    half = inside(root, f"{layout.RETRIES}/a.md/retry-1.md")
    half.parent.mkdir(parents=True)
    half.write_bytes(doc("half"))
    report = do(root, "doctor")
    assert report.found == ["draft: half-recorded retry human-retries/a.md/retry-1.md"]
    assert not half.exists()
    assert len(report.repaired) == 1
    (kept,) = Path(root.path, layout.TRASH).rglob("retry-1.md")
    assert kept.read_bytes() == doc("half")
    assert do(root, "doctor").found == []


def test_doctor_clears_half_written_files_out_of_the_archive(root: Root) -> None:
    do(root, "session commit", force=True)
    (archive,) = Path(root.path, layout.COMPLETED).iterdir()
    (archive / ".tmp").mkdir(exist_ok=True)
    (archive / ".tmp/half").write_text("half")
    place = archive.relative_to(root.path).as_posix()
    report = do(root, "doctor")
    assert report.found == [f"{place}: half-written files in .tmp"]
    assert report.repaired == [f"Removed half-written files of {place}."]
    assert do(root, "doctor").found == []


def test_doctor_clears_what_a_power_cut_left_half_made(root: Root) -> None:
    """The record of who was at work is not flushed: after a power cut nobody else knows."""
    half = Path(root.path, layout.WORKFLOW, layout.NEW)
    half.mkdir()
    (half / "files").mkdir()
    report = do(root, "doctor")
    assert report.found == [".workflow: something half made"]
    assert report.repaired == ["Removed what was on its way into its place."]
    assert not half.exists()
    assert do(root, "doctor").found == []


def _interrupt(place: Path, steps: list[list[Any]], kind: str = "undo") -> None:
    record = ".workflow/draft"
    text = json.dumps(journals.Journal(kind, "draft", steps, record).as_dict())
    (place / layout.JOURNAL).write_text(text)


def test_doctor_says_which_files_an_interrupted_undo_lacks(root: Root) -> None:
    do(root, "session commit", force=True)
    (archive,) = Path(root.path, layout.COMPLETED).iterdir()
    status = Path(root.path, "a.md").stat()
    now = [status.st_ino, status.st_size, status.st_mtime_ns]
    place = archive.relative_to(root.path).as_posix()
    _interrupt(archive, [["swap", f"{place}/replaced/gone.md", "a.md", now, [1, 2, 3]]])
    report = do(root, "doctor")
    lacks = f"files it needs are missing ({place}/replaced/gone.md)"
    assert report.left == [f"{place}: {lacks}"]
    assert Path(root.path, "a.md").read_bytes() == doc("a1")


def test_doctor_passes_over_an_undo_record_that_cannot_be_read(root: Root) -> None:
    do(root, "session commit", force=True)
    (archive,) = Path(root.path, layout.COMPLETED).iterdir()
    (archive / layout.JOURNAL).write_text("{")
    assert do(root, "doctor").left == []


def test_why_an_operation_is_stuck_is_told(root: Root) -> None:
    place = ".workflow/draft"
    assert journals.why_stuck(root, place) == "it was repaired a moment ago; try again"
    _interrupt(inside(root, ""), [["put", f"{place}/files", "x.md", [1, 2, 3]]], "rename")
    assert journals.why_stuck(root, place) == "a file refused"
    _interrupt(inside(root, ""), [["put", f"{place}/nothing.md", "x.md", [1, 2, 3]]], "rename")
    assert journals.why_stuck(root, place) == f"files it needs are missing ({place}/nothing.md)"
    inside(root, layout.JOURNAL).write_text("{")
    assert journals.why_stuck(root, place).startswith("the journal is damaged")
    inside(root, layout.JOURNAL).unlink()


DAMAGED = {
    "{": "it is no JSON: Expecting",
    "[" * 100_000: "it is nested too deeply",
    "[]": "it has another form",
    "{}": "'kind' is missing",
    '{"kind": "commit"}': "'session' is missing",
    '{"kind": "commit", "session": "../x"}': "'../x' is not a session name",
    '{"kind": "c", "session": "x", "steps": [["burn", "a.md"]], "record": ".workflow/x", '
    '"info": {}, "at": ""}': "it names the step 'burn'",
    '{"kind": "c", "session": "x", "steps": [["swap", "a.md"]], "record": ".workflow/x", '
    '"info": {}, "at": ""}': "a step is cut short",
    '{"kind": "c", "session": "x", "steps": [], "record": "../x", "info": {}, "at": ""}': (
        "'../x' leads outside"
    ),
    '{"kind": "c", "session": "x", "steps": [["put", ".workflow/a", "/etc/x", []]], '
    '"record": ".workflow/x", "info": {}, "at": ""}': "it names the path '/etc/x'",
}


@pytest.mark.parametrize("text", DAMAGED, ids=lambda text: text[-60:])
def test_what_is_wrong_with_a_journal_is_told_in_words_and_once(root: Root, text: str) -> None:
    inside(root, layout.JOURNAL).write_text(text)
    for verb in ("session recover", "doctor"):
        report = do(root, verb)
        assert report.found == ["draft: an interrupted operation"]
        assert report.repaired == []
        [left] = report.left
        assert left.startswith(f"draft: the journal is damaged: {DAMAGED[text]}")
        assert "Error" not in left
        assert root.take_repairs() == []
    with Root.open(root.path) as other:
        do(other, "session list")
        [told] = other.take_repairs()
        assert told.startswith(
            "Could not finish what was interrupted in .workflow/draft: the journal is damaged: "
            f"{DAMAGED[text]}"
        )
        report = do(other, "session recover")
        assert (report.repaired, len(report.left)) == ([], 1)


def test_what_the_disk_refused_is_told_in_words(root: Root) -> None:
    _interrupt(inside(root, ""), [["mkdir", "a.md/below"]], "commit")
    report = do(root, "session recover")
    assert report.repaired == []
    with Root.open(root.path) as other:
        do(other, "session list")
        [told] = other.take_repairs()
    assert "Errno" not in told


def test_crashed_sessions_are_those_whose_journal_nobody_could_finish(root: Root) -> None:
    assert root.crashed() == []
    with root.hold("work") as lock:
        lock.begin(".workflow/draft", "draft")
        inside(root, layout.JOURNAL).write_text("{")
        assert root.crashed() == []  # it is being worked on
        lock.finish()
    for _ in range(2):
        assert root.crashed() == ["draft"]
    inside(root, layout.JOURNAL).unlink()
