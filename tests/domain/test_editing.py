from __future__ import annotations

import os
import subprocess
import sys
import unicodedata

import pytest
from tests.conftest import picture
from tests.domain.desk import OLD_NS, Desk
from tests.recovery.strikes import watched

from redraft.domain.handing import hand_over
from redraft.errors import FileExists, FileNotFound, InvalidArguments, UnsupportedFile


def test_global_is_untouched_whatever_happens_in_a_session(draft: Desk) -> None:
    before = picture(draft.path)
    draft.write("a.md", "mine\n")
    draft.write("new/x.md")
    draft.run("rename", path="part", new_path="moved")
    draft.run("delete", path="a.md")
    draft.run("session checkpoint")
    draft.run("retry", file_path="new/x.md", reason="no")
    draft.run("session discard", paths=["new"])
    draft.run("session cancel")
    assert picture(draft.path) == before


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"\0\xff\xfe",
        b"\xef\xbb\xbfwith a mark\r\nand ends\r\n",
        b"no end",
        "ünïcode \U0001f3ad".encode(),
    ],
    ids=["empty", "binary", "BOM and CRLF", "no newline", "unicode"],
)
def test_content_is_carried_byte_for_byte(draft: Desk, content: bytes) -> None:
    with draft.view() as view:
        assert view.write("x.md", [content]) == "created"
        assert view.read("x.md") == content
    draft.commit()
    assert (draft.path / "x.md").read_bytes() == content


@pytest.mark.parametrize(
    "name",
    ["with space", "-dash", ".dot", "tab\tnewline\n", "🎭", "a\\b", "é", "e\u0301", "x" * 255],
    ids=["space", "dash", "dot", "control", "emoji", "backslash", "NFC", "NFD", "long"],
)
def test_names_are_kept_as_they_are(draft: Desk, name: str) -> None:
    path = f"ordner {name[:60]}/{name}"
    draft.write(path, "mine\n")
    draft.run("retry", file_path=path, reason="no")
    assert draft.read(path) == "mine\n"
    assert draft.commit().created == [path]
    assert name in os.listdir(draft.path / f"ordner {name[:60]}")


def test_two_unicode_forms_are_two_documents_where_the_disk_says_so(draft: Desk) -> None:
    for form in ("NFC", "NFD"):
        draft.write(unicodedata.normalize(form, "é.md"), form)
    assert draft.read(unicodedata.normalize("NFC", "é.md")) == "NFC"


def test_a_name_too_long_for_any_disk_is_refused(draft: Desk) -> None:
    refused = draft.refused("write", path="é" * 128, content="")
    assert refused.code == "invalid_arguments"


def test_a_first_write_keeps_the_base_with_its_time(draft: Desk) -> None:
    draft.write("a.md", "mine\n")
    kept = draft.path / ".workflow/draft/base/a.md"
    assert kept.read_text() == "one\ntwo\nthree\n"
    assert kept.stat().st_mtime_ns == OLD_NS
    draft.put("a.md", "theirs\n")
    draft.write("a.md", "mine again\n")
    assert kept.read_text() == "one\ntwo\nthree\n"


def test_an_edit_in_place_of_a_copy_reaches_nothing_else(draft: Desk) -> None:
    draft.write("a.md", "mine\n")
    with draft.view() as view:
        assert hand_over(view, "part/b.md", copy=True)
    kept = draft.run("session checkpoint").id
    folder = draft.path / ".workflow/draft"
    for path in ("a.md", "part/b.md"):
        beside = [draft.path / path, folder / "base" / path]
        beside.append(folder / "checkpoints" / kept / "base" / path)
        before = [place.read_bytes() for place in beside]
        with (folder / "files" / path).open("a") as file:
            file.write("an agent's line\n")
        assert [place.read_bytes() for place in beside] == before
    assert (folder / "checkpoints" / kept / "files/a.md").read_text() == "mine\n"
    assert draft.read("a.md") == "mine\nan agent's line\n"


def test_a_reader_finds_one_version_or_the_other_at_any_moment_of_a_write(draft: Desk) -> None:
    """What another process sees between any two calls of the writer."""
    before, after = "one\n" * 5000, "two\n" * 5000
    draft.write("a.md", before)
    seen = set()

    def look(_: str) -> None:
        seen.add((draft.path / ".workflow/draft/files/a.md").read_text())

    with watched(look):
        draft.write("a.md", after)
    look("afterwards")
    assert seen == {before, after}


def test_a_write_equal_to_base_and_global_is_no_change(draft: Desk) -> None:
    assert draft.write("a.md", "mine\n").kind == "modified"
    assert draft.write("a.md", "one\ntwo\nthree\n").kind == "unchanged"
    assert draft.write("part/sub/c.md", "c\n").kind == "unchanged"
    assert draft.changes() == ([], [], [])
    folder = draft.path / ".workflow/draft"
    assert [p for p in folder.rglob("*") if p.is_file()] == [folder / "workflow-session.json"]


