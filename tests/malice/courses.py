"""Everything that can be asked of a spoiled folder: every command, in courses that share a copy.

What ends or replaces a session has a course of its own, so that no command hides the work from
another one.
"""

from __future__ import annotations

from typing import Any, NamedTuple


class Ask(NamedTuple):
    """A command with its arguments; ``<id>`` stands for the checkpoint."""

    verb: str
    arguments: dict[str, Any]


def _ask(verb: str, **arguments: Any) -> Ask:
    return Ask(verb, arguments)


_LOOK = (
    _ask("session status"),
    _ask("session list", completed=True, trash=True),
    _ask("session diff"),
    _ask("session checkpoints"),
    _ask("session commit"),
    _ask("session undo", preview=True),
    _ask("session trash"),
    _ask("retry list"),
    _ask("retry list", file_path="a.md"),
    _ask("files", recursive=True),
    _ask("files", path="part"),
    *(_ask("resolve", path=path) for path in ("a.md", "gone.md", "room/created.md")),
    *(_ask("read", path=path) for path in ("a.md", "part/b.md", "part/c.md", "room/created.md")),
    _ask("run", line="/session status"),
)
_WORK = (
    _ask("write", path="a.md", content="a, newer\n"),
    _ask("write", path="part/sub/d.md", content="d of draft\n"),
    _ask("write", path="room/other.md", content="other\n"),
    _ask("write", path="gone.md", content="back\n"),
    _ask("retry", file_path="a.md", reason="once more"),
    _ask("retry restore", file_path="a.md", number=1),
    _ask("session checkpoint", label="second"),
    _ask("session phase", phase="IMPLEMENT", current_tasks=["x"]),
    _ask("delete", path="part/b.md"),
    _ask("delete", path="room/created.md"),
    _ask("session discard", paths=["a.md", "gone.md"]),
)
COURSES: dict[str, tuple[Ask, ...]] = {
    "look": (*_LOOK, *_WORK, _ask("adopt")),
    "move": (
        _ask("rename", path="a.md", new_path="part/z.md"),
        _ask("rename", path="part", new_path="elsewhere"),
        _ask("rename", path="room", new_path="chamber"),
        _ask("delete", path="elsewhere"),
        _ask("adopt", paths=["lines.md"]),
    ),
    "commit": (
        _ask("session commit", force=True, on_conflict="overwrite"),
        _ask("session undo"),
        _ask("session trash", force=True),
    ),
    "commit a part": (
        _ask("session commit", force=True, paths=["a.md", "gone.md"], on_conflict="skip"),
        _ask("session undo"),
        _ask("session commit", session="spare", force=True),
    ),
    "cancel": (_ask("session cancel"), _ask("session undo"), _ask("session cancel", name="spare")),
    "undo": (_ask("session undo", session="done"), _ask("session undo", session="dropped")),
    "complete": (
        _ask("session complete"),
        _ask("session resume", session="draft"),
        _ask("session complete", archive=False),
    ),
    "restore": (_ask("session restore", id="<id>"), _ask("session undo")),
    "heal": (_ask("session recover", session="draft"), _ask("doctor")),
    "switch": (
        _ask("session switch", name="spare"),
        _ask("session pause"),
        _ask("session resume"),
        _ask("session pause"),
        _ask("write", path="a.md", content="without a session\n"),
        _ask("session start", name="new", from_temporary=True),
        _ask("migrate"),
        _ask("session status", session="ancient"),
    ),
}
AFTERWARDS = (_ask("session list"), _ask("session status", session="draft"), _ask("doctor"))
