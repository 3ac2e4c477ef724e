from __future__ import annotations

import errno
import os
from pathlib import Path
from typing import Any

import pytest
from tests.conftest import picture
from tests.domain.desk import Desk

from redraft.disk.folder import Folder
from redraft.domain.root import Root
from redraft.domain.view import View
from redraft.errors import (
    FileNotFound,
    NoActiveSession,
    RedraftError,
    SessionNotFound,
    UnsupportedFile,
)

pytestmark = pytest.mark.usefixtures("reach")


def test_resolve_names_the_file_behind_a_path(draft: Desk) -> None:
    draft.write("part/b.md", "mine\n")
    draft.run("delete", path="a.md")
    found = {p: draft.run("resolve", path=p) for p in ("part/b.md", "a.md", "part/sub/c.md", "no")}
    copies = draft.path / ".workflow/draft/files"
    assert [(r.source, r.exists, r.modified_in_session) for r in found.values()] == [
        ("session", True, True),
        ("deleted", False, True),
        ("global", True, False),
        ("global", False, False),
    ]
    assert found["part/b.md"].resolved_path == str(copies / "part/b.md")
    assert found["part/sub/c.md"].resolved_path == str(draft.path / "part/sub/c.md")


def test_a_deleted_document_is_gone_for_its_readers(draft: Desk) -> None:
    """Fault 16: a file deleted in a session is still there for its readers."""
    draft.run("delete", path="part")
    for path in ("part/b.md", "part/sub/c.md"):
        refused = draft.refused("read", path=path)
        assert refused.code == "file_not_found"
        assert refused.data["checked"] == [
            str(draft.path / ".workflow/draft/files" / path),
            str(draft.path / path),
        ]
    assert draft.shown() == {"a.md": "file"}
    assert (draft.path / "part/b.md").read_text() == "b\n"


def test_without_a_session_reads_go_to_global(desk: Desk) -> None:
    desk.put("a.md", "text\n")
    assert desk.read("a.md") == "text\n"
    assert desk.run("resolve", path="a.md").session is None
    with desk.view(None) as view:
        assert view.list("") == [("a.md", "file")]
        assert view.stat("a.md").size == 5
        with pytest.raises(FileNotFound):
            view.read_side("a.md", "base")
        with pytest.raises(FileNotFound):
            view.read_retry("a.md", 1)
        with pytest.raises(FileNotFound):
            view.stat_retry("a.md", 1)
        with pytest.raises(NoActiveSession):
            view.write("a.md", [b"x"])


def test_each_side_of_a_document_has_its_own_size(draft: Desk) -> None:
    draft.write("a.md", "rejected by a person\n")
    draft.run("retry", file_path="a.md", reason="no")
    draft.write("a.md", "mine\n")
    base = (draft.path / "a.md").stat().st_size
    (draft.path / "a.md").write_text("theirs by now\n")
    with draft.view("draft") as view:
        sides = [view.stat_side("a.md", side) for side in ("base", "global")]
        assert [side and side.size for side in sides] == [base, len("theirs by now\n")]
        assert view.stat_retry("a.md", 1).size == len("rejected by a person\n")
        assert view.stat_side("new.md", "global") is None
        with pytest.raises(FileNotFound):
            view.stat_retry("a.md", 2)


def test_a_session_that_cannot_be_found_is_an_error_and_not_global(draft: Desk) -> None:
    """Fault 13: a fault in reading the state means 'no session', and writes go to the base."""
    before = picture(draft.path)
    refused = draft.refused("write", session="other", path="a.md", content="x")
    assert refused.code == "session_not_found"
    assert draft.refused("read", session="../draft", path="a.md").code == "invalid_session_name"
    assert picture(draft.path) == before


