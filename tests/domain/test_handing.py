"""Documents handed over to tools that write the copies by themselves."""

from __future__ import annotations

import pytest
from tests.domain.desk import Desk

from redraft.domain.handing import hand_over, take_back
from redraft.errors import InvalidArguments, NoActiveSession, UnsupportedFile

FILES = ".workflow/draft/files"


def test_a_document_that_is_handed_over_is_no_change_before_it_is_written(draft: Desk) -> None:
    with draft.view() as view:
        assert hand_over(view, "a.md", copy=False) == f"{draft.path}/{FILES}/a.md"
    assert draft.changes() == ([], [], [])
    assert (draft.path / ".workflow/draft/base/a.md").read_text() == "one\ntwo\nthree\n"


def test_a_copy_is_there_where_the_tool_needs_the_text(draft: Desk) -> None:
    (draft.path / "a.md").chmod(0o640)
    with draft.view() as view:
        hand_over(view, "a.md", copy=True)
        copy = draft.path / FILES / "a.md"
        assert copy.read_text() == "one\ntwo\nthree\n"
        assert copy.stat().st_mode & 0o777 == 0o640
        copy.write_text("mine\n")
        hand_over(view, "a.md", copy=True)
        assert copy.read_text() == "mine\n"
    assert copy.stat().st_ino != (draft.path / "a.md").stat().st_ino


def test_only_folders_that_are_seen_are_made(draft: Desk) -> None:
    with draft.view() as view:
        hand_over(view, "part/new/x.md", copy=False)
    assert (draft.path / FILES / "part").is_dir()
    assert not (draft.path / FILES / "part/new").exists()


def test_what_is_no_document_is_not_handed_over(draft: Desk) -> None:
    with draft.view() as view:
        with pytest.raises(UnsupportedFile):
            hand_over(view, "part", copy=True)
        with pytest.raises(UnsupportedFile):
            hand_over(view, "a.md/inner.md", copy=False)
        with pytest.raises(InvalidArguments):
            hand_over(view, "", copy=False)
    with draft.view(None) as view, pytest.raises(NoActiveSession):
        hand_over(view, "a.md", copy=False)


def test_what_comes_back_is_put_in_order(draft: Desk) -> None:
    (draft.path / "a.md").chmod(0o750)
    draft.run("delete", path="a.md")
    with draft.view() as view:
        assert take_back(view, "a.md", fresh=True) == "unchanged"
        hand_over(view, "a.md", copy=False)
        copy = draft.path / FILES / "a.md"
        copy.write_text("again\n")
        assert take_back(view, "a.md", fresh=True) == "modified"
        assert copy.stat().st_mode & 0o777 == 0o750
        copy.chmod(0o600)
        assert take_back(view, "a.md", fresh=False) == "modified"
        assert copy.stat().st_mode & 0o777 == 0o600
        hand_over(view, "new.md", copy=False)
        (draft.path / FILES / "new.md").write_text("n\n")
        assert take_back(view, "new.md", fresh=True) == "created"
    assert draft.changes() == (["a.md"], ["new.md"], [])
    assert not (draft.path / ".workflow/draft/deleted/a.md").exists()


def test_without_a_base_nothing_is_handed_over(draft: Desk) -> None:
    (draft.path / ".workflow/draft/.tmp").write_text("a file where a folder belongs")
    with draft.view() as view, pytest.raises(OSError, match="base"):
        hand_over(view, "a.md", copy=False)
