"""Renames that never lose what stood at the target: exchange, and rename without replacing.

On Linux both are flags of ``renameat2(2)``; elsewhere, and on file systems that refuse the flags,
a link beside and a rename do the same with a very short window that the caller checks for.
"""

from __future__ import annotations

import os
import stat as modes
from errno import EACCES, EEXIST, EINVAL, EISDIR, EMLINK, ENOENT, ENOSYS, ENOTSUP, EOPNOTSUPP, EPERM

from redraft.disk import calls

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable

    from redraft.disk.folder import Folder

KEEP = ".replaced"
_NOREPLACE, _EXCHANGE = 1, 2
_REFUSED = (EINVAL, ENOSYS, ENOTSUP, EPERM)
_NO_LINKS = (EACCES, EISDIR, EMLINK, ENOSYS, ENOTSUP, EOPNOTSUPP, EPERM)


def _find_renameat2() -> Callable[[int, bytes, int, bytes, int], int] | None:
    try:
        import ctypes

        function = ctypes.CDLL(None, use_errno=True).renameat2
    except (AttributeError, ImportError, OSError):  # pragma: no cover - not Linux
        return None
    function.argtypes = [
        ctypes.c_int,
        ctypes.c_char_p,
        ctypes.c_int,
        ctypes.c_char_p,
        ctypes.c_uint,
    ]
    get_errno, set_errno = ctypes.get_errno, ctypes.set_errno

    def call(folder: int, name: bytes, to_folder: int, to_name: bytes, flags: int) -> int:
        set_errno(0)
        return 0 if function(folder, name, to_folder, to_name, flags) == 0 else get_errno()

    return call


class _Lazy:
    """Looks the system call up at its first use: ctypes costs more than a whole resolve."""

    __slots__ = ("found", "function")

    def __init__(self) -> None:
        self.found = False
        self.function: Callable[[int, bytes, int, bytes, int], int] | None = None

    def __call__(self, folder: Folder, name: str, to: Folder, to_name: str, flags: int) -> bool:
        """Try the call; False if it is not to be had here. Raises OSError otherwise."""
        if not self.found:
            self.function = _find_renameat2()
            self.found = True
        if self.function is None or folder.handle is None or to.handle is None:
            return False
        number = self.function(
            folder.handle, os.fsencode(name), to.handle, os.fsencode(to_name), flags
        )
        if number in _REFUSED:
            return False
        if number:
            raise OSError(number, os.strerror(number), f"{to.path}/{to_name}")
        return True


_renameat2 = _Lazy()


def rename_noreplace(folder: Folder, name: str, to: Folder, to_name: str) -> None:
    """Move ``name`` to ``to_name``, which must not exist.

    Raises:
        FileExistsError: if the target is there; nothing has moved then.
    """
    try:
        if not _renameat2(folder, name, to, to_name, _NOREPLACE):
            _link_and_unlink(folder, name, to, to_name)
    except FileExistsError:
        one, two = folder.stat(name), to.stat(to_name)
        if one is None or two is None or not os.path.samestat(one, two) or one.st_nlink < 2:
            raise
        # A death between the two calls below left one file under both names: now it moves on.
        calls.unlink(folder.handle, folder.at(name))


def _link_and_unlink(folder: Folder, name: str, to: Folder, to_name: str) -> None:
    if not _linked(folder, name, to, to_name):
        # Folders, and file systems without hard links: look, then rename.
        if to.stat(to_name) is not None:
            raise FileExistsError(EEXIST, os.strerror(EEXIST), f"{to.path}/{to_name}") from None
        calls.rename(folder.handle, folder.at(name), to.handle, to.at(to_name))
        return
    calls.unlink(folder.handle, folder.at(name))


def exchange(folder: Folder, name: str, to: Folder, to_name: str) -> None:
    """Swap two names of one file system; both must exist.

    Raises:
        OSError: ``EXDEV`` across file systems, ``ENOENT`` if one is missing; nothing has moved.
    """
    if _renameat2(folder, name, to, to_name, _EXCHANGE):
        return
    # Without the call: keep the old one under a second name, put the new one over it, then let
    # the old one take the new one's place. It has a name at every moment.
    keep = name + KEEP
    finish_exchange(folder, name, to, to_name)
    new = folder.stat(name)
    if new is None:
        raise FileNotFoundError(ENOENT, os.strerror(ENOENT), f"{folder.path}/{name}")
    if modes.S_ISDIR(new.st_mode) or not _linked(to, to_name, folder, keep):
        # Folders, and file systems without hard links: for a moment nothing is at the target.
        rename_noreplace(to, to_name, folder, keep)
    calls.rename(folder.handle, folder.at(name), to.handle, to.at(to_name))
    calls.rename(folder.handle, folder.at(keep), folder.handle, folder.at(name))


def _linked(folder: Folder, name: str, to: Folder, to_name: str) -> bool:
    """Give a file a second name; whether that can be had here."""
    try:
        calls.link(folder.handle, folder.at(name), to.handle, to.at(to_name))
    except OSError as error:
        if error.errno not in _NO_LINKS:
            raise
        return False
    return True


def finish_exchange(folder: Folder, name: str, to: Folder, to_name: str) -> None:
    """Clear up after an exchange without ``renameat2`` whose process died in it."""
    keep = name + KEEP
    if folder.stat(keep) is None:
        return
    if folder.stat(name) is None:
        # The new one has left already: the old one takes its place, as it was about to.
        calls.rename(folder.handle, folder.at(keep), folder.handle, folder.at(name))
    elif to.stat(to_name) is None:
        rename_noreplace(folder, keep, to, to_name)
    else:
        calls.unlink(folder.handle, folder.at(keep))
