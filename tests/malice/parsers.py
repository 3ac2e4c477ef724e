"""The three parsers: slash lines, messages of the protocols, and the files of a session."""

from __future__ import annotations

import asyncio
import json
import logging
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tests.malice.contents import RECORDS
from tests.malice.fuzz import Parser
from tests.malice.ground import build
from tests.malice.places import Place

from redraft.commands import slash
from redraft.commands.dispatch import validate
from redraft.commands.table import COMMANDS
from redraft.disk.lock import describe, parse
from redraft.domain import archive, checkpoints, hint, journal, layout, past, retries
from redraft.domain.changes import count
from redraft.domain.root import Root
from redraft.domain.session import Session, encoded, read_metadata
from redraft.domain.view import View
from redraft.errors import RedraftError
from redraft.faces.hooks import event
from redraft.faces.lsp.framing import Frames, Output
from redraft.faces.lsp.server import RedraftServer, create_server
from redraft.faces.mcp.wire import Lines

_JSON = (
    b'{"', b'":', b'"', b"{}", b"[]", b"[", b"]", b"null", b"true", b"-1", b"1e999", b"NaN",
    b"\\ud800", b"\\u0000", b"[" * 2000, b'{"a":' * 2000, b"9" * 5000, b"\xff", b"\x00",
)  # fmt: skip


def lines() -> Parser:
    """A slash line, up to the request it makes."""

    def target(data: bytes) -> None:
        line = data.decode("utf-8", "surrogateescape")
        try:
            command, arguments = slash.parse(line)
            validate(command, arguments)
        except RedraftError as error:
            error.as_dict()

    seeds = [example.encode() for command in COMMANDS for example in command.examples]
    words = [b'"', b"'", b"\\", b"--", b"=", b" ", b"\n", b"\0", b"--no-", b"\xc3\xa9", *_JSON[:13]]
    flags = {w for seed in seeds for w in seed.split() if w.startswith(b"--")}
    flags |= {b"--artifacts={}", b"--session", b"--root=/x", b"--older-than-days=", b"--paths"}
    modules = ("commands/slash.py", "commands/dispatch.py", "commands/parameters.py")
    return Parser("slash line", modules, [*seeds, *flags], [*words, *flags], target)


@contextmanager
def messages() -> Iterator[Parser]:
    """What a client writes: frames and JSON-RPC, lines and JSON-RPC, an event of a hook.

    The first byte says which (3 is a body that gets its right header), the second how the rest is
    cut into what one reading gives.
    """
    logging.disable()
    nowhere = os.open(os.devnull, os.O_WRONLY)
    loop = asyncio.new_event_loop()
    server = create_server(lambda _: None)  # type: ignore[arg-type, return-value]  # nothing asks for its parts
    server.protocol.connect(Output(nowhere), lambda _: None)
    server.protocol.handlers = dict
    try:

        def target(data: bytes) -> None:
            server.protocol._initialized, server.protocol._stopping = True, False
            loop.run_until_complete(_take(data, server))

        yield Parser("messages", _WIRE, _wire_seeds(), [*_JSON, *_WIRE_WORDS], target)
    finally:
        loop.close()
        os.close(nowhere)
        logging.disable(logging.NOTSET)


_WIRE = (
    "faces/lsp/framing.py",
    "faces/lsp/protocol.py",
    "faces/lsp/calls.py",
    "faces/mcp/wire.py",
    "faces/hooks/event.py",
)
_WIRE_WORDS = (
    b"Content-Length: ", b"\r\n\r\n", b"\r\n", b"\n", b"Content-Length: 2\r\n\r\n{}",
    b'"jsonrpc":"2.0"', b'"method":"', b'"id":', b'"params":', b'"error":', b'"result":',
    b'"redraft/fs/stat"', b'"workspace/executeCommand"', b'"$/cancelRequest"', b'"shutdown"',
    b'"redraft:1"', b'"exit"', b'"tool_input":', b'"tool_name":', b'"hook_event_name":',
)  # fmt: skip


