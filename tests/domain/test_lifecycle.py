"""The life of a session: names, temporary sessions, taking up again, phases."""

from __future__ import annotations

import errno
import json
from collections.abc import Callable
from typing import Any

import pytest
from tests.domain.desk import Desk

from redraft.domain import layout, lifecycle, marker, temporary
from redraft.errors import InvalidArguments


def test_a_session_whose_marker_cannot_be_set_is_not_begun(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*_: object) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    with monkeypatch.context() as patch:
        patch.setattr(marker, "activate", full)
        assert desk.refused("session start", name="draft").code == "io_error"
    assert desk.run("session list").sessions == []
    desk.start()


@pytest.mark.parametrize("begin", [lifecycle.start, lifecycle.name_temporary])
def test_a_description_that_is_no_text_is_refused(desk: Desk, begin: Any) -> None:
    with pytest.raises(InvalidArguments, match="characters"):
        begin(desk.root, "one", "\ud800", "medium")


def test_a_temporary_session_gets_a_name_and_keeps_its_work(desk: Desk) -> None:
    made = desk.write("a.md", "mine\n").session
    done = desk.run(
        "session start", name="draft", description="Named", type="simple", from_temporary=True
    )
    assert (done.name, done.description, done.type) == ("draft", "Named", "simple")
    assert (done.status, done.temporary, done.changes.created) == ("ACTIVE", False, ["a.md"])
    assert list(desk.root.sessions()) == ["draft"]
    assert desk.refused("session status", name=made).code == "session_not_found"
    assert desk.read("a.md") == "mine\n"


def test_without_a_description_the_temporary_sessions_own_stays(desk: Desk) -> None:
    desk.write("a.md", "mine\n")
    done = desk.run("session start", name="draft", from_temporary=True)
    assert done.description == "Temporary session"


def test_only_a_temporary_session_can_be_named(desk: Desk) -> None:
    refused = desk.refused("session start", name="draft", from_temporary=True)
    assert refused.data["problems"] == ["there is no temporary session to name"]
    desk.start("one")
    refused = desk.refused("session start", name="draft", from_temporary=True)
    assert refused.data["problems"] == ["'one' is not a temporary session"]
    assert list(desk.root.sessions()) == ["one"]


def test_a_temporary_session_does_not_take_anothers_name(desk: Desk) -> None:
    desk.start("one")
    desk.run("session pause")
    made = desk.write("a.md", "mine\n").session
    assert desk.refused("session start", name="ONE", from_temporary=True).code == "session_exists"
    assert desk.run("session status").name == made


def test_a_write_that_fails_is_not_covered_up_by_what_its_session_does(desk: Desk) -> None:
    def fail_after(step: Callable[[str], object], session: str | None = None) -> None:
        with temporary.Destination(desk.root, session) as to:
            step(to.name)
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        fail_after(lambda name: desk.run("session cancel", name=name))
    with pytest.raises(ZeroDivisionError):
        fail_after(lambda _: desk.write("a.md"))
    assert desk.run("session status").change_count == 1
    desk.start("mine")
    with pytest.raises(ZeroDivisionError):
        fail_after(lambda _: None, "mine")
    assert desk.run("session status").name == "mine"


def test_switching_to_a_completed_session_is_refused(desk: Desk) -> None:
    desk.start("one")
    desk.run("session complete", archive=False)
    desk.start("two")
    refused = desk.refused("session switch", name="one")
    assert refused.suggestions == ("/session resume one",)
    assert marker.active(desk.root) == "two"


def test_resume_without_a_name_takes_the_session_that_was_left_last(desk: Desk) -> None:
    for name in ("done", "one", "two", "three"):
        desk.start(name)
    desk.run("session complete", name="done", archive=False)
    desk.run("session pause", name="one")
    desk.run("session pause", name="two")
    desk.run("session switch", name="three")
    assert desk.run("session resume").name == "two"
    assert desk.run("session pause").name == "two"
    assert desk.run("session resume").name == "two"


def test_a_completed_session_is_taken_up_again_by_its_name(draft: Desk) -> None:
    draft.write("a.md", "mine\n")
    draft.run("retry", file_path="a.md", reason="no")
    draft.run("session phase", phase="REVIEW")
    place = draft.run("session complete").archived_to
    again = draft.run("session resume", name="DRAFT")
    assert (again.name, again.status, again.resume.phase) == ("draft", "ACTIVE", "REVIEW")
    assert (again.changes.modified, again.retry_count) == (["a.md"], 1)
    assert not (draft.path / place).exists()
    assert draft.read("a.md") == "mine\n"
    assert metadata_of(draft)["status"] == "active"


