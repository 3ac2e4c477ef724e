"""The wire itself: broken lines, clients that go away, calls that are taken back."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from tests.conftest import Tree
from tests.faces.mcp.agents import CHAPTER, Plain, environment

from redraft.domain.root import Root

Picture = Callable[[Path], Tree]


BROKEN: list[tuple[bytes, object, int]] = [
        (b"{", None, -32700),
        (b"nonsense", None, -32700),
        (b"\xff\xfe\x00", None, -32700),
        (b"[" * 100_000, None, -32700),
        (b"[]", None, -32600),
        (b"3", None, -32600),
        (b'{"id": 7}', 7, -32600),
        (b'{"jsonrpc": "1.0", "id": "a", "method": "ping"}', "a", -32600),
        (b'{"jsonrpc": "2.0", "id": 8, "method": "ping", "params": [1]}', 8, -32600),
        (b'{"jsonrpc": "2.0", "id": 9, "method": "tools/call", "params": {"name": "\\ud800"}}',
         9, -32600),
]  # fmt: skip


def test_a_line_that_is_no_message_is_answered_and_kills_nothing(book: Path) -> None:
    with Plain(book) as agent:
        for line, asked, code in BROKEN:
            agent.raw(line + b"\n")
            message = agent.message()
            assert (message["id"], message["error"]["code"]) == (asked, code), line[:80]
        assert not agent.tool("create_session", name="draft")["isError"]


def test_messages_may_come_in_pieces_and_together(book: Path) -> None:
    ping = b'{"jsonrpc": "2.0", "id": "a", "method": "ping"}'
    with Plain(book) as agent:
        for octet in ping:
            agent.raw(bytes([octet]))
        agent.raw(b"\r\n\n" + ping.replace(b'"a"', b'"b"') + b"\n")
        assert [agent.message()["id"] for _ in range(2)] == ["a", "b"]


def test_an_unknown_method_and_wrong_parameters_are_answered(book: Path) -> None:
    with Plain(book) as agent:
        assert agent.request("tools/invent", {})["error"]["code"] == -32601
        assert agent.request("tools/call", {"name": 3})["error"]["code"] == -32602
        assert (
            agent.request("tools/call", {"name": "x", "arguments": []})["error"]["code"] == -32602
        )
        assert not agent.tool("list_sessions")["isError"]


def test_nothing_but_messages_comes_out_and_what_is_logged_goes_to_stderr(book: Path) -> None:
    with Plain(book) as agent:
        agent.raw(b"nonsense\n")
        agent.message()
        agent.tool("create_session", name="draft")
        assert agent.end() == 0
        assert agent.process.stdout is not None
        assert agent.process.stderr is not None
        assert agent.process.stdout.read() == b""
        assert b"refused" in agent.process.stderr.read()


def test_a_document_of_another_process_is_served_while_a_change_waits(book: Path) -> None:
    with Plain(book) as agent, Root.open(str(book)) as root:
        agent.tool("create_session", name="draft")
        with root.hold("test"):
            waiting = agent.call("write_document", path=CHAPTER, content="x")
            read = agent.tool("read_document", path=CHAPTER)
            assert read["structuredContent"]["source"] == "global"
        assert not agent.answer(waiting)["result"]["isError"]


def test_a_commit_that_is_taken_back_before_its_journal_changes_nothing(
    book: Path, tree: Picture
) -> None:
    before = tree(book)
    with Plain(book) as agent, Root.open(str(book)) as root:
        agent.tool("create_session", name="draft")
        agent.tool("write_document", path=CHAPTER, content="x")
        with root.hold("test"):
            asked = agent.call("commit_session", force=True)
            agent.send(
                {
                    "jsonrpc": "2.0",
                    "method": "notifications/cancelled",
                    "params": {"requestId": asked},
                }
            )
            agent.request("ping", {})  # the server has read what came before
        status = agent.tool("get_active_session")["structuredContent"]
        assert status["change_count"] == 1
        agent.end()
    assert tree(book) == before


@pytest.mark.parametrize("way", ["closes its side", "is killed", "kills the server"])
@pytest.mark.slow
def test_a_client_that_goes_away_in_mid_commit_leaves_nothing_half_done(
    book: Path, way: str
) -> None:
    paths = [f"many/{number:03}.md" for number in range(300)]
    (book / "many").mkdir()
    for path in paths:
        (book / path).write_text("old")
    with Plain(book) as agent:
        agent.tool("create_session", name="draft")
        for path in paths:
            agent.tool("write_document", path=path, content="new")
        params = {"name": "commit_session", "arguments": {"force": True}}
        agent.ask("tools/call", {**params, "_meta": {"progressToken": "p"}})
        agent.until(lambda message: message.get("method") == "notifications/progress")
        if way == "kills the server":
            agent.process.kill()
            agent.process.wait()
        elif way == "is killed":
            assert agent.process.stdout is not None
            agent.process.stdout.close()
        if way != "kills the server":
            assert agent.end() == 0
            assert not list(book.glob(".workflow/draft/operation.json"))
    words = [sys.executable, "-m", "redraft", "--root", str(book), "--json", "session", "list"]
    out = subprocess.run(words, env=environment(), check=True, capture_output=True).stdout
    listed = json.loads(out)
    texts = {(book / path).read_text() for path in paths}
    if texts == {"old"}:
        assert [each["change_count"] for each in listed["sessions"]] == [300]
    else:
        assert texts == {"new"}
        assert listed["sessions"] == []


def test_progress_is_told_to_whom_asks_and_only_grows(book: Path) -> None:
    with Plain(book) as agent:
        agent.tool("create_session", name="draft")
        for name in ("a", "b", "c"):
            agent.tool("write_document", path=f"{name}.md", content=name)
        for reading in ("commit_session", "diff_session"):
            look = {"name": reading, "arguments": {}, "_meta": {"progressToken": reading}}
            agent.answer(agent.ask("tools/call", look))
            assert {message["params"]["progressToken"] for message in agent.told} == {reading}
            agent.told.clear()
        commit = {"name": "commit_session", "arguments": {"force": True}}
        asked = agent.ask("tools/call", {**commit, "_meta": {"progressToken": "p"}})
        assert agent.answer(asked)["result"]["structuredContent"]["executed"]
        steps = [message["params"] for message in agent.told]
        assert steps
        assert {step["progressToken"] for step in steps} == {"p"}
        done = [step["progress"] for step in steps]
        assert done == sorted(set(done))
        assert all(step["progress"] <= step["total"] for step in steps)
        agent.told.clear()
        agent.tool("undo_session")
        assert agent.told == []


def test_a_folder_that_is_not_there_is_said_at_once(tmp_path: Path) -> None:
    words = [sys.executable, "-m", "redraft", "mcp", "--root", str(tmp_path / "nowhere")]
    ended = subprocess.run(
        words, stdin=subprocess.DEVNULL, capture_output=True, check=False, env=environment()
    )
    assert ended.returncode == 1
    assert b"nowhere" in ended.stderr
    assert ended.stdout == b""


@pytest.mark.parametrize("words", [["mcp", "--root"], ["mcp", "--rood", "x"], ["mcp", "x"]])
def test_wrong_words_are_bad_usage(words: list[str], tmp_path: Path) -> None:
    ended = subprocess.run(
        [sys.executable, "-m", "redraft", *words],
        stdin=subprocess.DEVNULL, capture_output=True, check=False, cwd=tmp_path,
        env=environment(),
    )  # fmt: skip
    assert (ended.returncode, ended.stdout) == (2, b"")


@pytest.mark.parametrize("words", [["--root", "ROOT", "mcp"], ["mcp", "--root=ROOT"], ["mcp"]])
def test_the_folder_is_taken_as_every_verb_takes_it(words: list[str], book: Path) -> None:
    (book / ".workflow").mkdir()
    said = [word.replace("ROOT", str(book)) for word in words]
    asked = {"protocolVersion": "2025-11-25", "capabilities": {},
             "clientInfo": {"name": "x", "version": "1"}}  # fmt: skip
    lines = [
        {"jsonrpc": "2.0", "id": 1, "method": "initialize", "params": asked},
        {"jsonrpc": "2.0", "method": "notifications/initialized"},
        {"jsonrpc": "2.0", "id": 2, "method": "tools/call", "params": {"name": "list_sessions"}},
    ]
    with subprocess.Popen(
        [sys.executable, "-m", "redraft", *said],
        stdin=subprocess.PIPE, stdout=subprocess.PIPE, env=environment(),
        cwd=book / "part-2-the-log",
    ) as server:  # fmt: skip
        assert server.stdin is not None
        assert server.stdout is not None
        server.stdin.write(b"".join(json.dumps(line).encode() + b"\n" for line in lines))
        server.stdin.flush()
        answers = [json.loads(server.stdout.readline()) for _ in range(2)]
        server.stdin.close()
    assert answers[1]["result"]["structuredContent"]["root"] == str(book)
