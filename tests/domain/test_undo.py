from __future__ import annotations

import os

import pytest
from tests.conftest import picture
from tests.domain.desk import OLD_NS, Desk


@pytest.fixture
def committed(draft: Desk) -> Desk:
    """A commit of a modified, a created and a deleted document."""
    draft.write("a.md", "mine\n")
    draft.write("fresh/new.md", "new\n")
    draft.run("delete", path="part/sub")
    draft.run("retry", file_path="a.md", reason="no")
    draft.commit()
    return draft


CHANGES = (["a.md"], ["fresh/new.md"], ["part/sub/c.md"])


def test_an_undone_commit_leaves_both_sides_as_they_were(draft: Desk) -> None:
    before = picture(draft.path)
    draft.write("a.md", "mine\n")
    draft.write("fresh/new.md", "new\n")
    draft.run("delete", path="part/sub")
    shown, files = draft.shown(), draft.changes()
    draft.commit()
    done = draft.undo()
    assert (done.undone, done.session, done.kept) == ("commit", "draft", [])
    assert done.restored == ["a.md", "fresh/new.md", "part/sub/c.md"]
    after = picture(draft.path)
    assert {p: e for p, e in after.items() if e[0] == "file"} == {
        p: e for p, e in before.items() if e[0] == "file"
    }
    assert after.keys() == before.keys()
    assert (draft.shown(), draft.changes()) == (shown, files)
    assert draft.run("session status", name="draft").status == "INACTIVE"


def test_a_preview_of_an_undo_changes_nothing(committed: Desk) -> None:
    before = picture(committed.path)
    done = committed.undo(preview=True)
    assert done.restored == ["a.md", "fresh/new.md", "part/sub/c.md"]
    assert picture(committed.path) == before
    assert committed.refused("session status", name="draft").code == "session_not_found"


def test_retries_come_back_with_their_session(committed: Desk) -> None:
    committed.undo()
    found = committed.run("retry list", session="draft").retries
    assert [(r.file, r.number, r.reason) for r in found] == [("a.md", 1, "no")]


def test_an_undone_commit_can_be_committed_and_undone_again(committed: Desk) -> None:
    for _ in range(3):
        committed.undo()
        assert committed.changes() == CHANGES
        committed.commit(name="draft")
    assert (committed.path / "a.md").read_text() == "mine\n"


def test_what_was_edited_after_the_commit_keeps_the_edit(committed: Desk) -> None:
    committed.put("a.md", "edited later\n")
    committed.put("fresh/new.md", "edited later\n")
    committed.put("part/sub/c.md", "made anew\n")
    done = committed.undo()
    assert {kept.path for kept in done.kept} == {"a.md", "fresh/new.md", "part/sub/c.md"}
    assert done.restored == []
    assert (committed.path / "a.md").read_text() == "edited later\n"
    assert (committed.path / "part/sub/c.md").read_text() == "made anew\n"
    assert {b"one\ntwo\nthree\n", b"c\n"} <= committed.everything()
    assert committed.changes()[:2] == ([], [])


def test_an_edit_in_place_is_kept_too(committed: Desk) -> None:
    with (committed.path / "a.md").open("a") as file:
        file.write("one more line\n")
    assert [kept.path for kept in committed.undo().kept] == ["a.md"]
    assert (committed.path / "a.md").read_text() == "mine\none more line\n"


def test_what_was_removed_after_the_commit_stays_removed(committed: Desk) -> None:
    (committed.path / "fresh/new.md").unlink()
    (committed.path / "a.md").unlink()
    done = committed.undo()
    assert {kept.path: kept.reason for kept in done.kept} == {
        "a.md": "it was changed after the commit",
        "fresh/new.md": "it was removed after the commit",
    }
    assert not (committed.path / "a.md").exists()
    assert b"one\ntwo\nthree\n" in committed.everything()


def test_old_content_that_is_gone_from_the_archive_is_said(committed: Desk) -> None:
    archive = next((committed.path / ".workflow/completed").iterdir())
    (archive / "replaced/part/sub/c.md").unlink()
    (archive / "replaced/a.md").unlink()
    done = committed.undo()
    reason = "its old content is gone from the archive"
    assert {(k.path, k.reason) for k in done.kept} == {("a.md", reason), ("part/sub/c.md", reason)}
    assert (committed.path / "a.md").read_text() == "mine\n"


