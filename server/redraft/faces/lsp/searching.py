"""The editor's own search follows the active session, for clients that ask for it."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING

from redraft.domain import searching
from redraft.errors import RedraftError

if TYPE_CHECKING:
    from redraft.domain.root import Root
    from redraft.faces.workers import Workers

logger = logging.getLogger("redraft.lsp")


class Searching:
    """Keeps what a search finds in step with the active session.

    Args:
        workers: where file work is done.
    """

    def __init__(self, workers: Workers) -> None:
        self._workers = workers
        self._said: dict[str, str] = {}

    async def follow(self, root: Root, _: bool) -> None:
        """Look once more; what fails is tried again after the next change, and logged once."""
        problem = await self._workers.call(lambda: _follow(root))
        if problem and problem != self._said.get(root.path):
            logger.warning("The search in %s may miss the session's text: %s", root.path, problem)
        self._said[root.path] = problem


def _follow(root: Root) -> str:
    try:
        searching.follow(root)
    except (RedraftError, OSError) as error:
        return str(error)
    return ""
