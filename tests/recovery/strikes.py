"""Watching every call that changes the disk, and striking before a chosen one."""

from __future__ import annotations

import os
import signal
import traceback
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from typing import Any

from redraft.disk import calls, durable, exchange

Strike = Callable[[str], None]

NAMES = (
    "clone",
    "copy_range",
    "create",
    "flush",
    "link",
    "mkdir",
    "open_or_create",
    "open_to_append",
    "overwrite",
    "permit",
    "rename",
    "rmdir",
    "set_attribute",
    "set_mode",
    "set_mode_at",
    "symlink",
    "unlink",
    "utime",
    "whiteout",
    "write",
)


_REAL: dict[str, Callable[..., Any]] = {name: getattr(calls, name) for name in NAMES}


def _write(strike: Strike, descriptor: int, data: bytes) -> None:
    strike("write")
    half = len(data) // 2
    _REAL["write"](descriptor, memoryview(data)[:half])
    strike("write, half done")
    _REAL["write"](descriptor, memoryview(data)[half:])


def _overwrite(strike: Strike, descriptor: int, data: bytes) -> None:
    strike("overwrite")
    os.pwrite(descriptor, data, 0)
    strike("overwrite, half done")
    _REAL["overwrite"](descriptor, data)


def _copy_range(strike: Strike, source: int, target: int, count: int) -> int:
    strike("copy_range")
    half = os.fstat(source).st_size // 2
    if half == 0 or os.lseek(source, 0, os.SEEK_CUR):
        return os.copy_file_range(source, target, count)
    half = os.copy_file_range(source, target, half)
    strike("copy_range, half done")
    return half


_IN_HALVES: dict[str, Callable[..., Any]] = {
    "write": _write,
    "overwrite": _overwrite,
    "copy_range": _copy_range,
}


@contextmanager
def watched(
    strike: Strike, *, flushes: bool = False, without_renameat2: bool = False
) -> Iterator[None]:
    """Call ``strike`` with the name of each changing call before it is made.

    Writing and copying are struck in their middle too. Flushes are counted (and made) only if asked
    for: a killed process loses nothing that it wrote.
    """
    renameat2, sync = exchange._renameat2, durable._sync_file_system

    def before(name: str) -> Callable[..., Any]:
        def call(*args: Any, **options: Any) -> Any:
            strike(name)
            return _REAL[name](*args, **options)

        return call

    def special(*args: Any) -> bool:
        if without_renameat2:
            return False
        strike("renameat2")
        return renameat2(*args)

    try:
        for name in NAMES:
            half = _IN_HALVES.get(name)
            setattr(calls, name, partial(half, strike) if half else before(name))
        exchange._renameat2 = special  # type: ignore[assignment]  # struck on purpose
        if not flushes:
            calls.flush = lambda descriptor: None
            durable._sync_file_system = lambda folder: True
        yield
    finally:
        for name, real in _REAL.items():
            setattr(calls, name, real)
        exchange._renameat2 = renameat2
        durable._sync_file_system = sync


def in_child(act: Callable[[], None], errors: Path) -> int:
    """Run something in a forked process; give its exit code, negative for a signal.

    Raises:
        AssertionError: it failed by itself.
    """
    child = os.fork()
    if child == 0:
        try:
            act()
            os._exit(0)
        except BaseException:  # noqa: BLE001 - told by the parent
            errors.write_text(traceback.format_exc())
        finally:
            os._exit(70)
    _, status = os.waitpid(child, 0)
    code = os.waitstatus_to_exitcode(status)
    assert code != 70, errors.read_text()
    return code


def die_at(number: int) -> Strike:
    """A strike that kills this process before the call of that number, counted from 1."""
    left = number

    def strike(name: str) -> None:
        nonlocal left
        left -= 1
        if left == 0:
            os.kill(os.getpid(), signal.SIGKILL)

    return strike


class Failing:
    """A strike that lets the call of one number fail (and, if it lasts, all that come after)."""

    def __init__(self, number: int, code: int, *, lasting: bool = False) -> None:
        self.left = number
        self.code = code
        self.lasting = lasting
        self.struck: str | None = None

    def __call__(self, name: str) -> None:
        self.left -= 1
        if self.left == 0 or (self.lasting and self.left < 0):
            self.struck = self.struck or name
            raise OSError(self.code, os.strerror(self.code), name)
