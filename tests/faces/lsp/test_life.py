"""The life of a server: clients that break the rules, leave, die or say nonsense."""
# ruff: noqa: ASYNC240 - a test may wait for the disk

from __future__ import annotations

import asyncio
import base64
import json
import signal
import socket
import subprocess
import sys
from pathlib import Path

import pytest
from tests.faces.lsp.conftest import CHAPTER, make_root
from tests.faces.lsp.editor import COMMAND, ENVIRONMENT, PATIENCE_S, file_uri, uri
from tests.faces.lsp.wire import Wire, wire

from redraft.domain.root import Root


@pytest.fixture
def book(tmp_path: Path) -> Path:
    return make_root(tmp_path / "book")


async def written(client: Wire, document: str, content: bytes) -> None:
    answer = await client.ask(
        "redraft/fs/writeFile",
        {
            "uri": document,
            "content": base64.b64encode(content).decode(),
            "create": True,
            "overwrite": True,
        },
    )
    assert answer["result"] is None


async def test_shutdown_and_exit_end_the_process_without_a_word(book: Path) -> None:
    async with wire() as client:
        await client.initialize(book)
        await client.told("redraft/sessionChanged")
        assert await client.leave() == (0, "")


async def test_exit_without_shutdown_is_a_failure(book: Path) -> None:
    async with wire() as client:
        await client.initialize(book)
        client.notify("exit")
        assert (await client.ended())[0] == 1


async def test_a_client_that_goes_away_ends_the_server(book: Path) -> None:
    async with wire() as client:
        await client.initialize(book)
        client.stdin.close()
        assert await client.ended() == (1, "")


async def test_a_client_that_dies_in_mid_message_ends_the_server(book: Path) -> None:
    async with wire() as client:
        await client.initialize(book)
        client.send_raw(b'Content-Length: 5000\r\n\r\n{"jsonrpc"')
        client.stdin.close()
        assert await client.ended() == (1, "")


async def test_a_change_under_way_is_finished_when_the_client_dies(book: Path) -> None:
    """A commit is whole whatever happens to the client that asked for it."""
    async with wire() as client:
        await client.initialize(book)
        await client.answer(client.command("session.start", name="last"))
        for number in range(60):
            await written(client, uri("last", book / f"new-{number}.md"), b"new")
        client.command("session.commit", force=True)
        client.stdin.close()
        assert await client.ended() == (1, "")
    assert len(list(book.glob("new-*.md"))) == 60
    assert not (book / ".workflow" / "last").exists()


async def test_shutdown_waits_for_a_change_under_way(book: Path) -> None:
    async with wire() as client:
        await client.initialize(book)
        with Root.open(str(book)) as root, root.hold("test"):
            start = client.command("session.start", name="late")
            shutdown = client.request("shutdown")
            with pytest.raises(TimeoutError):
                async with asyncio.timeout(0.5):
                    await client.answer(shutdown)
        assert (await client.answer(start))["result"]["name"] == "late"
        assert (await client.answer(shutdown))["result"] is None
    assert (book / ".workflow" / ".active-late").exists()


async def test_nothing_is_served_before_initialize_and_after_shutdown(book: Path) -> None:
    async with wire() as client:
        for method in ("redraft/fs/stat", "workspace/executeCommand", "textDocument/codeLens"):
            assert (await client.ask(method, {}))["error"]["code"] == -32002
        client.notify("initialized", {})
        await client.initialize(book)
        assert (await client.ask("initialize", {"capabilities": {}}))["error"]["code"] == -32600
        await client.ask("shutdown")
        for method in ("redraft/fs/stat", "workspace/executeCommand", "shutdown"):
            assert (await client.ask(method, {}))["error"]["code"] == -32600
        client.notify("exit")
        assert (await client.ended())[0] == 0


