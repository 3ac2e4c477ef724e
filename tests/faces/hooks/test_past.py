"""What a shell writes past the session is noticed, told, and can be adopted."""

from __future__ import annotations

from pathlib import Path

import pytest
from tests.domain.desk import Desk
from tests.faces.hooks.agent import Agent


def test_an_edit_by_a_shell_is_noticed_and_can_be_taken_in(draft: Desk, agent: Agent) -> None:
    agent.bash("sed -i s/two/2/ a.md")
    assert "- a.md (modified)" in agent.said[-1]
    assert "redraft adopt" in agent.said[-1]
    done = draft.run("adopt")
    assert (done.adopted, done.restored) == (["a.md"], ["a.md"])
    assert (draft.path / "a.md").read_text() == "one\ntwo\nthree\n"
    assert draft.read("a.md") == "one\n2\nthree\n"
    assert draft.changes() == (["a.md"], [], [])


@pytest.mark.parametrize("command", ["cp a.md new.md", "for f in *.md; do cp $f new.md; done"])
def test_a_new_file_moves_into_the_session(draft: Desk, agent: Agent, command: str) -> None:
    agent.bash(command)
    assert "- new.md (created)" in agent.said[-1]
    done = draft.run("adopt", paths=["new.md"])
    assert (done.adopted, done.restored) == (["new.md"], [])
    assert not (draft.path / "new.md").exists()
    assert draft.changes() == ([], ["new.md"], [])


def test_new_folders_are_noticed_with_all_they_hold(draft: Desk, agent: Agent) -> None:
    agent.bash("mkdir -p out/deep && echo 1 > out/deep/x.md && echo 2 > out/y.md")
    assert draft.run("adopt").adopted == ["out/deep/x.md", "out/y.md"]


def test_a_deletion_is_taken_in_and_the_file_put_back(draft: Desk, agent: Agent) -> None:
    agent.bash("rm a.md")
    assert "- a.md (deleted)" in agent.said[-1]
    done = draft.run("adopt")
    assert (done.adopted, done.restored) == (["a.md"], ["a.md"])
    assert (draft.path / "a.md").read_text() == "one\ntwo\nthree\n"
    assert draft.changes() == ([], [], ["a.md"])


def test_a_document_that_the_session_knows_is_noticed_though_no_command_names_it(
    draft: Desk, agent: Agent
) -> None:
    draft.write("part/b.md", "mine\n")
    agent.bash("find . -path ./.workflow -prune -o -type f -exec sed -i s/b/X/ {} +")
    assert "- part/b.md (modified)" in agent.said[-1]
    draft.run("adopt", paths=["part/b.md"])
    assert (draft.path / "part/b.md").read_text() == "b\n"
    assert draft.read("part/b.md") == "X\n"
    assert b"mine\n" in draft.everything()


def test_what_drifted_before_is_not_told_again(draft: Desk, agent: Agent) -> None:
    draft.write("a.md", "mine\n")
    draft.put("a.md", "an editor's\n")
    agent.bash("true")
    assert agent.said == []


def test_what_neither_the_session_nor_the_command_names_is_not_seen(
    draft: Desk, agent: Agent, tmp_path: Path
) -> None:
    """What a hook costs follows what is named, so that the folder's size means nothing."""
    script = tmp_path / "script.sh"
    script.write_text("echo x > part/new.md\n")
    agent.bash(f"sh {script}")
    assert agent.said == []
    assert draft.run("adopt").adopted == []
    assert (draft.path / "part/new.md").read_text() == "x\n"


def test_a_command_that_only_reads_says_nothing_and_changes_nothing(
    draft: Desk, agent: Agent
) -> None:
    agent.bash("cat a.md part/*.md > /dev/null; touch -r part a.md")
    assert agent.said == []
    assert draft.changes() == ([], [], [])
    assert draft.run("adopt").adopted == []


def test_writes_into_the_copies_are_no_writes_past_the_session(draft: Desk, agent: Agent) -> None:
    draft.write("a.md", "mine\n")
    agent.bash("echo more >> .workflow/draft/files/a.md")
    assert agent.said == []
    assert draft.read("a.md") == "mine\nmore\n"


def test_without_a_session_a_shell_is_left_alone(desk: Desk, agent: Agent) -> None:
    agent.bash("echo x > a.md")
    assert agent.said == []
    assert not (desk.path / ".workflow").exists()


def test_a_write_that_was_let_through_is_told_of(draft: Desk, agent: Agent) -> None:
    answer = agent.ask("PostToolUse", "Write", {"file_path": agent.at("a.md"), "content": "x"})
    assert "past session 'draft'" in answer["hookSpecificOutput"]["additionalContext"]


def test_what_was_seen_is_kept_until_it_is_adopted(draft: Desk, agent: Agent) -> None:
    """The base of the first time counts, not what a second command found there."""
    agent.bash("sed -i s/two/2/ a.md")
    agent.bash("sed -i s/three/3/ a.md")
    draft.run("adopt")
    assert (draft.path / "a.md").read_text() == "one\ntwo\nthree\n"
    assert draft.read("a.md") == "one\n2\n3\n"
