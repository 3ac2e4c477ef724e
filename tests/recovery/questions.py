"""Questions: what only reads, asked of a root with a change of each kind."""

from __future__ import annotations

from pathlib import Path

from tests.recovery.stories import (
    Act,
    Story,
    do,
    editor_saves,
    everything,
    in_draft,
    restore_first,
    step,
    writes,
)

from redraft.domain import layout, marker, past
from redraft.domain.root import Root
from redraft.domain.view import View

_METADATA = f"{layout.session_folder('draft')}/{layout.METADATA}"


def _asks(verb: str, **arguments: object) -> Act:
    return lambda root: do(root, verb, **arguments)


def _side(path: str, side: str) -> Act:
    """The editor's comparing sides."""

    def act(root: Root) -> object:
        with View.of(root, marker.active(root)) as view:
            status = view.stat_side(path, side)
            return view.read_side(path, side), status and status.size

    return act


def _noticed(root: Root) -> object:
    """The end of an agent's call of a shell."""
    with View.of(root, "draft") as view:
        return past.noticed(view, "use")


def _watched(root: Root) -> None:
    with View.of(root, "draft") as view:
        past.watch(view, ["new.md"], "use")
    editor_saves("new.md", "past")(root)


_BOOK = in_draft(
    everything,
    step("session checkpoint", label="one"),
    writes("a.md", "a2"),
    restore_first,
    editor_saves("part/b.md", "theirs"),
)

MORE = {
    "resume from the archive": Story(
        in_draft(everything, step("session complete")), step("session resume", session="draft")
    ),
    "checkpoint without metadata": Story(
        in_draft(everything, lambda root: Path(root.path, _METADATA).unlink()),
        step("session checkpoint"),
    ),
}
"""Stories that only refusals are told of."""

_ASKED: dict[str, Act] = {
    "status": _asks("session status"),
    "list": _asks("session list", completed=True, trash=True),
    "checkpoints": _asks("session checkpoints"),
    "preview of a commit": _asks("session commit", on_conflict="overwrite"),
    "preview of an undo": _asks("session undo", preview=True),
    "diff": _asks("session diff"),
    "diff of one": _asks("session diff", path="a.md"),
    "retries": _asks("retry list", file_path="a.md"),
    "resolve": _asks("resolve", path="a.md"),
    "resolve a deleted one": _asks("resolve", path="part/sub/d.md"),
    "resolve an untouched one": _asks("resolve", path="part/c.md"),
    "read": _asks("read", path="a.md"),
    "read a new one": _asks("read", path="new/e.md"),
    "read an untouched one": _asks("read", path="part/c.md"),
    "files": _asks("files", path="", recursive=True),
    "side: base": _side("part/b.md", "base"),
    "side: global": _side("part/b.md", "global"),
    "active session": marker.active,
}

QUESTIONS = {name: Story(_BOOK, act) for name, act in _ASKED.items()}
"""What answers the same each time; a refusal must never make it another answer."""

LOOKS = {
    "doctor": Story(_BOOK, _asks("doctor")),
    "what went past the session": Story(in_draft(everything, _watched), _noticed),
}
"""What says in its answer what it could not look at, or writes down that it looked."""
