from __future__ import annotations

import os
import time
from pathlib import Path

import pytest
from tests.conftest import picture
from tests.domain.desk import OLD_NS, Desk

from redraft.commands.dispatch import execute, validate
from redraft.commands.table import BY_VERB
from redraft.domain.progress import Cancelled


def test_a_commit_applies_what_was_written_without_anybody_having_recorded_it(draft: Desk) -> None:
    """Fault 1: no tool records a change, so a commit commits nothing."""
    draft.write("a.md", "mine\n")
    by_hand = draft.path / ".workflow/draft/files/new/by-hand.md"
    by_hand.parent.mkdir(parents=True)
    by_hand.write_text("an agent wrote this\n")
    done = draft.commit()
    assert (done.modified, done.created) == (["a.md"], ["new/by-hand.md"])
    assert (draft.path / "a.md").read_text() == "mine\n"
    assert (draft.path / "new/by-hand.md").read_text() == "an agent wrote this\n"


def test_a_copy_that_cannot_be_read_stops_the_commit_and_loses_nothing(draft: Desk) -> None:
    """Faults 2 and 4: what could not be copied is lost or passed over, and the session deleted."""
    draft.write("a.md", "mine\n")
    draft.write("new.md", "new\n")
    copy = draft.path / ".workflow/draft/files/new.md"
    copy.unlink()
    os.mkfifo(copy)
    before = picture(draft.path)
    assert draft.refused("session commit", force=True).code == "conflict"
    refused = draft.refused("session commit", force=True, on_conflict="overwrite")
    assert refused.code == "unsupported_file"
    assert picture(draft.path) == before
    done = draft.commit(on_conflict="skip")
    assert (done.modified, done.skipped, done.session_closed) == (["a.md"], ["new.md"], False)
    assert copy.is_fifo()


def test_a_preview_says_what_would_happen_and_changes_nothing(draft: Desk) -> None:
    draft.write("a.md", "mine\n")
    draft.write("new.md", "new\n")
    draft.run("delete", path="part/b.md")
    draft.run("retry", file_path="a.md", reason="too long")
    before = picture(draft.path)
    found = draft.run("session commit")
    assert [(f.path, f.kind, f.bytes, f.state) for f in found.files] == [
        ("a.md", "modified", 5, "clean"),
        ("new.md", "created", 4, "clean"),
        ("part/b.md", "deleted", 2, "clean"),
    ]
    assert (found.executed, found.retry_count, len(found.preview)) == (False, 1, 32)
    assert picture(draft.path) == before


def test_an_edit_made_meanwhile_is_not_overwritten(draft: Desk) -> None:
    """Fault 5: no conflict detection."""
    draft.write("a.md", "mine\n")
    draft.put("a.md", "theirs\n", time.time_ns())
    assert draft.states() == {"a.md": ("modified", "conflict")}
    refused = draft.refused("session commit", force=True)
    assert (refused.code, refused.data["files"]) == ("conflict", ["a.md"])
    assert (draft.path / "a.md").read_text() == "theirs\n"
    assert draft.read("a.md") == "mine\n"


def test_a_copy_with_a_second_name_elsewhere_is_committed_and_that_one_left_alone(
    draft: Desk, tmp_path: Path
) -> None:
    """Fault 19, by a hard link: the commit's time is set on the copy, and on nothing else."""
    theirs = tmp_path / "theirs.md"
    theirs.write_text("theirs\n")
    os.utime(theirs, ns=(OLD_NS, OLD_NS))
    draft.write("a.md", "mine\n")
    copy = draft.path / ".workflow/draft/files/a.md"
    copy.unlink()
    os.link(theirs, copy)
    draft.run("session commit", force=True)
    assert (draft.path / "a.md").read_text() == "theirs\n"
    assert theirs.stat().st_mtime_ns == OLD_NS
    assert theirs.stat().st_nlink == 1


