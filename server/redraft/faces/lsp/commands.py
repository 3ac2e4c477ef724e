"""Every command of the table as ``workspace/executeCommand``: translated, not decided here."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from redraft.commands.naming import documents, named
from redraft.commands.requests import RunLine
from redraft.commands.table import BY_LSP
from redraft.errors import InvalidArguments
from redraft.faces.lsp.command_ids import PREFIX
from redraft.faces.lsp.effects import effects
from redraft.faces.lsp.errors import response_error
from redraft.faces.lsp.progress import ClientProgress, LateProgress, Tokens

if TYPE_CHECKING:
    from collections.abc import Callable

    from redraft.commands.declaration import Command
    from redraft.commands.requests import Request
    from redraft.domain.root import Root
    from redraft.faces.lsp.calls import Call
    from redraft.faces.lsp.changes import Announcer
    from redraft.faces.lsp.folders import Folders
    from redraft.faces.turns import Turns
    from redraft.faces.workers import Workers

    Tell = Callable[[str, object], None]


class Commands:
    """Executes commands.

    Args:
        folders: the open folders.
        workers: where file work is done.
        turns: lets one change at a time into a root.
        announcer: is told of every root that a command may have changed.
        tell: sends a notification, for progress.
    """

    def __init__(
        self,
        folders: Folders,
        workers: Workers,
        turns: Turns,
        announcer: Announcer,
        tell: Tell,
    ) -> None:
        self._folders = folders
        self._workers = workers
        self._turns = turns
        self._announcer = announcer
        self._tell = tell
        self._tokens = Tokens()

    def __call__(self, params: object, call: Call) -> None:
        """Take in a ``workspace/executeCommand`` request; ``call`` is answered later."""
        command, arguments, token = _read(params)
        from redraft.commands.dispatch import validate

        request = validate(command, arguments, names="camel")
        subject, about = _subject(command, request)
        about = named(about, self._folders.roots)
        root = self._folders.roots.pick(about.root, documents(about))
        progress = ClientProgress(call, self._tell, token, subject.title)
        outcome: list[object] = []
        work = self._work(command, request, progress, outcome)
        if not subject.changes:
            self._workers.submit(lambda: call.run(work, response_error))
            return
        self._tokens.enter(token, call)
        self._turns.take(root, lambda: self._change(root, call, work, outcome, token))

    async def run(
        self,
        name: str,
        arguments: dict[str, Any],
        title: str = "",
        show: Callable[[str, str], None] | None = None,
    ) -> Any:
        """Run a command for another part of the server; gives its result dataclass.

        Args:
            name: its LSP name.
            arguments: its arguments, in snake_case.
            title: what it does, in words, if that may take its time.
            show: shows a progress, by token and title, that the client can stop.

        Raises:
            RedraftError: it was refused.
            Cancelled: the client stopped it.
        """
        from redraft.commands.dispatch import execute, validate

        command = BY_LSP[name]
        request = validate(command, arguments)
        root = self._folders.roots.pick(request.root)
        progress = LateProgress(self._tell, title, show)

        def work() -> Any:
            return execute(command, request, self._folders.roots, progress)

        with progress.shown(self._tokens):
            if not command.changes:
                return await self._workers.call(work)
            async with self._turns.hold(root):
                return await self._announced(root, work)

    async def _announced(self, root: Root, work: Callable[[], Any]) -> Any:
        try:
            result = await self._workers.call(work)
            self._announcer.documents(effects(root, result))
            return result
        finally:
            self._announcer.changed(root)

    def cancel_progress(self, token: str | int) -> None:
        """The client's ``window/workDoneProgress/cancel``."""
        self._tokens.cancel(token)

    def _work(
        self, command: Command, request: Request, progress: ClientProgress, outcome: list[object]
    ) -> Callable[[], object]:
        def work() -> object:
            from redraft.commands.dispatch import execute

            progress.begin()
            try:
                progress.check()
                result = execute(command, request, self._folders.roots, progress)
                outcome.append(result)
                return to_wire(result)
            finally:
                progress.end()

        return work

    async def _change(
        self,
        root: Root,
        call: Call,
        work: Callable[[], object],
        outcome: list[object],
        token: str | int | None,
    ) -> None:
        try:
            await self._workers.call(lambda: call.run(work, response_error))
        finally:
            self._tokens.leave(token)
            for result in outcome:
                self._announcer.documents(effects(root, result))
            self._announcer.changed(root)


def to_wire(result: object) -> object:
    """A result dataclass as LSP shows it: JSON-ready, keys in camelCase."""
    from redraft.commands.dispatch import to_json

    return to_json(result, "camel")


def _subject(command: Command, request: Request) -> tuple[Command, Request]:
    """The command itself, or the one that a slash line stands for."""
    if not isinstance(request, RunLine):
        return command, request
    from redraft.commands.dispatch import validate
    from redraft.commands.slash import parse, with_defaults

    inner, arguments = parse(request.line)
    return inner, validate(inner, with_defaults(arguments, request.session, request.root))


def _read(params: object) -> tuple[Command, dict[str, Any], str | int | None]:
    if not isinstance(params, dict) or not isinstance(params.get("command"), str):
        raise InvalidArguments(["executeCommand needs the name of a command"])
    name = params["command"]
    command = BY_LSP.get(name.removeprefix(PREFIX)) if name.startswith(PREFIX) else None
    if command is None:
        raise InvalidArguments([f"there is no command {name[:80]!r}"])
    given = params.get("arguments")
    given = [] if given is None else given
    if not isinstance(given, list) or len(given) > 1:
        raise InvalidArguments([f"{name} takes one object in a list"])
    arguments = given[0] if given else {}
    arguments = {} if arguments is None else arguments
    if not isinstance(arguments, dict):
        raise InvalidArguments([f"{name} takes its arguments by name, in one object"])
    token = params.get("workDoneToken")
    return command, arguments, token if isinstance(token, str | int) else None
