"""A session as files: finding it, opening its folder, reading and keeping its metadata."""

from __future__ import annotations

import stat as modes
import time

from redraft.disk.folder import NO_FILE
from redraft.domain import layout, marker
from redraft.domain.records import read_record
from redraft.errors import FileNotFound, NoActiveSession, SessionCrashed, SessionNotFound

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from types import TracebackType

    from redraft.disk.folder import Folder
    from redraft.domain.root import Root


class Session:
    """An open session (a context manager). Its folder handle stays valid if the folder moves.

    Attributes:
        root: the root it belongs to.
        name: its name as the folder has it.
        folder: its folder, held open; all its paths are relative to this.
    """

    __slots__ = ("folder", "name", "root")

    def __init__(self, root: Root, name: str, folder: Folder) -> None:
        self.root = root
        self.name = name
        self.folder = folder

    @classmethod
    def open(cls, root: Root, name: str) -> Session:
        """Open a session by name; another case of the name is fine if it is the only one.

        Raises:
            InvalidSessionName: no session can have this name.
            SessionNotFound: no session has it.
        """
        layout.check_name(name)
        opened = cls._at(root, name) or cls._at(root, _other_case(root, name))
        if opened is not None:
            return opened
        raise SessionNotFound(name)

    @classmethod
    def _at(cls, root: Root, name: str | None) -> Session | None:
        if name is None:
            return None
        try:
            return cls(root, name, root.folder.sub(layout.session_folder(name)))
        except (FileNotFoundError, NotADirectoryError):
            return None

    def close(self) -> None:
        """Let the folder go."""
        self.folder.close()

    def __enter__(self) -> Session:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    @property
    def path(self) -> str:
        """The session's folder, relative to the root."""
        return layout.session_folder(self.name)

    def still_there(self) -> bool:
        """Whether the open folder is still the session's folder (not cancelled, not committed)."""
        now = self.root.folder.stat(self.path)
        return now is not None and now.st_ino == self.folder.status().st_ino

    def check_there(self) -> None:
        """Raise SessionNotFound if the session ended while we held it open."""
        if not self.still_there():
            raise SessionNotFound(self.name, " any more: it was committed, cancelled or completed")

    def check_sound(self) -> None:
        """Raise SessionCrashed if a journal lies in it; to be called under the lock only."""
        if self.folder.stat(layout.JOURNAL) is not None:
            from redraft.domain.journal import why_stuck

            raise SessionCrashed(self.name, why_stuck(self.root, self.path))

    def unchanged(self, path: str) -> FileNotFound:
        """The error for a path where (and beneath which) the session changed nothing."""
        home = f"{self.root.path}/{self.path}"
        checked = [f"{home}/{kind}/{path}" for kind in (layout.FILES, layout.DELETED)]
        what = f"{path!r}" if path else "anything"
        message = f"Session {self.name!r} did not change {what}."
        return FileNotFound(path, checked, message, (f"/session status {self.name}",))

    def done_in_place(self) -> bool:
        """Whether the session was completed and left where it is."""
        return self.folder.stat(layout.DONE) is not None


def _other_case(root: Root, name: str) -> str | None:
    wanted = name.casefold()
    return next((n for n in root.sessions() if n.casefold() == wanted and n != name), None)


def chosen(root: Root, name: str | None) -> Session:
    """The named session, or the active one.

    Raises:
        NoActiveSession: none was named and none is active.
        SessionNotFound, InvalidSessionName: as :meth:`Session.open`.
    """
    root.settle()
    picked = name if name is not None else marker.active(root)
    if picked is None:
        raise NoActiveSession
    return Session.open(root, picked)


def is_folder(root: Root, path: str) -> bool:
    """Whether a real folder (not a link) lies at a root-relative path."""
    found = root.folder.stat(path)
    return found is not None and modes.S_ISDIR(found.st_mode)


# Metadata -------------------------------------------------------------------------------------


def new_metadata(
    name: str, description: str = "", type_: str = "medium", *, temporary: bool = False
) -> dict[str, object]:
    """The metadata of a session just begun."""
    return _metadata(name, layout.rfc3339(time.time_ns()), description, type_, temporary=temporary)


def _metadata(
    name: str, now: str, description: str = "", type_: str = "medium", *, temporary: bool = False
) -> dict[str, object]:
    return {
        "session_id": name,
        "project": description,
        "type": type_,
        "current_phase": "PLAN",
        "status": "active",
        "progress": {"completed_phases": [], "current_tasks": [], "last_checkpoint": None},
        "meta": {"created": now, "updated": now},
        "temporary": temporary,
    }


def is_sound(folder: Folder) -> bool:
    """Whether a session's metadata is there and undamaged; raises as :func:`parsed`."""
    return parsed(folder) is not None