def test_a_write_equal_to_the_base_is_a_change_where_global_moved_on(draft: Desk) -> None:
    draft.write("a.md", "mine\n")
    draft.put("a.md", "theirs\n")
    assert draft.write("a.md", "one\ntwo\nthree\n").kind == "modified"


def test_a_write_of_what_another_mode_holds_is_a_change(draft: Desk) -> None:
    draft.write("a.md", "mine\n")
    (draft.path / ".workflow/draft/files/a.md").chmod(0o700)
    assert draft.write("a.md", "one\ntwo\nthree\n").kind == "modified"


def test_writing_a_deleted_document_brings_it_back_with_its_bits(draft: Desk) -> None:
    (draft.path / "a.md").chmod(0o750)
    draft.run("delete", path="a.md")
    assert draft.write("a.md", "mine\n").kind == "modified"
    assert draft.changes() == (["a.md"], [], [])
    draft.run("delete", path="a.md")
    assert draft.write("a.md", "one\ntwo\nthree\n").kind == "unchanged"
    assert draft.read("a.md") == "one\ntwo\nthree\n"


def test_a_base_left_by_a_write_that_failed_is_taken_anew(draft: Desk) -> None:
    def full() -> object:
        yield b"x"
        raise OSError(28, "No space left on device")

    with draft.view() as view:
        with pytest.raises(OSError, match="No space"):
            view.write("a.md", full())  # type: ignore[arg-type]  # a generator is iterable
        draft.put("a.md", "later\n")
        view.write("a.md", [b"mine\n"])
    assert draft.run("session status").drifted == []


def test_a_disk_that_is_full_leaves_both_versions(draft: Desk) -> None:
    """Fault 3: a full disk truncates the base file and deletes the session."""
    draft.write("a.md", "mine\n")

    def full() -> object:
        yield b"half"
        raise OSError(28, "No space left on device")

    with draft.view() as view, pytest.raises(OSError, match="No space"):
        view.write("a.md", full())  # type: ignore[arg-type]  # a generator is iterable
    assert draft.read("a.md") == "mine\n"
    assert (draft.path / "a.md").read_text() == "one\ntwo\nthree\n"
    assert not list((draft.path / ".workflow/draft/.tmp").iterdir())


def test_options_of_writing_are_respected(draft: Desk) -> None:
    with draft.view() as view:
        with pytest.raises(FileExists):
            view.write("a.md", [b""], overwrite=False)
        with pytest.raises(FileNotFound):
            view.write("no.md", [b""], create=False)
        with pytest.raises(FileNotFound):
            view.write("no/where.md", [b""], parents=False)
        with pytest.raises(UnsupportedFile):
            view.write("part", [b""])
        with pytest.raises(UnsupportedFile):
            view.write("a.md/inner", [b""])
        with pytest.raises(InvalidArguments):
            view.write("", [b""])
    assert draft.changes() == ([], [], [])


def test_folders_are_made_once_and_only_in_folders(draft: Desk) -> None:
    with draft.view() as view:
        view.make_folder("fresh")
        for path in ("fresh", "part", "a.md"):
            with pytest.raises(FileExists):
                view.make_folder(path)
        with pytest.raises(FileNotFound):
            view.make_folder("no/where")
        with pytest.raises(UnsupportedFile):
            view.make_folder("a.md/inner")
    assert draft.shown()["fresh"] == "directory"
    assert draft.changes() == ([], [], [])


def test_a_folder_made_where_a_full_one_was_deleted_is_empty(draft: Desk) -> None:
    draft.run("delete", path="part")
    with draft.view() as view:
        view.make_folder("part")
    assert draft.shown("part") == {}


def test_an_empty_folder_made_again_is_no_deletion(draft: Desk) -> None:
    (draft.path / "empty").mkdir()
    draft.run("delete", path="empty")
    assert draft.changes() == ([], [], ["empty"])
    with draft.view() as view:
        view.make_folder("empty")
    assert draft.changes() == ([], [], [])


def test_deleting_a_created_document_moves_it_to_the_trash(draft: Desk) -> None:
    draft.write("new.md", "only here\n")
    assert draft.run("delete", path="new.md").kind == "unchanged"
    assert draft.changes() == ([], [], [])
    [entry] = draft.run("session trash").entries
    assert entry.kind == "deleted"
    kept = draft.path / ".workflow/.trash" / entry.name / "deleted/files/new.md"
    assert kept.read_text() == "only here\n"


def test_a_created_document_deleted_hides_what_came_to_global_and_conflicts(draft: Desk) -> None:
    draft.write("new.md", "mine\n")
    draft.put("new.md", "theirs\n")
    draft.run("delete", path="new.md")
    assert "new.md" not in draft.shown()
    assert draft.states() == {"new.md": ("deleted", "conflict")}