def _wire_seeds() -> list[bytes]:
    methods = [
        "initialize",
        "initialized",
        "shutdown",
        "exit",
        "redraft/fs/stat",
        "$/cancelRequest",
    ]
    methods += ["workspace/executeCommand", "textDocument/didOpen", "ping", "tools/call"]
    made = []
    for number, method in enumerate(methods):
        params = {"command": "redraft.session.status", "arguments": [], "name": "x", "id": 1}
        message = {"jsonrpc": "2.0", "id": number, "method": method, "params": params}
        text = json.dumps(message).encode()
        made.append(b"\0\xff" + b"Content-Length: %d\r\n\r\n" % len(text) + text)
        made.append(b"\1\xff" + text + b"\n")
        made.append(b"\3\xff" + text)
    for answer in (
        {"result": 1},
        {"error": {"code": 1, "message": "x"}},
        {"id": None},
        {"id": [1]},
    ):
        text = json.dumps({"jsonrpc": "2.0", "id": "redraft:1", **answer}).encode()
        made.append(b"\0\x20" + b"Content-Length: %d\r\n\r\n" % len(text) + text)
        made.append(b"\1\x20" + text + b"\n")
        made.append(b"\3\x20" + text)
    told = {"hook_event_name": "PreToolUse", "tool_name": "Write", "tool_input": {"file_path": "a"}}
    return [*made, b"\2\0" + json.dumps(told).encode(), b"\0\0", b"\1\0\n\n", b"\2\0[]"]


async def _take(data: bytes, server: RedraftServer) -> None:
    kind, size, rest = data[:1], max(data[1:2] or b"\1"), data[2:]
    if kind == b"\2":
        try:
            found = event.parse(rest)
        except (ValueError, TypeError, RecursionError):
            return  # the hook lets the tool through, and logs it
        _ = (found.name, found.tool, found.path, found.kind, found.is_ours)
        return
    if kind == b"\3":
        rest = b"Content-Length: %d\r\n\r\n%b" % (len(rest), rest)
    lines, frames = Lines(lambda *_: None), Frames(server.protocol.receive, lambda _: None)
    pipe = lines if kind == b"\1" else frames
    step = max(size, len(rest) // 40 + 1)
    try:
        for at in range(0, len(rest), step):
            pipe.data_received(rest[at : at + step])
        await asyncio.sleep(0)
    finally:
        lines.eof_received()
        lines.messages.close()


@contextmanager
def records(work: Path) -> Iterator[Parser]:
    """The files of a session; the first byte says which."""
    ground = build(work / "fuzz")
    places = [Place(path).find(ground.root) for path in RECORDS]
    places += [ground.root / layout.HINT]
    seeds = []
    for number, place in enumerate(places):
        text = place.read_bytes() if place.is_file() else b"{}"
        seeds.append(bytes([number]) + text.partition(b"\0")[0])
    keys = {w for seed in seeds for w in seed.split(b'"') if 0 < len(w) < 40}
    words = [*_JSON, *sorted(keys), b"../x", b"/etc/x", b"1 2 draft\n"]
    with Root.open(str(ground.root)) as root, View.of(root, "draft") as view:
        done = places[5].parent.relative_to(ground.root).as_posix()

        def target(data: bytes) -> None:
            place = places[(data or b"\0")[0] % len(places)]
            place.parent.mkdir(parents=True, exist_ok=True)
            place.write_bytes(data[1:])
            _read_all(root, view, done)

        yield Parser("files", _FILES, seeds, words, target)


_FILES = (
    "domain/records.py",
    "domain/session.py",
    "domain/checkpoints.py",
    "domain/retries.py",
    "domain/journal.py",
    "domain/journal_form.py",
    "domain/past.py",
    "domain/hint.py",
    "domain/archive.py",
    "domain/layout.py",
    "disk/lock.py",
)


def _read_all(root: Root, view: View, done: str) -> None:
    session = view.session
    assert isinstance(session, Session)
    metadata = read_metadata(session.folder, "draft")
    encoded(metadata)
    told: list[object] = [
        retries.of_session(session)[0].record,
        checkpoints.list_all(session.folder),
    ]
    for folder in (session.path, done):
        try:
            journal.load(root, folder)
        except ValueError as error:
            told.append(str(error))  # the session is CRASHED, and this is why
    told += [past._taken(session, "use"), count(session.folder), journal.why_stuck(root, done)]
    told += [hint.recall(root, (1, 2)), describe(parse(root.folder.read(layout.LOCK, 4096)))]
    told += [archive.held(root, one) for one in archive.laid(root, layout.COMPLETED)]
    str(told).encode()
