"""Every call that reaches the disk, and a system that refuses a chosen one of them.

The calls are those of Python itself, so that none goes past: what changes the disk, and what reads
it. Nothing is flushed while they are watched (a flush may be refused all the same).
"""

from __future__ import annotations

import builtins
import io
import os
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from errno import (
    EACCES,
    EBUSY,
    EDQUOT,
    EFBIG,
    EIO,
    EMFILE,
    ENFILE,
    ENOLCK,
    ENOMEM,
    ENOSPC,
    EPERM,
    EROFS,
    EXDEV,
)
from typing import Any
from unittest import mock

from redraft.disk import beneath, durable, exchange

Watch = Callable[[str, str], None]
"""Is told of a call before it is made, by its name and what it is about; may raise."""

_NEW = (ENOSPC, EDQUOT, EACCES, EPERM, EIO, EROFS)
_AWAY = (EACCES, EPERM, EIO, EROFS, EBUSY)

CHANGING: dict[str, tuple[int, ...]] = {
    "create": (*_NEW, EMFILE, ENFILE),
    "write": (ENOSPC, EDQUOT, EIO, EFBIG),
    "rest of a short write": (ENOSPC, EDQUOT, EIO, EFBIG),
    "overwrite": (ENOSPC, EDQUOT, EIO),
    "copy": (ENOSPC, EDQUOT, EIO),
    "clone": (ENOSPC, EDQUOT, EIO),
    "flush": (EIO, ENOSPC, EDQUOT),
    "mkdir": _NEW,
    "symlink": _NEW,
    "link": (*_NEW, EXDEV),
    "rename": (*_NEW, EXDEV, EBUSY),
    "unlink": _AWAY,
    "rmdir": _AWAY,
    "utime": (EACCES, EPERM, EIO, EROFS),
    "set mode": (EPERM, EIO, EROFS),
}
"""The calls that change the disk, and with what codes a system refuses them."""

READING: dict[str, tuple[int, ...]] = {
    "open": (EIO, EACCES, EMFILE, ENFILE, ENOMEM),
    "lock": (ENOLCK, EIO),
    "duplicate": (EMFILE,),
    "read": (EIO,),
    "stat": (EIO, EACCES, ENOMEM),
    "list": (EIO, EMFILE, ENOMEM),
    "list on": (EIO,),
    "read link": (EIO, EACCES, ENOMEM),
}
"""The same for those that read it."""


class Refusing:
    """Refuses the call of one number among those of some names (and maybe all that come after).

    Attributes:
        names: the names of the calls that came, in their order.
        struck: what was refused first, or None.
    """

    def __init__(
        self, kinds: dict[str, tuple[int, ...]], number: int, code: int, *, lasting: bool = False
    ) -> None:
        self.kinds = kinds
        self.number = number
        self.code = code
        self.lasting = lasting
        self.names: list[str] = []
        self.struck: str | None = None

    def __call__(self, name: str, about: str) -> None:
        if name not in self.kinds:
            return
        self.names.append(name)
        at = len(self.names)
        if at == self.number or (self.lasting and at > self.number > 0):
            self.struck = self.struck or f"{name} {about}"
            raise OSError(self.code, os.strerror(self.code), about)


@contextmanager
def refusing(watch: Watch) -> Iterator[None]:
    """Tell ``watch`` of every call before it is made."""
    with ExitStack() as stack:

        def put(owner: Any, name: str, call: Any) -> None:
            stack.enter_context(mock.patch.object(owner, name, call))

        for name, call in _calls(watch).items():
            put(os, name, call)
        put(builtins, "open", _opened(watch, builtins.open))
        put(os, "fdopen", _opened(watch, os.fdopen))
        _native(watch, put)
        yield


def _about(arguments: tuple[Any, ...]) -> str:
    """The path that a call is about; a descriptor tells where it leads."""
    first = next((a for a in arguments if not isinstance(a, int)), None)
    if first is not None:
        return os.fsdecode(first)
    return str(_REAL["readlink"](f"/proc/self/fd/{arguments[0]}"))


_REAL: dict[str, Any] = {
    name: getattr(os, name) for name in ("readlink", "open", "write", "pwrite")
}
_PLAIN = {
    "mkdir": "mkdir",
    "rmdir": "rmdir",
    "unlink": "unlink",
    "replace": "rename",
    "link": "link",
    "symlink": "symlink",
    "utime": "utime",
    "fchmod": "set mode",
    "copy_file_range": "copy",
    "dup": "duplicate",
    "read": "read",
    "pread": "read",
    "stat": "stat",
    "fstat": "stat",
    "lstat": "stat",
    "listdir": "list",
    "readlink": "read link",
}