def parsed(folder: Folder) -> dict[str, object] | None:
    """The metadata as it lies on disk; None if it is missing or damaged.

    Raises:
        OSError: the disk refuses to read it, which says nothing about it.
    """
    try:
        found = read_record(folder, layout.METADATA)
    except OSError as error:
        if error.errno not in NO_FILE:
            raise
        return None
    except ValueError:
        return None
    return found if isinstance(found, dict) else None


def set_aside_damaged(folder: Folder) -> None:
    """Keep metadata that cannot be read under another name, so that it may be written anew."""
    if folder.stat(layout.METADATA) is None or is_sound(folder):
        return
    kept, number = f"{layout.METADATA}.unreadable", 1
    while folder.stat(kept) is not None:
        number += 1
        kept = f"{layout.METADATA}.unreadable-{number}"
    folder.move(layout.METADATA, folder, kept)


def read_metadata(folder: Folder, name: str) -> dict[str, object]:
    """The metadata, made whole where fields are missing or of a wrong type; never raises for it.

    A newer or foreign field is kept as it is.
    """
    return made_whole(parsed(folder), folder, name)


def made_whole(found: dict[str, object] | None, folder: Folder, name: str) -> dict[str, object]:
    """Parsed metadata with every field there; times that it lacks are the folder's."""
    whole = _completed(found or {}, _metadata(name, ""))
    meta, progress = meta_of(whole), progress_of(whole)
    for key in ("created", "updated"):
        meta[key] = layout.utc(meta[key]) or _time_of(folder, key)
    progress["last_checkpoint"] = layout.utc(progress["last_checkpoint"])
    return whole


def _time_of(folder: Folder, key: str) -> str:
    status = folder.status()
    changed = status.st_mtime_ns
    return layout.rfc3339(min(status.st_ctime_ns, changed) if key == "created" else changed)


def _completed(found: dict[str, object], default: dict[str, object]) -> dict[str, object]:
    whole = dict(found)
    for key, value in default.items():
        there = whole.get(key)
        if isinstance(value, dict):
            whole[key] = _completed(there, value) if isinstance(there, dict) else value
        elif isinstance(value, list):
            whole[key] = [as_text(x) for x in there] if isinstance(there, list) else value
        elif value is None:
            whole[key] = as_text(there) if isinstance(there, str) else None
        elif not isinstance(there, type(value)):
            whole[key] = value
        elif isinstance(there, str):
            whole[key] = as_text(there)
    return whole


def as_text(value: object) -> str:
    """A text as it may be told: JSON can spell lone surrogates, which no encoding can."""
    text = str(value)
    return text if text.isascii() else text.encode("utf-8", "replace").decode()


def write_metadata(folder: Folder, metadata: dict[str, object], *, flush: bool = True) -> None:
    """Replace the metadata as a whole, with the time of this update; one that cannot be read is
    kept beside it."""
    from redraft.disk.durable import publish

    set_aside_damaged(folder)
    meta_of(metadata)["updated"] = layout.rfc3339(time.time_ns())
    data = encoded(metadata)
    via = f"{layout.TMP}/{layout.METADATA}"
    publish(folder, layout.METADATA, data, via=via, flush=flush)


def metadata_kept(folder: Folder) -> Callable[[], object]:
    """What puts the metadata back as it is now, for an operation that fails after changing it."""
    from redraft.disk.durable import publish

    if not is_sound(folder):
        return lambda: None  # it heals
    data, via = folder.read(layout.METADATA), f"{layout.TMP}/{layout.METADATA}"
    return lambda: publish(folder, layout.METADATA, data, via=via, flush=False)


def set_status(session: Session, status: str) -> dict[str, object]:
    """Write what the metadata says of the state, for readers; returns the metadata."""
    metadata = read_metadata(session.folder, session.name)
    metadata["status"] = status
    write_metadata(session.folder, metadata, flush=False)
    return metadata


def encoded(metadata: dict[str, object]) -> bytes:
    """The metadata as it lies on disk."""
    import json

    try:
        return json.dumps(metadata, indent=2, ensure_ascii=False).encode() + b"\n"
    except UnicodeEncodeError:
        return json.dumps(metadata, indent=2).encode() + b"\n"  # escapes carry any surrogate


def progress_of(metadata: dict[str, object]) -> dict[str, object]:
    """The metadata's ``progress`` object (made whole by :func:`read_metadata`)."""
    progress = metadata["progress"]
    assert isinstance(progress, dict)  # noqa: S101 - read_metadata made it so
    return progress


def meta_of(metadata: dict[str, object]) -> dict[str, object]:
    """The metadata's ``meta`` object (made whole by :func:`read_metadata`)."""
    meta = metadata["meta"]
    assert isinstance(meta, dict)  # noqa: S101 - read_metadata made it so
    return meta