@pytest.mark.parametrize(
    ("body", "code"),
    [
        (b"{", -32700),
        (b"\xff\xfe", -32700),
        (b"[" * 100_000, -32700),
        (b"[]", -32600),
        (b"5", -32600),
        (b'{"method": "shutdown", "id": 1}', -32600),
    ],
    ids=["cut", "no utf-8", "deep", "list", "number", "no version"],
)
async def test_nonsense_is_refused_and_the_next_request_served(
    book: Path, body: bytes, code: int
) -> None:
    async with wire() as client:
        await client.initialize(book)
        client.send_body(body)
        assert (await client.answer(None))["error"]["code"] == code
        stat = await client.ask("redraft/fs/stat", {"uri": file_uri(book)})
        assert stat["result"]["type"] == "directory"


async def test_parameters_that_do_not_fit_are_answered(book: Path) -> None:
    async with wire() as client:
        await client.initialize(book)
        answer = await client.ask("textDocument/codeLens", {"textDocument": 5})
        assert answer["error"]["code"] == -32602
        assert (await client.ask("no/such/method"))["error"]["code"] == -32601


async def test_expected_failures_log_nothing(book: Path) -> None:
    async with wire() as client:
        await client.initialize(book)
        for name in ("session.status", "session.commit", "retry.restore", "nonsense"):
            assert "error" in await client.answer(client.command(name))
        await client.ask("redraft/fs/stat", {"uri": uri("nobody", book)})
        await client.ask(
            "workspace/textDocumentContent", {"uri": uri("nobody", book, "redraft-base")}
        )
        await client.ask("no/such/method")
        client.notify("$/cancelRequest", {"id": 4711})
        client.notify("$/cancelRequest", {"id": None})
        client.notify("no/such/notification", {"a": 1})
        assert await client.leave() == (0, "")


SABOTAGE = """
import os, subprocess, sys
from redraft.faces.lsp import documents, files, lenses, main
def noisy(spot):
    print("a stray print")
    sys.__stdout__.write("another\\n"); sys.__stdout__.flush()
    os.write(1, b"a raw write\\n")
    subprocess.run([sys.executable, "-c", "print('a child'); input()"], stderr=subprocess.DEVNULL)
    return documents.remarks(spot)
lenses.remarks = noisy
def broken(spot):
    raise ValueError(f"in {spot.root.path}")
files._read_directory = broken
sys.exit(main.main())
"""


async def test_only_the_protocol_is_on_standard_output(book: Path) -> None:
    async with wire(sys.executable, "-c", SABOTAGE) as client:
        await client.initialize(book)
        await client.answer(client.command("session.start", name="pure"))
        document = {"textDocument": {"uri": uri("pure", book / "notes.md")}}
        answer = await client.ask("textDocument/codeLens", document)
        assert [lens["command"]["title"] for lens in answer["result"]] == [
            "Record a retry", "Compare with global"
        ]  # fmt: skip
        code, log = await client.leave()
    assert code == 0
    assert [line for line in log.splitlines() if "print" not in line] == [
        "another", "a raw write", "a child"
    ]  # fmt: skip


async def test_a_bug_is_logged_and_told_without_the_machines_paths(book: Path) -> None:
    async with wire(sys.executable, "-c", SABOTAGE) as client:
        await client.initialize(book)
        await client.answer(client.command("session.start", name="bug"))
        answer = await client.ask("redraft/fs/readDirectory", {"uri": uri("bug", book)})
        assert answer["error"]["code"] == -32603
        assert "ValueError" in answer["error"]["message"]
        assert str(book) not in json.dumps(answer)
        code, log = await client.leave()
    assert code == 0
    assert "Traceback" in log
    assert f"ValueError: in {book}" in log


async def test_a_cancelled_commit_is_answered_at_once_and_changes_nothing(book: Path) -> None:
    async with wire() as client:
        await client.initialize(book)
        await client.answer(client.command("session.start", name="slow"))
        await written(client, uri("slow", book / "notes.md"), b"new")
        with Root.open(str(book)) as root, root.hold("test"):
            commit = client.command("session.commit", force=True)
            client.notify("$/cancelRequest", {"id": commit})
            assert (await client.answer(commit))["error"]["code"] == -32800
        assert await client.leave() == (0, "")
        assert len([message for message in client.heard if message.get("id") == commit]) == 1
    assert (book / "notes.md").read_bytes() == b"notes\n"
    assert (book / ".workflow" / "slow" / "files" / "notes.md").read_bytes() == b"new"