def test_an_edit_in_the_same_tick_and_of_the_same_size_is_seen(desk: Desk) -> None:
    """Racy timestamps: a time as young as the clock's tick vouches for nothing."""
    place = desk.put("a.md", "base", time.time_ns())
    desk.start()
    desk.write("a.md", "mine")
    moment = place.stat().st_mtime_ns
    place.write_text("them")
    os.utime(place, ns=(moment, moment))
    assert desk.run("session status").drifted == ["a.md"]
    assert desk.states() == {"a.md": ("modified", "conflict")}


def test_only_a_touched_time_is_no_drift(draft: Desk) -> None:
    draft.write("a.md", "mine\n")
    os.utime(draft.path / "a.md")
    assert draft.run("session status").drifted == []
    assert draft.commit().modified == ["a.md"]


@pytest.mark.parametrize("on_conflict", ["overwrite", "skip"])
def test_a_conflict_is_overwritten_or_skipped_on_request(draft: Desk, on_conflict: str) -> None:
    draft.write("a.md", "mine\n")
    draft.write("new.md", "new\n")
    draft.put("a.md", "theirs\n")
    done = draft.commit(on_conflict=on_conflict)
    won = on_conflict == "overwrite"
    assert (draft.path / "a.md").read_text() == ("mine\n" if won else "theirs\n")
    assert (done.skipped, done.session_closed) == ([] if won else ["a.md"], won)
    assert (draft.path / "new.md").read_text() == "new\n"
    assert b"theirs\n" in draft.everything()
    if not won:
        assert draft.read("a.md") == "mine\n"


def test_skipping_every_change_commits_nothing(draft: Desk) -> None:
    draft.write("a.md", "mine\n")
    draft.put("a.md", "theirs\n")
    assert draft.refused("session commit", force=True, on_conflict="skip").code == "conflict"


def test_drift_in_other_lines_is_merged_and_an_undo_takes_the_merge_apart(draft: Desk) -> None:
    draft.write("a.md", "ONE\ntwo\nthree\n")
    draft.put("a.md", "one\ntwo\nTHREE\n", OLD_NS + 1)
    assert draft.states() == {"a.md": ("modified", "merges")}
    assert draft.commit().merged == ["a.md"]
    assert (draft.path / "a.md").read_text() == "ONE\ntwo\nTHREE\n"
    assert draft.undo().restored == ["a.md"]
    assert (draft.path / "a.md").read_text() == "one\ntwo\nTHREE\n"
    assert (draft.path / "a.md").stat().st_mtime_ns == OLD_NS + 1
    assert draft.read("a.md", session="draft") == "ONE\ntwo\nthree\n"
    assert b"ONE\ntwo\nTHREE\n" in draft.everything()


def test_a_merged_part_comes_back_into_the_session_as_it_was(draft: Desk) -> None:
    draft.write("a.md", "ONE\ntwo\nthree\n")
    draft.write("new.md", "new\n")
    draft.put("a.md", "one\ntwo\nTHREE\n", OLD_NS + 1)
    assert draft.commit(paths=["a.md"]).merged == ["a.md"]
    assert draft.changes() == ([], ["new.md"], [])
    assert draft.undo().restored == ["a.md"]
    assert draft.read("a.md") == "ONE\ntwo\nthree\n"
    assert draft.states()["a.md"] == ("modified", "merges")


def test_binary_files_that_drifted_conflict(draft: Desk) -> None:
    draft.put("pic.png", b"\x89PNG\0one")
    draft.write("pic.png", "AAAA", encoding="base64")
    draft.put("pic.png", b"\x89PNG\0two")
    assert draft.states() == {"pic.png": ("modified", "conflict")}


def test_equal_edits_on_both_sides_are_identical_and_global_keeps_its_file(draft: Desk) -> None:
    draft.write("a.md", "same\n")
    place = draft.put("a.md", "same\n", OLD_NS + 5)
    assert draft.states() == {"a.md": ("modified", "identical")}
    assert draft.commit().session_closed
    assert place.stat().st_mtime_ns == OLD_NS + 5


def test_a_document_that_somebody_made_alike_is_identical(draft: Desk) -> None:
    draft.write("new.md", "same\n")
    place = draft.put("new.md", "same\n", OLD_NS + 5)
    assert draft.states() == {"new.md": ("created", "identical")}
    assert draft.commit().session_closed
    assert place.stat().st_mtime_ns == OLD_NS + 5


