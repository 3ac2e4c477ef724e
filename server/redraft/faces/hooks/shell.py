"""Tools that write by themselves (a shell, anything unknown): noticed afterwards."""

from __future__ import annotations

import os
import re

from redraft.disk.paths import canonical
from redraft.domain.view import View
from redraft.errors import RedraftError, SessionNotFound
from redraft.faces.hooks import answer
from redraft.faces.hooks.places import place_of, session_of

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from redraft.domain.root import Root
    from redraft.faces.hooks.answer import Answer
    from redraft.faces.hooks.event import Event

_HARMLESS = frozenset(
    {
        "Agent",
        "AskUserQuestion",
        "BashOutput",
        "EnterPlanMode",
        "ExitPlanMode",
        "KillShell",
        "ListMcpResourcesTool",
        "ReadMcpResourceTool",
        "SlashCommand",
        "Skill",
        "TaskCreate",
        "TaskGet",
        "TaskList",
        "TaskOutput",
        "TaskStop",
        "TaskUpdate",
        "TodoWrite",
        "ToolSearch",
        "WebFetch",
        "WebSearch",
    }
)
_WORDS = re.compile(r""""([^"\n]+)"|'([^'\n]+)'|([^\s"'`;|&<>(){}=,]+)""")
_MOST_WORDS = 400


def before_shell(event: Event, root: Root, environ: Mapping[str, str]) -> Answer:
    """Note what is there, where a session is active; the tool itself is let through."""
    name = _session(event, root, environ)
    if name is None or not event.use_id:
        return answer.nothing()
    from redraft.domain.past import watch

    with View.of(root, name) as view:
        watch(view, _named(event, root), event.use_id)
    return answer.nothing()


def after_shell(event: Event, root: Root, environ: Mapping[str, str]) -> Answer:
    """Say what was written past the session, and how to take it in."""
    name = _session(event, root, environ)
    if name is None or not event.use_id:
        return answer.nothing()
    from redraft.domain.past import noticed

    with View.of(root, name) as view:
        found = noticed(view, event.use_id)
    if not found:
        return answer.nothing()
    lines = [f"- {path} ({kind})" for path, kind in found[:50]]
    lines += [f"- and {len(found) - 50} more"] if len(found) > 50 else []
    head = (
        f"Redraft: this changed documents of the folder itself, past session {name!r}. To take the "
        "changes into the session and put the folder's own files back, run `redraft adopt` with "
        "their paths (or the tool adopt_changes). To keep them in the folder, do nothing."
    )
    return answer.tell(event, "\n".join([head, *lines]))


def _session(event: Event, root: Root, environ: Mapping[str, str]) -> str | None:
    if event.tool in _HARMLESS or event.is_ours or event.kind:
        return None
    name = session_of(root, None, environ)
    if name is not None and root.folder.stat(f".workflow/{name}") is None:
        raise SessionNotFound(name)
    return name


def _named(event: Event, root: Root) -> list[str]:
    """The documents and folders that the input names, and the working folder."""
    found = []
    words = [event.cwd, *_texts(event.input)]
    for word in words:
        place = place_of(root, os.path.join(event.cwd, word)) if "\0" not in word else None
        if place is None or place.session is not None:
            continue
        try:
            found.append(canonical(root.path, place.path))
        except RedraftError:
            continue
    return found


def _texts(value: object) -> Iterator[str]:
    """The words of all texts in an input, those with a star as the folder before it."""
    left = _MOST_WORDS
    pending = [value]
    while pending:
        each = pending.pop()
        if isinstance(each, dict):
            pending += each.values()
        elif isinstance(each, list):
            pending += each
        elif isinstance(each, str):
            for match in _WORDS.finditer(each):
                word = match[1] or match[2] or match[3]
                star = min((word.find(c) for c in "*?[" if c in word), default=-1)
                yield word if star < 0 else os.path.dirname(word[: star + 1]) or "."
                left -= 1
                if left == 0:
                    return