def _calls(watch: Watch) -> dict[str, Any]:
    calls: dict[str, Any] = {name: _before(watch, name, told) for name, told in _PLAIN.items()}

    def opened(path: Any, flags: int, *rest: Any, **options: Any) -> int:
        watch("create" if flags & os.O_CREAT else "open", os.fsdecode(path))
        descriptor: int = _REAL["open"](path, flags, *rest, **options)
        return descriptor

    def write(descriptor: int, data: Any) -> int:
        watch("write", _about((descriptor,)))
        if len(data) < 2:
            return int(_REAL["write"](descriptor, data))
        _REAL["write"](descriptor, memoryview(data)[: len(data) // 2])
        watch("rest of a short write", _about((descriptor,)))
        _REAL["write"](descriptor, memoryview(data)[len(data) // 2 :])
        return len(data)

    def overwrite(descriptor: int, data: Any, offset: int) -> int:
        watch("overwrite", _about((descriptor,)))
        return int(_REAL["pwrite"](descriptor, data, offset))

    def flush(descriptor: int) -> None:
        watch("flush", _about((descriptor,)))

    real_scan = os.scandir

    def scan(where: Any = ".") -> _Scan:
        watch("list", _about((where,)))
        return _Scan(real_scan(where), watch)

    own = {"open": opened, "write": write, "pwrite": overwrite, "fsync": flush, "scandir": scan}
    return calls | own


def _before(watch: Watch, name: str, told: str) -> Callable[..., Any]:
    real = getattr(os, name)

    def call(*arguments: Any, **options: Any) -> Any:
        watch(told, _about(arguments))
        return real(*arguments, **options)

    return call


class _Scan:
    """A listing whose next entries and their statuses may be refused."""

    def __init__(self, entries: Any, watch: Watch) -> None:
        self._entries = entries
        self._watch = watch

    def __enter__(self) -> _Scan:
        return self

    def __exit__(self, *_: object) -> None:
        self._entries.close()

    def __iter__(self) -> Iterator[_Entry]:
        self._watch("list on", "a folder")
        for entry in self._entries:
            yield _Entry(entry, self._watch)


class _Entry:
    """An entry whose status is asked of the system once, as that of the real one."""

    def __init__(self, entry: os.DirEntry[str], watch: Watch) -> None:
        self._entry = entry
        self._watch = watch
        self._known = False

    def stat(self, *, follow_symlinks: bool = True) -> os.stat_result:
        if not self._known:
            self._watch("stat", self._entry.name)
            self._known = True
        return self._entry.stat(follow_symlinks=follow_symlinks)

    def __getattr__(self, name: str) -> Any:
        return getattr(self._entry, name)


def _opened(watch: Watch, real: Any) -> Callable[..., Any]:
    """Files that Python itself reads, from a descriptor."""

    class Watched(io.FileIO):
        def _ask(self) -> None:
            watch("read", _about((self.fileno(),)))

        def read(self, *size: Any) -> Any:
            self._ask()
            return super().read(*size)

        def readall(self) -> Any:
            self._ask()
            return super().readall()

        def readinto(self, *buffer: Any) -> Any:
            self._ask()
            return super().readinto(*buffer)

    def opened(file: Any, mode: str = "r", buffering: int = -1, **options: Any) -> Any:
        if not isinstance(file, int) or mode != "rb":
            return real(file, mode, buffering, **options)
        raw = Watched(file, "rb")
        return raw if buffering == 0 else io.BufferedReader(raw)

    return opened


def _native(watch: Watch, put: Callable[[Any, str, Any], None]) -> None:
    """The calls that Python does not wrap, and the two of ``fcntl``."""
    import fcntl

    renameat2, clone, lock = exchange._renameat2, fcntl.ioctl, fcntl.flock
    reach = beneath._open

    def special(folder: Any, name: str, to: Any, to_name: str, flags: int) -> bool:
        watch("rename", f"{to.path}/{to_name}")
        return renameat2(folder, name, to, to_name, flags)

    def copied(descriptor: int, *arguments: Any) -> Any:
        watch("clone", _about((descriptor,)))
        return clone(descriptor, *arguments)

    def locked(descriptor: int, *arguments: Any) -> Any:
        watch("lock", _about((descriptor,)))
        return lock(descriptor, *arguments)

    def reached(calls: Any, handle: int, name: str, how: int) -> int | None:
        watch("open", name)
        return reach(calls, handle, name, how)

    def sync(folder: Any) -> bool:
        try:
            watch("flush", folder.path)
        except OSError:
            return False
        return True

    put(exchange, "_renameat2", special)
    put(fcntl, "ioctl", copied)
    put(fcntl, "flock", locked)
    put(beneath, "_open", reached)
    put(durable, "_sync_file_system", sync)
