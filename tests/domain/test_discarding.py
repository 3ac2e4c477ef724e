from __future__ import annotations

import pytest
from tests.domain.desk import Desk


def test_a_discarded_change_shows_global_again_and_goes_to_the_trash(draft: Desk) -> None:
    draft.write("a.md", "mine\n")
    draft.write("new/x.md", "new\n")
    done = draft.run("session discard", paths=["a.md", "new"])
    assert done.discarded == ["a.md", "new/x.md"]
    assert draft.changes() == ([], [], [])
    assert "new" not in draft.shown()
    assert draft.read("a.md") == "one\ntwo\nthree\n"
    assert {b"mine\n", b"new\n"} <= draft.everything()
    [entry] = draft.run("session trash").entries
    assert entry.kind == "discarded"
    kept = draft.path / ".workflow/.trash" / entry.name / "discarded/files"
    assert (kept / "a.md").read_text() == "mine\n"
    assert (kept / "new/x.md").read_text() == "new\n"


def test_the_next_touch_after_a_discard_takes_a_new_base(draft: Desk) -> None:
    draft.write("a.md", "mine\n")
    draft.run("session discard", paths=["a.md"])
    draft.put("a.md", "later\n")
    draft.write("a.md", "mine\n")
    assert draft.run("session status").drifted == []


def test_a_discarded_deletion_brings_the_document_back(draft: Desk) -> None:
    draft.run("delete", path="a.md")
    draft.run("session discard", paths=["a.md"])
    assert draft.changes() == ([], [], [])
    assert draft.read("a.md") == "one\ntwo\nthree\n"


@pytest.mark.parametrize("given", ["part", ""])
def test_a_discarded_folder_comes_back_whole(draft: Desk, given: str) -> None:
    draft.run("delete", path="part")
    draft.put("part/newcomer.md")
    draft.run("session discard", paths=[given])
    assert draft.changes() == ([], [], [])
    assert {"part/b.md", "part/sub/c.md", "part/newcomer.md"} <= draft.shown().keys()


def test_one_document_of_a_deleted_folder_comes_back_alone(draft: Desk) -> None:
    draft.put("part/sub/d.md")
    (draft.path / "part/empty").mkdir()
    draft.run("delete", path="part")
    draft.put("part/sub/newcomer.md")
    draft.run("session discard", paths=["part/sub/c.md"])
    assert draft.shown() == {
        "a.md": "file",
        "part": "directory",
        "part/sub": "directory",
        "part/sub/c.md": "file",
    }
    # An empty folder and a newcomer had no entry of their own beneath the folder's.
    found = ["part/b.md", "part/empty", "part/sub/d.md", "part/sub/newcomer.md"]
    assert draft.changes() == ([], [], found)
    assert draft.states()["part/sub/newcomer.md"] == ("deleted", "conflict")


def test_a_folder_within_a_deleted_folder_comes_back_with_all_it_holds(draft: Desk) -> None:
    draft.run("delete", path="part")
    draft.run("session discard", paths=["part/sub"])
    assert draft.shown("part") == {"part/sub": "directory", "part/sub/c.md": "file"}
    assert draft.changes() == ([], [], ["part/b.md"])


def test_the_last_document_of_a_deleted_folder_lifts_its_tombstone(draft: Desk) -> None:
    draft.run("delete", path="part/sub")
    draft.run("session discard", paths=["part/sub/c.md"])
    assert not list((draft.path / ".workflow/draft/deleted").rglob("*.md"))
    assert draft.changes() == ([], [], [])


def test_a_folder_and_the_document_in_its_place_are_discarded_together(draft: Desk) -> None:
    draft.run("delete", path="part")
    draft.write("part", "a file\n")
    done = draft.run("session discard", paths=["part"])
    assert done.discarded == ["part", "part/b.md", "part/sub/c.md"]
    assert draft.read("part/b.md") == "b\n"


def test_a_path_without_a_change_discards_nothing_at_all(draft: Desk) -> None:
    draft.write("a.md", "mine\n")
    refused = draft.refused("session discard", paths=["a.md", "part"])
    assert refused.code == "file_not_found"
    assert draft.refused("session discard", paths=[]).code == "invalid_arguments"
    assert draft.changes() == (["a.md"], [], [])
