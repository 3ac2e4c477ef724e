"""An agent's own tools are led to the session's version, and nothing else happens to global."""

from __future__ import annotations

import json
import os
import subprocess
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.conftest import Tree, picture
from tests.domain.desk import Desk
from tests.faces.hooks.agent import UNREAD, Agent, Refused

from redraft.faces.hooks.event import Event, parse
from redraft.faces.hooks.main import answered

EVENTS = Path(__file__).parent / "events"
COPY = ".workflow/draft/files"


def globals_of(desk: Desk) -> Tree:
    return {p: e for p, e in picture(desk.path).items() if p.split("/")[0] not in OWN}


OWN = (".workflow", "workspace")


def test_what_an_agent_writes_lands_in_the_session_and_not_in_the_folder(
    draft: Desk, agent: Agent
) -> None:
    """Faults 1 and 21: the write is recorded by itself, and the path of a tool is looked at."""
    before = globals_of(draft)
    agent.read("a.md")
    agent.edit("a.md", "two", "2")
    agent.edit("a.md", "three", "3")
    agent.write("new/c.md", "c\n")
    agent.read("part/b.md")
    agent.write("part/b.md", "B\n")
    assert globals_of(draft) == before
    assert draft.changes() == (["a.md", "part/b.md"], ["new/c.md"], [])
    assert draft.read("a.md") == "one\n2\n3\n"
    assert agent.read("part/b.md") == "B\n"
    assert "now holds: 2 modified, 1 created" in agent.said[-2]
    assert f"{COPY}/part/b.md" in agent.said[-1]


def test_the_first_edit_needs_no_second_try(draft: Desk, agent: Agent) -> None:
    """The tool has not read the copy's path; it makes the copy as a new file instead."""
    agent.read("a.md")
    agent.edit("a.md", "two", "2")
    assert draft.read("a.md") == "one\n2\nthree\n"
    agent.edit(f"{COPY}/a.md", "2", "zwei")
    assert draft.read("a.md") == "one\nzwei\nthree\n"


@pytest.mark.parametrize(
    "text",
    ["one\r\ntwo\r\n", "\ufeffone\ntwo\n", "two two\none\n", "two\n" + "x" * (256 << 10)],
    ids=["carriage returns", "byte order mark", "not unique", "over 256 KB"],
)
def test_an_edit_that_cannot_be_worked_out_is_made_by_the_tool_on_a_copy(
    draft: Desk, agent: Agent, text: str
) -> None:
    draft.put("x.md", text.encode())
    agent.read("x.md")
    with pytest.raises(Refused, match=UNREAD):
        agent.edit("x.md", "two", "2")
    agent.read("x.md")
    agent.edit("x.md", "two", "2")
    assert (draft.path / COPY / "x.md").read_bytes() == text.replace("two", "2", 1).encode()
    assert (draft.path / "x.md").read_bytes() == text.encode()


def test_a_copy_has_the_permission_bits_of_the_folders_file(draft: Desk, agent: Agent) -> None:
    (draft.path / "a.md").chmod(0o750)
    agent.read("a.md")
    agent.write("a.md", "x\n")
    assert (draft.path / COPY / "a.md").stat().st_mode & 0o777 == 0o750


def test_a_tool_that_failed_leaves_no_change(draft: Desk, agent: Agent) -> None:
    given = {"file_path": agent.at("new/c.md"), "content": "c\n"}
    agent.ask("PreToolUse", "Write", given)
    led = {**given, "file_path": agent.at(f"{COPY}/new/c.md")}
    assert agent.ask("PostToolUseFailure", "Write", led) == {}
    assert draft.changes() == ([], [], [])
    assert "new" not in draft.shown()


