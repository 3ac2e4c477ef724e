"""Tools over the SDK's client and a real process: what they answer, and what lies on disk."""
# ruff: noqa: ASYNC240 - a test may wait for the disk

from __future__ import annotations

import base64
import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from tests.conftest import Tree
from tests.faces.mcp.agents import CHAPTER, MODES, NEXT, connected

Picture = Callable[[Path], Tree]


@pytest.mark.parametrize("mode", MODES)
async def test_a_sessions_whole_life(book: Path, tree: Picture, mode: str) -> None:
    before = tree(book)
    async with connected(book, mode=mode) as agent:
        started = await agent.call("create_session", name="draft", description="Try it")
        assert (started["status"], started["description"]) == ("ACTIVE", "Try it")
        await agent.call("write_document", path=CHAPTER, content="First.\n")
        retry = await agent.call("record_human_retry", file_path="chapter-01.md", reason="Too flat")
        assert (retry["file"], retry["number"], retry["auto_detected"]) == (CHAPTER, 1, False)
        await agent.call("write_document", path=CHAPTER, content="Second.\n")
        status = await agent.call("get_active_session")
        assert status["changes"] == {"modified": [CHAPTER], "created": [], "deleted": []}
        assert tree(book) == before
        preview = await agent.call("commit_session")
        assert preview["executed"] is False
        assert tree(book) == before
        done = await agent.call("commit_session", force=True, preview=preview["preview"])
        assert (done["executed"], done["modified"]) == (True, [CHAPTER])
        assert (book / CHAPTER).read_text() == "Second.\n"
        undone = await agent.call("undo_session")
        assert (undone["undone"], undone["restored"]) == ("commit", [CHAPTER])
        await agent.call("cancel_session", session="draft")
        assert (await agent.call("list_sessions"))["sessions"] == []
    assert {p: e[3] for p, e in tree(book).items()} == {p: e[3] for p, e in before.items()}


async def test_reading_gives_the_earlier_rejections_with_their_reasons(book: Path) -> None:
    async with connected(book) as agent:
        await agent.call("create_session", name="draft")
        for reason, noticed in (("Too flat", False), ("Not her voice", True)):
            await agent.call(
                "record_human_retry", file_path=CHAPTER, reason=reason, auto_detected=noticed
            )
        read = await agent.call("read_document", path=CHAPTER)
        assert [each["reason"] for each in read["retries"]] == ["Too flat", "Not her voice"]
        assert read["content"] == (book / CHAPTER).read_text()
        text = await agent.text("read_document", path=CHAPTER)
    assert text.startswith(read["content"])
    assert "Rejected before, retry 1: Too flat" in text
    assert "Rejected before, retry 2 (noticed by the assistant): Not her voice" in text


async def test_a_change_is_echoed_with_what_the_session_holds_now(book: Path) -> None:
    async with connected(book) as agent:
        await agent.call("create_session", name="draft")
        first = await agent.call("write_document", path=CHAPTER, content="x")
        assert first["echo"]["step"]["changed"] == [
            {"path": CHAPTER, "kind": "modified", "where": "session"}
        ]
        await agent.call("write_document", path="new.md", content="x")
        result = await agent.client.call_tool("delete_document", {"path": "part-2-the-log"})
        assert isinstance(result.structured_content, dict)
        echo = result.structured_content["echo"]
        gone = sorted(p.relative_to(book).as_posix() for p in book.glob("part-2-the-log/*"))
        assert [each["path"] for each in echo["step"]["changed"]] == gone
        assert echo["holds"] == {
            "session": "draft", "status": "ACTIVE", "change_count": 2 + len(gone),
            "retry_count": 0, "modified": [CHAPTER], "created": ["new.md"], "deleted": gone,
            "listed_in_full": True,
        }  # fmt: skip
        [block] = result.content
        text: str = getattr(block, "text", "")
        lines = text.splitlines()
        begin = lines.index(f"Session draft (ACTIVE) now holds {2 + len(gone)} changes, 0 retries.")
        assert lines[begin + 1 :] == [
            f"  M {CHAPTER}", "  A new.md", *(f"  D {path}" for path in gone),
            f"Session: draft. Root: {book}",
        ]  # fmt: skip
        same = await agent.call("discard_changes", paths=["new.md"])
        assert same["echo"]["step"]["changed"] == [
            {"path": "new.md", "kind": "dropped", "where": "session"}
        ]


