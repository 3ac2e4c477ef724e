"""Loans: a session's view lent to a program, in a private folder outside of the root.

The program changes what lies there; :mod:`redraft.domain.taking_back` brings it into the session.
Until that is done the private folder stays, and ``.workflow/.loans/<id>`` says where it is, so that
whoever comes after a death can finish.
"""

from __future__ import annotations

import json
import os
import stat as modes
import time

from redraft.disk import calls
from redraft.disk.claim import claim
from redraft.disk.durable import publish
from redraft.disk.folder import Folder
from redraft.disk.layer import permit
from redraft.disk.namespace import REAL, UPPER
from redraft.domain import layout
from redraft.domain.records import read_record
from redraft.domain.session import Session
from redraft.errors import SessionNotFound

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator
    from types import TracebackType
    from typing import Self

    from redraft.disk.layer import Stamp
    from redraft.domain.root import Root
    from redraft.domain.view import View

OVERLAY, COPY = "overlay", "copy"
VIEW = "view"
MANIFEST = "manifest.json"
OWNER, RUNNING, SYNC = "owner", "running", "sync"
_NEW = "manifest.new"
_LARGEST = 1 << 28  # a stamp for each document that was lent

_SAVED = (
    "session",
    "inode",
    "root",
    "how",
    "started_ns",
    "changed",
    "aside",
    "left",
    "views",
    "shown",
)


class Loan:
    """A loan, its private folder open (a context manager).

    Attributes:
        folder: the private folder.
        session: the name the session had when the loan began.
        inode: the number of the session's folder, by which it is found under another name.
        root: the number of the root's folder.
        how: ``overlay`` (only what differs from global lies there) or ``copy`` (everything does).
        started_ns: when it began, by the clock of the root's file system.
        views: what lay there when it last agreed with the session: path → stamp.
        shown: what the session showed then: path → stamp.
        changed: what the program changed so far: path → ``modified``, ``created``, ``deleted``.
        aside: versions that could not be taken: path → where they are kept.
        left: what cannot be in a session: path → why.
        told: whether a command that the program called changed the session, and said so itself.
    """

    def __init__(self, folder: Folder) -> None:
        self.folder = folder
        self.session, self.how = "", COPY
        self.inode = self.root = self.started_ns = 0
        self.views: dict[str, Stamp] = {}
        self.shown: dict[str, Stamp | None] = {}
        self.changed: dict[str, str] = {}
        self.aside: dict[str, str] = {}
        self.left: dict[str, str] = {}
        self.told = False
        self._claims: list[int] = []

    @classmethod
    def begin(cls, session: Session, place: str, how: str) -> Self:
        """Make a private folder below ``place`` (made if need be, for this user alone).

        The loan is claimed by this process. Nothing can be taken back before it is saved.
        """
        root = session.root
        name = f"{layout.time_text(time.time_ns())}-{os.urandom(3).hex()}"
        _make_private(place)
        pointer = f"{layout.LOANS}/{name}"
        root.folder.make(layout.LOANS)
        with Folder.open(os.path.realpath(place)) as parent:
            note = json.dumps({"at": f"{parent.path}/{name}"}).encode()
            via = f"{layout.LOANS}/{layout.NEW}-{name}"
            publish(root.folder, pointer, note, via=via, flush=True)
            loan = cls(parent.sub(name, create=True))
        noted = root.folder.stat(pointer)
        loan.session, loan.how = session.name, how
        loan.inode, loan.root = session.folder.status().st_ino, root.folder.status().st_ino
        loan.started_ns = noted.st_ctime_ns if noted is not None else 0
        loan.take(OWNER)
        return loan

    @classmethod
    def open(cls, place: str) -> Self | None:
        """The loan in a private folder; None if there is none, or none that ever began."""
        try:
            folder = Folder.open(place)
        except OSError:
            return None
        loan = cls(folder)
        if loan.load():
            return loan
        loan.close()
        return None

    def load(self) -> bool:
        """Read the manifest again; False if there is none that can be read."""
        try:
            saved = read_record(self.folder, MANIFEST, _LARGEST)
        except (OSError, ValueError):
            return False
        if not isinstance(saved, dict) or not saved.keys() >= set(_SAVED):
            return False
        if any(not isinstance(saved[name], type(getattr(self, name))) for name in _SAVED):
            return False
        for name in _SAVED:
            setattr(self, name, saved[name])
        self.told = bool(saved.get("told"))  # what was left by an older version has none
        return True

    def save(self) -> None:
        """Write the manifest, flushed."""
        saved = {name: getattr(self, name) for name in (*_SAVED, "told")}
        publish(self.folder, MANIFEST, json.dumps(saved).encode(), via=_NEW, flush=True)

    @property
    def path(self) -> str:
        """The private folder."""
        return self.folder.path

    @property
    def id(self) -> str:
        """Its name."""
        return self.folder.path.rpartition("/")[2]

    @property
    def part(self) -> str:
        """The folder of the private one in which the changes are found."""
        return UPPER if self.how == OVERLAY else VIEW

    def take(self, name: str, *, wait: bool = False) -> int | None:
        """Take one of the loan's claims until it is closed; None if somebody else has it."""
        taken = claim(self.folder, name, wait=wait)
        if taken is not None:
            self._claims.append(taken)
        return taken

    def let(self, taken: int) -> None:
        """Give a claim back before the loan is closed."""
        self._claims.remove(taken)
        os.close(taken)

    def find(self, root: Root) -> Session:
        """Open the session it belongs to, whatever its name is by now.

        Raises:
            SessionNotFound: it was committed, cancelled or completed meanwhile.
        """
        for name in sorted(root.sessions(), key=lambda each: each != self.session):
            found = root.folder.stat(layout.session_folder(name))
            if found is not None and found.st_ino == self.inode:
                return Session.open(root, name)
        raise SessionNotFound(self.session, " any more: it was committed, cancelled or completed")

    def end(self, root: Root) -> None:
        """Remove the private folder with all it holds; only then is it forgotten."""
        if self.folder.stat(REAL) is not None:
            # Where it is the door to the root this fails, and nothing beneath may be removed.
            calls.rmdir(self.folder.handle, self.folder.at(REAL))
        permit(self.folder)
        with Folder.open(os.path.dirname(self.path)) as parent:
            parent.remove_tree(self.id)
        root.folder.unlink(f"{layout.LOANS}/{self.id}")
        root.folder.prune(layout.LOANS)

    def close(self) -> None:
        """Let the folder and the claims go."""
        while self._claims:
            os.close(self._claims.pop())
        self.folder.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()


