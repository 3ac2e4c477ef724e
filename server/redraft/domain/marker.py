"""The marker: an empty file whose presence is the fact that a session is active.

A look at the marker is one directory scan; after that one ``stat`` of the folder tells whether
the answer still holds. A scan can race with a rename and show no marker or two, so it is repeated
until the folder's time is the same before and after. Repairs are made under the lock only.
"""

from __future__ import annotations

import os
import stat as modes
import time

from redraft.disk import calls
from redraft.disk.lock import user
from redraft.domain import hint, layout
from redraft.errors import RedraftError

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable

    from redraft.disk.folder import Folder
    from redraft.domain.root import Root

# A change within one tick of the file system's clock leaves the same time on the folder. A scan is
# believed only if it began at least this long after that time was first seen. Both are measured on
# our own steady clock, so a file server's wrong clock does not matter.
SETTLE_NS = 30_000_000
SETTLE_COARSE_NS = 2_100_000_000  # where times are whole seconds, or two as on FAT
_TRIES = 200
_TOLD_AT_MOST = 20


class Sighting:
    """What a look at the markers saw.

    Attributes:
        stamp: the folder's identity and modification time.
        first_seen_ns: when that stamp was first seen, on the steady clock.
        name: the active session, or None.
        settled: whether an equal stamp proves that nothing changed since.
    """

    __slots__ = ("first_seen_ns", "name", "settled", "stamp")

    def __init__(
        self, stamp: tuple[int, int], first_seen_ns: int, name: str | None, *, settled: bool
    ) -> None:
        self.stamp = stamp
        self.first_seen_ns = first_seen_ns
        self.name = name
        self.settled = settled


def active(root: Root) -> str | None:
    """The active session's name, or None. Heals markers that contradict the folders."""
    try:
        status = os.stat(root.folder.at(layout.WORKFLOW), dir_fd=root.folder.handle)
    except FileNotFoundError:
        root.sighting = None
        return None
    seen = root.sighting
    if seen is not None and seen.settled and seen.stamp == (status.st_ino, status.st_mtime_ns):
        return seen.name
    return _look(root)


def _look(root: Root) -> str | None:
    root.settle()
    if root.sighting is None and (known := _recalled(root)) is not None:
        return known.name
    names, stamp, began = _scan(root)
    seen = root.sighting
    first = seen.first_seen_ns if seen is not None and seen.stamp == stamp else began
    if len(names) > 1 or (names and not usable(root, names[0])):
        return _heal(root)
    name = names[0] if names else None
    root.sighting = Sighting(stamp, first, name, settled=began - first >= _settle_ns(stamp[1]))
    return name


def _stamp(root: Root) -> tuple[int, int]:
    try:
        status = os.stat(root.folder.at(layout.WORKFLOW), dir_fd=root.folder.handle)
    except FileNotFoundError:
        return 0, 0  # removed in this moment
    return status.st_ino, status.st_mtime_ns


def _recalled(root: Root) -> Sighting | None:
    """What another process's scan found, if it verifiably still holds."""
    stamp = _stamp(root)
    holds, name = hint.recall(root, stamp)
    if not holds or (name is not None and not usable(root, name)):
        return None
    root.sighting = Sighting(stamp, time.monotonic_ns(), name, settled=True)
    return root.sighting


def _settle_ns(mtime_ns: int) -> int:
    return SETTLE_NS if mtime_ns % 1_000_000_000 else SETTLE_COARSE_NS


def _scan(root: Root) -> tuple[list[str], tuple[int, int], int]:
    """Marker names, the folder's stamp and when the scan began; the same stamp before and after."""
    stamp, names, began = (0, 0), [], 0
    for _ in range(_TRIES):
        began = time.monotonic_ns()
        try:
            with root.folder.sub(layout.WORKFLOW) as folder:
                before = folder.status()
                inside = folder.names()
                marked = [n for n in inside if n.startswith(layout.MARKER)]
                names = [n[len(layout.MARKER) :] for n in marked if _is_marker(folder, n)]
                after = folder.status()
        except FileNotFoundError:
            return [], (0, 0), began
        stamp = (after.st_ino, after.st_mtime_ns)
        if before.st_mtime_ns == after.st_mtime_ns:
            if len(names) < 2:  # several are about to be healed
                hint.leave(root, stamp, names[0] if names else None, len(inside))
            break
    return names, stamp, began


def _is_marker(folder: Folder, name: str) -> bool:
    found = folder.stat(name)
    return found is not None and modes.S_ISREG(found.st_mode)


def usable(root: Root, name: str) -> bool:
    """Whether a marker's session is there and still open."""
    if not layout.is_name(name):
        return False
    folder = root.folder.stat(layout.session_folder(name))
    if folder is None or not modes.S_ISDIR(folder.st_mode):
        return False
    return root.folder.stat(f"{layout.session_folder(name)}/{layout.DONE}") is None