def test_of_several_completed_sessions_of_one_name_the_newest_is_taken_up(desk: Desk) -> None:
    for text in ("old\n", "new\n"):
        desk.start()
        desk.write("a.md", text)
        desk.run("session complete")
    desk.start("draft")
    refused = desk.refused("session resume", name="draft2")
    assert refused.code == "session_not_found"
    desk.run("session cancel")
    desk.run("session resume", name="draft")
    assert desk.read("a.md") == "new\n"
    desk.run("session cancel")
    desk.run("session resume", name="draft")
    assert desk.read("a.md") == "old\n"


def test_only_a_completed_session_is_taken_up_again(draft: Desk) -> None:
    draft.write("a.md", "mine\n")
    draft.commit()
    refused = draft.refused("session resume", name="draft")
    assert (refused.code, refused.suggestions) == (
        "session_not_found", ("/session undo draft", "/session list"),
    )  # fmt: skip
    draft.start("gone")
    draft.run("session cancel")
    assert draft.refused("session resume", name="gone").suggestions[0] == "/session undo gone"
    refused = draft.refused("session resume", name="never")
    assert (refused.code, refused.suggestions) == ("session_not_found", ("/session list",))


def test_what_was_completed_is_not_undone_but_taken_up(desk: Desk) -> None:
    desk.start("done")
    desk.run("session complete")
    for arguments in ({}, {"name": "done"}):
        refused = desk.refused("session undo", **arguments)
        assert refused.code == "nothing_to_undo"
        assert refused.suggestions[0] == "/session resume done"
    assert desk.refused("session undo", name="other").suggestions == (
        "/session list --completed --trash",
    )


def test_with_no_other_open_session_there_is_nothing_to_resume(desk: Desk) -> None:
    desk.start("one")
    assert desk.refused("session resume").code == "session_not_found"


# Phases -------------------------------------------------------------------------------------------


def phase(desk: Desk, name: str, **more: Any) -> Any:
    return desk.run("session phase", phase=name, **more)


def metadata_of(desk: Desk) -> Any:
    return json.loads((desk.path / ".workflow/draft" / layout.METADATA).read_text("utf-8"))


def records(desk: Desk) -> Any:
    return metadata_of(desk)["progress"]["handovers"]


def test_a_phase_that_ends_is_completed_and_hands_over(draft: Desk) -> None:
    done = phase(draft, "IMPLEMENT", current_tasks=["a"], artifacts={"plan_document": "PLAN.md"})
    assert (done.phase, done.completed_phases) == ("IMPLEMENT", ["PLAN"])
    assert done.current_tasks == ["a"]
    [record] = records(draft)
    assert (record["phase_completed"], record["next_phase"]) == ("PLAN", "IMPLEMENT")
    assert record["artifacts"] == {"plan_document": "PLAN.md"}
    assert [c.trigger for c in draft.run("session checkpoints").checkpoints] == ["phase_complete"]


def test_what_a_phase_will_hand_over_may_be_said_before_it_ends(draft: Desk) -> None:
    """Nothing that was said is dropped because the phase did not change yet."""
    said = phase(draft, "PLAN", artifacts={"plan": "old.md", "notes": ["a"]})
    assert (said.artifacts, said.handover) == ({"plan": "old.md", "notes": ["a"]}, None)
    assert phase(draft, "PLAN", artifacts={"plan": "PLAN.md"}).artifacts["plan"] == "PLAN.md"
    assert phase(draft, "PLAN").artifacts["notes"] == ["a"]
    done = phase(draft, "IMPLEMENT", artifacts={"tasks": "TASKS.md"})
    assert done.artifacts == {}
    assert (done.handover.phase_completed, done.handover.next_phase) == ("PLAN", "IMPLEMENT")
    assert done.handover.artifacts == {"plan": "PLAN.md", "notes": ["a"], "tasks": "TASKS.md"}
    [record] = records(draft)
    assert record["artifacts"] == done.handover.artifacts
    assert record["completed_at"] == done.handover.completed_at


