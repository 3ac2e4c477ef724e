"""The messages by which a client is had to ask and show."""

from __future__ import annotations

from dataclasses import asdict, dataclass, field
from typing import Any, Literal

from redraft.faces.lsp.messages import Message

Severity = Literal["information", "warning", "error"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Run:
    """Have the server carry a dialogue out; answered when it is over.

    ``root``, ``session`` and ``uris`` say what it is about, as far as the person did; ``front`` is
    the document that they look at, ``line`` the beginning of a slash line.
    """

    name: str
    root: str = ""
    session: str = ""
    uris: list[str] = field(default_factory=list)
    front: str = ""
    line: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Button:
    """A button of a row: it starts a dialogue, and the list stays open unless it ``hides``.

    One without ``run`` is an answer.
    """

    icon: str
    tooltip: str
    run: Run | None = None
    hides: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """A row of a list, known by its key; a document to ``preview`` is shown while it is active.

    ``always``: whatever is typed to narrow the list down.
    """

    key: str = ""
    label: str
    description: str = ""
    detail: str = ""
    separator: bool = False
    buttons: list[Button] = field(default_factory=list)
    preview: str = ""
    always: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Pick:
    """Show a list, and give what a person chose; nothing if they left it.

    ``completes``: the rows follow what is typed (see ``Typed``).
    """

    id: int
    rows: list[Row]
    placeholder: str
    title: str = ""
    value: str = ""
    completes: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Picked:
    """The key of the row that was chosen, which button of it (-1 if none), and what was typed."""

    key: str
    button: int
    value: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Rows:
    """An open list has other rows now."""

    id: int
    rows: list[Row]


@dataclass(frozen=True, slots=True, kw_only=True)
class Input:
    """Ask for a line of text; ``checks``: what is typed is to be judged (see ``Typed``)."""

    id: int
    title: str
    prompt: str
    value: str = ""
    start: int = 0
    end: int = 0
    placeholder: str = ""
    checks: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Typed:
    """What stands in an open list or box now."""

    id: int
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Remark:
    """What is said below a box; with ``refused`` it cannot be left by Enter."""

    message: str
    refused: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Ask:
    """Tell something; gives the number of the button that was pressed, nothing if none was.

    ``modal``: in the middle of the window, with ``detail`` below and ``stay`` on the other button.
    """

    message: str
    severity: Severity = "information"
    modal: bool = False
    detail: str = ""
    buttons: list[str] = field(default_factory=list)
    stay: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Do:
    """Run a command of the editor; a URI in its arguments is an object with the key ``$uri``."""

    command: str
    arguments: list[Any] = field(default_factory=list)


@dataclass(frozen=True, slots=True, kw_only=True)
class Working:
    """Something takes its time: show the progress under this token, and a way to stop it."""

    token: str
    title: str


RUN = Message("redraft/ui/run", Run)
CHECK = Message("redraft/ui/check", Typed, Remark | None)
COMPLETE = Message("redraft/ui/complete", Typed, list[Row])
PICK = Message("redraft/ui/pick", Pick, Picked | None)
ROWS = Message("redraft/ui/rows", Rows, answered=False)
INPUT = Message("redraft/ui/input", Input, str | None)
ASK = Message("redraft/ui/ask", Ask, int | None)
DO = Message("redraft/ui/do", Do, Any)
WORKING = Message("redraft/ui/working", Working, answered=False)
ASKED = tuple(each.method for each in (RUN, CHECK, COMPLETE))
MESSAGES = (RUN, CHECK, COMPLETE, PICK, ROWS, INPUT, ASK, DO, WORKING)


def uri(text: str) -> dict[str, str]:
    """A URI among the arguments of a command."""
    return {"$uri": text}


def wire(message: Any) -> Any:
    """A message as JSON."""
    return asdict(message)
