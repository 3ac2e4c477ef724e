"""The journal: an operation of several steps, written down and flushed before its first step.

``operation.json`` lies in the folder the operation works in. Without a complete one the operation
has not begun, and what was prepared is thrown away. With one it is carried on to its end by
whoever comes next. The last step ends it: the journal moves with the folder into the archive,
where it is the undo record, or is dropped.
"""

from __future__ import annotations

import json
import stat as modes
import time
from typing import TYPE_CHECKING, Any

from redraft.disk.durable import flush_folders, publish
from redraft.domain import layout
from redraft.domain.journal_form import check_info, check_step, home
from redraft.domain.records import record_of
from redraft.domain.steps import Hands, Missing, Moved
from redraft.errors import Conflict, RedraftError, StalePreview

if TYPE_CHECKING:
    from collections.abc import Iterator

    from redraft.disk.lock import Lock
    from redraft.domain.root import Root
    from redraft.domain.steps import Step

FORMAT = 1
_LONGEST = 1 << 28  # two hundred bytes a document: a million of them


class Journal:
    """An operation as data.

    Attributes:
        kind: ``commit``, ``undo``, ``cancel``, ``rename``, ``delete``, ``restore``, ...
        session: the session it is about.
        steps: see :mod:`redraft.domain.steps`.
        record: the folder (relative to the root) that keeps what was replaced or set aside.
        info: what an undo or a report needs to know; JSON-ready.
        at: when it was made, as in paths.
    """

    def __init__(
        self,
        kind: str,
        session: str,
        steps: list[Step],
        record: str,
        info: dict[str, Any] | None = None,
        at: str = "",
    ) -> None:
        self.kind = kind
        self.session = session
        self.steps = steps
        self.record = record
        self.info = info or {}
        self.at = at or layout.time_text(time.time_ns())

    def as_dict(self) -> dict[str, Any]:
        """The form on disk."""
        return {
            "format": FORMAT,
            "kind": self.kind,
            "session": self.session,
            "at": self.at,
            "record": self.record,
            "info": self.info,
            "steps": self.steps,
        }


def load(root: Root, folder: str) -> Journal | None:
    """The journal in a folder, or None if there is none.

    Raises:
        ValueError: it cannot be read, or names a path that no journal of ours would.
        OSError: it cannot be opened.
    """
    try:
        data = root.folder.read(f"{folder}/{layout.JOURNAL}", _LONGEST + 1)
    except (FileNotFoundError, NotADirectoryError):
        return None
    try:
        found = record_of(data, _LONGEST, escaped=True)
        journal = Journal(
            str(found["kind"]),
            layout.check_name(found["session"]),
            list(found["steps"]),
            home(found["record"]),
            dict(found["info"]),
            str(found["at"]),
        )
        for step in journal.steps:
            check_step(step, journal.record, journal.kind)
        if journal.kind == "commit":
            check_info(journal.info)
    except (AttributeError, LookupError, TypeError, ValueError, RedraftError) as error:
        raise ValueError(f"the journal is damaged: {_flaw(error)}") from None
    return journal


def _flaw(error: Exception) -> str:
    """What is wrong with a journal, in words for the person who must help."""
    match error:
        case json.JSONDecodeError():
            return f"it is no JSON: {error}"
        case KeyError():
            return f"{error.args[0]!r} is missing"
        case IndexError():
            return "a step is cut short"
        case TypeError() | AttributeError():
            return "it has another form"
        case RedraftError():
            return error.message.rstrip(".")
    return str(error)


def _words(error: Exception) -> str:
    if isinstance(error, OSError):
        return f"{error.strerror or error} ({error.filename})"
    return str(error)


def run(
    root: Root, lock: Lock, folder: str, journal: Journal, previous: bytes | None = None
) -> None:
    """Write the journal and carry it out; the caller holds the lock and has prepared everything.

    Args:
        root: the root.
        lock: the held lock.
        folder: where the journal goes, relative to the root.
        journal: the operation.
        previous: the journal that this one replaces there (an undo's commit), to be put back if
            the operation fails.

    Raises:
        Conflict: somebody saved a target meanwhile; everything is back as it was.
        StalePreview: somebody took a prepared copy away meanwhile; the same.
        OSError: the disk refused; everything is back as it was, as far as it lets us.
    """
    _begin(root, lock, folder, journal, previous)
    done: list[Step] = []
    with Hands(root, journal.record, strict=True) as hands:
        try:
            for step in journal.steps:
                if _ends(step, folder):
                    hands.flush()
                done.append(step)
                hands.do(step)
        except BaseException as error:
            for step in reversed(done):
                hands.undo(step)
            _withdraw(root, lock, folder, previous)
            if isinstance(error, Moved):
                raise Conflict([error.path]) from None
            if isinstance(error, Missing):
                raise StalePreview from None
            raise
    lock.finish()