def test_a_created_document_whose_name_was_taken_meanwhile_conflicts(draft: Desk) -> None:
    draft.write("new.md", "mine\n")
    draft.put("new.md", "theirs\n")
    draft.write("new.md", "mine again\n")  # a later write must not take theirs for its base
    assert draft.states() == {"new.md": ("created", "conflict")}
    draft.commit(on_conflict="overwrite")
    assert (draft.path / "new.md").read_text() == "mine again\n"
    assert draft.undo().restored == ["new.md"]
    assert (draft.path / "new.md").read_text() == "theirs\n"


def test_a_document_deleted_in_global_meanwhile_conflicts(draft: Desk) -> None:
    draft.write("a.md", "mine\n")
    (draft.path / "a.md").unlink()
    assert draft.states() == {"a.md": ("modified", "conflict")}
    draft.commit(on_conflict="overwrite")
    assert (draft.path / "a.md").read_text() == "mine\n"


def test_a_deletion_of_what_changed_meanwhile_conflicts(draft: Desk) -> None:
    draft.run("delete", path="a.md")
    draft.put("a.md", "theirs\n")
    assert draft.states() == {"a.md": ("deleted", "conflict")}
    draft.commit(on_conflict="overwrite")
    assert not (draft.path / "a.md").exists()
    assert b"theirs\n" in draft.everything()


def test_a_preview_that_no_longer_holds_is_refused(draft: Desk) -> None:
    draft.write("a.md", "mine\n")
    token = draft.run("session commit").preview
    draft.write("a.md", "mine, later\n")
    assert draft.refused("session commit", force=True, preview=token).code == "stale_preview"
    assert draft.commit(preview=draft.run("session commit").preview).modified == ["a.md"]


def test_nothing_to_commit_is_said(draft: Desk) -> None:
    assert draft.refused("session commit").code == "nothing_to_commit"
    draft.write("a.md", "mine\n")
    assert draft.refused("session commit", paths=["part"]).code == "file_not_found"
    refused = draft.refused("session commit", force=True, paths=["a.md", "part"])
    assert refused.code == "file_not_found"
    assert (draft.path / "a.md").read_text() == "one\ntwo\nthree\n"
    assert draft.refused("session commit", paths=[]).code == "invalid_arguments"


def test_a_part_leaves_the_rest_in_the_session(draft: Desk) -> None:
    draft.write("a.md", "mine\n")
    draft.write("part/b.md", "mine\n")
    done = draft.commit(paths=["part"])
    assert (done.modified, done.session_closed) == (["part/b.md"], False)
    assert draft.changes() == (["a.md"], [], [])
    assert draft.run("session status").status == "ACTIVE"
    again = draft.undo()
    assert (again.restored, again.kept) == (["part/b.md"], [])
    assert draft.changes() == (["a.md", "part/b.md"], [], [])
    assert draft.run("session status").status == "ACTIVE"


def test_naming_every_path_closes_the_session(draft: Desk) -> None:
    draft.write("a.md", "mine\n")
    assert draft.commit(paths=["a.md"]).session_closed


def test_a_part_of_a_deleted_folder_leaves_the_rest_hidden(draft: Desk) -> None:
    draft.run("delete", path="part")
    draft.write("a.md", "mine\n")
    assert draft.commit(paths=["part/b.md"]).deleted == ["part/b.md"]
    assert "part" not in draft.shown()
    assert draft.changes() == (["a.md"], [], ["part/sub/c.md"])
    draft.undo()
    assert draft.changes() == (["a.md"], [], ["part/b.md", "part/sub/c.md"])
    assert "part" not in draft.shown()


def test_a_deleted_folder_committed_as_a_part_leaves_no_tombstone(draft: Desk) -> None:
    draft.run("delete", path="part")
    draft.write("a.md", "mine\n")
    draft.commit(paths=["part"])
    assert not (draft.path / "part").exists()
    assert draft.changes() == (["a.md"], [], [])
    draft.put("part/later.md")
    assert draft.shown()["part/later.md"] == "file"