def test_a_phase_begins_with_what_the_one_before_it_handed_over(draft: Desk) -> None:
    phase(draft, "IMPLEMENT", artifacts={"plan_document": "PLAN.md"})
    phase(draft, "REVIEW", artifacts={"results": ["a.md"]})
    draft.run("session pause")
    told = draft.run("session resume")
    assert told.resume.handover == told.handover
    assert told.handover.artifacts == {"results": ["a.md"]}
    assert draft.run("session status").completed_phases == ["PLAN", "IMPLEMENT"]


@pytest.mark.parametrize(
    "found",
    [
        "none yet",
        [],
        ["none"],
        [{"phase_completed": 3, "completed_at": "noon", "artifacts": ["x"]}],
    ],
    ids=str,
)
def test_a_hand_over_that_somebody_damaged_harms_nobody(draft: Desk, found: Any) -> None:
    place = draft.path / ".workflow/draft" / layout.METADATA
    metadata = json.loads(place.read_text("utf-8"))
    metadata["progress"] |= {"handovers": found, "artifacts": "none"}
    place.write_text(json.dumps(metadata))
    shown = draft.run("session status")
    assert shown.artifacts == {}
    if found and isinstance(found[0], dict):
        assert (shown.handover.phase_completed, shown.handover.artifacts) == ("", {})
        assert shown.handover.completed_at is None
    else:
        assert shown.handover is None
    assert phase(draft, "PLAN", artifacts={"plan": "PLAN.md"}).artifacts == {"plan": "PLAN.md"}


def test_a_phase_that_is_taken_up_again_is_no_longer_completed(draft: Desk) -> None:
    for name in ("IMPLEMENT", "PLAN", "IMPLEMENT", "REVIEW"):
        phase(draft, name)
    done = phase(draft, "PLAN")
    assert done.completed_phases == ["IMPLEMENT", "REVIEW"]
    assert phase(draft, "PLAN", current_tasks=["b"]).current_tasks == ["b"]
    assert phase(draft, "PLAN").current_tasks == ["b"]
    assert len(records(draft)) == 5


def test_foreign_progress_is_left_as_it_is(draft: Desk) -> None:
    place = draft.path / ".workflow/draft" / layout.METADATA
    found = json.loads(place.read_text("utf-8"))
    found["progress"] |= {"handovers": "none yet", "completed_phases": ["PLAN"]}
    place.write_text(json.dumps(found))
    assert phase(draft, "REVIEW").completed_phases == ["PLAN"]
    assert records(draft) == "none yet"


def test_a_session_that_ends_keeps_its_last_state_as_a_checkpoint(draft: Desk) -> None:
    draft.write("a.md", "mine\n")
    draft.run("session phase", phase="IMPLEMENT", current_tasks=["impl-1"])
    archive = draft.path / draft.run("session complete").archived_to
    manifests = sorted((archive / "checkpoints").glob("*/manifest.json"))
    last = json.loads(manifests[-1].read_text("utf-8"))
    assert last["trigger"] == "session_end"
    assert last["phase"] == "IMPLEMENT"
    assert (manifests[-1].parent / "files/a.md").read_text() == "mine\n"


@pytest.mark.parametrize("end", ["commit", "cancel"])
def test_a_session_that_is_committed_or_cancelled_is_its_own_last_state(
    draft: Desk, end: str
) -> None:
    """No checkpoint is taken: the folder itself is kept, and comes back."""
    draft.write("a.md", "mine\n")
    draft.run("session phase", phase="IMPLEMENT", current_tasks=["impl-1"])
    if end == "commit":
        draft.commit()
    else:
        draft.run("session cancel")
    draft.undo()
    back = draft.run("session resume")
    assert (back.phase, back.current_tasks) == ("IMPLEMENT", ["impl-1"])
    assert draft.read("a.md") == "mine\n"
    triggers = [each.trigger for each in draft.run("session checkpoints").checkpoints]
    assert triggers == ["phase_complete"]


def test_resume_tells_what_was_going_on(draft: Desk) -> None:
    draft.run("session phase", phase="IMPLEMENT", current_tasks=["impl-1", "impl-2"])
    kept = draft.run("session checkpoint", label="before lunch")
    draft.run("session pause")
    told = draft.run("session resume").resume
    assert (told.phase, told.current_tasks) == ("IMPLEMENT", ["impl-1", "impl-2"])
    assert told.last_checkpoint == kept.at
