"""What lies on disk, and what changed between two looks at it; copying a folder to play on."""

from __future__ import annotations

import hashlib
import os
import stat as modes
from typing import TYPE_CHECKING, NamedTuple

from redraft.disk import calls
from redraft.disk.copying import copy_file
from redraft.domain import layout

if TYPE_CHECKING:
    from collections.abc import Iterator

    from redraft.disk.folder import Folder

OWN = (layout.WORKFLOW, layout.WORKSPACE)
_LEFT_OUT = (*OWN, ".git")
_QUIET = (layout.LOCK,)  # rewritten by every operation: no news


class Entry(NamedTuple):
    """One file, folder or link; ``digest`` is the SHA-256 of a file's content."""

    kind: str
    mode: int
    inode: int
    size: int
    mtime_ns: int
    ctime_ns: int
    digest: str


Picture = dict[str, Entry]
"""Path relative to the folder → what lies there."""


class Line(NamedTuple):
    """One change: ``+`` new, ``-`` gone, ``~`` another content, ``»`` moved (from ``note``)."""

    sign: str
    path: str
    note: str


def take(folder: str, known: Picture | None = None, skip: tuple[str, ...] = ()) -> Picture:
    """Take in all of a folder; links are not followed.

    Args:
        folder: the folder.
        known: an earlier picture: a file whose status is the same is not read again.
        skip: names at the top that are left out.
    """
    found: Picture = {}
    for path, status in _walk(folder, "", skip):
        kind = _kind(status.st_mode)
        times = (status.st_mtime_ns, status.st_ctime_ns)
        entry = Entry(kind, status.st_mode & 0o7777, status.st_ino, status.st_size, *times, "")
        earlier = (known or {}).get(path)
        if earlier is not None and earlier[:-1] == entry[:-1]:
            entry = earlier
        elif kind == "file":
            entry = entry._replace(digest=_digest(os.path.join(folder, path)))
        elif kind == "link":
            entry = entry._replace(digest=os.readlink(os.path.join(folder, path)))
        found[path] = entry
    return found


def _walk(folder: str, inner: str, skip: tuple[str, ...]) -> Iterator[tuple[str, os.stat_result]]:
    try:
        with os.scandir(os.path.join(folder, inner)) as entries:
            listed = sorted(entries, key=lambda entry: entry.name)
    except OSError:
        return
    for entry in listed:
        if not inner and entry.name in skip:
            continue
        path = f"{inner}/{entry.name}" if inner else entry.name
        yield path, entry.stat(follow_symlinks=False)
        if entry.is_dir(follow_symlinks=False):
            yield from _walk(folder, path, skip)


def _kind(mode: int) -> str:
    if modes.S_ISREG(mode):
        return "file"
    if modes.S_ISDIR(mode):
        return "folder"
    return "link" if modes.S_ISLNK(mode) else "other"


def _digest(path: str) -> str:
    try:
        with open(path, "rb") as file:
            return hashlib.file_digest(file, "sha256").hexdigest()
    except OSError:
        return "unreadable"


def documents(picture: Picture) -> Picture:
    """Of a picture, what is the folder's own: all but ``.workflow/`` and ``workspace/``."""
    return {p: entry for p, entry in picture.items() if p.partition("/")[0] not in OWN}


def identity(picture: Picture) -> dict[str, tuple[object, ...]]:
    """What must be the same where nothing changed: content, permissions and the time of files."""
    return {
        path: (e.kind, e.mode, e.digest, e.mtime_ns if e.kind == "file" else 0)
        for path, e in picture.items()
    }


def fingerprint(picture: Picture) -> str:
    """Twelve hexadecimal digits that stand for the identity of all documents."""
    text = repr(sorted(identity(documents(picture)).items()))
    return hashlib.sha256(text.encode("utf-8", "surrogateescape")).hexdigest()[:12]


# Differences --------------------------------------------------------------------------------------


def difference(before: Picture, after: Picture) -> list[Line]:
    """What changed, by path; what moved together with its folder is told once."""
    origins = _moves(before, after)
    moved_folders = {old: new for new, old in origins.items() if after[new].kind == "folder"}
    lines: list[Line] = []
    accounted = set(origins.values())
    for path, entry in sorted(after.items()):
        earlier_path = path if path in before else _carried(path, origins)
        earlier = before.get(earlier_path)
        line = _line(path, entry, earlier, origins.get(path), after)
        if earlier is not None:
            accounted.add(earlier_path)
        if line is not None and not _went_along(path, origins):
            lines.append(line)
    for path, entry in sorted(before.items()):
        if path in after or (path in accounted and path.partition("/")[0] in OWN):
            continue
        parent = _parent(path)
        if parent in after or parent in moved_folders or not parent:
            lines.append(Line("-", _shown(path, entry), ""))
    return [line for line in lines if not line.path.endswith(f"/{layout.TMP}/")]


