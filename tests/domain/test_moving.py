from __future__ import annotations

import os
from pathlib import Path

import pytest
from tests.domain.desk import Desk

from redraft.disk.folder import Folder
from redraft.errors import FileExists


def test_a_renamed_document_is_created_there_and_deleted_here(draft: Desk) -> None:
    (draft.path / "a.md").chmod(0o640)
    done = draft.run("rename", path="a.md", new_path="z.md")
    assert (done.path, done.kind, done.change_count) == ("z.md", "created", 2)
    assert draft.changes() == ([], ["z.md"], ["a.md"])
    assert (draft.path / ".workflow/draft/files/z.md").stat().st_mode & 0o7777 == 0o640
    assert draft.read("z.md") == "one\ntwo\nthree\n"


def test_a_document_renamed_there_and_back_is_no_change(draft: Desk) -> None:
    draft.run("rename", path="a.md", new_path="z.md")
    draft.run("rename", path="z.md", new_path="a.md")
    assert draft.changes() == ([], [], [])
    assert draft.read("a.md") == "one\ntwo\nthree\n"


def test_a_renamed_folder_takes_both_layers_along(draft: Desk) -> None:
    draft.write("part/b.md", "mine\n")
    draft.run("delete", path="part/sub/c.md")
    draft.write("part/new.md", "new\n")
    draft.run("rename", path="part", new_path="moved")
    assert draft.shown() == {
        "a.md": "file",
        "moved": "directory",
        "moved/b.md": "file",
        "moved/new.md": "file",
        "moved/sub": "directory",
    }
    assert draft.changes() == ([], ["moved/b.md", "moved/new.md"], ["part/b.md", "part/sub/c.md"])
    draft.commit()
    assert sorted(os.listdir(draft.path / "moved")) == ["b.md", "new.md", "sub"]
    assert not (draft.path / "part").exists()


def test_a_folder_renamed_onto_the_name_of_a_deleted_one_shows_nothing_of_it(draft: Desk) -> None:
    draft.put("other/b.md", "other\n")
    draft.run("delete", path="part")
    draft.run("rename", path="other", new_path="part")
    assert draft.shown("part") == {"part/b.md": "file"}
    assert draft.changes() == (["part/b.md"], [], ["other/b.md", "part/sub/c.md"])


def test_overwriting_keeps_what_was_there(draft: Desk) -> None:
    draft.write("z.md", "precious\n")
    assert draft.refused("rename", path="a.md", new_path="z.md").code == "file_exists"
    draft.run("rename", path="a.md", new_path="z.md", overwrite=True)
    assert draft.read("z.md") == "one\ntwo\nthree\n"
    assert b"precious\n" in draft.everything()


def test_overwriting_with_equal_content_is_no_change_there(draft: Desk) -> None:
    draft.write("new.md", "b\n")
    done = draft.run("rename", path="new.md", new_path="part/b.md", overwrite=True)
    assert done.kind == "created"
    assert draft.changes() == ([], [], [])
    assert draft.read("part/b.md") == "b\n"


def test_a_folder_replaces_a_folder_and_hides_what_that_held(draft: Desk) -> None:
    draft.put("other/x.md", "x\n")
    draft.run("rename", path="other", new_path="part", overwrite=True)
    assert draft.shown("part") == {"part/x.md": "file"}
    assert draft.changes()[2] == ["other/x.md", "part/b.md", "part/sub/c.md"]


@pytest.mark.parametrize(
    ("old", "new", "code"),
    [
        ("part", "part/sub/deeper", "invalid_arguments"),
        ("part/b.md", "part", "invalid_arguments"),
        ("", "x", "invalid_arguments"),
        ("a.md", "", "invalid_arguments"),
        ("no.md", "x.md", "file_not_found"),
        ("a.md", "no/x.md", "file_not_found"),
        ("a.md", "part/b.md/x", "unsupported_file"),
        ("a.md", "part", "file_exists"),
        ("part", "a.md", "file_exists"),
        ("link.md", "x.md", "unsupported_file"),
    ],
)
def test_renames_that_make_no_sense_are_refused(draft: Desk, old: str, new: str, code: str) -> None:
    (draft.path / "link.md").symlink_to("a.md")
    assert draft.refused("rename", path=old, new_path=new, overwrite=True).code == code
    assert draft.changes() == ([], [], [])