@pytest.mark.parametrize(
    ("path", "code"),
    [
        ("../outside.md", "path_outside_root"),
        ("part/../../outside.md", "path_outside_root"),
        ("/etc/passwd", "path_outside_root"),
        ("out/secret.md", "path_outside_root"),
        ("secret.md", "path_outside_root"),
        (".workflow/draft/workflow-session.json", "protected_path"),
        ("part/../.workflow/other/base/a.md", "protected_path"),
        ("workspace/session.lock", "protected_path"),
        (".git/config", "protected_path"),
        ("nul\0", "invalid_arguments"),
    ],
    ids=repr,
)
def test_paths_that_lead_out_are_refused(draft: Desk, tmp_path: Path, path: str, code: str) -> None:
    """Faults 17 and 18: paths that lead out are resolved, copied and written."""
    outside = tmp_path / "outside"
    outside.mkdir()
    (outside / "secret.md").write_text("secret\n")
    (draft.path / "out").symlink_to(outside)
    (draft.path / "secret.md").symlink_to(outside / "secret.md")
    before = picture(draft.path), picture(outside)
    for verb, more in (
        ("read", {}),
        ("resolve", {}),
        ("write", {"content": "mine"}),
        ("retry", {"reason": "no"}),
    ):
        place = {"file_path": path} if verb == "retry" else {"path": path}
        assert draft.refused(verb, **place, **more).code == code
    assert draft.refused("rename", path="a.md", new_path=f"{path}/x").code == code
    assert (picture(draft.path), picture(outside)) == before


def test_a_link_inside_the_root_is_its_target(draft: Desk) -> None:
    (draft.path / "link.md").symlink_to("part/b.md")
    (draft.path / "linked").symlink_to("part")
    draft.write("link.md", "mine\n")
    assert draft.changes() == (["part/b.md"], [], [])
    assert draft.read("linked/b.md") == "mine\n"
    draft.write("linked/new.md", "new\n")
    assert draft.changes() == (["part/b.md"], ["part/new.md"], [])
    assert draft.shown()["link.md"] == "symlink"
    absolute = str(draft.path / "linked/new.md")
    assert draft.run("resolve", path=absolute).path == "part/new.md"


def test_a_folder_link_deleted_in_the_session_leads_nowhere(draft: Desk) -> None:
    (draft.path / "linked").symlink_to("part")
    draft.run("delete", path="linked")
    assert draft.refused("read", path="linked/b.md").code == "file_not_found"
    assert draft.read("part/b.md") == "b\n"
    draft.write("linked/own.md", "own\n")
    assert draft.read("linked/own.md") == "own\n"
    assert draft.changes() == ([], ["linked/own.md"], ["linked"])
    draft.commit()
    assert (draft.path / "linked/own.md").read_text() == "own\n"
    draft.undo()
    assert os.readlink(draft.path / "linked") == "part"


def test_what_is_no_document_cannot_be_read(draft: Desk, tmp_path: Path) -> None:
    os.mkfifo(draft.path / "pipe")
    (draft.path / "dangling").symlink_to("nowhere.md")
    files = draft.path / ".workflow/draft/files"
    (files / "stray").symlink_to(tmp_path)
    assert draft.refused("read", path="part").code == "unsupported_file"
    assert draft.refused("read", path="pipe").code == "unsupported_file"
    assert draft.refused("read", path="dangling").code == "file_not_found"
    assert draft.refused("read", path="stray").code == "unsupported_file"
    assert draft.refused("read", path="a.md/inner").code == "file_not_found"
    assert draft.refused("files", path="a.md").code == "unsupported_file"
    assert draft.refused("files", path="no").code == "file_not_found"
    assert draft.refused("write", path="pipe", content="x").code == "unsupported_file"
    assert draft.refused("rename", path="pipe", new_path="p").code == "unsupported_file"


def test_nothing_is_written_through_a_link_that_lies_among_the_copies(
    draft: Desk, tmp_path: Path
) -> None:
    outside = tmp_path / "outside"
    outside.mkdir()
    (outside / "x.md").write_text("precious\n")
    (draft.path / ".workflow/draft/files/stray").symlink_to(outside)
    for verb, more in (("write", {"content": "x"}), ("read", {}), ("delete", {})):
        draft.refused(verb, path="stray/x.md", **more)
    assert picture(outside).keys() == {"x.md"}
    assert (outside / "x.md").read_text() == "precious\n"


