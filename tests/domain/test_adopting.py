"""Adopting: what went past the session comes into it, and global gets its text back."""

from __future__ import annotations

import time

import pytest
from tests.conftest import picture
from tests.domain.desk import OLD_NS, Desk


def test_an_edit_past_the_session_is_taken_in_and_put_back(draft: Desk) -> None:
    draft.write("a.md", "mine\n")
    draft.put("a.md", "an agent's\n")
    done = draft.run("adopt")
    assert (done.adopted, done.restored) == (["a.md"], ["a.md"])
    assert (draft.path / "a.md").read_text() == "one\ntwo\nthree\n"
    assert draft.read("a.md") == "an agent's\n"
    assert b"mine\n" in draft.everything()
    assert draft.run("session status").drifted == []


@pytest.mark.parametrize("gone", [False, True], ids=["edited", "deleted"])
def test_the_folders_file_is_put_back_with_the_time_that_it_had(draft: Desk, gone: bool) -> None:
    """Byte for byte and in its time as before: the session never went past itself."""
    draft.write("a.md", "mine\n")
    before = picture(draft.path)["a.md"]
    if gone:
        (draft.path / "a.md").unlink()
    else:
        draft.put("a.md", "an agent's\n")
    draft.run("adopt", paths=["a.md"])
    assert picture(draft.path)["a.md"] == before
    assert before[2] == OLD_NS
    assert draft.run("session status").drifted == []


def test_a_file_that_was_too_young_for_its_time_to_be_kept_gets_the_present_one(
    draft: Desk,
) -> None:
    """Its base has the time 0, which says that nobody knows."""
    now = time.time_ns()
    draft.put("a.md", "young\n", mtime_ns=now)
    draft.write("a.md", "mine\n")
    assert (draft.path / ".workflow/draft/base/a.md").stat().st_mtime_ns == 0
    draft.put("a.md", "an agent's\n", mtime_ns=now + 1)
    draft.run("adopt")
    assert (draft.path / "a.md").read_text() == "young\n"
    assert (draft.path / "a.md").stat().st_mtime_ns >= now


def test_an_edit_of_a_document_that_the_session_deleted_brings_it_back(draft: Desk) -> None:
    draft.run("delete", path="a.md")
    draft.put("a.md", "an agent's\n")
    assert draft.run("adopt", paths=["a.md"]).adopted == ["a.md"]
    assert draft.changes() == (["a.md"], [], [])
    assert draft.read("a.md") == "an agent's\n"
    assert (draft.path / "a.md").read_text() == "one\ntwo\nthree\n"


@pytest.mark.parametrize("kind", ["folder", "link"])
def test_only_a_document_can_be_adopted(draft: Desk, kind: str) -> None:
    draft.write("a.md", "mine\n")
    place = draft.path / "a.md"
    place.unlink()
    if kind == "folder":
        place.mkdir()
    else:
        place.symlink_to("part/b.md")
    assert draft.refused("adopt").code == "unsupported_file"
    assert (draft.path / ".workflow/draft/files/a.md").read_text() == "mine\n"
    assert place.is_dir() if kind == "folder" else place.is_symlink()


def test_nothing_to_adopt_is_said_for_a_path_and_empty_without_one(draft: Desk) -> None:
    draft.write("a.md", "mine\n")
    assert draft.run("adopt").adopted == []
    assert draft.refused("adopt", paths=["a.md"]).code == "file_not_found"
    assert draft.refused("adopt", paths=["part/b.md"]).code == "file_not_found"


def test_a_deletion_is_adopted_only_where_it_is_named(draft: Desk) -> None:
    draft.write("a.md", "mine\n")
    (draft.path / "a.md").unlink()
    assert draft.run("adopt").adopted == []
    done = draft.run("adopt", paths=["a.md"])
    assert (done.adopted, done.restored) == (["a.md"], ["a.md"])
    assert (draft.path / "a.md").read_text() == "one\ntwo\nthree\n"
    assert draft.changes() == ([], [], ["a.md"])
    assert b"mine\n" in draft.everything()


def test_a_new_file_is_adopted_only_where_it_was_seen_coming(draft: Desk) -> None:
    """Else a document of the folder that the session never touched would leave it."""
    draft.put("new.md", "n\n")
    assert draft.refused("adopt", paths=["new.md"]).code == "file_not_found"
    (draft.path / ".workflow/draft/past").mkdir()
    (draft.path / ".workflow/draft/past/new.md").touch()
    assert draft.run("adopt").restored == []
    assert draft.changes() == ([], ["new.md"], [])
    assert draft.read("new.md") == "n\n"
    assert not (draft.path / ".workflow/draft/past/new.md").exists()


def test_a_copy_in_a_new_files_way_goes_to_the_trash(draft: Desk) -> None:
    draft.write("new.md", "mine\n")
    draft.put("new.md", "theirs\n")
    (draft.path / ".workflow/draft/past").mkdir()
    (draft.path / ".workflow/draft/past/new.md").touch()
    assert draft.run("adopt").adopted == ["new.md"]
    assert draft.read("new.md") == "theirs\n"
    assert b"mine\n" in draft.everything()


def test_a_mark_whose_file_is_gone_or_as_it_was_is_passed_over(draft: Desk) -> None:
    marks = draft.path / ".workflow/draft/past"
    marks.mkdir()
    (marks / "gone.md").touch()
    (marks / "part").touch()
    assert draft.run("adopt").adopted == []
    assert draft.refused("adopt", paths=["gone.md"]).code == "file_not_found"
