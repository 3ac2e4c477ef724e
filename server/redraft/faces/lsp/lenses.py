"""Code lenses on the first line of a session's documents."""

from __future__ import annotations

from typing import TYPE_CHECKING

from lsprotocol import types

from redraft.faces.lsp.documents import remarks, session_spot

if TYPE_CHECKING:
    from redraft.faces.lsp.dialogues.phrases import Phrases
    from redraft.faces.lsp.documents import Remarks
    from redraft.faces.lsp.folders import Folders
    from redraft.faces.workers import Workers

RECORD = "redraft.ui.recordRetry"
SHOW = "redraft.ui.showRetries"
COMPARE = "redraft.ui.compareWithGlobal"
DRIFT = "redraft.ui.showDrift"
_REASON_LENGTH = 60


class Lenses:
    """Makes the lenses.

    Args:
        folders: the open folders.
        workers: where file work is done.
        say: says things in the editor's language.
    """

    def __init__(self, folders: Folders, workers: Workers, say: Phrases) -> None:
        self._folders = folders
        self._workers = workers
        self._say = say

    async def of(self, uri: str) -> list[types.CodeLens]:
        """The lenses of a document; none for what is no session's document."""
        spot = session_spot(self._folders, uri)
        found = await self._workers.call(lambda: remarks(spot)) if spot is not None else None
        return [_lens(title, command, uri, found) for title, command in titles(found, self._say)]


def titles(found: Remarks | None, say: Phrases) -> list[tuple[str, str]]:
    """Title and command of each lens."""
    if found is None:
        return []
    lenses = [(say("Record a retry"), RECORD)]
    if found.retry_count:
        count = _retries(found.retry_count, found.noticed_count, say)
        lenses.append((f"{count}: {shortened(found.last_reason)}", SHOW))
    lenses.append((say("Compare with global"), COMPARE))
    if found.drifted:
        lenses.append((say("Global has changed"), DRIFT))
    return lenses


def shortened(reason: str) -> str:
    """A reason on one line, of at most sixty characters."""
    line = " ".join(reason.split())
    return line if len(line) <= _REASON_LENGTH else line[: _REASON_LENGTH - 1].rstrip() + "…"


def _retries(count: int, noticed: int, say: Phrases) -> str:
    if not noticed:
        return say.retries(count)
    if count == 1:
        return say("1 retry, noticed by the assistant")
    return say("{0} retries, {1} noticed by the assistant", count, noticed)


def _lens(title: str, command: str, uri: str, found: Remarks | None) -> types.CodeLens:
    start = types.Position(line=0, character=0)
    argument = {"uri": uri, "session": found and found.session, "path": found and found.path}
    return types.CodeLens(
        range=types.Range(start=start, end=start),
        command=types.Command(title=title, command=command, arguments=[argument]),
    )