def test_a_merge_edited_later_keeps_the_edit_and_the_sessions_version(draft: Desk) -> None:
    draft.write("a.md", "ONE\ntwo\nthree\n")
    draft.put("a.md", "one\ntwo\nTHREE\n", OLD_NS + 1)
    draft.commit()
    draft.put("a.md", "edited later\n")
    assert [kept.path for kept in draft.undo().kept] == ["a.md"]
    assert draft.changes() == ([], [], [])
    assert {b"ONE\ntwo\nthree\n", b"one\ntwo\nTHREE\n"} <= draft.everything()


def test_a_document_put_where_a_deleted_folder_was_keeps_its_place(committed: Desk) -> None:
    committed.put("part/sub", "a file now\n")
    done = committed.undo()
    assert [kept.path for kept in done.kept] == ["part/sub/c.md"]
    assert (committed.path / "part/sub").read_text() == "a file now\n"
    assert b"c\n" in committed.everything()


def test_a_folder_that_took_a_documents_place_keeps_what_others_put_into_it(draft: Desk) -> None:
    draft.run("delete", path="a.md")
    draft.write("a.md/inner.md", "inner\n")
    draft.commit()
    draft.put("a.md/theirs.md")
    done = draft.undo()
    assert done.restored == ["a.md/inner.md"]
    assert [(k.path, k.reason) for k in done.kept] == [("a.md", "there is a new one in its place")]
    assert os.listdir(draft.path / "a.md") == ["theirs.md"]


def test_a_live_session_of_the_name_stops_an_undo(committed: Desk) -> None:
    committed.start()
    assert committed.refused("session undo").code == "session_exists"


def test_a_cancelled_session_comes_back_with_its_retries(draft: Desk) -> None:
    draft.write("a.md", "mine\n")
    draft.run("retry", file_path="a.md", reason="no")
    gone = draft.run("session cancel")
    assert (gone.discarded.modified, gone.retry_count) == (["a.md"], 1)
    assert (draft.path / gone.retries_archive).is_dir()
    assert draft.undo(preview=True).restored == ["a.md"]
    done = draft.undo()
    assert (done.undone, done.restored) == ("cancel", ["a.md"])
    assert draft.read("a.md", session="draft") == "mine\n"
    assert len(draft.run("retry list", session="draft").retries) == 1
    assert draft.run("session status", name="draft").status == "INACTIVE"


def test_a_cancelled_session_does_not_come_back_over_a_live_one(draft: Desk) -> None:
    draft.run("session cancel")
    draft.start("DRAFT")
    assert draft.refused("session undo").code == "session_exists"


def test_undo_goes_back_step_by_step(draft: Desk) -> None:
    draft.write("a.md", "first\n")
    draft.write("part/b.md", "second\n")
    draft.commit(paths=["a.md"])
    kept = draft.run("session checkpoint").id
    draft.run("session discard", paths=["part/b.md"])
    draft.run("session restore", id=kept)
    draft.commit()
    undone = [draft.undo().undone for _ in range(3)]
    assert undone == ["commit", "restore", "commit"]
    assert draft.refused("session undo").code == "nothing_to_undo"
    assert (draft.path / "a.md").read_text() == "one\ntwo\nthree\n"
    assert draft.changes() == (["a.md"], [], [])


def test_an_undo_can_be_asked_for_one_session(draft: Desk) -> None:
    draft.write("a.md", "mine\n")
    draft.commit()
    draft.start("other")
    draft.write("part/b.md", "mine\n")
    draft.commit()
    assert draft.undo(name="Draft").session == "draft"
    assert draft.refused("session undo", name="draft").code == "nothing_to_undo"


def test_where_nothing_was_done_nothing_is_undone(desk: Desk) -> None:
    assert desk.refused("session undo").code == "nothing_to_undo"
    desk.start()
    desk.write("new.md")
    desk.run("delete", path="new.md")  # a trash entry that is no session
    desk.run("session complete")
    assert desk.refused("session undo").code == "nothing_to_undo"


def test_a_journal_that_cannot_be_read_is_passed_over(committed: Desk) -> None:
    archive = next((committed.path / ".workflow/completed").iterdir())
    (archive / "operation.json").write_text("{")
    assert committed.refused("session undo").code == "nothing_to_undo"


def test_a_part_comes_back_though_its_session_has_ended(draft: Desk) -> None:
    draft.write("a.md", "mine\n")
    draft.write("new.md", "new\n")
    draft.commit(paths=["a.md"])
    draft.run("session complete", name="draft")
    assert draft.undo(preview=True).restored == ["a.md"]
    assert draft.undo().restored == ["a.md"]
    assert draft.changes() == (["a.md"], [], [])
    assert draft.run("session status", name="draft").status == "INACTIVE"


