"""Which documents read differently after a command: read off its result."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from redraft.commands.naming import Spot

if TYPE_CHECKING:
    from collections.abc import Iterator

    from redraft.domain.root import Root
    from redraft.faces.lsp.changes import Event


def effects(root: Root, result: Any) -> Iterator[Event]:
    """The documents of the result's session that changed; ``""`` stands for all of them."""
    from redraft.commands import results

    session = getattr(result, "session", None)
    if isinstance(result, results.Ran):
        yield from effects(root, result.result)
    elif isinstance(result, results.Undone) and session is not None:
        yield Spot(root, "", session), "created"
    elif _ends_session(result) and session is not None:
        yield Spot(root, "", session), "deleted"
    elif isinstance(session, str):
        for path in _paths(result):
            yield Spot(root, path, session), "changed"


def _ends_session(result: Any) -> bool:
    from redraft.commands import results

    if isinstance(result, results.Commit):
        return result.session_closed
    return isinstance(result, results.Cancelled | results.Completed)


def _paths(result: Any) -> list[str]:
    from redraft.commands import results

    match result:
        case results.Commit():
            return [*result.modified, *result.created, *result.deleted, *result.merged]
        case results.Discarded():
            return result.discarded
        case results.Restored():
            return result.changed
        case results.RestoredRetry() | results.Change():
            return [result.path]
        case results.Adopted():
            return result.adopted
        case _:
            return []