def test_a_new_document_beneath_a_deleted_folder_shows_after_its_part_was_committed(
    draft: Desk,
) -> None:
    draft.run("delete", path="part")
    draft.write("part/new.md", "new\n")
    draft.commit(paths=["part/new.md"])
    assert draft.read("part/new.md") == "new\n"
    assert draft.changes() == ([], [], ["part/b.md", "part/sub/c.md"])
    draft.undo()
    assert draft.changes() == ([], ["part/new.md"], ["part/b.md", "part/sub/c.md"])


def test_a_folder_that_became_a_document_is_committed_and_undone(draft: Desk) -> None:
    draft.run("delete", path="part")
    draft.write("part", "now a file\n")
    before = picture(draft.path)
    draft.commit()
    assert (draft.path / "part").read_text() == "now a file\n"
    assert draft.undo().kept == []
    assert picture(draft.path).keys() == before.keys()
    assert (draft.path / "part/sub/c.md").stat().st_mtime_ns == OLD_NS
    assert draft.read("part", session="draft") == "now a file\n"


def test_a_document_that_became_a_folder_is_committed_even_as_a_part(draft: Desk) -> None:
    draft.run("delete", path="a.md")
    draft.write("a.md/inner.md", "inner\n")
    draft.write("new.md", "new\n")
    done = draft.commit(paths=["a.md/inner.md"])
    assert (done.created, done.deleted) == (["a.md/inner.md"], ["a.md"])
    assert (draft.path / "a.md/inner.md").read_text() == "inner\n"
    draft.undo()
    assert (draft.path / "a.md").read_text() == "one\ntwo\nthree\n"
    assert draft.changes() == ([], ["a.md/inner.md", "new.md"], ["a.md"])


def test_a_newcomer_in_a_deleted_folder_conflicts_and_saves_the_folder(draft: Desk) -> None:
    draft.run("delete", path="part")
    draft.put("part/sub/newcomer.md", "theirs\n")
    assert draft.states()["part/sub/newcomer.md"] == ("deleted", "conflict")
    assert draft.run("session status").drifted == ["part/sub/newcomer.md"]
    draft.commit(on_conflict="skip")
    assert (draft.path / "part/sub/newcomer.md").read_text() == "theirs\n"
    assert not (draft.path / "part/b.md").exists()


def test_a_document_waits_for_the_folder_that_a_skipped_newcomer_keeps(draft: Desk) -> None:
    draft.run("delete", path="part")
    draft.write("part", "a file\n")
    draft.put("part/newcomer.md", "theirs\n")
    done = draft.commit(on_conflict="skip")
    assert done.skipped == ["part", "part/newcomer.md"]
    assert (draft.path / "part/newcomer.md").read_text() == "theirs\n"


def test_a_newcomer_goes_along_when_its_conflict_is_overwritten(draft: Desk) -> None:
    draft.run("delete", path="part")
    draft.put("part/newcomer.md", "theirs\n")
    draft.commit(on_conflict="overwrite")
    assert not (draft.path / "part").exists()
    assert "part/newcomer.md" in draft.undo().restored
    assert (draft.path / "part/newcomer.md").read_text() == "theirs\n"


def test_an_empty_folder_is_committed_and_its_deletion_too(draft: Desk) -> None:
    (draft.path / "empty").mkdir()
    draft.run("delete", path="empty")
    with draft.view() as view:
        view.make_folder("fresh")
    assert draft.states() == {"empty": ("deleted", "clean")}
    draft.commit()
    assert (draft.path / "fresh").is_dir()
    assert not (draft.path / "empty").exists()
    draft.undo()
    assert (draft.path / "empty").is_dir()
    assert not (draft.path / "fresh").exists()
    assert draft.shown()["fresh"] == "directory"
    assert "empty" not in draft.shown()