def test_a_deleted_document_cannot_be_read_or_edited(draft: Desk, agent: Agent) -> None:
    """Fault 16: it is not still there for readers."""
    agent.read("a.md")
    draft.run("delete", path="a.md")
    with pytest.raises(Refused, match="deleted in session 'draft'"):
        agent.read("a.md")
    with pytest.raises(Refused, match="deleted in session 'draft'"):
        agent.edit("a.md", "two", "2")
    agent.write("a.md", "again\n")
    assert draft.changes() == (["a.md"], [], [])
    assert agent.read("a.md") == "again\n"


@pytest.mark.parametrize(
    "path",
    [
        ".workflow/draft/workflow-session.json",
        ".workflow/draft/base/a.md",
        ".workflow/draft/deleted/a.md",
        ".workflow/.active-draft",
        ".workflow/other/files-not/x",
        "workspace/session.lock",
        ".git/config",
        "sub/.git/hooks/post-commit",
        "out/x.md",
    ],
)
def test_a_write_into_what_is_not_a_document_is_denied(
    draft: Desk, agent: Agent, path: str, tmp_path: Path
) -> None:
    """Faults 17, 18 and 19: nothing is written beside the session or through a link that leaves."""
    (tmp_path / "outside").mkdir()
    (draft.path / "out").symlink_to(tmp_path / "outside")
    answer = agent.ask("PreToolUse", "Write", {"file_path": agent.at(path), "content": "x"})
    specific = answer["hookSpecificOutput"]
    assert specific["permissionDecision"] == "deny"
    assert specific["permissionDecisionReason"].startswith("Redraft: ")
    assert not draft.run("session status").change_count


@pytest.mark.parametrize("path", [".git/config", "part", "a.md/below.md"])
def test_without_a_session_a_write_that_cannot_be_begins_none(
    desk: Desk, agent: Agent, path: str
) -> None:
    agent.ask("PreToolUse", "Write", {"file_path": agent.at(path), "content": "x"})
    assert desk.run("session list").sessions == []
    assert not list((desk.path / ".workflow").glob("*temp-*"))


def test_plans_beside_the_copies_are_the_agents_own(draft: Desk, agent: Agent) -> None:
    agent.write(".workflow/draft/IMPL_PLAN.md", "plan\n")
    assert (draft.path / ".workflow/draft/IMPL_PLAN.md").read_text() == "plan\n"
    assert draft.changes() == ([], [], [])


@pytest.mark.parametrize("spelling", ["./part/../a.md", "part/../part/../a.md", "link.md"])
def test_another_spelling_is_the_same_document(draft: Desk, agent: Agent, spelling: str) -> None:
    """Fault 9, over hooks."""
    (draft.path / "link.md").symlink_to("a.md")
    draft.write("a.md", "mine\n")
    assert agent.read(spelling) == "mine\n"
    answer = agent.ask("PreToolUse", "Write", {"file_path": agent.at(spelling), "content": "x"})
    updated = answer["hookSpecificOutput"]["updatedInput"]
    assert updated == {"file_path": agent.at(f"{COPY}/a.md"), "content": "x"}


def test_paths_outside_of_the_folder_are_not_ours(draft: Desk, agent: Agent) -> None:
    for tool in ("Read", "Write", "Edit"):
        assert agent.ask("PreToolUse", tool, {"file_path": "/etc/hostname", "content": "x"}) == {}
    assert agent.ask("PreToolUse", "Write", {"file_path": agent.at("../x"), "content": "x"}) == {}


def test_a_copy_that_is_not_there_is_read_from_the_folder(draft: Desk, agent: Agent) -> None:
    assert agent.read(f"{COPY}/a.md") == "one\ntwo\nthree\n"


def test_a_guessed_path_of_a_copy_is_written_with_a_base(draft: Desk, agent: Agent) -> None:
    agent.write(f"{COPY}/a.md", "guessed\n")
    assert draft.changes() == (["a.md"], [], [])