async def test_the_echo_tells_the_folder_from_the_session(book: Path) -> None:
    def told(answer: dict[str, Any]) -> list[tuple[str, str, str]]:
        return [(c["path"], c["kind"], c["where"]) for c in answer["echo"]["step"]["changed"]]

    async with connected(book) as agent:
        await agent.call("create_session", name="draft")
        await agent.call("write_document", path=CHAPTER, content="mine")
        done = await agent.call("commit_session", force=True)
        assert told(done) == [(CHAPTER, "modified", "folder")]
        assert (done["echo"]["active"], done["echo"]["holds"]) == (None, None)
        assert told(await agent.call("undo_session")) == [(CHAPTER, "restored", "folder")]
        (book / CHAPTER).write_text("past the session")
        adopted = await agent.call("adopt_changes", session="draft")
        assert told(adopted) == [(CHAPTER, "modified", "session"), (CHAPTER, "restored", "folder")]
        gone = await agent.call("cancel_session", session="draft")
        assert told(gone) == [(CHAPTER, "dropped", "session")]


async def test_a_step_that_changes_nothing_is_not_echoed_as_a_change(book: Path) -> None:
    async with connected(book) as agent:
        await agent.call("create_session", name="draft")
        for number in range(5):
            await agent.call("write_document", path=f"new-{number}.md", content="x")
        await agent.call("write_document", path=CHAPTER, content="first")
        await agent.call("record_human_retry", file_path=CHAPTER, reason="no")
        kept = await agent.call("checkpoint_session")
        for tool, arguments in (
            ("write_document", {"path": "new-1.md", "content": "x"}),
            ("write_document", {"path": CHAPTER, "content": "first"}),
            ("restore_retry", {"file_path": "chapter-01.md", "number": 1}),
            ("restore_checkpoint", {"id": kept["id"]}),
        ):
            done = await agent.call(tool, **arguments)
            assert done["echo"]["step"] == {"changed": [], "changed_count": 0}, tool
        await agent.call("write_document", path=CHAPTER, content="other")
        await agent.call("write_document", path="later.md", content="x")
        for tool, arguments in (
            ("restore_retry", {"file_path": "chapter-01.md", "number": 1}),
            ("write_document", {"path": CHAPTER, "content": "other"}),
        ):
            echo = (await agent.call(tool, **arguments))["echo"]
            change = {"path": CHAPTER, "kind": "modified", "where": "session"}
            assert echo["step"] == {"changed": [change], "changed_count": 1}, tool
        done = await agent.call("restore_checkpoint", id=kept["id"])
        assert done["changed"] == ["later.md", CHAPTER]
        assert done["echo"]["step"]["changed"] == [
            {"path": "later.md", "kind": "dropped", "where": "session"},
            {"path": CHAPTER, "kind": "modified", "where": "session"},
        ]


async def test_a_long_echo_is_cut_and_says_the_whole_count(book: Path) -> None:
    for number in range(60):
        (book / "many").mkdir(exist_ok=True)
        (book / "many" / f"{number:02}.md").write_text("x")
    async with connected(book) as agent:
        await agent.call("create_session", name="draft")
        echo = (await agent.call("delete_document", path="many"))["echo"]
        text = await agent.text("delete_document", path=CHAPTER)
    assert (len(echo["step"]["changed"]), echo["step"]["changed_count"]) == (50, 60)
    assert (len(echo["holds"]["deleted"]), echo["holds"]["change_count"]) == (50, 60)
    assert echo["holds"]["listed_in_full"] is False
    assert "… and 11 more" in text


async def test_what_changed_nothing_has_no_echo(book: Path) -> None:
    async with connected(book) as agent:
        await agent.call("create_session", name="gone")
        await agent.call("cancel_session")
        await agent.call("create_session", name="draft")
        await agent.call("write_document", path=CHAPTER, content="x")
        for tool in ("get_active_session", "list_sessions", "commit_session", "empty_trash"):
            assert "echo" not in await agent.call(tool), tool
        assert "echo" not in await agent.call("undo_session", preview=True)
        assert "echo" not in await agent.call("read_document", path=CHAPTER)


async def test_a_phase_is_told_what_the_one_before_it_handed_over(book: Path) -> None:
    async with connected(book) as agent:
        await agent.call("create_session", name="a")
        plan = {"plan_document": "PLAN.md", "scenes": [1, 2]}
        waiting = await agent.call("set_phase", phase="PLAN", artifacts=plan)
        assert (waiting["artifacts"], waiting["handover"]) == (plan, None)
        assert "To hand over: plan_document: PLAN.md, scenes: [1, 2]" in (
            await agent.text("get_active_session")
        )
        done = await agent.call("set_phase", phase="IMPLEMENT")
        assert done["handover"]["artifacts"] == plan
        await agent.call("pause_session")
        resumed = await agent.call("resume_session")
        assert resumed["resume"]["handover"] == done["handover"]
        text = await agent.text("get_active_session")
    assert "Completed phases: PLAN" in text
    assert "Handed over by PLAN: plan_document: PLAN.md, scenes: [1, 2]" in text


