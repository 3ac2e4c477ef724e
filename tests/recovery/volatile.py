"""A disk that forgets: what a file system may have kept of some calls when the power went.

What was flushed stays, and nothing else has to: a file's content, mode and times stay once the file
was flushed, names in a folder once the folder was. Of the rest the disk keeps either what was done
up to some moment, as file systems do that write their changes in order, with contents before the
names that lead to them, while a flush brings that file or folder forward alone (see Pillai and
others, *All File Systems Are Not Created Equal*, OSDI 2014); or of each folder and of each file as
much as chance has it, so that names come without contents, and later changes of one folder without
earlier ones of another. A rename is kept as a whole or not at all, a later change of a folder never
without its earlier ones, and what a new file or folder holds never without the name that it was
made under, nor does a folder go before what it held. What happened before the first call is on the
disk.
"""

from __future__ import annotations

import os
import shutil
import stat as modes
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import cache, partial
from pathlib import Path
from random import Random
from typing import Any, NamedTuple

from redraft.disk import calls, durable, exchange
from redraft.disk.folder import Folder

_REAL: dict[str, Callable[..., Any]] = {}


class State(NamedTuple):
    """What an inode holds: a file's content, a link's target, None for a folder."""

    content: bytes | str | None
    mode: int
    mtime_ns: int


@dataclass
class Inode:
    """Something that names lead to.

    Attributes:
        states: what it held, each with the number of the call that made it so.
        flushed: the numbers of the calls that flushed it.
        handle: keeps the system from giving its number to another one.
    """

    states: list[tuple[int, State]]
    flushed: list[int] = field(default_factory=list)
    handle: int = -1


class Entries(NamedTuple):
    """One change of names: for each folder the names that lead elsewhere now, or nowhere."""

    number: int
    changes: dict[int, dict[str, int | None]]

    def made(self) -> set[int]:
        """What the names lead to."""
        return {n for held in self.changes.values() for n in held.values() if n is not None}


class Kept(NamedTuple):
    """What of everything that was not flushed the disk has kept all the same.

    Attributes:
        names: whether the change of names by the call of that number.
        state: what an inode holds, of what it held once flushed and since, in their order.
    """

    names: Callable[[int], bool]
    state: Callable[[list[tuple[int, State]]], State]


def up_to(number: int) -> Kept:
    """All that was done up to a call: so keeps a file system that writes its changes in order."""

    def state(states: list[tuple[int, State]]) -> State:
        flushed, *later = states
        return [flushed[1], *(state for at, state in later if at <= number)][-1]

    return Kept(lambda call: call <= number, state)


def by_chance(chance: Random) -> Kept:
    """Of each folder and each file so much as chance has it."""
    likely = chance.choice([0.2, 0.5, 0.8])
    names = cache(lambda call: chance.random() < likely)
    return Kept(names, lambda states: chance.choice(states)[1])