def test_an_empty_folder_gives_way_to_a_document_of_somebody_else(draft: Desk) -> None:
    draft.write("a.md", "mine\n")
    with draft.view() as view:
        view.make_folder("fresh")
    draft.put("fresh", "theirs\n")
    draft.commit()
    assert (draft.path / "fresh").read_text() == "theirs\n"


def test_what_stands_in_the_way_conflicts_and_is_kept_when_overwritten(draft: Desk) -> None:
    draft.write("new/one.md", "mine\n")
    draft.write("two", "mine\n")
    draft.put("new", "a file of theirs\n")
    draft.put("two/theirs.md", "a folder of theirs\n")
    assert {state for _, state in draft.states().values()} == {"conflict"}
    draft.commit(on_conflict="overwrite")
    assert (draft.path / "new/one.md").read_text() == "mine\n"
    assert (draft.path / "two").read_text() == "mine\n"
    assert {b"a file of theirs\n", b"a folder of theirs\n"} <= draft.everything()
    assert sorted(draft.undo().restored) == ["new", "new/one.md", "two", "two"]
    assert (draft.path / "new").read_text() == "a file of theirs\n"
    assert (draft.path / "two/theirs.md").read_text() == "a folder of theirs\n"
    assert draft.changes() == ([], ["new/one.md", "two"], [])


def test_a_deleted_document_whose_folder_became_a_file_is_gone_already(draft: Desk) -> None:
    draft.run("delete", path="part/b.md")
    draft.run("delete", path="part/sub/c.md")
    (draft.path / "part/sub/c.md").unlink()
    (draft.path / "part/sub").rmdir()
    (draft.path / "part/b.md").unlink()
    (draft.path / "part").rmdir()
    draft.put("part", "a file\n")
    assert {state for _, state in draft.states().values()} == {"identical"}
    draft.commit()
    assert (draft.path / "part").read_text() == "a file\n"


# Permission bits and times ------------------------------------------------------------------------


def test_permission_bits_live_through_write_commit_and_undo(draft: Desk) -> None:
    place = draft.path / "a.md"
    place.chmod(0o754)
    draft.write("a.md", "mine\n")
    draft.commit()
    assert place.stat().st_mode & 0o7777 == 0o754
    draft.undo()
    assert place.stat().st_mode & 0o7777 == 0o754
    assert (draft.path / ".workflow/draft/files/a.md").stat().st_mode & 0o7777 == 0o754


def test_a_merge_keeps_the_bits_of_global(draft: Desk) -> None:
    draft.write("a.md", "ONE\ntwo\nthree\n")
    draft.put("a.md", "one\ntwo\nTHREE\n").chmod(0o600)
    draft.commit()
    assert (draft.path / "a.md").stat().st_mode & 0o7777 == 0o600


def test_committed_files_get_the_time_of_the_commit(draft: Desk) -> None:
    draft.write("a.md", "mine\n")
    os.utime(draft.path / ".workflow/draft/files/a.md", ns=(OLD_NS, OLD_NS))
    before = time.time_ns()
    draft.commit()
    assert before <= (draft.path / "a.md").stat().st_mtime_ns <= time.time_ns()


def test_a_commit_never_takes_a_files_time_back(draft: Desk) -> None:
    """Fault 26: a commit can take a file's time back."""
    future = time.time_ns() + 3_600_000_000_000
    place = draft.put("a.md", "one\ntwo\nthree\n", future)
    draft.write("a.md", "mine\n")
    draft.commit()
    assert place.stat().st_mtime_ns > future


# Links --------------------------------------------------------------------------------------------


def test_a_folder_that_became_a_link_is_not_written_through(draft: Desk, tmp_path: Path) -> None:
    """Fault 19: a commit writes through symbolic links to the outside."""
    draft.write("part/b.md", "mine\n")
    outside = tmp_path / "outside"
    (draft.path / "part").rename(outside)
    (draft.path / "part").symlink_to(outside)
    assert draft.states() == {"part/b.md": ("modified", "conflict")}
    refused = draft.refused("session commit", force=True, on_conflict="overwrite")
    assert refused.code == "unsupported_file"
    assert (outside / "b.md").read_text() == "b\n"
    assert (draft.path / ".workflow/draft/files/part/b.md").read_text() == "mine\n"