async def test_a_cancelled_session_is_told_from_a_paused_one(book: Path) -> None:
    async with connected(book) as agent:
        for _ in range(2):
            await agent.call("create_session", name="a")
            await agent.call("cancel_session")
        await agent.call("create_session", name="a")
        await agent.call("pause_session")
        found = (await agent.call("list_sessions", trash=True))["sessions"]
        places = [each.get("lies_in") for each in found]
        assert places[0] is None
        text = await agent.text("list_sessions", trash=True)
    rows = [line.split() for line in text.splitlines()[1:4]]
    assert [row[:2] for row in rows] == [["a", "INACTIVE"], *[["a", "CANCELLED"]] * 2]
    assert [row[7] for row in rows] == [".workflow/a", *places[1:]]


async def test_a_preview_of_an_undo_says_that_it_is_one(book: Path) -> None:
    before = (book / CHAPTER).read_text()
    async with connected(book) as agent:
        await agent.call("create_session", name="a")
        await agent.call("write_document", path=CHAPTER, content="x\n")
        await agent.call("commit_session", force=True)
        would = await agent.text("undo_session", preview=True)
        assert (book / CHAPTER).read_text() == "x\n"
        did = await agent.text("undo_session")
    assert (book / CHAPTER).read_text() == before
    assert would.splitlines()[:3] == [
        "Preview: the commit of session a would be undone. Nothing is undone yet.",
        "Would restore:",
        f"  {CHAPTER}",
    ]
    assert did.splitlines()[:3] == [
        "Undid the commit of session a.", "Restored:", f"  {CHAPTER}",
    ]  # fmt: skip


async def test_every_tool_answers_in_words_and_in_a_form_that_fits_its_schema(book: Path) -> None:
    async with connected(book) as agent:
        await agent.call("create_session", name="a")
        await agent.call("write_document", path=CHAPTER, content="x\n")
        await agent.call("record_human_retry", file_path=CHAPTER, reason="no", auto_detected=True)
        kept = await agent.call("checkpoint_session", label="one")
        walk: list[tuple[str, dict[str, Any]]] = [
            ("set_phase", {"phase": "IMPLEMENT", "current_tasks": ["t"]}),
            ("get_active_session", {}),
            ("list_checkpoints", {}),
            ("write_document", {"path": "b.md", "content": "aGk=", "encoding": "base64"}),
            ("read_document", {"path": "b.md", "encoding": "base64"}),
            ("rename_document", {"path": "b.md", "new_path": "c.md"}),
            ("restore_checkpoint", {"id": kept["id"]}),
            ("diff_session", {}),
            ("list_documents", {}),
            ("list_retries", {}),
            ("restore_retry", {"file_path": CHAPTER, "number": 1}),
            ("resolve_path", {"path": CHAPTER}),
            ("discard_changes", {"paths": [CHAPTER]}),
            ("adopt_changes", {}),
            ("recover_session", {}),
            ("pause_session", {}),
            ("resume_session", {"session": "a"}),
            ("switch_session", {"name": "a"}),
            ("list_sessions", {"completed": True, "trash": True}),
            ("complete_session", {}),
            ("empty_trash", {"force": True}),
        ]
        for tool, arguments in walk:
            result = await agent.call(tool, **arguments)
            assert result["root"] == str(book)
        for tool in ("list_sessions", "empty_trash"):
            assert (await agent.text(tool)).endswith(f"Root: {book}")


async def test_a_failure_says_its_code_and_what_to_do_next(book: Path) -> None:
    async with connected(book) as agent:
        data, text = await agent.fail("get_active_session")
        assert data["code"] == "no_active_session"
        assert data["suggestions"] == ["/session start <name>", "/session list"]
        assert data["message"] in text
        assert "/session list" in text
        data, _ = await agent.fail("switch_session", name="nobody")
        assert data["code"] == "session_not_found"
        data, _ = await agent.fail("read_document", path="nothing.md")
        assert data["code"] == "file_not_found"
        assert data["checked"]
        data, text = await agent.fail("read_documents", path=CHAPTER)
        assert (data["code"], "read_document" in text) == ("invalid_arguments", True)
        data, _ = await agent.fail("commit_session", forc=True)
        assert data["problems"] == ["session commit has no argument 'forc' (did you mean force?)"]


async def test_without_a_session_a_write_goes_to_a_temporary_one_that_it_names(
    book: Path, tree: Picture
) -> None:
    before = tree(book)
    async with connected(book) as agent:
        change = await agent.call("write_document", path=CHAPTER, content="x")
        assert change["session"].startswith("temp-")
        assert change["echo"]["holds"]["session"] == change["echo"]["active"] == change["session"]
        assert [each["path"] for each in change["echo"]["step"]["changed"]] == [CHAPTER]
    assert tree(book) == before