class Disk:
    """Records what is done to a folder, and lets it be what a power cut may have left.

    Attributes:
        count: how many calls changed something.
    """

    def __init__(self, path: Path) -> None:
        self.count = 0
        self._path = path
        self._inodes: dict[int, Inode] = {}
        self._entries: list[Entries] = []
        self._start: dict[int, dict[str, int]] = {}
        self._syncs: list[int] = []
        self._emptied: dict[int, int] = {}
        self._root = self._scan(path)

    def _scan(self, path: Path) -> int:
        number = self._see(path)
        if path.is_dir() and not path.is_symlink():
            self._start[number] = {child.name: self._scan(child) for child in path.iterdir()}
        return number

    def _see(self, path: Path) -> int:
        """The number of what lies there, which is known from now on, as it is."""
        status = path.lstat()
        if status.st_ino not in self._inodes:
            handle = os.open(path, os.O_PATH | os.O_NOFOLLOW)
            self._inodes[status.st_ino] = Inode([(0, _state(path))], handle=handle)
        return status.st_ino

    # --- recording --------------------------------------------------------------------------------

    @contextmanager
    def recording(self) -> Iterator[None]:
        """Record all calls; none is flushed really."""
        _REAL.update({name: getattr(calls, name) for name in _RECORDED})
        renameat2, sync = exchange._renameat2, durable._sync_file_system
        try:
            for name, record in _RECORDED.items():
                setattr(calls, name, partial(record, self))
            exchange._renameat2 = partial(_renameat2, self, renameat2)  # type: ignore[assignment]  # recorded
            calls.flush = self._flush
            durable._sync_file_system = self._sync
            yield
        finally:
            for name, real in _REAL.items():
                setattr(calls, name, real)
            exchange._renameat2 = renameat2
            durable._sync_file_system = sync

    def named(self, *changes: tuple[Path, bool]) -> None:
        """Names were changed: for each, whether it leads somewhere now."""
        self.count += 1
        found: dict[int, dict[str, int | None]] = {}
        for path, there in changes:
            parent = path.parent.lstat().st_ino
            known = path.lstat().st_ino in self._inodes if there else True
            number = self._see(path) if there else None
            if number is not None and not known:
                self._inodes[number].states[0] = (self.count, self._inodes[number].states[0][1])
            found.setdefault(parent, {})[path.name] = number
        self._entries.append(Entries(self.count, found))

    def emptied(self, folder: int) -> None:
        """The last call removed a folder: it is not gone while it holds anything."""
        self._emptied[self.count] = folder

    def changed(self, path: Path) -> None:
        """What an inode holds was changed."""
        self.count += 1
        self._inodes[path.stat().st_ino].states.append((self.count, _state(path.resolve())))

    def _flush(self, descriptor: int) -> None:
        self.count += 1
        self._inodes[os.fstat(descriptor).st_ino].flushed.append(self.count)

    def _sync(self, folder: Folder) -> bool:
        del folder
        self.count += 1
        self._syncs.append(self.count)
        return True

    # --- losing -----------------------------------------------------------------------------------

    def lose(self, after: int, kept: Kept) -> None:
        """Let the folder be what is left of it, had the power gone after that many calls."""
        names = self._names(after, kept)
        aside = self._path.with_suffix(".aside")
        aside.mkdir()
        self._put_aside(self._path, aside)
        self._put_back(self._root, self._path, names, partial(self._held, after, kept), aside)
        shutil.rmtree(aside)
        for inode in self._inodes.values():
            os.close(inode.handle)

    def _names(self, after: int, kept: Kept) -> dict[int, dict[str, int]]:
        """What all folders hold."""
        done = [entries for entries in self._entries if entries.number <= after]
        stays = self._required(done, after)
        broken: set[int] = set()
        names = {number: dict(held) for number, held in self._start.items()}
        for entries in done:
            lost = not kept.names(entries.number) or not self._fits(entries, names, broken)
            if lost and entries.number not in stays:
                broken |= entries.changes.keys()
                broken |= {n for n in entries.made() if self._is_made(n, entries.number)}
                continue
            for parent, changes in entries.changes.items():
                held = names.setdefault(parent, {})
                for name, number in changes.items():
                    held.pop(name, None)
                    if number is not None:
                        held[name] = number
        return names

    def _fits(self, entries: Entries, names: dict[int, dict[str, int]], broken: set[int]) -> bool:
        """Whether a change of names can be there without those that were lost."""
        gone = self._emptied.get(entries.number)
        return not broken & entries.changes.keys() and not names.get(gone or 0)

    def _required(self, done: list[Entries], after: int) -> set[int]:
        """The changes of names that were flushed, and all that they build on."""
        synced = max((at for at in self._syncs if at <= after), default=0)
        until = {
            number: max([synced, *(at for at in inode.flushed if at <= after)])
            for number, inode in self._inodes.items()
        }
        stays: set[int] = set()
        for entries in reversed(done):
            leads = entries.made()
            made = any(self._is_made(n, entries.number) and until.get(n, 0) > 0 for n in leads)
            if made or any(entries.number <= until.get(p, synced) for p in entries.changes):
                stays.add(entries.number)
                gone = self._emptied.get(entries.number)
                for parent in (*entries.changes, *([] if gone is None else [gone])):
                    until[parent] = max(until.get(parent, 0), entries.number)
        return stays

    def _is_made(self, number: int, by: int) -> bool:
        """Whether something was made by that call: what is kept in it can be reached."""
        return self._inodes[number].states[0][0] == by

    def _held(self, after: int, kept: Kept, number: int) -> State:
        """What an inode holds."""
        inode = self._inodes[number]
        flushed = max((at for at in (*inode.flushed, *self._syncs) if at <= after), default=0)
        before = [each for each in inode.states if each[0] <= flushed]
        later = [each for each in inode.states if flushed < each[0] <= after]
        if not before:  # a new one: what is not flushed may not be there at all
            at, first = later[0]
            empty = first._replace(content=b"") if isinstance(first.content, bytes) else first
            before = [(at, empty)]
        return kept.state([before[-1], *later])

    def _put_aside(self, path: Path, aside: Path) -> None:
        for child in list(path.iterdir()):
            if child.is_dir() and not child.is_symlink():
                self._put_aside(child, aside)
            child.rename(aside / str(child.lstat().st_ino))

    def _put_back(
        self,
        number: int,
        path: Path,
        names: dict[int, dict[str, int]],
        held: Callable[[int], State],
        aside: Path,
    ) -> None:
        for name, child in names.get(number, {}).items():
            place, old, state = path / name, aside / str(child), held(child)
            if old.is_symlink() or old.exists():
                old.rename(place)
            elif isinstance(state.content, str):
                place.symlink_to(state.content)
            elif state.content is None:
                place.mkdir()
            else:
                place.touch()
            if isinstance(state.content, bytes) and place.read_bytes() != state.content:
                place.chmod(0o600)
                place.write_bytes(state.content)
            if state.content is None:
                self._put_back(child, place, names, held, aside)
            if not place.is_symlink():
                place.chmod(state.mode)
                os.utime(place, ns=(state.mtime_ns, state.mtime_ns))