def test_a_document_that_became_a_link_is_not_written_through(draft: Desk, tmp_path: Path) -> None:
    """Fault 19, at the last step of the path."""
    draft.write("a.md", "mine\n")
    outside = tmp_path / "outside.md"
    outside.write_text("precious\n")
    (draft.path / "a.md").unlink()
    (draft.path / "a.md").symlink_to(outside)
    for on_conflict, code in (("stop", "conflict"), ("overwrite", "unsupported_file")):
        refused = draft.refused("session commit", force=True, on_conflict=on_conflict)
        assert refused.code == code
    assert outside.read_text() == "precious\n"


def test_a_link_deleted_in_the_session_is_taken_and_comes_back(draft: Desk) -> None:
    link = draft.path / "link.md"
    link.symlink_to("a.md")
    draft.run("delete", path="link.md")
    assert draft.refused("read", path="link.md").code == "file_not_found"
    assert draft.read("a.md") == "one\ntwo\nthree\n"
    draft.commit()
    assert not link.is_symlink()
    draft.undo()
    assert os.readlink(link) == "a.md"


def test_a_deleted_link_may_become_a_document(draft: Desk, tmp_path: Path) -> None:
    outside = tmp_path / "outside.md"
    outside.write_text("precious\n")
    link = draft.path / "link.md"
    link.symlink_to(outside)
    assert draft.refused("write", path="link.md", content="x").code == "path_outside_root"
    draft.run("delete", path="link.md")
    draft.write("link.md", "mine\n")
    assert draft.read("link.md") == "mine\n"
    draft.commit()
    assert (link.is_symlink(), link.read_text()) == (False, "mine\n")
    draft.undo()
    assert os.readlink(link) == str(outside)
    assert outside.read_text() == "precious\n"
    assert draft.read("link.md", session="draft") == "mine\n"


@pytest.mark.parametrize(
    "path", [".git/hooks/pre-commit", ".workflow/x", "workspace/y", "d/.git/z"]
)
def test_what_an_agent_put_at_a_protected_path_is_never_committed(draft: Desk, path: str) -> None:
    """Fault 18: a path that leads into other sessions or git's own folder."""
    place = draft.path / ".workflow/draft/files" / path
    place.parent.mkdir(parents=True)
    place.write_text("#!/bin/sh\n")
    assert draft.states() == {path: ("created", "conflict")}
    refused = draft.refused("session commit", force=True, on_conflict="overwrite")
    assert refused.code == "protected_path"
    assert not (draft.path / path).exists()


# Ends ---------------------------------------------------------------------------------------------


def test_the_retries_of_an_earlier_session_of_that_name_are_kept(draft: Desk) -> None:
    """Fault 10: the retries archive of an earlier session is overwritten."""
    places = []
    for reason in ("first", "second"):
        draft.write("a.md", f"{reason}\n")
        draft.run("retry", file_path="a.md", reason=reason)
        places.append(draft.commit().retries_archive)
        draft.start()
    assert places[0] == "workspace/retries-archive/draft"
    assert places[1].startswith("workspace/retries-archive/draft-")
    for place, reason in zip(places, ("first", "second"), strict=True):
        assert (draft.path / place / "a.md/retry-1.md").read_text() == f"{reason}\n"


class Impatient:
    """A client that cancels at the n-th look."""

    def __init__(self, after: int) -> None:
        self.left = after

    def report(self, done: int, total: int, message: str) -> None:
        assert 0 <= done < total
        assert message

    def check(self) -> None:
        self.left -= 1
        if self.left < 0:
            raise Cancelled

    settle = check


@pytest.mark.parametrize("after", range(5))
def test_a_commit_stopped_by_its_client_has_changed_nothing(draft: Desk, after: int) -> None:
    """Fault 6: a half commit."""
    draft.write("a.md", "ONE\ntwo\nthree\n")
    draft.put("a.md", "one\ntwo\nTHREE\n")
    draft.write("new.md", "new\n")
    before = picture(draft.path)
    command = BY_VERB["session commit"]
    with pytest.raises(Cancelled):
        execute(command, validate(command, {"force": True}), draft.roots, Impatient(after))
    assert picture(draft.path) == before
    assert not list((draft.path / ".workflow/draft/.tmp").iterdir())
    assert draft.commit().merged == ["a.md"]