def test_listing_merges_both_layers(draft: Desk) -> None:
    draft.write("part/new.md")
    draft.write("fresh/deep/x.md")
    draft.run("delete", path="part/sub")
    draft.put("part/theirs.md")
    entries = draft.run("files").entries
    assert [(e.path, e.type, e.kind) for e in entries] == [
        ("a.md", "file", None),
        ("fresh", "directory", None),
        ("part", "directory", None),
    ]
    listed = draft.run("files", path="part", recursive=True).entries
    assert [(e.path, e.kind) for e in listed] == [
        ("part/b.md", None),
        ("part/new.md", "created"),
        ("part/theirs.md", None),
    ]


def test_stat_tells_type_size_and_times(draft: Desk) -> None:
    with draft.view() as view:
        assert (view.stat("part").type, view.stat("a.md").type) == ("directory", "file")
        assert view.stat("a.md").mtime_ns == (draft.path / "a.md").stat().st_mtime_ns
        assert view.stat("a.md").ctime_ns > 0
        with pytest.raises(FileNotFound):
            view.stat("no.md")


def test_the_sides_for_comparing(draft: Desk) -> None:
    draft.write("a.md", "mine\n")
    draft.put("a.md", "theirs\n")
    draft.write("new.md", "new\n")
    with draft.view() as view:
        assert view.read_side("a.md", "base") == b"one\ntwo\nthree\n"
        assert view.read_side("a.md", "global") == b"theirs\n"
        assert view.read_side("part/b.md", "base") == b"b\n"
        assert view.read_side("new.md", "base") == b""
        with view.open("a.md") as file:
            assert file.read() == b"mine\n"