def test_without_a_session_reading_is_global_and_writing_begins_a_temporary_one(
    desk: Desk, agent: Agent
) -> None:
    """Fault 13: no session never means that the folder itself is written."""
    before = globals_of(desk)
    assert agent.read("a.md") == "one\ntwo\nthree\n"
    assert desk.run("session list").sessions == []
    agent.edit("a.md", "two", "2")
    assert "temporary" in agent.said[0]
    [session] = desk.run("session list").sessions
    assert session.temporary
    assert session.status == "ACTIVE"
    assert globals_of(desk) == before


def test_a_named_session_is_kept_to_when_another_one_becomes_active(draft: Desk) -> None:
    """Fault 15: another agent's switch does not move the writes of this one."""
    agent = Agent(draft.path, REDRAFT_SESSION="draft")
    agent.read("a.md")
    draft.start("other")
    agent.edit("a.md", "two", "2")
    assert draft.changes("draft") == (["a.md"], [], [])
    assert draft.changes("other") == ([], [], [])


@pytest.mark.parametrize("name", ["gone", "../..", ".."])
def test_a_session_that_cannot_be_had_denies_instead_of_writing_to_the_folder(
    draft: Desk, name: str
) -> None:
    """Faults 7 and 13."""
    agent = Agent(draft.path, REDRAFT_SESSION=name)
    with pytest.raises(Refused, match="Redraft: "):
        agent.write("new.md", "x\n")
    assert not (draft.path / "new.md").exists()


def test_a_search_in_a_folder_names_what_the_session_changed_there(
    draft: Desk, agent: Agent
) -> None:
    draft.write("part/b.md", "B\n")
    draft.run("delete", path="a.md")
    answer = agent.ask("PreToolUse", "Grep", {"pattern": "x", "path": agent.at("part")})
    text = answer["hookSpecificOutput"]["additionalContext"]
    assert "- part/b.md (modified)" in text
    assert "a.md (deleted)" not in text
    answer = agent.ask("PreToolUse", "Glob", {"pattern": "*"})
    assert "- a.md (deleted)" in answer["hookSpecificOutput"]["additionalContext"]
    answer = agent.ask("PreToolUse", "Grep", {"pattern": "x", "path": agent.at("part/b.md")})
    assert answer["hookSpecificOutput"]["updatedInput"]["path"] == agent.at(f"{COPY}/part/b.md")


def test_notebooks_and_tools_of_mcp_servers_are_led_too(draft: Desk, agent: Agent) -> None:
    draft.put("n.ipynb", "{}")
    given: dict[str, Any] = {"notebook_path": agent.at("n.ipynb"), "new_source": "1"}
    answer = agent.ask("PreToolUse", "NotebookEdit", given)
    updated = answer["hookSpecificOutput"]["updatedInput"]
    assert updated == {**given, "notebook_path": agent.at(f"{COPY}/n.ipynb")}
    assert (draft.path / COPY / "n.ipynb").read_bytes() == b"{}"
    given = {"path": agent.at("a.md"), "content": "x"}
    answer = agent.ask("PreToolUse", "mcp__filesystem__write_file", given)
    assert answer["hookSpecificOutput"]["updatedInput"]["path"] == agent.at(f"{COPY}/a.md")
    own = agent.ask("PreToolUse", "mcp__session_management_mcp__write_document", {"path": "a.md"})
    assert own == {}


def test_a_session_begins_with_what_it_holds_and_what_was_rejected(
    draft: Desk, agent: Agent
) -> None:
    """Fault 24: a retry by the file's bare name works, and the agent hears of it."""
    draft.write("part/b.md", "B\n")
    draft.run("retry", file_path="b.md", reason="Too much exposition")
    draft.run("retry", file_path="b.md", reason="Still", auto_detected=True)
    text = agent.start()
    assert "Session 'draft' now holds: 1 modified." in text
    assert "- part/b.md (modified)" in text
    assert "- part/b.md, try 1: Too much exposition" in text
    assert "- part/b.md, try 2 (noticed by the assistant): Still" in text
    assert "/retry <file> <reason>" in text


