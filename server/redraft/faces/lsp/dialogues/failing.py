"""Errors as a person sees them: the message, and what is suggested as buttons."""

from __future__ import annotations

import re
from functools import partial
from typing import TYPE_CHECKING

from redraft.domain.progress import Cancelled
from redraft.errors import IoError, RedraftError
from redraft.faces.lsp.dialogues.messages import Run
from redraft.faces.lsp.dialogues.person import Left
from redraft.faces.lsp.errors import unexpected

if TYPE_CHECKING:
    from collections.abc import Callable, Coroutine
    from typing import Any

    from redraft.faces.lsp.dialogues.person import Person
    from redraft.faces.lsp.dialogues.phrases import Phrases

_MOST = 3  # the editor draws three buttons in a row
_INCOMPLETE = re.compile(r"<[^>]+>|--(force|empty)\b")


def report(
    say: Phrases,
    person: Person,
    error: BaseException,
    about: Run,
    begin: Callable[[Run], Coroutine[Any, Any, None]],
) -> None:
    """Tell what failed; what the person left or stopped themselves is no failure.

    Args:
        say: says things in the editor's language.
        person: who is told.
        error: what was raised.
        about: the dialogue that failed.
        begin: begins another one.
    """
    if isinstance(error, Left | Cancelled):
        return
    if isinstance(error, OSError):
        error = IoError(error)
    if not isinstance(error, RedraftError):
        message = str(unexpected(error, about.name)["message"])
        output = {say("Show Output"): lambda: person.do("redraft.ui.showOutput")}
        person.tell(message, output, severity="error")
        return
    lines = [line for line in error.suggestions if line.startswith("/")][:_MOST]
    actions = [action(say, line, about.root) for line in lines]
    buttons = {title: partial(begin, run) for title, run in actions}
    person.tell(error.message, buttons, severity="error")


def action(say: Phrases, line: str, root: str = "") -> tuple[str, Run]:
    """A suggested line as a button: its title, and the dialogue that it begins."""
    group, _, rest = line[1:].partition(" ")
    verb, _, more = rest.partition(" ")
    session = more.partition(" ")[0]
    shown = {
        "session start": (say("Start Session"), "start"),
        "session list": (say("Show Sessions"), "switch"),
        "session status": (say("Show Status"), "status"),
        "session checkpoints": (say("Show Checkpoints"), "restoreCheckpoint"),
        "session diff": (say("Compare All"), "compareAll"),
        "doctor": (say("Check and Repair"), "doctor"),
    }
    of_session = {
        "session recover": (say("Recover {0}", session), "recover"),
        "session cancel": (say("Cancel {0}...", session), "cancel"),
    }
    key = f"{group} {verb}".strip()
    if key in shown:
        title, name = shown[key]
        return title, Run(name=name, root=root)
    if key in of_session:
        title, name = of_session[key]
        return title, Run(name=name, root=root, session=session)
    if line == "/session commit":
        return say("Commit..."), Run(name="commit", root=root)
    title = say("Switch to {0}", session) if key == "session switch" else line
    # One with blanks to fill in, or that replaces something by force, is shown before it is run.
    name = "slash" if _INCOMPLETE.search(line) else "runLine"
    return title, Run(name=name, root=root, line=line)
