"""The person before the editor: what they are asked, told and shown."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any

from redraft.faces.lsp.dialogues import messages as m

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Coroutine, Mapping, Sequence

    from redraft.faces.lsp.messages import Message

    Request = Callable[[str, object], Awaitable[Any]]
    Tell = Callable[[str, object], None]
    Spawn = Callable[[Coroutine[Any, Any, None]], None]
    Next = Callable[[], Coroutine[Any, Any, None]]


class Left(Exception):
    """The person left a list, a box or a dialog: they want nothing done."""


class Person:
    """Asks and shows by the client.

    Args:
        request: sends a request to the client.
        tell: sends it a notification.
        spawn: runs something beside the requests.
    """

    def __init__(self, request: Request, tell: Tell, spawn: Spawn) -> None:
        self._request = request
        self._tell = tell
        self._spawn = spawn
        self._count = 0
        self._checks: dict[int, Callable[[str], Awaitable[m.Remark | None]]] = {}
        self._completions: dict[int, Callable[[str], list[m.Row]]] = {}

    async def pick(
        self,
        rows: Sequence[m.Row],
        placeholder: str,
        *,
        title: str = "",
        fresh: Callable[[Callable[[list[m.Row]], None]], Coroutine[Any, Any, None]] | None = None,
    ) -> m.Picked:
        """Have a row chosen.

        Args:
            rows: the rows.
            placeholder: what to do, in a few words.
            title: what the list is about.
            fresh: runs while the list is open, and is given what shows other rows in it.

        Raises:
            Left: no row was chosen.
        """
        number = self._next()
        pick = m.Pick(id=number, rows=list(rows), placeholder=placeholder, title=title)
        if fresh is None:
            return _picked(await self._ask(m.PICK, pick))

        def show(rows: list[m.Row]) -> None:
            self._tell(m.ROWS.method, m.wire(m.Rows(id=number, rows=rows)))

        following = asyncio.ensure_future(fresh(show))
        try:
            return _picked(await self._ask(m.PICK, pick))
        finally:
            following.cancel()

    async def complete(
        self, offers: Callable[[str], list[m.Row]], placeholder: str, value: str
    ) -> m.Picked:
        """Have a line typed, with rows that follow it.

        Raises:
            Left: it was left.
        """
        number = self._next()
        self._completions[number] = offers
        rows = offers(value)
        pick = m.Pick(id=number, rows=rows, placeholder=placeholder, value=value, completes=True)
        try:
            return _picked(await self._ask(m.PICK, pick))
        finally:
            del self._completions[number]

    async def type(
        self,
        title: str,
        prompt: str,
        *,
        value: str = "",
        placeholder: str = "",
        marked: tuple[int, int] = (0, 0),
        check: Callable[[str], Awaitable[m.Remark | None]] | None = None,
    ) -> str:
        """Have a line typed.

        Args:
            title: what the box is about.
            prompt: what to type.
            value: what stands in it.
            placeholder: an example.
            marked: which part of the value is selected.
            check: judges what is typed.

        Raises:
            Left: it was left.
        """
        number = self._next()
        start, end = marked
        box = m.Input(
            id=number,
            title=title,
            prompt=prompt,
            value=value,
            start=start,
            end=end,
            placeholder=placeholder,
            checks=check is not None,
        )
        if check is not None:
            self._checks[number] = check
        try:
            typed = await self._ask(m.INPUT, box)
        finally:
            self._checks.pop(number, None)
        if typed is None:
            raise Left
        return str(typed)

    async def choose(
        self,
        message: str,
        *buttons: str,
        severity: m.Severity = "information",
        detail: str = "",
        modal: bool = True,
        stay: str = "",
    ) -> str:
        """Have a button pressed, in a dialog or (not ``modal``) in a message in the corner.

        Raises:
            Left: none was pressed.
        """
        ask = m.Ask(
            message=message,
            severity=severity,
            modal=modal,
            detail=detail,
            buttons=list(buttons),
            stay=stay,
        )
        answer = await self._ask(m.ASK, ask)
        if answer is None:
            raise Left
        return buttons[int(answer)]

    def tell(
        self,
        message: str,
        buttons: Mapping[str, Next] | None = None,
        *,
        severity: m.Severity = "information",
    ) -> None:
        """Tell something, with buttons for what may come next; waits for nobody."""

        async def toast() -> None:
            nexts = buttons or {}
            try:
                choice = await self.choose(message, *nexts, severity=severity, modal=False)
                await nexts[choice]()
            except Left:
                return

        self._spawn(toast())

    async def do(self, command: str, *arguments: object) -> Any:
        """Run a command of the editor, and give what it answers."""
        return await self._ask(m.DO, m.Do(command=command, arguments=list(arguments)))

    async def edit(self, *changes: dict[str, object]) -> bool:
        """Have the editor rename or delete documents, so that its tabs follow. Whether it did."""
        params = {"edit": {"documentChanges": list(changes)}}
        answer = await self._request("workspace/applyEdit", params)
        return isinstance(answer, dict) and answer.get("applied") is True

    def working(self, token: str, title: str) -> None:
        """Show a progress."""
        self._tell(m.WORKING.method, m.wire(m.Working(token=token, title=title)))

    async def check(self, typed: m.Typed) -> m.Remark | None:
        """Judge what stands in an open box."""
        check = self._checks.get(typed.id)
        return None if check is None else await check(typed.text)

    def completed(self, typed: m.Typed) -> list[m.Row]:
        """The rows for what stands in an open list."""
        offers = self._completions.get(typed.id)
        return [] if offers is None else offers(typed.text)

    async def _ask(self, message: Message, params: object) -> Any:
        return await self._request(message.method, m.wire(params))

    def _next(self) -> int:
        self._count += 1
        return self._count


def _picked(answer: Any) -> m.Picked:
    if answer is None:
        raise Left
    return m.Picked(key=answer["key"], button=answer["button"], value=answer["value"])
