"""What a root holds, in a form that two runs of the same story share: no times, no inodes."""

from __future__ import annotations

import os
import re
from pathlib import Path
from typing import Any

from tests.conftest import OWN

from redraft.domain import layout, marker
from redraft.domain.changes import Survey
from redraft.domain.retries import of_session
from redraft.domain.root import Root
from redraft.domain.session import Session, read_metadata
from redraft.domain.writing import WritableView
from redraft.errors import SessionNotFound

DOCUMENT = b"doc:"
"""Every version of every document in these stories begins so, and no other file does."""

_TIME = re.compile(r"\d{8}T\d{12}Z")


def describe(path: Path) -> dict[str, Any]:
    """Global, the sessions as their readers see them, the marker, and what ended."""
    with Root.open(str(path)) as root:
        active = marker.active(root)
        sessions = {plain(name): _session(root, name) for name in root.sessions()}
        return {
            "active": plain(active) if active else None,
            "sessions": sessions,
            "global": documents_of_folder(path),
            "completed": ended(path / layout.COMPLETED),
            "trash": ended(path / layout.TRASH),
            "archived retries": ended(path / layout.RETRIES_ARCHIVE),
        }


def plain(name: str) -> str:
    """A name without its time."""
    return _TIME.sub("TIME", name)


def _session(root: Root, name: str) -> dict[str, Any]:
    with WritableView.of(root, name) as view:
        session = view.session
        assert session is not None
        shown = {path: view.read(path) if kind == "file" else kind for path, kind in view.walk()}
        retries = [
            (kept.file, kept.number, kept.record["reason"], view.read_retry(kept.file, kept.number))
            for kept in of_session(session)
        ]
        return {
            "shows": shown,
            "changes": Survey(session.folder).paths(),
            "retries": retries,
            "temporary": read_metadata(session.folder, name)["temporary"],
            "done": session.done_in_place(),
        }


def documents_of_folder(path: Path) -> dict[str, bytes | None]:
    """Every file (and folder, as None) of global."""
    found: dict[str, bytes | None] = {}
    for parent, folders, files in os.walk(path):
        if Path(parent) == path:
            folders[:] = [name for name in folders if name not in OWN]
        for name in folders:
            found[Path(parent, name).relative_to(path).as_posix()] = None
        for name in files:
            found[Path(parent, name).relative_to(path).as_posix()] = Path(parent, name).read_bytes()
    return found


def ended(folder: Path) -> list[str]:
    """The entries of an archive that hold documents, without their times."""
    if not folder.is_dir():
        return []
    return sorted(plain(entry.name) for entry in folder.iterdir() if versions(entry))


def versions(path: Path) -> set[bytes]:
    """Every version of a document that lies anywhere below a folder."""
    found = set()
    for parent, _, files in os.walk(path):
        for name in files:
            if Path(parent, name).is_symlink():
                continue
            content = Path(parent, name).read_bytes()
            if content.startswith(DOCUMENT):
                found.add(content)
    return found


def litter(path: Path) -> list[str]:
    """What nobody should leave behind once the root was touched again."""
    found = []
    for parent, folders, files in os.walk(path):
        where = Path(parent)
        if where.name == layout.TMP:
            found += [str(where / name) for name in (*folders, *files)]
        else:
            found += [
                str(where / n) for n in (*folders, *files) if n.endswith((".new", ".replaced"))
            ]
            found += [str(where / n) for n in files if n.startswith(".redraft-")]
    lock = path / layout.LOCK
    if lock.exists() and b"holder" in lock.read_bytes().split(b"\n")[0]:
        found.append(f"{lock}: {lock.read_text()}")
    return found


def listing(path: Path) -> dict[str, tuple[int, bytes]]:
    """Every file of the root that recovery is about: its modification time and content."""
    return {
        str(Path(parent, name)): (
            Path(parent, name).stat().st_mtime_ns,
            Path(parent, name).read_bytes(),
        )
        for parent, _, files in os.walk(path)
        for name in files
        if name not in (".lock", ".gitignore")
    }


def markers(path: Path) -> list[str]:
    """The markers as a person sees them."""
    return sorted(plain(p.name) for p in (path / layout.WORKFLOW).glob(f"{layout.MARKER}*"))


def is_there(root: Root, name: str) -> bool:
    """Whether a session is."""
    try:
        Session.open(root, name).close()
    except SessionNotFound:
        return False
    return True


def difference(found: dict[str, Any], expected: dict[str, Any], at: str = "") -> list[str]:
    """Where two descriptions differ, for a person."""
    lines = []
    for key in found.keys() | expected.keys():
        one, two = found.get(key, "nothing"), expected.get(key, "nothing")
        if isinstance(one, dict) and isinstance(two, dict):
            lines += difference(one, two, f"{at}/{key}")
        elif one != two:
            lines.append(f"{at}/{key}: {one!r} instead of {two!r}")
    return lines