def _heal(root: Root) -> str | None:
    """Keep the newest marker that has a session, remove the others, and say so.

    Where the lock cannot be had (a read-only folder, a long commit) the same answer is given and
    the repair is left to the next one.
    """
    try:
        with root.hold("heal markers"):
            return heal_locked(root)
    except (RedraftError, OSError):
        names, _, _ = _scan(root)
        return newest(root, names)


def heal_locked(root: Root) -> str | None:
    """The repair itself, under the lock the caller holds; returns the active session."""
    names, _, _ = _scan(root)
    keep = newest(root, names)
    strays = [name for name in names if name != keep]
    for number, name in enumerate(strays):
        root.folder.unlink(layout.marker(name))
        if number < _TOLD_AT_MOST:
            why = "another session's is newer" if usable(root, name) else "it has no open session"
            root.note_repair(f"Removed the marker of {name!r}: {why}.")
    if len(strays) > _TOLD_AT_MOST:
        root.note_repair(f"Removed {len(strays) - _TOLD_AT_MOST} stray markers more.")
    if names != ([keep] if keep else []):
        announce(root, keep)
    root.sighting = None
    return keep


def newest(root: Root, names: list[str]) -> str | None:
    """Of several markers, the one set last (by change time) whose session is there."""
    open_ones = [name for name in names if usable(root, name)]
    return max(open_ones, key=lambda name: (_changed_at(root, name), name), default=None)


def _changed_at(root: Root, name: str) -> int:
    found = root.folder.stat(layout.marker(name))
    return found.st_ctime_ns if found is not None else 0


# Changing it, always under the lock ----------------------------------------------------------


def activate(root: Root, name: str) -> str | None:
    """Make a session the active one; returns the one that was active before.

    From one session to another it is a single rename, so there is never none and never two.
    """
    previous = _previous(root)
    try:
        _place(root, previous, name)
    except (FileNotFoundError, FileExistsError):
        # Somebody changed a marker within the tick of the last look: look properly.
        previous = heal_locked(root)
        _place(root, previous, name)
    _see(root, name)
    announce(root, name)
    return previous


def _previous(root: Root) -> str | None:
    """The active session under the lock: the last look's answer while the folder has its time.

    A marker that somebody added within the tick of that look is found by the next one: setting
    ours changes the folder's time.
    """
    seen = root.sighting
    if seen is not None and seen.stamp == _stamp(root):
        return seen.name
    return heal_locked(root)


def _place(root: Root, previous: str | None, name: str) -> None:
    if previous is None:
        with root.folder.sub(layout.WORKFLOW) as folder:
            os.close(calls.create(folder.handle, folder.at(f"{layout.MARKER}{name}")))
            _flush_or(folder, lambda: folder.unlink(f"{layout.MARKER}{name}"))
    elif previous != name:
        _rename(root, previous, name)


def _see(root: Root, name: str | None) -> None:
    """Remember what we set ourselves; it settles like any other sighting."""
    root.sighting = None
    try:
        root.sighting = Sighting(_stamp(root), time.monotonic_ns(), name, settled=False)
    except OSError:
        return  # it is set all the same, and the next look sees it


def pass_on(root: Root, old: str, new: str) -> bool:
    """Make the marker of one session that of another, by one rename; False if it is not there."""
    try:
        _rename(root, old, new)
    except FileNotFoundError:
        return False
    _see(root, new)
    announce(root, new)
    return True


def _rename(root: Root, old: str, new: str) -> None:
    source, target = f"{layout.MARKER}{old}", f"{layout.MARKER}{new}"
    with root.folder.sub(layout.WORKFLOW) as folder:
        calls.rename(folder.handle, folder.at(source), folder.handle, folder.at(target))
        _flush_or(folder, lambda: folder.replace(target, folder, source))


def _flush_or(folder: Folder, undo: Callable[[], object]) -> None:
    """Flush the folder; if the disk refuses, take back what might not outlast a power cut."""
    try:
        folder.flush()
    except OSError:
        undo()
        raise


def deactivate(root: Root, name: str) -> bool:
    """Remove a session's marker; False if it was not the active one."""
    removed = root.folder.unlink(layout.marker(name))
    if removed:
        _see(root, None)
        announce(root, None)
    else:
        root.sighting = None
    return removed


def announce(root: Root, name: str | None) -> None:
    """Write ``workspace/session.lock`` for people and hooks; nothing of ours ever trusts it."""
    import json

    from redraft.disk.durable import publish

    record = {
        "active": name,
        "updated_at": layout.rfc3339(time.time_ns()),
        "pid": os.getpid(),
        "user": user(),
    }
    data = json.dumps(record, indent=2).encode() + b"\n"
    try:
        with root.folder.sub(layout.WORKSPACE, create=True) as folder:
            publish(folder, "session.lock", data, via=layout.NEW, flush=False)
    except OSError:
        return  # the marker is what counts, and it is set