def test_renaming_to_itself_is_nothing(draft: Desk) -> None:
    assert draft.run("rename", path="a.md", new_path="./a.md").kind == "unchanged"
    assert draft.changes() == ([], [], [])


def test_a_folder_that_holds_a_pipe_stays_where_it_is(draft: Desk) -> None:
    os.mkfifo(draft.path / "part/pipe")
    assert draft.refused("rename", path="part", new_path="moved").code == "unsupported_file"
    assert "moved" not in draft.shown()
    assert not list((draft.path / ".workflow/draft/.tmp").iterdir())


def test_copies_leave_the_original(draft: Desk) -> None:
    with draft.view() as view:
        assert view.copy("a.md", "z.md") == "created"
        assert view.copy("part", "again") == "created"
        assert view.copy("a.md", "part/b.md", overwrite=True) == "modified"
        with pytest.raises(FileExists):
            view.copy("a.md", "a.md")
    assert draft.changes() == (["part/b.md"], ["again/b.md", "again/sub/c.md", "z.md"], [])


def test_a_copied_link_is_what_it_points_to(draft: Desk) -> None:
    (draft.path / "link.md").symlink_to("a.md")
    with draft.view() as view:
        view.copy("link.md", "z.md")
    assert draft.read("z.md") == "one\ntwo\nthree\n"


@pytest.mark.parametrize("kind", ["file", "folder"])
def test_another_case_of_one_entry_leaves_no_tombstone(
    draft: Desk, kind: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    # As on a disk that ignores case: both spellings are one entry.
    old, new = ("x.md", "X.md") if kind == "file" else ("new/x.md", "New/x.md")
    draft.write(old, "mine\n")
    one = draft.path / ".workflow/draft/files" / old.partition("/")[0]
    status = one.stat()
    real = Folder.stat

    def blind(self: Folder, name: str) -> os.stat_result | None:
        spelled = name in ("files/X.md", "files/New")
        return status if spelled and one.exists() else real(self, name)

    with monkeypatch.context() as patched:
        patched.setattr(Folder, "stat", blind)
        draft.run("rename", path=old.partition("/")[0], new_path=new.partition("/")[0])
    assert draft.read(new) == "mine\n"
    assert draft.changes() == ([], [new], [])
    assert not one.exists()


def test_two_hard_links_are_two_documents(draft: Desk) -> None:
    os.link(draft.path / "a.md", draft.path / "A.md")
    assert draft.refused("rename", path="a.md", new_path="A.md").code == "file_exists"
    draft.run("rename", path="a.md", new_path="A.md", overwrite=True)
    assert draft.changes() == ([], [], ["a.md"])


def test_a_rename_that_fails_at_its_last_step_changes_nothing(
    draft: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    from redraft.domain.steps import Hands

    draft.write("part/b.md", "mine\n")
    draft.run("delete", path="part/sub/c.md")
    before = draft.shown(), draft.changes()

    def broken(self: Hands, path: str) -> None:
        raise OSError(5, "Input/output error", path)

    with monkeypatch.context() as patched:
        patched.setattr(Hands, "_do_drop", broken)
        for verb, more in (("rename", {"new_path": "moved"}), ("delete", {})):
            assert draft.refused(verb, path="part", **more).code == "io_error"
    assert (draft.shown(), draft.changes()) == before
    assert not list((draft.path / ".workflow/draft/.tmp").iterdir())


def test_a_rename_never_leaves_the_root(draft: Desk, tmp_path: Path) -> None:
    (draft.path / "out").symlink_to(tmp_path)
    refused = draft.refused("rename", path="a.md", new_path="out/a.md")
    assert refused.code == "path_outside_root"


def test_names_that_differ_in_case_alone_are_two_documents_where_the_disk_says_so(
    draft: Desk,
) -> None:
    draft.write("A.md", "the other\n")
    assert draft.refused("rename", path="a.md", new_path="A.md").code == "file_exists"
