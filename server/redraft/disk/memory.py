"""How the C library gives a process its memory; only this ring calls that library itself."""

from __future__ import annotations

_ARENA_MAX = -8  # M_ARENA_MAX in glibc's malloc.h


def share() -> None:
    """Let all threads take memory from one store; to be called before there are threads.

    glibc gives each thread a store of its own, and each keeps what its largest request needed. One
    that all share is no slower here: Python lets one thread run at a time.
    """
    try:
        import ctypes

        ctypes.CDLL(None).mallopt(_ARENA_MAX, 1)
    except (AttributeError, ImportError, OSError):
        return  # another C library: its own ways are as good