def test_an_agent_begins_with_the_phase_its_tasks_and_what_was_handed_over(
    draft: Desk, agent: Agent
) -> None:
    assert "Phase PLAN" in agent.start()
    draft.run("session phase", phase="IMPLEMENT", current_tasks=["impl-1", "impl-2"],
              artifacts={"plan_document": "IMPL_PLAN.md"})  # fmt: skip
    draft.run("session phase", phase="IMPLEMENT", artifacts={"chapter": "a.md"})
    text = agent.start()
    assert "Phase IMPLEMENT (completed: PLAN). Tasks: impl-1, impl-2." in text
    assert "Handed over by PLAN: plan_document: IMPL_PLAN.md" in text
    assert "To hand over: chapter: a.md" in text


def test_an_agent_hears_at_the_beginning_that_the_session_is_crashed(
    draft: Desk, agent: Agent
) -> None:
    """Its writes are denied: it shall know before the first one."""
    (draft.path / ".workflow/draft/operation.json").write_text("{")
    text = agent.start()
    assert text.startswith("Redraft: Session 'draft' holds an interrupted operation")
    assert "/session recover draft, /session cancel draft" in text
    with pytest.raises(Refused, match="interrupted operation"):
        agent.write("new.md", "x")


def test_a_session_that_begins_without_one_says_how_to_begin_one(desk: Desk, agent: Agent) -> None:
    assert "/session start <name>" in agent.start()


def test_a_session_stays_as_it_is_however_many_hooks_look_at_it(draft: Desk) -> None:
    """A hook is a new process each time; none of them makes a session CRASHED."""
    for _ in range(3):
        Agent(draft.path).read("a.md")
    assert draft.run("session status").status == "ACTIVE"
    assert draft.changes() == ([], [], [])
    assert not (draft.path / COPY / "a.md").exists()


def recorded(desk: Desk, name: str) -> tuple[Event, dict[str, Any]]:
    """An event as a real client wrote it, and what the hook's own process answers to it."""
    data = (EVENTS / f"{name}.json").read_text("utf-8").replace("ROOT", str(desk.path)).encode()
    answer: dict[str, Any] = json.loads(answered(data, {}))
    return parse(data), answer.get("hookSpecificOutput", {})


@pytest.fixture
def recording(desk: Desk) -> Desk:
    """The folder in which the events were recorded, with the session that was active."""
    desk.put("b.md", "b\n")
    desk.start("d")
    return desk


@pytest.mark.parametrize("tool", ["Read", "Edit", "Write"])
def test_a_recorded_read_or_write_is_led(recording: Desk, tool: str) -> None:
    if tool != "Write":
        recording.write("a.md", "mine\ntwo\n")
    event, answer = recorded(recording, f"PreToolUse-{tool}")
    name = "b.md" if tool == "Write" else "a.md"
    led = {**event.input, "file_path": f"{recording.path}/.workflow/d/files/{name}"}
    assert answer["updatedInput"] == led


@pytest.mark.parametrize("tool", ["Glob", "Grep"])
def test_a_recorded_search_is_told_what_the_session_changed(recording: Desk, tool: str) -> None:
    recording.write("a.md", "mine\n")
    _, answer = recorded(recording, f"PreToolUse-{tool}")
    assert "- a.md (modified)" in answer["additionalContext"]


@pytest.mark.parametrize("tool", ["Edit", "Write"])
def test_what_a_recorded_write_left_is_put_in_order_and_told(recording: Desk, tool: str) -> None:
    event, _ = recorded(recording, f"PreToolUse-{tool}")
    data = (EVENTS / f"PostToolUse-{tool}.json").read_text("utf-8")
    given = json.loads(data.replace("ROOT", str(recording.path)))["tool_input"]
    place = Path(given["file_path"])
    place.write_text(given.get("content") or given["new_string"])
    place.chmod(0o600)
    after, answer = recorded(recording, f"PostToolUse-{tool}")
    assert after.use_id == event.use_id
    assert answer["hookEventName"] == "PostToolUse"
    assert (
        f"{place.name} is modified. Session 'd' now holds: 1 modified."
        in (answer["additionalContext"])
    )
    assert place.stat().st_mode & 0o777 == (recording.path / place.name).stat().st_mode & 0o777
    assert recording.changes("d") == ([place.name], [], [])