def test_a_wide_file_is_read_whole(draft: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("redraft.disk.folder._FIRST_READ", 5)
    for largest in (4, 100):
        monkeypatch.setattr("redraft.disk.folder._ONE_READ", largest)
        assert draft.read("a.md") == "one\ntwo\nthree\n"


def test_a_view_of_a_session_that_ended_says_so(draft: Desk) -> None:
    with draft.view() as view:
        draft.run("session cancel")
        with pytest.raises(RedraftError) as caught:
            view.write("a.md", [b"late"])
        assert caught.value.code == "session_not_found"
    assert not (draft.path / ".workflow/draft").exists()


def test_a_root_must_be_a_folder(tmp_path: Path) -> None:
    from redraft.domain.root import Root

    (tmp_path / "file").write_text("")
    with pytest.raises(UnsupportedFile):
        Root.open(str(tmp_path / "file"))
    with pytest.raises(FileNotFound):
        Root.open(str(tmp_path / "missing"))
    with Root.open(str(tmp_path)) as root, View.of(root, None) as view:
        assert view.list("") == [("file", "file")]


def test_links_are_followed_without_a_session_too(desk: Desk) -> None:
    desk.put("a.md")
    (desk.path / "link.md").symlink_to("a.md")
    assert desk.run("resolve", path="link.md").path == "a.md"


def test_a_look_that_an_operation_overlapped_is_made_again(
    draft: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    answers = iter([False, False, True])
    monkeypatch.setattr(View, "_unmoved", lambda *_: next(answers))
    assert draft.read("a.md") == "one\ntwo\nthree\n"
    monkeypatch.setattr(View, "_unmoved", lambda *_: False)
    assert draft.refused("read", path="a.md").code == "file_not_found"


class Meanwhile:
    """Commits a part and takes that back, in turn, whenever something is looked at."""

    def __init__(self, desk: Desk, monkeypatch: pytest.MonkeyPatch, name: str, times: int) -> None:
        self.desk, self.left, self.committed = desk, times, False
        look: Any = getattr(View, name)

        def disturbed(view: View, path: str) -> object:
            if self.left > 0 and view.root is not desk.root:
                self.left -= 1
                try:
                    return look(view, path)
                finally:
                    self.disturb()
            return look(view, path)

        monkeypatch.setattr(View, name, disturbed)

    def disturb(self) -> None:
        if self.committed:
            self.desk.undo()
        else:
            self.desk.commit(paths=["part/b.md"])
        self.committed = not self.committed


@pytest.mark.parametrize("times", [1, 2, 3])
def test_a_read_that_commits_overlap_gives_the_document(
    draft: Desk, monkeypatch: pytest.MonkeyPatch, times: int
) -> None:
    draft.write("part/b.md", "mine\n")
    draft.run("delete", path="a.md")
    with Root.open(str(draft.path)) as root, View.of(root, "draft") as view:
        for path in ("part/b.md", "a.md"):
            meanwhile = Meanwhile(draft, monkeypatch, "_try_open", times)
            if path == "a.md":
                with pytest.raises(FileNotFound):
                    view.read(path)
            else:
                assert view.read(path) == b"mine\n"
            assert meanwhile.left == 0
            if meanwhile.committed:
                meanwhile.disturb()
    assert draft.changes() == (["part/b.md"], [], ["a.md"])


def test_a_read_that_never_comes_to_rest_gives_up(
    draft: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    draft.write("part/b.md", "mine\n")
    draft.write("rest.md", "rest\n")
    monkeypatch.setattr("redraft.domain.view._ATTEMPTS", 2)
    with Root.open(str(draft.path)) as root, View.of(root, "draft") as view:
        Meanwhile(draft, monkeypatch, "_try_open", 4)
        with pytest.raises(FileNotFound):
            view.read("part/b.md")


def test_a_listing_that_never_comes_to_rest_is_the_last_one_seen(
    draft: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    draft.write("part/b.md", "mine\n")
    draft.write("part/new.md", "new\n")
    monkeypatch.setattr("redraft.domain.view._ATTEMPTS", 2)
    with Root.open(str(draft.path)) as root, View.of(root, "draft") as view:
        meanwhile = Meanwhile(draft, monkeypatch, "_list", 2)
        listed = view.list("part")
        assert listed == [("b.md", "file"), ("new.md", "file"), ("sub", "directory")]
        assert meanwhile.left == 0


def test_a_listing_that_failed_while_a_commit_ran_is_made_again(
    draft: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    draft.write("part/b.md", "mine\n")
    draft.write("rest.md", "rest\n")
    with Root.open(str(draft.path)) as root, View.of(root, "draft") as view:
        Meanwhile(draft, monkeypatch, "_list", 2)
        with pytest.raises(FileNotFound):
            view.list("gone")


def test_a_shortage_of_handles_is_no_missing_document(
    draft: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*_: object) -> int:
        raise OSError(errno.EMFILE, "too many open files")

    with draft.view() as view:
        monkeypatch.setattr("redraft.disk.folder.Folder.open_file", refuse)
        with pytest.raises(OSError, match="too many"):
            view.read("a.md")


def test_a_copy_that_goes_while_it_is_opened_shows_global(
    draft: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    draft.write("a.md", "mine\n")
    open_file = Folder.open_file

    def goes_before(folder: Folder, name: str) -> int:
        (draft.path / ".workflow/draft" / name).unlink(missing_ok=True)
        return open_file(folder, name)

    monkeypatch.setattr(Folder, "open_file", goes_before)
    with draft.view() as view:
        file, source = view.open_path("a.md")
        with file:
            assert (file.read(), source) == (b"one\ntwo\nthree\n", "global")


@pytest.mark.parametrize("path", ["./a.md", "part/../a.md", "part//b.md", "part/b.md"])
def test_every_spelling_of_a_path_reads_the_document(draft: Desk, path: str) -> None:
    draft.write("a.md", "mine\n")
    for given in (path, f"{draft.path}/{path}"):
        with draft.view() as view, view.open(given) as file:
            assert file.read() == view.read(given) == (b"mine\n" if "a.md" in path else b"b\n")


def test_a_session_of_another_case_that_ended_meanwhile_is_not_found(
    draft: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Root, "sessions", lambda self: iter(["Gone"]))
    assert draft.refused("read", session="gone", path="a.md").code == "session_not_found"


def test_the_root_does_not_show_through_a_session_that_ended_meanwhile(desk: Desk) -> None:
    desk.start()
    with desk.view() as view:
        assert view.stat("").type == "directory"
        desk.run("session cancel")
        with pytest.raises(SessionNotFound):
            view.stat("")
