from __future__ import annotations

import os
import re

import pytest
from tests.conftest import picture
from tests.domain.desk import Desk


def test_a_checkpoint_brings_everything_back(draft: Desk) -> None:
    draft.write("a.md", "first\n")
    draft.run("delete", path="part")
    with draft.view() as view:
        view.make_folder("empty")
    shown, changes = draft.shown(), draft.changes()
    kept = draft.run("session checkpoint", label="before the rewrite – é")
    draft.write("a.md", "other\n")  # of the same size, in the same tick of the clock
    draft.write("part", "a file\n")
    draft.run("delete", path="empty")
    done = draft.run("session restore", id=kept.id)
    assert (done.changed, done.replaced_by.trigger) == (["a.md", "part"], "before_restore")
    assert (draft.shown(), draft.changes()) == (shown, changes)
    assert draft.read("a.md") == "first\n"
    assert {b"other\n", b"a file\n"} <= draft.everything()
    labels = [c.label for c in draft.run("session checkpoints").checkpoints]
    assert labels == ["before the rewrite – é", f"before restoring {kept.id}"]


def test_a_restored_base_still_tells_drift(draft: Desk) -> None:
    draft.write("a.md", "mine\n")
    kept = draft.run("session checkpoint").id
    draft.write("a.md", "mine too\n")
    draft.run("session restore", id=kept)
    assert draft.run("session status").drifted == []
    base = draft.path / ".workflow/draft/base/a.md"
    copy = draft.path / f".workflow/draft/checkpoints/{kept}/base/a.md"
    assert base.stat().st_mtime_ns == copy.stat().st_mtime_ns
    draft.put("a.md", "theirs\n")
    assert draft.run("session status").drifted == ["a.md"]


def test_an_edit_in_place_does_not_reach_into_a_checkpoint(draft: Desk) -> None:
    draft.write("a.md", "mine\n")
    kept = draft.run("session checkpoint").id
    with (draft.path / ".workflow/draft/files/a.md").open("a") as file:
        file.write("an agent's line\n")
    draft.run("session restore", id=kept)
    assert draft.read("a.md") == "mine\n"


def test_a_restore_can_be_undone_once(draft: Desk) -> None:
    draft.write("a.md", "first\n")
    kept = draft.run("session checkpoint").id
    draft.write("a.md", "second\n")
    draft.run("session restore", id=kept)
    before = draft.read("a.md")
    assert draft.undo(preview=True).undone == "restore"
    assert draft.read("a.md") == before
    done = draft.undo()
    assert (done.undone, done.restored) == ("restore", ["a.md"])
    assert draft.read("a.md") == "second\n"
    assert draft.refused("session undo", name="draft").code == "nothing_to_undo"
    assert draft.refused("session undo", name="other").code == "nothing_to_undo"


@pytest.mark.parametrize("id_", ["", ".", "..", "../files", "20200101T000000000000Z", "x\0"])
def test_an_unknown_checkpoint_is_refused(draft: Desk, id_: str) -> None:
    refused = draft.refused("session restore", id=id_)
    assert (refused.code, refused.suggestions) == ("invalid_arguments", ("/session checkpoints",))
    assert "none yet" in refused.message
    kept = draft.run("session checkpoint").id
    assert kept in draft.refused("session restore", id=id_).message


def test_links_are_kept_and_pipes_are_not(draft: Desk) -> None:
    (draft.path / "link.md").symlink_to("a.md")
    draft.run("delete", path="link.md")
    os.mkfifo(draft.path / ".workflow/draft/files/pipe")
    before = picture(draft.path / ".workflow/draft/base")
    kept = draft.run("session checkpoint").id
    done = draft.run("session restore", id=kept)
    assert done.changed == ["pipe"]
    assert picture(draft.path / ".workflow/draft/base") == before
    assert draft.changes() == ([], [], ["link.md"])


@pytest.mark.parametrize(
    "text", ["{", "[]", '{"label": 3, "change_count": "x", "phase": null, "at": "noon"}']
)
def test_a_damaged_manifest_is_left_out_or_made_whole(draft: Desk, text: str) -> None:
    kept = draft.run("session checkpoint", label="mine").id
    (draft.path / f".workflow/draft/checkpoints/{kept}/manifest.json").write_text(text)
    found = draft.run("session checkpoints").checkpoints
    if not text.startswith('{"'):
        assert found == []
        return
    (one,) = found
    assert (one.id, one.label, one.change_count, one.phase) == (kept, "", 0, "PLAN")
    assert one.current_tasks == []
    assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}Z", one.at)


def test_two_checkpoints_of_one_moment_are_two(
    draft: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("time.time_ns", lambda: 1_700_000_000_000_000_000)
    ids = [draft.run("session checkpoint").id for _ in range(3)]
    assert ids == [f"20231114T22132000000{n}Z" for n in range(3)]