LATE = """
import pathlib, sys, time
from redraft.domain import commit
from redraft.faces.lsp import main
run, here = commit.run, pathlib.Path(sys.argv[1])
def late(*work):
    (here / "begun").touch()
    while not (here / "go on").exists():
        time.sleep(0.01)
    run(*work)
commit.run = late
sys.exit(main.main())
"""


async def test_a_commit_that_is_cancelled_too_late_is_answered_by_what_it_did(
    book: Path, tmp_path: Path
) -> None:
    """Nobody is told that nothing was changed when all was."""
    async with wire(sys.executable, "-c", LATE, str(tmp_path)) as client:
        await client.initialize(book)
        await client.answer(client.command("session.start", name="late"))
        await written(client, uri("late", book / "notes.md"), b"new")
        commit = client.command("session.commit", force=True)
        async with asyncio.timeout(PATIENCE_S):
            while not (tmp_path / "begun").exists():  # noqa: ASYNC110 - the disk tells nobody
                await asyncio.sleep(0.01)
        client.notify("$/cancelRequest", {"id": commit})
        await client.ask("redraft/fs/stat", {"uri": file_uri(book)})  # it has read the cancel
        (tmp_path / "go on").touch()
        assert (await client.answer(commit))["result"]["modified"] == ["notes.md"]
    assert (book / "notes.md").read_bytes() == b"new"


async def test_a_request_cancelled_while_it_waits_for_its_turn_is_never_done(book: Path) -> None:
    async with wire() as client:
        await client.initialize(book)
        with Root.open(str(book)) as root, root.hold("test"):
            first = client.command("session.start", name="first")
            waiting = client.command("session.start", name="never")
            document = uri("first", book / "notes.md")
            write = client.request("redraft/fs/writeFile", {"uri": document, "content": "YQ=="})
            for request in (waiting, write):
                client.notify("$/cancelRequest", {"id": request})
                assert (await client.answer(request))["error"]["code"] == -32800
        assert (await client.answer(first))["result"]["name"] == "first"
        assert await client.leave() == (0, "")
    assert not (book / ".workflow" / "never").exists()
    assert not (book / ".workflow" / "first" / "files" / "notes.md").exists()


async def test_progress_is_reported_on_the_token_and_can_be_cancelled(book: Path) -> None:
    async with wire() as client:
        await client.initialize(book)
        await client.answer(client.command("session.start", name="long"))
        await written(client, uri("long", book / "notes.md"), b"new")
        with Root.open(str(book)) as root, root.hold("test"):
            commit = client.command("session.commit", progress="one", force=True)
            assert (await client.told("$/progress"))["value"]["kind"] == "begin"
            client.notify("window/workDoneProgress/cancel", {"token": "one"})
            client.notify("window/workDoneProgress/cancel", {"token": "unknown"})
            await client.ask("redraft/fs/stat", {"uri": file_uri(book)})
        assert (await client.answer(commit))["error"]["code"] == -32800
        assert (book / "notes.md").read_bytes() == b"notes\n"
        assert "result" in await client.answer(
            client.command("session.commit", progress="two", force=True)
        )
        for token in ("one", "two"):
            kinds = [
                message["params"]["value"]["kind"]
                for message in client.heard
                if message.get("method") == "$/progress" and message["params"]["token"] == token
            ]
            assert (kinds[0], kinds[-1]) == ("begin", "end")
    assert (book / "notes.md").read_bytes() == b"new"


async def test_a_document_of_many_megabytes_passes(book: Path) -> None:
    content = bytes(range(256)) * (12 * 4096)
    async with wire() as client:
        await client.initialize(book)
        await client.answer(client.command("session.start", name="big"))
        await written(client, uri("big", book / "big.bin"), content)
        answer = await client.ask("redraft/fs/readFile", {"uri": uri("big", book / "big.bin")})
        assert base64.b64decode(answer["result"]["content"]) == content


