"""``openat2(2)``: opening a whole path in one call that follows no link on the way.

Python has no wrapper, so this goes through ctypes. Loading that costs a short-lived process more
than it saves: servers call :func:`enable` once, everybody else walks the path by handles.
"""

from __future__ import annotations

import os
import sys
from errno import ELOOP, ENOSYS, EPERM

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable

_OPENAT2 = 437  # the same number on every Linux architecture
_NO_SYMLINKS, _BENEATH = 0x04, 0x08
_HERE = -100  # AT_FDCWD
_PLAIN = getattr(os, "O_PATH", 0) | getattr(os, "O_CLOEXEC", 0)
_CODE = (sys.getfilesystemencoding(), sys.getfilesystemencodeerrors())  # as os.fsencode, quicker


class Calls:
    """The system call, prepared: reading flags and looking flags each in a structure of its own."""

    def __init__(
        self, function: Callable[..., int], errno: Callable[[], int], keep: object
    ) -> None:
        self.function = function
        self.errno = errno
        self.keep = keep  # the structures, which ctypes addresses do not keep alive
        self.reading = 0
        self.looking = 0
        self.listing = 0


_prepared: list[Calls] = []


def enable() -> bool:
    """Use the call from now on, if this system has it; returns whether it does."""
    if not _prepared:
        calls = _prepare()
        if calls is not None:
            _prepared.append(calls)
    return bool(_prepared)


def disable() -> None:
    """Walk by handles again."""
    _prepared.clear()


def _prepare() -> Calls | None:
    try:
        import ctypes

        function = ctypes.CDLL(None, use_errno=True).syscall
    except (AttributeError, ImportError, OSError):  # pragma: no cover - not Unix
        return None
    if not hasattr(os, "O_PATH"):  # pragma: no cover - not Linux
        return None
    function.restype = ctypes.c_long
    function.argtypes = [
        ctypes.c_long,
        ctypes.c_int,
        ctypes.c_char_p,
        ctypes.c_void_p,
        ctypes.c_size_t,
    ]
    how = ctypes.c_uint64 * 3
    reading_flags = os.O_RDONLY | os.O_CLOEXEC | os.O_NOFOLLOW | os.O_NONBLOCK
    reading = how(reading_flags, 0, _NO_SYMLINKS | _BENEATH)
    looking = how(_PLAIN, 0, _NO_SYMLINKS)
    listing = how(os.O_RDONLY | os.O_CLOEXEC | os.O_DIRECTORY, 0, _NO_SYMLINKS | _BENEATH)
    calls = Calls(function, ctypes.get_errno, (reading, looking, listing))
    calls.reading, calls.looking = ctypes.addressof(reading), ctypes.addressof(looking)
    calls.listing = ctypes.addressof(listing)
    probe = function(_OPENAT2, _HERE, b"/", calls.looking, 24)
    if probe < 0:  # pragma: no cover - an older kernel, or a filter that forbids the call
        return None
    os.close(probe)
    return calls


def open_file(handle: int | None, name: str) -> int | None:
    """Open a file for reading beneath a folder.

    Returns:
        The descriptor, or None if the call is not in use.

    Raises:
        OSError: ``ELOOP`` if a component is a link, else as ``open`` does.
    """
    if not _prepared or handle is None:
        return None
    return _open(_prepared[0], handle, name, _prepared[0].reading)


def open_folder(handle: int | None, name: str) -> int | None:
    """Open a folder beneath a folder; returns and raises as :func:`open_file`."""
    if not _prepared or handle is None:
        return None
    return _open(_prepared[0], handle, name, _prepared[0].listing)


def _open(calls: Calls, handle: int, name: str, how: int) -> int | None:
    descriptor = calls.function(_OPENAT2, handle, name.encode(*_CODE), how, 24)
    if descriptor >= 0:
        return descriptor
    number = calls.errno()
    if number in (ENOSYS, EPERM):
        return None
    raise OSError(number, os.strerror(number), name)


def is_plain(path: str) -> bool | None:
    """Whether an absolute path exists and holds no link; None if that is not known."""
    if not _prepared:
        return None
    calls = _prepared[0]
    descriptor = calls.function(_OPENAT2, _HERE, path.encode(*_CODE), calls.looking, 24)
    if descriptor < 0:
        return False if calls.errno() == ELOOP else None
    os.close(descriptor)
    return True
