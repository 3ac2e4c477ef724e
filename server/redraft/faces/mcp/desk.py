"""Carrying out tools: in a thread, one change at a time in a root, with every failure answered."""

from __future__ import annotations

import asyncio
import logging
import re
import traceback
from contextlib import nullcontext
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from mcp.shared.exceptions import MCPError
from mcp_types import INTERNAL_ERROR

from redraft.commands import dispatch
from redraft.commands.naming import documents, named
from redraft.domain.progress import Cancelled
from redraft.errors import IoError, RedraftError
from redraft.faces.mcp.echo import Watcher, changed_something
from redraft.faces.mcp.words import say, say_error
from redraft.faces.turns import Turns

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from redraft.commands.declaration import Command
    from redraft.commands.requests import Request
    from redraft.commands.roots import Roots
    from redraft.domain.root import Root
    from redraft.faces.mcp.progress import ClientProgress
    from redraft.faces.workers import Workers

logger = logging.getLogger("redraft.mcp")
_CANCELLED = -32800
_NO_TEXT = re.compile("[\ud800-\udfff]")


@dataclass(frozen=True, slots=True)
class Answer:
    """What a tool answers.

    Attributes:
        structured: the result or failure, ready for JSON.
        texts: the same in words, in blocks.
        failed: whether it is a failure.
        result: the result's dataclass; None for a failure.
    """

    structured: dict[str, Any]
    texts: list[str]
    failed: bool = False
    result: Any = None


class Desk:
    """Where tools are carried out.

    Args:
        roots: the open folders.
        workers: where file work is done.
        session: the session meant by a call that names none; None for the active one.
    """

    def __init__(self, roots: Roots, workers: Workers, session: str | None = None) -> None:
        self.roots = roots
        self._workers = workers
        self._session = session
        self._locks: dict[str, asyncio.Lock] = {}
        self._turns = Turns(self)

    def lock(self, root: Root) -> asyncio.Lock:
        """What whoever changes the root holds meanwhile."""
        return self._locks.setdefault(root.path, asyncio.Lock())

    async def all_done(self) -> None:
        """Wait until no change is under way or waiting."""
        await self._turns.all_done()

    async def perform(
        self, command: Command, arguments: Mapping[str, object] | None, progress: ClientProgress
    ) -> Answer:
        """Carry a command out. Every failure is an answer.

        If the caller is cancelled, the work is stopped where that is still safe, else finished.
        """
        try:
            request = self._meant(dispatch.validate(command, arguments))
            root = self.roots.pick(request.root, documents(request))
        except (RedraftError, OSError) as error:
            return failure(error, command.verb)

        def work() -> Answer:
            return self._work(command, request, root, progress)

        return await self.run(root if command.changes else None, work, progress)

    async def run(
        self, root: Root | None, work: Callable[[], Answer], progress: ClientProgress
    ) -> Answer:
        """Do work in a thread; in turn with other changes of a root, if one is given."""
        answer: asyncio.Future[Answer] = asyncio.get_running_loop().create_future()

        async def change() -> None:
            try:
                done = await self._workers.call(work)
            except Exception as error:  # noqa: BLE001 - it belongs to whoever waits
                if not answer.done():
                    answer.set_exception(error)
            else:
                if not answer.done():
                    answer.set_result(done)

        try:
            if root is None:
                return await self._workers.call(work)
            self._turns.take(root, change)
            return await answer
        except asyncio.CancelledError:
            progress.stop()
            raise

    def _meant(self, request: Request) -> Request:
        """The request with its URIs read, and with the default session."""
        request = named(request, self.roots)
        if request.session is not None or getattr(request, "name", None) is not None:
            return request
        return replace(request, session=self._session)

    def _work(
        self, command: Command, request: Request, root: Root, progress: ClientProgress
    ) -> Answer:
        try:
            progress.check()
            with Watcher(root, request) if command.changes else nullcontext() as watcher:
                result = dispatch.execute(command, request, self.roots, progress)
                told = watcher and changed_something(request, result)
                echo = watcher.echo(result) if watcher and told else None
            notes = root.take_repairs()
            for note in notes:
                logger.warning("%s: %s", root.path, note)
            structured = dispatch.to_json(result)
            if notes:
                structured["notes"] = notes
            if echo is not None:
                structured["echo"] = dispatch.to_json(echo)
            texts = readable(say(request, result, notes, echo))
            return Answer(readable(structured), texts, result=result)
        except BaseException as error:  # noqa: BLE001 - whatever it is, the client gets an answer
            return failure(error, command.verb)


def failure(error: BaseException, what: str) -> Answer:
    """The answer for what was raised.

    Raises:
        MCPError: it was not expected: logged with its trace, named to the client by its type; or
            the client no longer wants the result.
    """
    if isinstance(error, Cancelled):
        raise MCPError(_CANCELLED, "Cancelled; nothing was changed.")
    if isinstance(error, OSError):
        error = IoError(error)
    if not isinstance(error, RedraftError):
        trace = "".join(traceback.format_exception(error))
        logger.error("Unexpected %s in %s\n%s", type(error).__name__, what, trace)
        told = f"Redraft met an unexpected problem ({type(error).__name__}). See its log."
        raise MCPError(INTERNAL_ERROR, told) from None
    return Answer(readable(error.as_dict()), [readable(say_error(error))], failed=True)


def readable(value: Any) -> Any:
    """A value as JSON can hold it: what of a file's name is no text becomes a replacement mark."""
    if isinstance(value, str):
        return value if value.isascii() else _NO_TEXT.sub("\N{REPLACEMENT CHARACTER}", value)
    if isinstance(value, dict):
        return {readable(key): readable(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [readable(item) for item in value]
    return value
