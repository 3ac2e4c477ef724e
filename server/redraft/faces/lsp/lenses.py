"""Code lenses on the first line of a session's documents."""

from __future__ import annotations

from typing import TYPE_CHECKING

from lsprotocol import types

from redraft.faces.lsp.documents import remarks, session_spot

if TYPE_CHECKING:
    from redraft.faces.lsp.documents import Remarks
    from redraft.faces.lsp.folders import Folders
    from redraft.faces.workers import Workers

RECORD = "redraft.ui.recordRetry"
SHOW = "redraft.ui.showRetries"
COMPARE = "redraft.ui.compareWithGlobal"
_REASON_LENGTH = 60


class Lenses:
    """Makes the lenses.

    Args:
        folders: the open folders.
        workers: where file work is done.
    """

    def __init__(self, folders: Folders, workers: Workers) -> None:
        self._folders = folders
        self._workers = workers

    async def of(self, uri: str) -> list[types.CodeLens]:
        """The lenses of a document; none for what is no session's document."""
        spot = session_spot(self._folders, uri)
        found = await self._workers.call(lambda: remarks(spot)) if spot is not None else None
        return [_lens(title, command, uri, found) for title, command in titles(found)]


def titles(found: Remarks | None) -> list[tuple[str, str]]:
    """Title and command of each lens."""
    if found is None:
        return []
    lenses = [("Record a retry", RECORD)]
    if found.retry_count:
        count = _retries(found.retry_count, found.noticed_count)
        lenses.append((f"{count}: {shortened(found.last_reason)}", SHOW))
    lenses.append(("Compare with global", COMPARE))
    if found.drifted:
        lenses.append(("Global has changed", COMPARE))
    return lenses


def shortened(reason: str) -> str:
    """A reason on one line, of at most sixty characters."""
    line = " ".join(reason.split())
    return line if len(line) <= _REASON_LENGTH else line[: _REASON_LENGTH - 1].rstrip() + "…"


def _retries(count: int, noticed: int) -> str:
    by = "noticed by the assistant"
    if count == 1:
        return f"1 retry, {by}" if noticed else "1 retry"
    return f"{count} retries, {noticed} {by}" if noticed else f"{count} retries"


def _lens(title: str, command: str, uri: str, found: Remarks | None) -> types.CodeLens:
    start = types.Position(line=0, character=0)
    argument = {"uri": uri, "session": found and found.session, "path": found and found.path}
    return types.CodeLens(
        range=types.Range(start=start, end=start),
        command=types.Command(title=title, command=command, arguments=[argument]),
    )
