"""Threads take memory from one store, where the C library can be told so."""

from __future__ import annotations

import ctypes
import subprocess
import sys

import pytest

from redraft.disk import memory

_ALLOCATE = """
import ctypes, threading
from redraft.disk import memory

{first}
libc = ctypes.CDLL(None)
libc.malloc.restype = libc.fdopen.restype = ctypes.c_void_p
together = threading.Barrier(8)

def allocate():
    together.wait()
    libc.malloc(10_000)
    together.wait()

threads = [threading.Thread(target=allocate) for _ in range(8)]
for thread in threads:
    thread.start()
for thread in threads:
    thread.join()
out = ctypes.c_void_p(libc.fdopen(1, b"w"))
libc.malloc_info(0, out)
libc.fflush(out)
"""


def _stores(first: str) -> int:
    call = [sys.executable, "-c", _ALLOCATE.format(first=first)]
    return subprocess.run(call, capture_output=True, check=True).stdout.count(b"<heap ")


@pytest.mark.skipif(not hasattr(ctypes.CDLL(None), "malloc_info"), reason="glibc's own")
def test_all_threads_share_one_store() -> None:
    """Else each would keep what its largest request needed."""
    assert _stores("") > 1
    assert _stores("memory.share()") == 1


def test_another_c_library_is_left_as_it_is(monkeypatch: pytest.MonkeyPatch) -> None:
    """There is nothing to tell it."""
    monkeypatch.setattr(ctypes, "CDLL", lambda name: object())
    memory.share()