def _state(path: Path) -> State:
    status = path.lstat()
    content: bytes | str | None = None
    if modes.S_ISLNK(status.st_mode):
        content = os.readlink(path)
    elif modes.S_ISREG(status.st_mode):
        content = path.read_bytes()
    return State(content, modes.S_IMODE(status.st_mode), status.st_mtime_ns)


def _at(folder: int | None, name: str) -> Path:
    return Path(name) if folder is None else Path(os.readlink(f"/proc/self/fd/{folder}"), name)


def _of(descriptor: int) -> Path:
    return Path(os.readlink(f"/proc/self/fd/{descriptor}"))


def _opened(real: str, disk: Disk, folder: int | None, name: str, *rest: Any) -> int:
    path = _at(folder, name)
    new = not path.exists()
    descriptor: int = _REAL[real](folder, name, *rest)
    if new:
        disk.named((path, True))
    return descriptor


def _made(real: str, disk: Disk, folder: int | None, name: str, *rest: Any) -> None:
    _REAL[real](folder, name, *rest)
    disk.named((_at(folder, name), True))


def _symlink(disk: Disk, target: str, folder: int | None, name: str) -> None:
    _REAL["symlink"](target, folder, name)
    disk.named((_at(folder, name), True))


def _removed(real: str, disk: Disk, folder: int | None, name: str) -> None:
    path = _at(folder, name)
    number = path.lstat().st_ino if path.exists() else 0
    _REAL[real](folder, name)
    disk.named((path, False))
    if real == "rmdir":
        disk.emptied(number)


def _rename(disk: Disk, folder: int | None, name: str, to: int | None, to_name: str) -> None:
    _REAL["rename"](folder, name, to, to_name)
    disk.named((_at(folder, name), False), (_at(to, to_name), True))


def _link(disk: Disk, folder: int | None, name: str, to: int | None, to_name: str) -> None:
    _REAL["link"](folder, name, to, to_name)
    disk.named((_at(to, to_name), True))


def _renameat2(
    disk: Disk,
    real: Callable[..., bool],
    folder: Folder,
    name: str,
    to: Folder,
    to_name: str,
    how: int,
) -> bool:
    done = real(folder, name, to, to_name, how)
    swaps = how == exchange._EXCHANGE
    if done:
        one, two = (_at(f.handle, f.at(n)) for f, n in ((folder, name), (to, to_name)))
        disk.named((one, swaps), (two, True))
    return done


def _written(real: str, disk: Disk, descriptor: int, *rest: Any) -> Any:
    answer = _REAL[real](descriptor, *rest)
    disk.changed(_of(descriptor))
    return answer


def _copied(real: str, disk: Disk, source: int, target: int, *rest: Any) -> Any:
    answer = _REAL[real](source, target, *rest)
    disk.changed(_of(target))
    return answer


def _marked(real: str, disk: Disk, folder: int | None, name: str, *rest: Any) -> None:
    _REAL[real](folder, name, *rest)
    disk.changed(_at(folder, name))


_RECORDED: dict[str, Callable[..., Any]] = {
    "link": _link,
    "rename": _rename,
    "symlink": _symlink,
    **{name: partial(_opened, name) for name in ("create", "open_or_create", "open_to_append")},
    **{name: partial(_removed, name) for name in ("unlink", "rmdir")},
    **{name: partial(_written, name) for name in ("write", "overwrite", "set_mode")},
    **{name: partial(_copied, name) for name in ("clone", "copy_range")},
    **{name: partial(_marked, name) for name in ("utime", "set_mode_at")},
    "flush": calls.flush,
    "mkdir": partial(_made, "mkdir"),
}
