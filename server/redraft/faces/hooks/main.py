"""``redraft hook``: one event on standard input, one answer on standard output.

It never stands in an agent's way: whatever goes wrong here, the tool runs as if there were no hook,
and a log says what happened. The exit code is always 0, because clients read the answer only then,
and take other codes for trouble of many kinds.
"""

from __future__ import annotations

import os
import sys

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping
    from types import FrameType

    from redraft.faces.hooks.answer import Answer

LIMIT_S = 2.0
_GRACE_S = 0.5
_LARGEST_LOG = 64 << 10
_NOTHING = b"{}\n"


class TooSlow(BaseException):
    """The time is up. Those who catch errors on the way must not catch this."""


def hook(_: list[str]) -> int:
    """Answer one event; always 0."""
    data = b""
    said = False
    try:
        _limit(LIMIT_S)
        data = sys.stdin.buffer.read()
        # An agent that runs in a session's view sees the session without being led there.
        text = _NOTHING if "REDRAFT_LOAN" in os.environ else answered(data, os.environ)
        _limit(0)
        said = True
        _say(text)
    except BaseException as error:  # noqa: BLE001 - no failure of ours may stop the agent
        _limit(0)
        if not said:
            _say(_NOTHING)
        _log(data, error)
    return 0


def answered(data: bytes, environ: Mapping[str, str]) -> bytes:
    """The answer to an event, both as they stand on the wire.

    Raises:
        Exception: whatever went wrong; the tool is let through then.
    """
    import json

    from redraft.faces.hooks.event import parse

    event = parse(data)
    found: Answer = {}
    if event.name == "PreToolUse":
        from redraft.faces.hooks.leading import before_tool

        found = before_tool(event, environ)
    elif event.name in ("PostToolUse", "PostToolUseFailure"):
        from redraft.faces.hooks.after import after_tool

        found = after_tool(event, environ)
    elif event.name == "SessionStart":
        from redraft.faces.hooks.beginning import at_start

        found = at_start(event, environ)
    else:
        raise ValueError(f"unknown event {event.name[:80]!r}")
    return json.dumps(found).encode() + b"\n"


def _say(text: bytes) -> None:
    try:
        sys.stdout.buffer.write(text)
        sys.stdout.buffer.flush()
    except OSError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), 1)  # nobody listens; nor may the exit complain


def _limit(seconds: float) -> None:
    import signal

    if not hasattr(signal, "setitimer"):
        return
    signal.signal(signal.SIGALRM, _too_slow if seconds else signal.SIG_IGN)
    signal.setitimer(signal.ITIMER_REAL, seconds, _GRACE_S if seconds else 0)


_times_up = 0


def _too_slow(_: int, __: FrameType | None) -> None:
    global _times_up  # noqa: PLW0603 - a signal handler has nothing else to keep a count in
    _times_up += 1
    if _times_up > 1:
        os.write(1, _NOTHING)
        os._exit(0)  # what was begun is rolled back or finished by the next command
    raise TooSlow


def _log(data: bytes, error: BaseException) -> None:
    try:
        line = f"{_now()} {_about(data)}: {_sentence(error)}"
        os.write(2, f"redraft hook: {line}\n".encode("utf-8", "backslashreplace"))
        _write(data, line)
    except BaseException:  # noqa: BLE001 - a log that cannot be written is no reason either
        return


def _write(data: bytes, line: str) -> None:
    from redraft.disk.folder import Folder
    from redraft.disk.notes import append
    from redraft.domain import layout
    from redraft.faces.hooks.event import Event, parse
    from redraft.faces.hooks.places import root_of

    try:
        event = parse(data)
    except (ValueError, TypeError, RecursionError):
        event = Event({})
    with Folder.open(os.path.realpath(root_of(event, os.environ))) as root:
        if root.stat(layout.WORKFLOW) is not None:
            append(root, layout.HOOK_LOG, line, _LARGEST_LOG)


def _now() -> str:
    import time

    return time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime())


def _about(data: bytes) -> str:
    from redraft.faces.hooks.event import parse

    try:
        event = parse(data)
    except (ValueError, TypeError, RecursionError):
        return "an event that cannot be read"
    return " ".join(f"{event.name} {event.tool} {event.path}".split())[:400] or "an event"


def _sentence(error: BaseException) -> str:
    frame = error.__traceback__
    while frame is not None and frame.tb_next is not None:
        frame = frame.tb_next
    place = ""
    if frame is not None:
        code = frame.tb_frame.f_code
        place = f" ({os.path.basename(code.co_filename)}:{frame.tb_lineno})"
    said = " ".join(str(error).split())[:600]
    return f"let through after {type(error).__name__}: {said}{place}"
