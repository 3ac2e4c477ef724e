"""A person before the client, who answers what a dialogue asks as the story says."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from tests.faces.lsp.editor import Editor

Shown = dict[str, Any]
Answer = Callable[[Shown], Any]

LEAVES = None
"""The person presses Escape."""


def picks(text: str, button: int = -1) -> Answer:
    """They choose the first row that holds a text, or press one of its buttons."""

    def answer(shown: Shown) -> Shown:
        keys = [row["key"] for row in shown["rows"] if text in row["label"]]
        assert keys, f"no row holds {text!r}: {[row['label'] for row in shown['rows']]}"
        return {"key": keys[0], "button": button, "value": ""}

    return answer


def presses(button: str) -> Answer:
    """They press a button of a dialog or message."""
    return lambda shown: shown["buttons"].index(button)


def types(text: str) -> Answer:
    """They type a text."""
    return lambda _: text


class Person:
    """Answers in order; keeps what was shown, by the last word of its method.

    Args:
        server: the client through which they are asked.
        answers: what they do, or a plain answer.
    """

    def __init__(self, server: Editor, *answers: Any) -> None:
        self.seen: list[tuple[str, Shown]] = []
        self._answers = list(answers)
        self._also: dict[str, Any] = {}
        self._server = server
        server.person = self

    def __call__(self, method: str, shown: Shown) -> Any:
        self.seen.append((method, shown))
        self._server.tell()
        if not self._answers and method == "do":
            return self._also[shown["command"]]
        if not self._answers:
            assert method == "ask", f"nobody expects {method}: {shown}"
            return LEAVES
        answer = self._answers.pop(0)
        return answer(shown) if callable(answer) else answer

    def also(self, command: str, answer: Any) -> None:
        """What a command of the editor gives, once all that was expected has been asked."""
        self._also[command] = answer

    async def runs(self, name: str, **about: Any) -> None:
        """They run a command of the editor, and the dialogue comes to its end."""
        await self._server.request("redraft/ui/run", {"name": name, **about})

    def of(self, method: str) -> list[Shown]:
        """All that was shown by one method."""
        return [shown for each, shown in self.seen if each == method]

    async def is_told(self, text: str) -> Shown:
        """Wait until they are told something."""
        found: list[Shown] = []

        def told() -> bool:
            found[:] = [shown for shown in self.of("ask") if text in shown["message"]]
            return bool(found)

        await self._server.until(told)
        return found[-1]
