from __future__ import annotations

import time
from pathlib import Path

import pytest
from tests.conftest import picture
from tests.domain.desk import Desk

from redraft.domain import layout
from redraft.domain.trash import Bin, dated


@pytest.mark.parametrize("name", ["..", ".", "/etc", "completed", ".trash", "a/b", "", "CON"])
def test_cancel_takes_nothing_but_sessions(draft: Desk, name: str) -> None:
    """Fault 7: cancel_session deletes any folder: '..', '.', an absolute path."""
    draft.write("a.md", "mine\n")
    before = picture(draft.path / ".workflow")
    assert draft.refused("session cancel", name=name).code == "invalid_session_name"
    after = picture(draft.path / ".workflow")
    assert {p: e[3] for p, e in after.items()} == {p: e[3] for p, e in before.items()}


def test_cancelled_sessions_stay_until_the_trash_is_emptied(draft: Desk) -> None:
    draft.write("a.md", "mine\n")
    draft.run("session cancel")
    draft.start("other")
    draft.write("new.md", "created\n")
    draft.run("delete", path="new.md")
    draft.write("part/b.md", "mine\n")
    draft.commit()
    found = draft.run("session trash")
    assert [entry.kind for entry in found.entries] == ["cancelled", "deleted", "archived"]
    assert all(entry.size_bytes > 0 for entry in found.entries)
    assert found.removed == []
    assert {b"mine\n", b"created\n", b"b\n"} <= draft.everything()


def test_emptying_removes_what_the_preview_showed(draft: Desk) -> None:
    draft.write("a.md", "mine\n")
    draft.run("session cancel")
    names = [entry.name for entry in draft.run("session trash").entries]
    assert draft.run("session trash", force=True, older_than_days=1).removed == []
    assert draft.run("session trash", force=True).removed == names
    assert draft.run("session trash").entries == []
    assert draft.refused("session undo").code == "nothing_to_undo"
    refused = draft.refused("session trash", older_than_days=-1)
    assert refused.code == "invalid_arguments"


def test_old_entries_are_told_from_new_ones(draft: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    draft.run("session cancel")
    later = time.time_ns() + 3 * 86_400 * 1_000_000_000
    monkeypatch.setattr("time.time_ns", lambda: later)
    assert len(draft.run("session trash", older_than_days=2).entries) == 1
    assert len(draft.run("session trash", force=True, older_than_days=2).removed) == 1


def test_foreign_folders_in_the_trash_are_left_alone(draft: Desk) -> None:
    foreign = draft.path / ".workflow/.trash/notes"
    foreign.mkdir(parents=True)
    (draft.path / ".workflow/.trash/x-20200101T000000000000Z").mkdir()
    assert [entry.kind for entry in draft.run("session trash").entries] == ["empty"]
    assert draft.run("session trash", force=True).removed == ["x-20200101T000000000000Z"]
    assert foreign.is_dir()


def test_two_entries_of_one_moment_do_not_meet(
    draft: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("time.time_ns", lambda: 1_700_000_000_000_000_000)
    draft.write("new.md", "first\n")
    with draft.view() as view:
        assert view.session is not None
        first = Bin(view.session, "deleted")
        first.take("files/new.md")
        assert dated(draft.root, ".workflow/.trash", "draft") != first.path


def test_what_looks_like_a_time_and_is_none_comes_before_all() -> None:
    """Somebody may put anything into the archive."""
    assert layout.moment_of("20261332T256199000000Z") == 0
    assert layout.time_text(layout.moment_of("20261127T195100798093Z")) == "20261127T195100798093Z"


def test_a_name_that_is_taken_gets_the_next_moment(draft: Desk) -> None:
    """Somebody may have put it there by hand."""
    draft.root.last_dated_ns = layout.moment_of("20991231T000000000000Z")
    taken = Path(draft.root.path, layout.TRASH, "x-20991231T000000000001Z")
    taken.mkdir(parents=True)
    assert dated(draft.root, layout.TRASH, "x") == f"{layout.TRASH}/x-20991231T000000000002Z"