def test_what_a_recorded_shell_command_wrote_past_the_session_is_told(recording: Desk) -> None:
    event, answer = recorded(recording, "PreToolUse-Bash")
    assert answer == {}
    assert os.listdir(recording.path / ".workflow/d/.watch") == [event.use_id]
    subprocess.run(["sh", "-c", event.input["command"]], cwd=recording.path, check=True)
    _, answer = recorded(recording, "PostToolUse-Bash")
    assert "- c.md (created)" in answer["additionalContext"]
    assert "redraft adopt" in answer["additionalContext"]
    assert (recording.path / ".workflow/d/files/c.md").read_text() == "four\n"


@pytest.mark.parametrize("tool", ["Read", "Glob", "Grep"])
def test_after_a_recorded_look_there_is_nothing_to_say(recording: Desk, tool: str) -> None:
    recording.write("a.md", "mine\n")
    before = picture(recording.path)
    assert recorded(recording, f"PostToolUse-{tool}")[1] == {}
    assert picture(recording.path) == before


def test_a_recorded_beginning_is_told_about_the_session(recording: Desk) -> None:
    recording.write("a.md", "mine\n")
    _, answer = recorded(recording, "SessionStart")
    assert answer["hookEventName"] == "SessionStart"
    assert "Session 'd' now holds: 1 modified." in answer["additionalContext"]


def test_every_recording_is_played() -> None:
    played = {f"PreToolUse-{tool}" for tool in ("Read", "Edit", "Write", "Glob", "Grep", "Bash")}
    played |= {name.replace("Pre", "Post") for name in played} | {"SessionStart"}
    assert {path.stem for path in EVENTS.glob("*.json")} == played


_NAMES = st.sampled_from(["a.md", "part/b.md", "new.md", "deep/er/x.md"])
_TEXTS = st.text(st.sampled_from("ab\n"), min_size=1, max_size=6)
_STEPS = st.lists(
    st.one_of(
        st.tuples(st.just("read"), _NAMES),
        st.tuples(st.just("write"), _NAMES, _TEXTS),
        st.tuples(st.just("edit"), _NAMES, _TEXTS, _TEXTS),
    ),
    max_size=14,
)


@pytest.mark.slow
@settings(max_examples=60)
@given(steps=_STEPS)
def test_whatever_an_agent_does_the_folder_stays_and_the_session_shows_what_was_written(
    steps: list[tuple[str, ...]], tmp_path_factory: pytest.TempPathFactory
) -> None:
    desk = Desk(tmp_path_factory.mktemp("property") / "book")
    desk.put("a.md", "ab\nab\n")
    desk.put("part/b.md", "bb\n")
    desk.start()
    agent, before = Agent(desk.path), globals_of(desk)
    shown = {"a.md": "ab\nab\n", "part/b.md": "bb\n"}
    for verb, path, *texts in steps:
        # A client that heard where the copy is uses that path, as the hook says.
        copy = f"{COPY}/{path}"
        spot = copy if (desk.path / copy).exists() else path
        try:
            if verb == "read":
                assert agent.read(path) == shown[path]
            elif verb == "write":
                agent.write(spot, texts[0])
                shown[path] = texts[0]
            elif texts[0] != texts[1]:
                agent.edit(spot, texts[0], texts[1])
                shown[path] = shown[path].replace(texts[0], texts[1], 1)
        except Refused:
            pass
        assert globals_of(desk) == before
    for path, text in shown.items():
        assert desk.read(path) == text
    desk.close()
