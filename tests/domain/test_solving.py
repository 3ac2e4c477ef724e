"""The result of a merge that a person made goes into the session whole, or not at all."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import pytest
from tests.domain.desk import Desk

from redraft.domain import solving
from redraft.domain.journal import run
from redraft.errors import Conflict, UnsupportedFile

MERGED = "one\nboth\nthree\n"
MINE = "one\nmine\nthree\n"
THEIRS = "one\ntheirs\nthree\n"


@pytest.fixture
def torn(draft: Desk) -> Desk:
    """A desk whose session and folder changed the same line of a document."""
    draft.write("a.md", MINE)
    draft.put("a.md", THEIRS)
    assert draft.states() == {"a.md": ("modified", "conflict")}
    return draft


def solve(desk: Desk, merged: str = MERGED, *, folder: str = THEIRS, session: str = MINE) -> bool:
    with desk.view() as view:
        return solving.solve(view, "a.md", merged.encode(), folder.encode(), session.encode())


def test_the_result_is_committed_as_it_is(torn: Desk) -> None:
    # Merging it once more could bring back what a person decided against.
    assert solve(torn)
    assert torn.states() == {"a.md": ("modified", "clean")}
    assert torn.run("session status").drifted == []
    torn.run("session commit", force=True)
    assert (torn.path / "a.md").read_text() == MERGED


def test_what_the_session_had_goes_to_the_trash(torn: Desk) -> None:
    assert solve(torn)
    assert MINE.encode() in torn.everything()
    assert [entry.kind for entry in torn.run("session trash").entries] == ["merged"]
    assert (torn.path / "a.md").read_text() == THEIRS


def test_a_result_that_equals_the_folder_is_no_change_any_more(torn: Desk) -> None:
    assert solve(torn, THEIRS)
    assert torn.changes() == ([], [], [])
    assert torn.read("a.md") == THEIRS


@pytest.mark.parametrize("versions", [{"folder": "one\n"}, {"session": "one\n"}])
def test_versions_that_were_not_merged_are_left_alone(torn: Desk, versions: dict[str, str]) -> None:
    assert not solve(torn, **versions)
    assert torn.read("a.md") == MINE
    assert torn.states() == {"a.md": ("modified", "conflict")}
    assert torn.run("session trash").entries == []


@pytest.mark.parametrize("side", ["folder", "session"])
def test_a_version_that_went_away_is_left_alone(torn: Desk, side: str) -> None:
    gone = torn.path if side == "folder" else torn.path / ".workflow/draft/files"
    (gone / "a.md").unlink()
    assert not solve(torn)
    assert torn.read("a.md") == (MINE if side == "folder" else THEIRS)


def test_a_folder_in_the_place_of_a_version_is_no_version(torn: Desk) -> None:
    (torn.path / "a.md").unlink()
    (torn.path / "a.md").mkdir()
    assert not solve(torn)


def test_a_link_in_the_folder_is_no_version(torn: Desk) -> None:
    (torn.path / "a.md").unlink()
    (torn.path / "a.md").symlink_to("part/b.md")
    assert not solve(torn)
    assert torn.read("a.md") == MINE


def test_a_pipe_in_the_folder_is_no_document(torn: Desk) -> None:
    (torn.path / "a.md").unlink()
    os.mkfifo(torn.path / "a.md")
    with pytest.raises(UnsupportedFile):
        solve(torn)
    assert torn.read("a.md") == MINE


def test_both_may_have_made_the_document(draft: Desk) -> None:
    draft.write("new.md", MINE)
    draft.put("new.md", THEIRS)
    with draft.view() as view:
        assert solving.solve(view, "new.md", MERGED.encode(), THEIRS.encode(), MINE.encode())
    assert draft.states() == {"new.md": ("modified", "clean")}


def test_an_agent_that_writes_in_that_very_moment_keeps_its_text(
    torn: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The copy is looked at, then the agent writes into it in place, then it is to be replaced."""
    copy = Path(torn.path, ".workflow/draft/files/a.md")

    def late(*arguments: Any) -> None:
        copy.write_text("an agent's\n")
        run(*arguments)

    monkeypatch.setattr("redraft.domain.solving.run", late)
    with pytest.raises(Conflict):
        solve(torn)
    assert torn.read("a.md") == "an agent's\n"
    assert torn.states() == {"a.md": ("modified", "conflict")}