async def test_a_refused_step_begins_no_session(book: Path) -> None:
    async with connected(book) as agent:
        for tool, arguments in (
            ("write_document", {"path": ".git/config", "content": "x"}),
            ("write_document", {"path": "part-1-the-lamp", "content": "x"}),
            ("write_document", {"path": "README.md/x.md", "content": "x"}),
            ("delete_document", {"path": "nope.md"}),
            ("rename_document", {"path": "nope.md", "new_path": "b.md"}),
            ("rename_document", {"path": CHAPTER, "new_path": "README.md"}),
        ):
            await agent.fail(tool, **arguments)
            assert not list((book / ".workflow").glob("*temp-*")), (tool, arguments)
        assert (await agent.call("list_sessions"))["sessions"] == []


async def test_octets_that_are_no_text_are_carried_in_base64(book: Path) -> None:
    (book / "lamp.png").write_bytes(bytes(range(256)))
    async with connected(book) as agent:
        data, text = await agent.fail("read_document", path="lamp.png")
        assert data["code"] == "unsupported_file"
        assert "base64" in text
        read = await agent.call("read_document", path="lamp.png", encoding="base64")
        assert base64.b64decode(read["content"]) == bytes(range(256))
        turned = base64.b64encode(bytes(reversed(range(256)))).decode()
        await agent.call("create_session", name="d")
        await agent.call("write_document", path="lamp.png", content=turned, encoding="base64")
    copy = book / ".workflow" / "d" / "files" / "lamp.png"
    assert copy.read_bytes() == bytes(reversed(range(256)))


async def test_of_several_folders_each_answer_names_its_own(tmp_path: Path) -> None:
    one, two = tmp_path / "one", tmp_path / "two"
    for folder in (one, two):
        folder.mkdir()
        (folder / "a.md").write_text(folder.name)
    async with connected(one, two) as agent:
        data, _ = await agent.fail("list_sessions")
        assert data["code"] == "invalid_arguments"
        await agent.call("create_session", name="draft", root=str(two))
        read = await agent.call("read_document", path=str(one / "a.md"))
        assert (read["root"], read["content"], read["session"]) == (str(one), "one", None)
        change = await agent.call("write_document", path=(two / "a.md").as_uri(), content="x")
        assert (change["root"], change["session"]) == (str(two), "draft")


async def test_the_environment_may_name_the_folder_and_the_session(book: Path) -> None:
    async with connected(book) as agent:
        await agent.call("create_session", name="mine")
        await agent.call("create_session", name="other")
    env = {"REDRAFT_ROOT": str(book), "REDRAFT_SESSION": "mine"}
    async with connected(env=env) as agent:
        change = await agent.call("write_document", path=CHAPTER, content="x")
        assert (change["root"], change["session"]) == (str(book), "mine")
        assert change["echo"]["active"] == "other"
        explicit = await agent.call("write_document", path=NEXT, content="x", session="other")
        assert explicit["session"] == "other"


async def test_a_repair_is_told_once(book: Path) -> None:
    async with connected(book) as agent:
        await agent.call("create_session", name="draft")
        (book / ".workflow" / ".active-nobody").touch()
        listed = await agent.call("list_sessions")
        assert any("nobody" in note for note in listed["notes"])
        assert listed["active"] == "draft"
        assert "notes" not in await agent.call("list_sessions")


async def test_a_name_that_is_no_text_is_shown_with_a_mark(book: Path) -> None:
    Path(os.fsdecode(bytes(book) + b"/odd-\xff.md")).write_bytes(b"x")
    async with connected(book) as agent:
        listed = await agent.call("list_documents")
        data, _ = await agent.fail("read_document", path="odd-\N{REPLACEMENT CHARACTER}.md")
        assert data["code"] == "file_not_found"
    assert "odd-\N{REPLACEMENT CHARACTER}.md" in [each["path"] for each in listed["entries"]]


@pytest.mark.slow
async def test_a_document_of_20_mb_is_written_and_read(book: Path) -> None:
    content = "A line of a very long book – 冗長.\n" * 500_000
    async with connected(book) as agent:
        await agent.call("create_session", name="long")
        await agent.call("write_document", path="long.md", content=content)
        result = await agent.client.call_tool("read_document", {"path": "long.md"})
    assert isinstance(result.structured_content, dict)
    assert result.structured_content["content"] == content
    first, about = (getattr(block, "text", "") for block in result.content)
    assert first == content[:200_000]
    assert "resolve_path says which file to read in parts" in about
    assert (book / ".workflow/long/files/long.md").read_text("utf-8") == content
