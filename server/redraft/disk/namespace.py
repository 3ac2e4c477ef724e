"""Mounts that only one process and its children see (Linux): a layer over a folder, and back.

Everything here changes the calling process for good. It is called in a child that then becomes
another program, or by a program that a covered folder would mislead.
"""

from __future__ import annotations

import os
from errno import EPERM

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

UPPER, WORK, REAL = "upper", "work", "real"
"""The folders of a private place: the changes, overlayfs' own, and the door to the real folder."""

_NEW_USER, _NEW_MOUNTS = 0x10000000, 0x00020000
_READ_ONLY, _REMOUNT, _BIND, _REC, _PRIVATE = 1, 32, 4096, 16384, 1 << 18
# What a mount forbids must be said again when it is made read-only, or the kernel refuses.
_KEPT = ((2, 2), (4, 4), (8, 8), (1024, 1024), (2048, 2048), (4096, 1 << 21))


def cover(root: str, private: str, own: Iterable[str]) -> None:
    """Lay ``private/upper`` over a folder; the real one stays reachable as ``private/real``.

    Args:
        root: the folder, absolute, its links resolved.
        private: a folder outside of it that holds ``upper``, ``work`` and ``real``.
        own: names in the folder that are not covered, but shown as they are and read-only.

    Raises:
        OSError: this system, user or file system cannot do it.
    """
    _separate()
    real = f"{private}/{REAL}"
    _mount(root, real, None, _BIND | _REC)
    # By descriptor, because no escaping of a path's commas and colons is understood everywhere.
    handles = [
        os.open(place, os.O_PATH) for place in (root, f"{private}/{UPPER}", f"{private}/{WORK}")
    ]
    layers = "lowerdir=/proc/self/fd/{},upperdir=/proc/self/fd/{},workdir=/proc/self/fd/{}"
    _mount("overlay", root, "overlay", 0, f"userxattr,{layers.format(*handles)}")
    for handle in handles:
        os.close(handle)
    for name in own:
        if os.path.isdir(f"{real}/{name}"):
            _show_read_only(f"{real}/{name}", f"{root}/{name}")


def uncover(root: str, private: str) -> None:
    """Inside a covered folder: see the real one in its place again, in this process alone."""
    _separate()
    _mount(f"{private}/{REAL}", root, None, _BIND | _REC)


def holds_mounts(root: str) -> bool:
    """Whether other file systems are mounted beneath a folder: a layer would hide them."""
    inside = root.rstrip("/") + "/"
    return any(place.startswith(inside) for place in _mounts())


def _mounts() -> Iterator[str]:
    try:
        with open("/proc/self/mountinfo", "rb") as table:
            for line in table:
                place = line.split(b" ")[4]
                yield os.fsdecode(place.decode("unicode_escape").encode("latin-1"))
    except FileNotFoundError:  # pragma: no cover - not Linux
        return


def _separate() -> None:
    """Give this process mounts of its own; without the right to, in a user namespace of its own."""
    if not _alone(_NEW_MOUNTS):
        uid, gid = os.geteuid(), os.getegid()
        if not _alone(_NEW_USER | _NEW_MOUNTS):
            raise PermissionError(EPERM, "user namespaces are not allowed here")
        _tell("setgroups", "deny")
        _tell("uid_map", f"{uid} {uid} 1")
        _tell("gid_map", f"{gid} {gid} 1")
    _mount("none", "/", None, _REC | _PRIVATE)


def _alone(flags: int) -> bool:
    number = _call("unshare", flags)
    if number not in (0, EPERM):
        raise OSError(number, f"unshare: {os.strerror(number)}")
    return number == 0


def _tell(name: str, text: str) -> None:
    with open(f"/proc/self/{name}", "w", encoding="ascii") as file:
        file.write(text)


def _show_read_only(source: str, target: str) -> None:
    _mount(source, target, None, _BIND | _REC)
    has = os.statvfs(target).f_flag
    kept = sum(flag for seen, flag in _KEPT if has & seen)
    _mount("none", target, None, _BIND | _REMOUNT | _READ_ONLY | kept)


def _mount(source: str, target: str, kind: str | None, flags: int, data: str | None = None) -> None:
    words = [None if word is None else os.fsencode(word) for word in (source, target, kind, data)]
    number = _call("mount", words[0], words[1], words[2], flags, words[3])
    if number:
        raise OSError(number, f"mount: {os.strerror(number)}", target)


def _call(name: str, *arguments: object) -> int:
    """Make a call of the C library; returns 0 or the error's number."""
    import ctypes

    library = ctypes.CDLL(None, use_errno=True)
    given = [ctypes.c_ulong(each) if isinstance(each, int) else each for each in arguments]
    return ctypes.get_errno() if getattr(library, name)(*given) else 0
