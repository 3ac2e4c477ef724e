"""A commit without force: previewed, or asked of the person where the client can ask."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any, Literal

import pytest
from mcp_types import ElicitRequestParams, ElicitResult
from tests.conftest import Tree
from tests.faces.mcp.agents import CHAPTER, MODES, Plain, connected

Picture = Callable[[Path], Tree]
Action = Literal["accept", "decline", "cancel"]


class Person:
    """Answers what is asked.

    Attributes:
        asked: the questions so far.
    """

    def __init__(self, action: Action, before: Callable[[], object] = lambda: None) -> None:
        self.asked: list[str] = []
        self._action = action
        self._before = before

    async def __call__(self, _: Any, params: ElicitRequestParams) -> ElicitResult:
        self.asked.append(params.message)
        self._before()
        return ElicitResult(action=self._action)


@pytest.mark.parametrize("mode", MODES)
async def test_the_person_is_asked_and_agrees(book: Path, mode: str) -> None:
    person = Person("accept")
    async with connected(book, mode=mode, elicitation_callback=person) as agent:
        await agent.call("create_session", name="draft")
        await agent.call("write_document", path=CHAPTER, content="x")
        await agent.call("write_document", path="new.md", content="x")
        done = await agent.call("commit_session")
    [asked] = person.asked
    assert asked.splitlines() == [
        "Commit 2 documents of session draft to the folder (1 modified, 1 created)?",
        "A new.md",
        f"M {CHAPTER}",
    ]
    assert (done["executed"], done["modified"], done["created"]) == (True, [CHAPTER], ["new.md"])
    assert done["echo"]["holds"] is None
    assert (book / CHAPTER).read_text() == "x"


async def test_the_question_names_each_document_and_how_it_is_merged(book: Path) -> None:
    person = Person("decline")
    async with connected(book, elicitation_callback=person) as agent:
        await agent.call("create_session", name="draft")
        mine = (book / CHAPTER).read_text() + "\nMine.\n"
        await agent.call("write_document", path=CHAPTER, content=mine)
        await agent.call("delete_document", path="timeline.json")
        await agent.call("write_document", path="evil\x1b[2J.md", content="x")
        (book / CHAPTER).write_text("Theirs.\n" + (book / CHAPTER).read_text())
        await agent.call("commit_session")
        for number in range(30):
            await agent.call("write_document", path=f"many/{number:02}.md", content="x")
        await agent.call("commit_session")
        await agent.call("discard_changes", paths=["many", "timeline.json", "evil\x1b[2J.md"])
        (book / CHAPTER).write_text("All theirs.\n")
        for way in ("overwrite", "skip"):
            await agent.call("commit_session", on_conflict=way)
    overwritten, skipped = (asked.splitlines()[-1] for asked in person.asked[2:])
    few, many = (asked.splitlines() for asked in person.asked[:2])
    assert few == [
        "Commit 3 documents of session draft to the folder (1 modified, 1 created, 1 deleted)?",
        "A evil\\x1b[2J.md",
        f"M {CHAPTER} (merged with what changed in the folder)",
        "D timeline.json",
    ]
    assert len(many) == 22
    assert many[-1] == "… and 13 more"
    assert overwritten == f"M {CHAPTER} (overwrites what changed in the folder)"
    assert skipped == f"M {CHAPTER} (stays in the session)"


@pytest.mark.parametrize("mode", MODES)
@pytest.mark.parametrize(
    ("action", "words"), [("decline", "was asked and declined"), ("cancel", "did not answer")]
)
async def test_the_person_is_asked_and_does_not_agree(
    book: Path, tree: Picture, mode: str, action: Action, words: str
) -> None:
    before = tree(book)
    async with connected(book, mode=mode, elicitation_callback=Person(action)) as agent:
        await agent.call("create_session", name="draft")
        await agent.call("write_document", path=CHAPTER, content="x")
        result = await agent.client.call_tool("commit_session", {})
        assert isinstance(result.structured_content, dict)
        assert result.structured_content["executed"] is False
        assert words in result.structured_content["notes"][0]
        assert words in getattr(result.content[0], "text", "")
        assert (await agent.call("get_active_session"))["change_count"] == 1
    assert tree(book) == before


@pytest.mark.parametrize("mode", MODES)
async def test_what_changed_while_the_person_thought_is_not_committed(
    book: Path, mode: str
) -> None:
    copy = book / ".workflow" / "draft" / "files" / CHAPTER
    person = Person("accept", lambda: copy.write_text("somebody else's"))
    async with connected(book, mode=mode, elicitation_callback=person) as agent:
        await agent.call("create_session", name="draft")
        await agent.call("write_document", path=CHAPTER, content="x")
        data, _ = await agent.fail("commit_session")
    assert data["code"] == "stale_preview"
    assert "somebody" not in (book / CHAPTER).read_text()


@pytest.mark.parametrize(
    "arguments", [{"force": False}, {"name": "nobody"}, {"paths": []}, {"on_conflict": "never"}]
)
async def test_nobody_is_asked_where_nothing_is_to_be_decided(
    book: Path, arguments: dict[str, Any]
) -> None:
    person = Person("accept")
    async with connected(book, elicitation_callback=person) as agent:
        await agent.call("create_session", name="draft")
        await agent.call("write_document", path=CHAPTER, content="x")
        await agent.client.call_tool("commit_session", arguments)
    assert person.asked == []
    assert (book / CHAPTER).read_text() != "x"


async def test_nobody_is_asked_about_a_commit_that_conflicts(book: Path) -> None:
    person = Person("accept")
    async with connected(book, elicitation_callback=person) as agent:
        await agent.call("create_session", name="draft")
        await agent.call("write_document", path=CHAPTER, content="mine")
        (book / CHAPTER).write_text("theirs, meanwhile")
        preview = await agent.call("commit_session")
        assert [each["state"] for each in preview["files"]] == ["conflict"]
        assert person.asked == []
        done = await agent.call("commit_session", on_conflict="overwrite")
    assert done["executed"] is True
    assert len(person.asked) == 1
    assert (book / CHAPTER).read_text() == "mine"


def test_a_client_that_cannot_ask_gets_the_preview(book: Path) -> None:
    with Plain(book) as agent:
        agent.tool("create_session", name="draft")
        agent.tool("write_document", path=CHAPTER, content="x")
        result = agent.tool("commit_session")
        assert result["structuredContent"]["executed"] is False
        token = result["structuredContent"]["preview"]
        assert f'force=true and preview="{token}"' in result["content"][0]["text"]
        assert [message["method"] for message in agent.told] == []