def test_what_the_session_changed_again_stays_on_the_base_of_the_part(draft: Desk) -> None:
    draft.write("a.md", "first\n")
    draft.run("delete", path="part/b.md")
    draft.write("new.md", "new\n")
    draft.write("rest.md", "rest\n")
    draft.commit(paths=["a.md", "part/b.md", "new.md"])
    draft.write("a.md", "second\n")
    draft.write("part/b.md", "made anew\n")
    draft.run("delete", path="new.md")
    done = draft.undo()
    assert done.restored == ["a.md", "new.md", "part/b.md"]
    assert sorted(kept.path for kept in done.kept) == ["a.md", "new.md", "part/b.md"]
    assert draft.read("a.md") == "second\n"
    assert draft.read("part/b.md") == "made anew\n"
    assert "new.md" not in draft.shown()
    assert draft.run("session status").drifted == []
    assert {b"first\n", b"new\n"} <= draft.everything()


def test_a_part_finds_a_document_where_its_folder_was(draft: Desk) -> None:
    draft.write("fresh/new.md", "new\n")
    draft.write("rest.md", "rest\n")
    draft.commit(paths=["fresh"])
    draft.run("delete", path="fresh")
    draft.write("fresh", "a file now\n")
    done = draft.undo()
    assert [kept.path for kept in done.kept] == ["fresh/new.md"]
    assert draft.read("fresh") == "a file now\n"
    assert b"new\n" in draft.everything()


def test_a_folder_split_since_hides_only_what_the_part_had_deleted(draft: Desk) -> None:
    draft.put("part/sub/d.md")
    draft.run("delete", path="part")
    draft.commit(paths=["part/b.md"])
    draft.run("session discard", paths=["part/sub/c.md"])
    draft.undo()
    assert draft.changes() == ([], [], ["part/b.md", "part/sub/d.md"])
    assert draft.read("part/sub/c.md") == "c\n"


def test_foreign_folders_in_the_archive_are_passed_over(committed: Desk) -> None:
    (committed.path / ".workflow/completed/notes").mkdir()
    assert committed.undo().undone == "commit"


def test_a_preview_of_a_parts_undo_changes_nothing(draft: Desk) -> None:
    draft.write("a.md", "mine\n")
    draft.run("delete", path="part")
    draft.write("new.md", "new\n")
    draft.commit(paths=["a.md", "part"])
    before = draft.changes(), picture(draft.path)
    assert draft.undo(preview=True).restored == ["a.md", "part/b.md", "part/sub/c.md"]
    assert (draft.changes(), picture(draft.path)) == before
    assert not list((draft.path / ".workflow/draft/.tmp").iterdir())


def test_a_part_whose_bases_have_no_room_any_more_comes_back_as_a_conflict(draft: Desk) -> None:
    draft.run("delete", path="part")
    draft.write("part", "a file now\n")
    draft.write("rest.md", "rest\n")
    draft.commit(paths=["part"])
    draft.run("delete", path="part")
    done = draft.undo()
    assert [kept.path for kept in done.kept] == ["part"]
    assert (draft.path / "part/b.md").read_text() == "b\n"
    assert "part" not in draft.shown()
    assert draft.states()["part/b.md"] == ("deleted", "conflict")


def test_a_part_brings_back_all_but_what_was_edited_after_it(draft: Desk) -> None:
    draft.write("a.md", "mine\n")
    draft.write("part/b.md", "mine\n")
    draft.write("rest.md", "rest\n")
    draft.commit(paths=["a.md", "part"])
    draft.put("a.md", "edited later\n")
    done = draft.undo()
    assert ([kept.path for kept in done.kept], done.restored) == (["a.md"], ["part/b.md"])
    assert (draft.path / "a.md").read_text() == "edited later\n"
    assert (draft.path / "part/b.md").read_text() == "b\n"
    assert draft.read("part/b.md") == "mine\n"
    assert draft.changes() == (["part/b.md"], ["rest.md"], [])


def test_a_cancelled_session_without_retries_comes_back(draft: Desk) -> None:
    draft.write("a.md", "mine\n")
    draft.run("session cancel")
    assert draft.undo().restored == ["a.md"]
    assert draft.read("a.md", session="draft") == "mine\n"
    assert not list((draft.path / ".workflow/draft").glob("operation.json"))
