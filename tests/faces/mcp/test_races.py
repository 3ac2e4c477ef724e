"""Several agents at once: in one session, and in two sessions on the same document."""
# ruff: noqa: ASYNC240 - a test may wait for the disk

from __future__ import annotations

import asyncio
from pathlib import Path

from tests.faces.mcp.agents import CHAPTER, Agent, connected


async def test_two_agents_in_one_session_lose_nothing_of_each_other(book: Path) -> None:
    """Fault 11: two processes that recorded changes lost each other's."""
    async with connected(book) as one, connected(book) as two:
        await one.call("create_session", name="draft")

        async def work(agent: Agent, mark: str) -> list[int]:
            numbers = []
            for turn in range(15):
                await agent.call("write_document", path=f"{mark}/{turn}.md", content=mark)
                await agent.call("write_document", path=CHAPTER, content=f"{mark} {turn}")
                kept = await agent.call("record_human_retry", file_path=CHAPTER, reason=mark)
                numbers.append(kept["number"])
            return numbers

        first, second = await asyncio.gather(work(one, "a"), work(two, "b"))
        status = await one.call("get_active_session")
        retries = (await two.call("list_retries"))["retries"]
    assert sorted(first + second) == list(range(1, 31))
    assert [each["number"] for each in retries] == list(range(1, 31))
    assert {each["reason"] for each in retries if each["number"] in first} == {"a"}
    made = sorted(f"{mark}/{turn}.md" for mark in "ab" for turn in range(15))
    assert status["changes"] == {"modified": [CHAPTER], "created": made, "deleted": []}


async def test_two_agents_in_two_sessions_on_one_document_do_not_meet(book: Path) -> None:
    """Fault 15: another agent's switch moved one's writes."""
    before = (book / CHAPTER).read_bytes()
    async with connected(book) as one, connected(book) as two:
        await one.call("create_session", name="one")
        await two.call("create_session", name="two")

        async def work(agent: Agent, session: str, other: str) -> None:
            for turn in range(15):
                text = f"{session} {turn}"
                await agent.call("write_document", path=CHAPTER, content=text, session=session)
                await agent.call("switch_session", name=other)
                read = await agent.call("read_document", path=CHAPTER, session=session)
                assert (read["content"], read["session"]) == (text, session)

        await asyncio.gather(work(one, "one", "two"), work(two, "two", "one"))
        assert (book / CHAPTER).read_bytes() == before
        await one.call("commit_session", session="one", force=True)
        data, _ = await two.fail("commit_session", session="two", force=True)
        assert (data["code"], data["files"]) == ("conflict", [CHAPTER])
        assert (book / CHAPTER).read_text() == "one 14"
        read = await two.call("read_document", path=CHAPTER, session="two")
        assert read["content"] == "two 14"


async def test_two_commits_of_one_session_at_once_make_one(book: Path) -> None:
    async with connected(book) as one, connected(book) as two:
        await one.call("create_session", name="draft")
        await one.call("write_document", path=CHAPTER, content="x")
        given = {"session": "draft", "force": True}
        results = await asyncio.gather(
            *(agent.client.call_tool("commit_session", given) for agent in (one, two, one))
        )
    assert sorted(result.is_error for result in results) == [False, True, True]
    assert (book / CHAPTER).read_text() == "x"
    assert len(list(book.glob(".workflow/completed/draft-*"))) == 1