def _line(
    path: str, entry: Entry, earlier: Entry | None, origin: str | None, after: Picture
) -> Line | None:
    """The line for what lies at a path now, or None if it is no news."""
    if origin is not None and path.partition("/")[0] in OWN:
        return Line("»", _shown(path, entry), _shown(origin, entry))
    note = f"was {origin}" if origin is not None else _size(entry)
    if earlier is None:
        is_news = entry.kind != "folder" or _is_bare(path, after)
        return Line("+", _shown(path, entry), note) if is_news else None
    same = entry.digest == earlier.digest and entry.kind == earlier.kind
    return None if same or path in _QUIET else Line("~", _shown(path, entry), note)


def _went_along(path: str, origins: dict[str, str]) -> bool:
    """Whether a moved thing only went along with its folder."""
    origin, parent = origins.get(path), _parent(path)
    return origin is not None and bool(parent) and origins.get(parent) == _parent(origin)


def _carried(path: str, origins: dict[str, str]) -> str:
    """Where the file that a path replaced lay before its folder moved."""
    above = _parent(path)
    while above and above not in origins:
        above = _parent(above)
    return f"{origins[above]}{path[len(above) :]}" if above else path


def _moves(before: Picture, after: Picture) -> dict[str, str]:
    """New path → old path, for what was renamed: the same inode with the same content."""
    homes = {entry.inode: path for path, entry in before.items()}
    found = {}
    for path, entry in after.items():
        old = homes.get(entry.inode)
        if old is None or path in (old, layout.SESSION_LOCK):
            continue
        if before[old].kind == entry.kind and _is_same(before, old, after, path):
            found[path] = old
    return found


def _is_same(before: Picture, old: str, after: Picture, new: str) -> bool:
    # The number of a removed file is given to the next new one: the number alone proves nothing.
    one, two = before[old], after[new]
    if one.kind != "folder":
        same = one.size == two.size and one.digest == two.digest
        return same and (one.size > 0 or one.mtime_ns == two.mtime_ns)
    return one.mtime_ns == two.mtime_ns or any(
        f"{new}{path[len(old) :]}" in after for path in before if path.startswith(f"{old}/")
    )


def _parent(path: str) -> str:
    return path.rpartition("/")[0]


def _is_bare(path: str, picture: Picture) -> bool:
    return not any(other.startswith(f"{path}/") for other in picture)


def _shown(path: str, entry: Entry) -> str:
    return f"{path}/" if entry.kind == "folder" else path


def _size(entry: Entry) -> str:
    from redraft.faces.text import size

    if entry.kind != "file":
        return ""
    return size(entry.size) if entry.size else "empty"


# Copying ------------------------------------------------------------------------------------------


def copy(source: Folder, target: Folder, avoid: os.stat_result) -> tuple[int, list[str]]:
    """Copy a folder's documents, with their times; links stay links.

    Args:
        source: the folder; it is only read.
        target: an empty folder.
        avoid: the status of a folder that is not entered (the one that the copy lies in).

    Returns:
        How many files were copied, and what was left out, each with the reason.
    """
    left_out: list[str] = []
    return _copy(source, target, "", avoid, left_out), left_out


def _copy(
    source: Folder, target: Folder, inner: str, avoid: os.stat_result, left_out: list[str]
) -> int:
    count = 0
    for entry in sorted(source.scan(inner), key=lambda entry: entry.name):
        path = f"{inner}/{entry.name}" if inner else entry.name
        if path in _LEFT_OUT:
            left_out.append(f"{path}/ (no documents)")
            continue
        status = source.stat(path)
        if status is None or os.path.samestat(status, avoid):
            continue
        try:
            count += _copy_one(source, target, path, status, avoid, left_out)
        except OSError as error:
            left_out.append(f"{path} ({error.strerror})")
    return count


def _copy_one(
    source: Folder,
    target: Folder,
    path: str,
    status: os.stat_result,
    avoid: os.stat_result,
    left_out: list[str],
) -> int:
    kind = _kind(status.st_mode)
    if kind == "folder":
        target.make(path)
        return _copy(source, target, path, avoid, left_out)
    if kind == "other":
        left_out.append(f"{path} (no file)")
        return 0
    folder, last = target.parent(path)
    with folder:
        if kind == "link":
            calls.symlink(source.read_link(path), folder.handle, folder.at(last))
            return 1
        copy_file(source, path, folder, last, flush=False)
        calls.utime(folder.handle, folder.at(last), status.st_mtime_ns)
    return 1