def test_a_copy_removed_behind_our_back_stops_the_commit(
    draft: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Fault 4: a tracked file that is missing in the session is passed over in silence."""
    from redraft.domain import commit

    draft.write("a.md", "mine\n")
    real = commit._stage

    def robbed(*arguments: object) -> None:
        real(*arguments)  # type: ignore[arg-type]  # handed through
        (draft.path / ".workflow/draft/files/a.md").unlink()

    monkeypatch.setattr(commit, "_stage", robbed)
    assert draft.refused("session commit", force=True).code == "stale_preview"
    assert (draft.path / "a.md").read_text() == "one\ntwo\nthree\n"


def test_a_part_of_the_split_tombstones_is_committed(draft: Desk) -> None:
    draft.put("part/sub/d.md")
    draft.run("delete", path="part")
    draft.write("part/sub/new.md", "new\n")
    draft.commit(paths=["part/sub"])
    assert draft.shown("part") == {"part/sub": "directory", "part/sub/new.md": "file"}
    assert draft.changes() == ([], [], ["part/b.md"])
    assert draft.undo().kept == []
    gone = ["part/b.md", "part/sub/c.md", "part/sub/d.md"]
    assert draft.changes() == ([], ["part/sub/new.md"], gone)


def test_a_differing_document_is_shown_by_its_diff(draft: Desk) -> None:
    draft.write("a.md", "one\n2\nthree\n")
    draft.write("new.md", "new\n")
    draft.run("delete", path="part/b.md")
    os.mkfifo(draft.path / ".workflow/draft/files/pipe")
    found = {f.path: f for f in draft.run("session diff").files}
    assert found["a.md"].diff == (
        "--- a/a.md\n+++ b/a.md\n@@ -1,3 +1,3 @@\n one\n-two\n+2\n three\n"
    )
    assert found["new.md"].diff == "--- /dev/null\n+++ b/new.md\n@@ -0,0 +1 @@\n+new\n"
    assert found["part/b.md"].diff == "--- a/part/b.md\n+++ /dev/null\n@@ -1 +0,0 @@\n-b\n"
    assert (found["pipe"].binary, found["pipe"].kind) == (True, "created")
    (only,) = draft.run("session diff", path="a.md", context_lines=0).files
    assert only.diff == "--- a/a.md\n+++ b/a.md\n@@ -2 +2 @@\n-two\n+2\n"
    assert draft.refused("session diff", context_lines=-1).code == "invalid_arguments"


def test_a_deletion_that_somebody_made_too_is_identical(draft: Desk) -> None:
    draft.run("delete", path="a.md")
    (draft.path / "a.md").unlink()
    assert draft.states() == {"a.md": ("deleted", "identical")}
    assert draft.commit().deleted == ["a.md"]
    assert draft.undo().kept == []
    assert draft.changes() == ([], [], ["a.md"])


def test_a_merge_that_fails_at_the_last_moment_stops_the_commit(
    draft: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    from redraft.domain import commit

    draft.write("a.md", "ONE\ntwo\nthree\n")
    draft.put("a.md", "one\ntwo\nTHREE\n")
    monkeypatch.setattr(commit, "merged_text", lambda *_: None)
    assert draft.refused("session commit", force=True).code == "conflict"
    assert (draft.path / "a.md").read_text() == "one\ntwo\nTHREE\n"


def test_a_commit_is_done_though_its_metadata_cannot_be_written(
    draft: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    from redraft.domain import commit

    def broken(*_: object, **__: object) -> None:
        raise OSError(30, "Read-only file system")

    draft.write("a.md", "mine\n")
    monkeypatch.setattr(commit, "write_metadata", broken)
    assert draft.commit().modified == ["a.md"]
    assert (draft.path / "a.md").read_text() == "mine\n"