def test_what_global_lost_too_is_no_deletion_any_more(draft: Desk) -> None:
    draft.write("a.md", "mine\n")
    (draft.path / "a.md").unlink()
    assert draft.run("delete", path="a.md").kind == "unchanged"
    assert draft.changes() == ([], [], [])
    assert {b"mine\n", b"one\ntwo\nthree\n"} <= draft.everything()


def test_deleting_twice_or_nothing_is_refused(draft: Desk) -> None:
    draft.run("delete", path="a.md")
    for path in ("a.md", "no.md"):
        assert draft.refused("delete", path=path).code == "file_not_found"
    assert draft.refused("delete", path="").code == "invalid_arguments"
    with draft.view() as view, pytest.raises(UnsupportedFile):
        view.delete("part", recursive=False)


def test_a_deleted_folder_takes_single_deletions_over(draft: Desk) -> None:
    draft.run("delete", path="part/b.md")
    draft.write("part/sub/c.md", "mine\n")
    assert draft.run("delete", path="part").kind == "deleted"
    stones = draft.path / ".workflow/draft/deleted"
    assert [p.name for p in stones.iterdir()] == ["part"]
    assert (stones / "part").is_file()
    assert draft.changes() == ([], [], ["part/b.md", "part/sub/c.md"])


def test_a_folder_that_only_the_session_has_leaves_no_tombstone(draft: Desk) -> None:
    draft.write("fresh/x.md", "mine\n")
    assert draft.run("delete", path="fresh").kind == "unchanged"
    assert not (draft.path / ".workflow/draft/deleted").exists()
    assert b"mine\n" in draft.everything()


def test_sizes_are_those_of_now(draft: Desk) -> None:
    """Fault 25: the session's size is that of the first copy for ever."""
    draft.write("new.md", "x")
    first = draft.run("session status").size_bytes
    draft.write("new.md", "x" * 1001)
    assert draft.run("session status").size_bytes == first + 1000


def test_a_write_touches_no_metadata(draft: Desk) -> None:
    """Fault 28: every call reads the whole session.json; every first write rewrites it."""
    metadata = draft.path / ".workflow/draft/workflow-session.json"
    before = metadata.stat()
    draft.write("a.md", "mine\n")
    draft.write("new.md")
    after = metadata.stat()
    assert (after.st_ino, after.st_mtime_ns) == (before.st_ino, before.st_mtime_ns)


def test_two_processes_that_write_lose_nothing(draft: Desk) -> None:
    """Fault 11: two processes that record changes lose each other's."""
    code = """
import sys
from redraft.domain.root import Root
from redraft.domain.writing import WritableView
with Root.open(sys.argv[1]) as root, WritableView.of(root, "draft") as view:
    for n in range(25):
        view.write(f"{sys.argv[2]}-{n}.md", [sys.argv[2].encode()])
"""
    command = [sys.executable, "-c", code, str(draft.path)]
    path = os.pathsep.join(sys.path)
    running = [
        subprocess.Popen([*command, who], env={**os.environ, "PYTHONPATH": path})
        for who in ("one", "two")
    ]
    assert [process.wait() for process in running] == [0, 0]
    assert len(draft.changes()[1]) == 50


def test_long_names_are_told_apart_in_lists(desk: Desk) -> None:
    """Fault 27: list_sessions cuts names at 26 characters."""
    names = ["a-very-long-name-of-a-session-" + end for end in ("one", "two")]
    for name in names:
        desk.start(name)
    assert [row.name for row in desk.run("session list").sessions] == names


def test_single_tombstones_give_way_to_that_of_a_document_in_their_folders_place(
    draft: Desk,
) -> None:
    draft.run("delete", path="part/b.md")
    draft.run("delete", path="part/sub/c.md")
    for path in ("part/b.md", "part/sub/c.md", "part/sub", "part"):
        place = draft.path / path
        place.rmdir() if place.is_dir() else place.unlink()
    draft.put("part", "a file now\n")
    assert draft.run("delete", path="part").kind == "deleted"
    assert draft.refused("read", path="part").code == "file_not_found"
    assert (draft.path / ".workflow/draft/deleted/part").is_file()


def test_a_document_rewritten_in_a_deleted_folder_is_deleted_again(draft: Desk) -> None:
    draft.run("delete", path="part")
    draft.write("part/b.md", "mine\n")
    assert draft.changes() == (["part/b.md"], [], ["part/sub/c.md"])
    assert draft.run("resolve", path="part/b.md").source == "session"
    assert draft.run("delete", path="part/b.md").kind == "deleted"
    assert draft.changes() == ([], [], ["part/b.md", "part/sub/c.md"])
    assert b"mine\n" in draft.everything()


def test_a_folder_of_the_sessions_own_outlives_its_last_document(draft: Desk) -> None:
    draft.write("fresh/x.md")
    draft.run("delete", path="fresh/x.md")
    assert draft.shown("fresh") == {}
    draft.write("fresh/x.md")
    draft.run("session discard", paths=["fresh/x.md"])
    assert "fresh" not in draft.shown()