def _ends(step: Step, folder: str) -> bool:
    """Whether no journal is left after a step to carry on what came before it.

    What came before must be on the disk by then: a power cut may keep this step and lose others.
    """
    if step[0] not in ("drop", "move"):
        return False
    return step[1] == folder or str(step[1]).endswith(f"/{layout.JOURNAL}")


def _flush_staged(root: Root, steps: list[Step]) -> None:
    """Wait until the names of all that was prepared are on the disk: the journal counts on it."""
    folders: set[str] = set()
    for step in steps:
        path = str(step[1]) if len(step) > 2 else ""
        if f"/{layout.TMP}/" in path:
            folders.add(path.rpartition("/")[0])
            folders.update(_folders(root, path))
    flush_folders(root.folder, folders)


def _folders(root: Root, path: str) -> Iterator[str]:
    """A folder and those in it; nothing if it is a file."""
    status = root.folder.stat(path)
    if status is not None and modes.S_ISDIR(status.st_mode):
        yield path
        with root.folder.sub(path) as opened:
            for inner in opened.folders():
                yield f"{path}/{inner}"


def _begin(root: Root, lock: Lock, folder: str, journal: Journal, previous: bytes | None) -> None:
    """Publish the journal, flushed, after noting in the lock's record that there will be one."""
    lock.begin(folder, journal.session)
    try:
        _flush_staged(root, journal.steps)
        text = json.dumps(journal.as_dict(), ensure_ascii=False, separators=(",", ":"))
        _publish(root, folder, text.encode("utf-8", "surrogateescape"))
    except BaseException:
        _withdraw(root, lock, folder, previous)
        raise


def _publish(root: Root, folder: str, data: bytes) -> None:
    with root.folder.sub(folder) as opened:
        publish(opened, layout.JOURNAL, data, via=f"{layout.TMP}/{layout.JOURNAL}", flush=True)
        opened.flush()


def _withdraw(root: Root, lock: Lock, folder: str, previous: bytes | None) -> None:
    if previous is None:
        root.folder.unlink(f"{folder}/{layout.JOURNAL}")
    else:
        _publish(root, folder, previous)
    lock.finish()


def resume(root: Root, lock: Lock, folder: str) -> bool:
    """Carry on an interrupted operation to its end, under the lock.

    Returns:
        Whether no journal is left: False means that only a person can help (CRASHED).
    """
    try:
        journal = load(root, folder)
        if journal is None or (_is_archived(folder) and journal.kind != "undo"):
            return True  # the journal of an ended session is its undo record
        lock.begin(folder, journal.session)
        with Hands(root, journal.record, strict=False) as hands:
            hands.refills = {s[2]: n for n, s in enumerate(journal.steps) if s[0] == "move"}
            for hands.number, step in enumerate(journal.steps):
                if _ends(step, folder):
                    hands.flush()
                hands.do(step)
    except (Missing, OSError, ValueError) as error:
        root.note_stuck(folder, _words(error))
        lock.finish()
        return False
    lock.finish()
    root.sighting = None
    root.note_repair(f"Finished the interrupted {journal.kind} of session {journal.session!r}.")
    for path in hands.aside:
        where = f"{journal.record}/{layout.SET_ASIDE}/{path}"
        root.note_repair(
            f"{path} was changed meanwhile and kept as it is; the session's version is in {where}."
        )
    return True


def _is_archived(folder: str) -> bool:
    return folder.startswith((f"{layout.COMPLETED}/", f"{layout.TRASH}/"))


def why_stuck(root: Root, folder: str) -> str:
    """Why an interrupted operation cannot be repaired, in a few words."""
    try:
        journal = load(root, folder)
    except (OSError, ValueError) as error:
        return _words(error)
    if journal is None:
        return "it was repaired a moment ago; try again"
    needed = [s[1] for s in journal.steps if s[0] in ("swap", "put")]
    gone = [p for p in needed if root.folder.stat(p) is None]
    return f"files it needs are missing ({', '.join(gone[:3])})" if gone else "a file refused"
