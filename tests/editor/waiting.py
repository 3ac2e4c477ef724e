"""Waiting for what no page shows: files and processes."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import TypeVar

T = TypeVar("T")


def eventually(look: Callable[[], T], what: str, *, seconds: float = 20) -> T:
    """Look again and again until there is something true to see.

    Args:
        look: gives what is there now; an ``OSError`` or ``ValueError`` means not yet.
        what: what is waited for, as the failure's message says it.
        seconds: how long at most.

    Returns:
        The first true answer.
    """
    deadline = time.monotonic() + seconds
    while True:
        last: object
        try:
            if seen := look():
                return seen
            last = seen
        except (OSError, ValueError) as error:
            last = error
        if time.monotonic() > deadline:
            raise AssertionError(f"waited {seconds:.0f} s in vain: {what}; last seen: {last!r}")
        time.sleep(0.02)  # a file that is not there yet tells nobody
