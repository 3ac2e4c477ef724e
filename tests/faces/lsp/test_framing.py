"""The octets on the wire: whatever arrives in whatever pieces."""

from __future__ import annotations

import json
import os
import threading
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from redraft.faces.lsp.framing import Frames, Output


def _cut(data: bytes, sizes: list[int]) -> list[bytes]:
    pieces = []
    for size in sizes:
        pieces.append(data[:size])
        data = data[size:]
    return [*pieces, data]


@given(st.lists(st.binary(max_size=40), max_size=6), st.lists(st.integers(0, 30), max_size=30))
def test_bodies_come_out_whole_however_they_are_cut(bodies: list[bytes], cuts: list[int]) -> None:
    received: list[bytes] = []
    frames = Frames(received.append, lambda error: None)
    wire = b"".join(b"Content-Length: %d\r\n\r\n%b" % (len(body), body) for body in bodies)
    for piece in _cut(wire, cuts):
        frames.data_received(piece)
    assert received == bodies


def test_headers_may_come_in_any_order_and_case() -> None:
    received: list[bytes] = []
    frames = Frames(received.append, lambda error: None)
    frames.data_received(
        b"Content-Type: application/vscode-jsonrpc; charset=utf-8\r\ncontent-length:  2\r\n\r\n{}"
    )
    assert received == [b"{}"]


def test_a_stream_without_lengths_ends_with_an_error() -> None:
    ends: list[Any] = []
    received: list[bytes] = []
    frames = Frames(received.append, ends.append)
    frames.data_received(b"GET / HTTP/1.1\r\nHost: localhost\r\n\r\n{}")
    frames.data_received(b"Content-Length: 2\r\n\r\n{}")
    assert (received, len(ends)) == ([], 1)
    assert isinstance(ends[0], Exception)


def test_a_header_without_an_end_does_not_fill_the_memory() -> None:
    ends: list[Any] = []
    frames = Frames(lambda body: None, ends.append)
    for _ in range(200):
        frames.data_received(b"x" * 1024)
    assert len(ends) == 1


def test_frames_of_several_threads_are_not_interleaved() -> None:
    read, write = os.pipe()
    output = Output(write)

    def talk(letter: str) -> None:
        for _ in range(50):
            output.send(json.dumps(letter * 3000).encode())

    threads = [threading.Thread(target=talk, args=(letter,)) for letter in "abcd"]
    received: list[bytes] = []
    frames = Frames(received.append, lambda error: None)
    for thread in threads:
        thread.start()
    while len(received) < 200:
        frames.data_received(os.read(read, 65536))
    for thread in threads:
        thread.join()
    output.close()
    os.close(read)
    assert {len(set(json.loads(body))) for body in received} == {1}


def test_writing_to_a_client_that_is_gone_is_silent() -> None:
    read, write = os.pipe()
    output = Output(write)
    os.close(read)
    output.send(b"{}")
    output.send(b"{}")
    output.close()
    os.close(write)