def unfinished(root: Root, but: str = "") -> Iterator[Loan]:
    """The loans that a death left, claimed by this process; those of living programs are not."""
    for entry in root.folder.scan(layout.LOANS):
        if entry.name.startswith(layout.NEW) or entry.name == but:
            continue
        loan = _left_at(root, entry.name)
        if loan is not None:
            with loan:
                yield loan


def _left_at(root: Root, name: str) -> Loan | None:
    pointer = f"{layout.LOANS}/{name}"
    try:
        noted = read_record(root.folder, pointer)
        place = str(noted["at"])
    except (OSError, ValueError, KeyError, TypeError):
        return None
    ours = place.endswith(f"/{name}") and _is_private(root, place)
    loan = Loan.open(place) if ours else None
    if loan is None:
        return None
    if loan.root != root.folder.status().st_ino or not _claimed(loan):
        loan.close()
        return None
    return loan


def _is_private(root: Root, place: str) -> bool:
    """Whether a folder may be a loan of this user's: never one that came with the root itself."""
    try:
        real = os.path.realpath(place)
        status = os.lstat(place)
    except (OSError, ValueError):
        return False
    inside = f"{real}/".startswith(f"{root.path.rstrip('/')}/")
    mine = status.st_uid == os.geteuid() and not status.st_mode & 0o022
    return real == place and mine and not inside


def _claimed(loan: Loan) -> bool:
    """Claim what the dead held. Whoever was faster may have finished meanwhile."""
    return bool(loan.take(OWNER) and loan.take(RUNNING) and loan.load())


def shown(view: View, path: str) -> Stamp | None:
    """The stamp of what a view shows at a path; a folder is as good as any other."""
    source, status = view.look(path)
    if status is None:
        return None
    if modes.S_ISDIR(status.st_mode):
        return ["folder"]
    times = [status.st_mtime_ns, status.st_ctime_ns]
    return [source, status.st_ino, status.st_size, *times, modes.S_IMODE(status.st_mode)]


def _make_private(place: str) -> None:
    """Make a folder that only this user can look into; refuse one that others can write to."""
    above = place
    while not os.path.isdir(above):
        above = os.path.dirname(above)
    with Folder.open(os.path.realpath(above)) as folder:
        rest = os.path.relpath(place, above)
        if rest != ".":
            folder.make(rest)
    status = os.stat(place)
    if status.st_uid != os.geteuid() or status.st_mode & 0o022:
        raise PermissionError(1, "others can write to it", place)