async def test_a_client_without_folders_is_told_what_is_missing(book: Path) -> None:
    async with wire() as client:
        await client.initialize()
        answer = await client.answer(client.command("session.start", name="nowhere"))
        assert answer["error"]["code"] == -32602
        assert answer["error"]["data"]["problems"] == ["no folder is open"]
        stat = await client.ask("redraft/fs/stat", {"uri": uri("s", book)})
        assert stat["error"]["data"]["problems"] == ["no folder is open"]


@pytest.mark.parametrize("key", ["rootUri", "rootPath"])
async def test_an_older_client_names_its_folder_in_another_way(book: Path, key: str) -> None:
    value = file_uri(book) if key == "rootUri" else str(book)
    async with wire() as client:
        await client.initialize(workspaceFolders=None, **{key: value})
        answer = await client.answer(client.command("session.list"))
        assert answer["result"]["root"] == str(book)


async def test_a_folder_that_is_not_there_is_left_out(book: Path, tmp_path: Path) -> None:
    async with wire() as client:
        await client.initialize(tmp_path / "missing", book)
        answer = await client.answer(client.command("session.list"))
        assert answer["result"]["root"] == str(book)
        assert "missing is left out" in (await client.leave())[1]


def test_messages_may_come_from_a_file(book: Path, tmp_path: Path) -> None:
    """Not everything can be watched by the event loop: a thread reads it then."""
    messages: list[dict[str, object]] = [
        {
            "id": 1,
            "method": "initialize",
            "params": {"capabilities": {}, "rootUri": file_uri(book)},
        },
        {"method": "initialized", "params": {}},
        {"id": 2, "method": "redraft/fs/readFile", "params": {"uri": file_uri(book / "notes.md")}},
        {"id": 3, "method": "shutdown"},
        {"method": "exit"},
    ]
    bodies = [json.dumps({"jsonrpc": "2.0", **message}).encode() for message in messages]
    recorded = tmp_path / "recorded"
    recorded.write_bytes(
        b"".join(b"Content-Length: %d\r\n\r\n%b" % (len(body), body) for body in bodies)
    )
    with recorded.open("rb") as source:
        done = subprocess.run(
            COMMAND,
            check=False,
            stdin=source,
            capture_output=True,
            env=ENVIRONMENT,
            timeout=PATIENCE_S,
        )
    assert (done.returncode, done.stderr) == (0, b"")
    assert b'{"content":"bm90ZXMK"}' in done.stdout


def test_one_socket_may_serve_both_directions(book: Path) -> None:
    ours, theirs = socket.socketpair()
    with ours, theirs:
        ours.settimeout(PATIENCE_S)
        process = subprocess.Popen(
            COMMAND, stdin=theirs.fileno(), stdout=theirs.fileno(), env=ENVIRONMENT
        )
        theirs.close()
        body = b'{"jsonrpc":"2.0","id":1,"method":"initialize","params":{"capabilities":{}}}'
        ours.sendall(b"Content-Length: %d\r\n\r\n%b" % (len(body), body))
        received = b""
        while b'"serverInfo"' not in received:
            received += ours.recv(65536)
        ours.shutdown(socket.SHUT_WR)
        assert process.wait(PATIENCE_S) == 1


async def test_an_interrupt_ends_the_server(book: Path) -> None:
    async with wire() as client:
        await client.initialize(book)
        await client.told("redraft/sessionChanged")
        client.process.send_signal(signal.SIGINT)
        code, log = await client.ended()
        assert (code, log) == (130, "")


async def test_global_is_as_it_was_after_all_that(book: Path) -> None:
    """Promise 1, over the wire: nothing but a commit touches the folder."""
    chapter = book / "part one" / "chapter-01.md"
    before = chapter.stat()
    async with wire() as client:
        await client.initialize(book)
        await client.answer(client.command("session.start", name="calm"))
        await written(client, uri("calm", chapter), b"new")
        await client.ask("redraft/fs/delete", {"uri": uri("calm", chapter), "recursive": False})
        await client.answer(client.command("session.cancel"))
        await client.leave()
    after = chapter.stat()
    assert chapter.read_bytes() == CHAPTER
    assert (before.st_mtime_ns, before.st_ino) == (after.st_mtime_ns, after.st_ino)
