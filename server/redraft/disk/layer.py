"""What lies in a folder that a program was given to change, and how a layer says "not here".

A layer of overlayfs hides a name of the layer below by a *whiteout* (a device numbered 0/0) and
all that a folder had below by the attribute *opaque*.
"""

from __future__ import annotations

import os
import stat as modes

from redraft.disk import calls

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable

    from redraft.disk.folder import Folder

    Stamp = list[str | int]

FILE, FOLDER, OPAQUE, WHITEOUT, LINK, OTHER, KEPT_OUT = "f", "d", "o", "w", "l", "x", "p"
"""The first part of a stamp: what lies at a path. The last one is not looked into."""

_OPAQUE = "user.overlay.opaque"


def survey(folder: Folder, kept_out: Callable[[str], bool], *, layer: bool) -> dict[str, Stamp]:
    """The stamp of everything beneath a folder, by path, parents first.

    Equal stamps mean that nothing happened to a file: not even its times were set back.

    Args:
        folder: the folder.
        kept_out: says of a path whether to note only that it is there.
        layer: whether whiteouts and opaque folders mean what they mean in a layer.
    """
    found: dict[str, Stamp] = {}
    _survey(folder, "", kept_out, found, layer=layer)
    return found


def _survey(
    folder: Folder,
    above: str,
    kept_out: Callable[[str], bool],
    found: dict[str, Stamp],
    *,
    layer: bool,
) -> None:
    for name in sorted(folder.names()):
        path = f"{above}{name}"
        status = folder.stat(name)
        if status is None:
            continue
        if kept_out(path):
            found[path] = [KEPT_OUT]
        elif not modes.S_ISDIR(status.st_mode):
            found[path] = stamp(folder, name, status, layer=layer)
        else:
            if status.st_mode & 0o700 != 0o700:
                calls.permit(folder.handle, folder.at(name))
            with folder.sub(name) as inner:
                found[path] = [OPAQUE if layer and _is_opaque(inner) else FOLDER]
                _survey(inner, f"{path}/", kept_out, found, layer=layer)


def stamp(folder: Folder, name: str, status: os.stat_result, *, layer: bool) -> Stamp:
    """The stamp of what lies at a name."""
    if modes.S_ISDIR(status.st_mode):
        with folder.sub(name) as inner:
            return [OPAQUE if layer and _is_opaque(inner) else FOLDER]
    if modes.S_ISREG(status.st_mode):
        times = [status.st_mtime_ns, status.st_ctime_ns]
        return [FILE, status.st_ino, status.st_size, *times, modes.S_IMODE(status.st_mode)]
    if modes.S_ISLNK(status.st_mode):
        return [LINK, folder.read_link(name)]
    hides = layer and modes.S_ISCHR(status.st_mode) and status.st_rdev == 0
    return [WHITEOUT if hides else OTHER]


def _is_opaque(folder: Folder) -> bool:
    if folder.handle is None:
        return False  # pragma: no cover - Windows
    try:
        return os.getxattr(folder.handle, _OPAQUE) == b"y"
    except OSError:
        return False


def hide(folder: Folder, name: str) -> None:
    """Hide a name of the layer below; the folder that holds it is there."""
    parent, last = folder.parent(name)
    with parent:
        calls.whiteout(parent.handle, parent.at(last))


def make_opaque(folder: Folder, name: str) -> None:
    """Hide all that the layer below holds in a folder."""
    with folder.sub(name) as inner:
        assert inner.handle is not None  # noqa: S101 - layers are Linux' own
        calls.set_attribute(inner.handle, _OPAQUE, b"y")


def give_mode(folder: Folder, name: str, like: os.stat_result) -> None:
    """Give a folder the permission bits and the time of another one."""
    with folder.sub(name) as inner:
        if inner.handle is not None:  # pragma: no branch - Windows has no handles
            calls.set_mode(inner.handle, modes.S_IMODE(like.st_mode))
    parent, last = folder.parent(name)
    with parent:
        calls.utime(parent.handle, parent.at(last), like.st_mtime_ns)


def permit(folder: Folder) -> None:
    """Let this user into every folder beneath, so that all of it can be removed.

    overlayfs leaves a folder without any permission behind, and programs may as well.
    """
    for name in folder.names():
        status = folder.stat(name)
        if status is None or not modes.S_ISDIR(status.st_mode):
            continue
        if status.st_mode & 0o700 != 0o700:
            calls.permit(folder.handle, folder.at(name))
        with folder.sub(name) as inner:
            permit(inner)
