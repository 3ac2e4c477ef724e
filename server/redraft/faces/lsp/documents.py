"""What there is to say about one document of a session: its retries, and whether it drifted."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from redraft.commands.uris import Side, parse
from redraft.domain import base, retries
from redraft.domain.view import View
from redraft.errors import RedraftError
from redraft.faces.lsp.content import read_side

if TYPE_CHECKING:
    from redraft.commands.naming import Spot
    from redraft.faces.lsp.folders import Folders


@dataclass(frozen=True, slots=True)
class Remarks:
    """What there is to say.

    Attributes:
        session: the session's name as its folder has it.
        path: the document, relative to the root.
        retry_count: how many versions were rejected so far.
        noticed_count: how many of these an assistant noticed by itself.
        last_reason: why the newest of them was.
        drifted: whether the global file changed since the session first touched it.
    """

    session: str
    path: str
    retry_count: int
    noticed_count: int
    last_reason: str
    drifted: bool


def remarks(spot: Spot) -> Remarks | None:
    """Look a document up; None if there is no such session, or it cannot be read."""
    try:
        with View.of(spot.root, spot.session) as view:
            if view.session is None:
                return None
            found = view.resolve(spot.path)
            kept = retries.of_document(view.session, found.path)
            return Remarks(
                view.session.name,
                found.path,
                len(kept),
                sum(each.record["auto_detected"] for each in kept),
                str(kept[-1].record["reason"]) if kept else "",
                found.modified_in_session and base.drifted(view.session, found.path),
            )
    except (RedraftError, OSError):
        return None


def session_spot(folders: Folders, uri: str) -> Spot | None:
    """Where a URI's session document lies; None if it is no session's document."""
    try:
        spot = folders.locate(uri)
    except RedraftError:
        return None
    return spot if spot.session is not None and spot.side is Side.DOCUMENT and spot.path else None


def read_closed(folders: Folders, uri: str) -> bytes:
    """The octets of a document that no client has open.

    A session's document comes through the resolver, any other file as it lies on disk.

    Raises:
        RedraftError: it cannot be named or read.
        OSError: a plain file cannot be read.
    """
    place = parse(uri)
    try:
        spot = folders.locate(uri)
    except RedraftError:
        if place.session is not None:
            raise
        spot = None
    if spot is not None and spot.session is not None:
        return read_side(spot)
    with open(place.path, "rb") as file:
        return file.read()
