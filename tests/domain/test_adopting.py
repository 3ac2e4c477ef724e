"""Adopting: what went past the session comes into it, and global gets its text back."""

from __future__ import annotations

import pytest
from tests.domain.desk import Desk


def test_an_edit_past_the_session_is_taken_in_and_put_back(draft: Desk) -> None:
    draft.write("a.md", "mine\n")
    draft.put("a.md", "an agent's\n")
    done = draft.run("adopt")
    assert (done.adopted, done.restored) == (["a.md"], ["a.md"])
    assert (draft.path / "a.md").read_text() == "one\ntwo\nthree\n"
    assert draft.read("a.md") == "an agent's\n"
    assert b"mine\n" in draft.everything()
    assert draft.run("session status").drifted == []


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
