"""Begins dialogues for the client, and answers what it asks meanwhile."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Any, TypeVar

from redraft.domain import marker
from redraft.errors import InvalidArguments, RedraftError
from redraft.faces.lsp.dialogues import messages as m
from redraft.faces.lsp.dialogues.desk import Desk
from redraft.faces.lsp.dialogues.failing import report
from redraft.faces.lsp.dialogues.table import DIALOGUES
from redraft.faces.lsp.errors import response_error

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from redraft.domain.root import Root
    from redraft.faces.lsp.calls import Call
    from redraft.faces.lsp.dialogues.desk import Dialogue
    from redraft.faces.lsp.parts import Parts

    M = TypeVar("M")


class Dialogues:
    """Every dialogue of one client.

    Args:
        parts: what they work with.
        spawn: runs something beside the requests.
    """

    def __init__(self, parts: Parts, spawn: Callable[[Any], None]) -> None:
        self._parts = parts
        self._spawn = spawn

    def handle(self, params: object, call: Call) -> None:
        """Take in a request of the client; ``call`` is answered later."""
        answers: dict[str, Callable[[], Awaitable[object]]] = {
            m.RUN.method: lambda: self.begin(_read(m.Run, params)),
            m.CHECK.method: lambda: self._check(_read(m.Typed, params)),
            m.COMPLETE.method: lambda: self._complete(_read(m.Typed, params)),
        }
        self._spawn(_answer(answers[call.method], call))

    async def begin(self, run: m.Run, dialogue: Dialogue | None = None) -> None:
        """Carry a dialogue out, the one given or the one that is named; what fails is told."""
        try:
            dialogue = dialogue or DIALOGUES.get(run.name)
            if dialogue is None:
                raise InvalidArguments([f"there is no dialogue {run.name[:80]!r}"])
            root = await self._root(run)
            await dialogue(Desk(self._parts, root, run, self.begin))
        except Exception as error:  # noqa: BLE001 - the person learns of it
            report(self._parts.say, self._parts.person, error, run, self.begin)

    async def _check(self, typed: m.Typed) -> object:
        remark = await self._parts.person.check(typed)
        return remark and m.wire(remark)

    async def _complete(self, typed: m.Typed) -> object:
        return [m.wire(row) for row in self._parts.person.completed(typed)]

    async def _root(self, run: m.Run) -> Root:
        """The folder that is named, else that of the documents, the only one, or one picked."""
        folders, say = self._parts.folders, self._parts.say
        if run.root:
            return folders.roots.pick(run.root)
        for uri in run.uris[:1]:
            return folders.locate(uri).root
        if run.front:
            try:
                return folders.locate(run.front).root
            except RedraftError:
                pass  # what is in front lies elsewhere, and nobody said that it is meant
        roots = folders.all()
        if not roots:
            raise InvalidArguments([say("Open a folder first: sessions belong to a folder")])
        if len(roots) == 1:
            return roots[0]
        return await self._pick(roots)

    async def _pick(self, roots: list[Root]) -> Root:
        say = self._parts.say
        rows = await self._parts.workers.call(
            lambda: [_row(root, say("No session")) for root in roots]
        )
        hint = say("Select the folder whose session you mean")
        picked = await self._parts.person.pick(rows, hint)
        return self._parts.folders.roots.pick(picked.key)


def _row(root: Root, none: str) -> m.Row:
    name = os.path.basename(root.path)
    active = marker.active(root) or none
    return m.Row(key=root.path, label=f"$(root-folder) {name}", description=active)


def _read(kind: type[M], params: object) -> M:
    from pydantic import TypeAdapter, ValidationError

    try:
        read: M = TypeAdapter(kind).validate_python(params)
    except ValidationError as error:
        raise InvalidArguments([f"the parameters do not fit: {error}"]) from None
    return read


async def _answer(work: Callable[[], Awaitable[object]], call: Call) -> None:
    try:
        call.succeed(await work())
    except Exception as error:  # noqa: BLE001 - every request gets an answer
        call.fail(response_error(error, call.method))
