"""Sessions that end or come back while a client shows documents of theirs."""

from __future__ import annotations

import stat as modes
from typing import TYPE_CHECKING

from redraft.domain import layout
from redraft.domain.session import Session
from redraft.errors import RedraftError

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from redraft.domain.root import Root
    from redraft.faces.lsp.changes import Kind

    Found = dict[str, str | None]


class Presence:
    """What a client was told about the sessions of one root, by their names without case.

    A client spells a session as URIs do, which may have another case than its folder.
    """

    __slots__ = ("_ended", "_lately", "_names")

    def __init__(self) -> None:
        self._names: dict[str, str] = {}
        self._ended: set[str] = set()
        self._lately: set[str] = set()

    def has_ended(self, session: str) -> bool:
        """Whether the client knows already that a session has ended."""
        return session.casefold() in self._ended

    def told(self, session: str, kind: Kind) -> None:
        """The client is told that a session came or went as a whole."""
        key = session.casefold()
        self._names.setdefault(key, session)
        self._lately.add(key)
        if kind == "deleted":
            self._ended.add(key)
        else:
            self._ended.discard(key)

    def asked(self, in_use: Iterable[str]) -> dict[str, bool]:
        """The names to look for; for each, whether its folder may be spelled in another case."""
        self._lately.clear()
        names = {name.casefold(): name for name in in_use}
        names.update({key: self._names[key] for key in self._ended})
        return {
            self._names.get(key, name): key not in self._ended and key not in self._names
            for key, name in names.items()
        }

    def news(self, found: Found) -> Iterator[tuple[str, Kind]]:
        """What is new by a look: sessions with ``deleted`` or ``created``."""
        for asked, name in found.items():
            key = asked.casefold()
            if key in self._lately:
                continue  # told while the look was under way, which may have seen the time before
            self._names[key] = name or asked
            if name is None and key not in self._ended:
                yield asked, "deleted"
            elif name is not None and key in self._ended:
                yield name, "created"


def look(root: Root, asked: dict[str, bool]) -> Found:
    """Which of the named sessions are there and open, as their folders spell them."""
    found: Found = {}
    for name, any_case in asked.items():
        try:
            found[name] = _there(root, name) or (_other_case(root, name) if any_case else None)
        except OSError:
            continue  # not to be known at this moment
    return found


def _there(root: Root, name: str) -> str | None:
    folder = root.folder.stat(layout.session_folder(name)) if layout.is_name(name) else None
    if folder is None or not modes.S_ISDIR(folder.st_mode):
        return None
    done = root.folder.stat(f"{layout.session_folder(name)}/{layout.DONE}")
    return name if done is None else None


def _other_case(root: Root, name: str) -> str | None:
    try:
        with Session.open(root, name) as session:
            return _there(root, session.name)
    except RedraftError:
        return None
