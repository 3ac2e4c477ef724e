"""Stories that are interrupted: what was done before, and the operation itself."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any, NamedTuple

from redraft.commands.table import BY_VERB
from redraft.domain import layout, past
from redraft.domain.handing import hand_over
from redraft.domain.progress import SILENT
from redraft.domain.root import Root
from redraft.domain.solving import solve
from redraft.domain.temporary import ensure
from redraft.domain.view import View

Act = Callable[[Root], object]


def book(path: Path) -> None:
    """A small folder of documents."""
    for name, text in {
        "a.md": "a",
        "gone.md": "gone",
        "lines.md": "1\n2\n3\n4\n5\n",
        "part/b.md": "b",
        "part/c.md": "c",
        "part/sub/d.md": "d",
    }.items():
        target = path / name
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(doc(text))


def doc(text: str) -> bytes:
    """A version of a document."""
    return b"doc:" + text.encode()


def do(root: Root, verb: str, **arguments: Any) -> Any:
    """Run a command as a face does."""
    command = BY_VERB[verb]
    assert command.handler is not None
    return command.handler(root, command.request(**arguments), SILENT)


def write(root: Root, path: str, text: str) -> None:
    """Write a version into the active session."""
    do(root, "write", path=path, content=doc(text).decode())


class Story(NamedTuple):
    """Something to interrupt.

    Attributes:
        before: what was done before, undisturbed.
        act: the operation that is struck.
        touches_global: whether it may change the folder itself.
        by_inode: whether what was done before remembers inodes, so that no copy will do.
        ends_by: for what is gone on with rather than undone: the command that brings it to its end.
    """

    before: Act
    act: Act
    touches_global: bool = False
    by_inode: bool = False
    ends_by: Act | None = None


def in_draft(*steps: Act) -> Act:
    """Two sessions, the second of them active, and then these steps."""

    def before(root: Root) -> None:
        do(root, "session start", name="spare")
        do(root, "session start", name="draft")
        for step in steps:
            step(root)

    return before


def step(verb: str, **arguments: Any) -> Act:
    """A command as a step."""

    def act(root: Root) -> None:
        do(root, verb, **arguments)

    return act


def writes(path: str, text: str) -> Act:
    """A write as a step."""
    return lambda root: write(root, path, text)


def everything(root: Root) -> None:
    """One change of each kind, and a retry."""
    write(root, "a.md", "a1")
    write(root, "new/e.md", "e1")
    write(root, "part/b.md", "b1")
    do(root, "retry", file_path="a.md", reason="too long")
    do(root, "delete", path="gone.md")
    do(root, "delete", path="part/sub")


def editor_saves(path: str, text: str) -> Act:
    """Somebody saves a global file, atomically as editors do."""

    def act(root: Root) -> None:
        target = Path(root.path, path)
        beside = target.with_name(f"{target.name}~")
        beside.write_bytes(doc(text))
        beside.replace(target)

    return act


def removed(path: str) -> Act:
    """Somebody removes a global file."""
    return lambda root: Path(root.path, path).unlink()


def past_the_session(path: str, text: str) -> Act:
    """A shell command writes a global file, watched by a hook."""

    def act(root: Root) -> None:
        with View.of(root, "draft") as view:
            past.watch(view, [path], "use")
            editor_saves(path, text)(root)
            past.noticed(view, "use")

    return act


def handed_over(root: Root) -> None:
    """A tool is about to edit a document in place."""
    with View.of(root, "draft") as view:
        hand_over(view, "a.md", copy=True)


def solved(root: Root) -> None:
    """A person has merged a conflict."""
    with View.of(root, "draft") as view:
        solve(view, "a.md", doc("both"), doc("theirs"), doc("a1"))


def restore_first(root: Root) -> None:
    """Restore the oldest checkpoint."""
    first = do(root, "session checkpoints").checkpoints[0]
    do(root, "session restore", id=first.id)


def older_systems(root: Root) -> None:
    """What both older systems leave: a registry, and sessions of the other layout."""
    registry = Path(root.path, layout.OLD_REGISTRY)
    registry.parent.mkdir()
    entries = [{"id": "one", "status": "active"}, {"id": "two", "status": "paused"}]
    registry.write_text("".join(f"{json.dumps(entry)}\n" for entry in entries))
    old = Path(root.path, layout.OLD_SESSIONS, "three")
    (old / "part").mkdir(parents=True)
    (old / "session.json").write_text(json.dumps({"changes": {"deleted": ["gone.md"]}}))
    for path, text in (("a.md", "a1"), ("part/b.md", "b1"), ("new.md", "n1")):
        (old / path).write_bytes(doc(text))


LARGE = "a line of prose that is about as long as one\n" * 60_000
"""Nearly three megabytes: more than one call writes."""

commit = step("session commit", force=True)
merge = (
    writes("lines.md", "1\n2\n3\n4\nfive\n"),
    editor_saves("lines.md", "one\n2\n3\n4\n5\n"),
)

STORIES = {
    "start": Story(in_draft(), step("session start", name="third", description="é")),
    "first start of all": Story(lambda root: None, step("session start", name="draft")),
    "switch": Story(in_draft(), step("session switch", name="spare")),
    "pause": Story(in_draft(), step("session pause")),
    "resume": Story(in_draft(step("session pause")), step("session resume", session="draft")),
    "resume a completed one": Story(
        in_draft(step("session complete", archive=False)), step("session resume", session="draft")
    ),
    "first write": Story(in_draft(), writes("part/b.md", "b1")),
    "write of a new document": Story(in_draft(), writes("new/e.md", "e1")),
    "second write": Story(in_draft(writes("a.md", "a1")), writes("a.md", "a2")),
    "write that equals global": Story(in_draft(writes("a.md", "a1")), writes("a.md", "a")),
    "write of a deleted document": Story(
        in_draft(step("delete", path="a.md")), writes("a.md", "a1")
    ),
    "start of a temporary session": Story(lambda root: None, lambda root: ensure(root, None)),
    "delete a file": Story(in_draft(writes("a.md", "a1")), step("delete", path="a.md")),
    "delete a created file": Story(in_draft(writes("n.md", "n1")), step("delete", path="n.md")),
    "delete a folder": Story(
        in_draft(writes("part/b.md", "b1"), step("delete", path="part/sub/d.md")),
        step("delete", path="part"),
    ),
    "rename a file": Story(
        in_draft(writes("a.md", "a1")), step("rename", path="a.md", new_path="part/z.md")
    ),
    "rename over a file": Story(
        in_draft(writes("a.md", "a1"), writes("part/b.md", "b1")),
        step("rename", path="a.md", new_path="part/b.md", overwrite=True),
    ),
    "rename a folder": Story(
        in_draft(writes("part/b.md", "b1"), step("delete", path="part/c.md")),
        step("rename", path="part", new_path="room"),
    ),
    "rename a folder back": Story(
        in_draft(step("rename", path="part", new_path="room"), writes("room/b.md", "b1")),
        step("rename", path="room", new_path="part"),
    ),
    "retry": Story(
        in_draft(writes("a.md", "a1")), step("retry", file_path="a.md", reason="too long")
    ),
    "second retry": Story(
        in_draft(everything, writes("a.md", "a2")), step("retry", file_path="a.md", reason="no")
    ),
    "restore a retry": Story(
        in_draft(everything, writes("a.md", "a2")),
        step("retry restore", file_path="a.md", number=1),
    ),
    "checkpoint": Story(in_draft(everything), step("session checkpoint", label="x")),
    "restore": Story(
        in_draft(
            everything,
            step("session checkpoint"),
            writes("a.md", "a2"),
            writes("gone.md", "g2"),
            step("delete", path="part/b.md"),
        ),
        restore_first,
    ),
    "undo of a restore": Story(
        in_draft(everything, step("session checkpoint"), writes("a.md", "a2"), restore_first),
        step("session undo"),
    ),
    "phase": Story(in_draft(everything), step("session phase", phase="IMPLEMENT")),
    "commit": Story(in_draft(everything), commit, touches_global=True),
    "commit with a merge": Story(in_draft(everything, *merge), commit, touches_global=True),
    "commit of paths": Story(
        in_draft(everything),
        step("session commit", force=True, paths=["a.md", "new", "part/sub"]),
        touches_global=True,
    ),
    "commit, skipping a conflict": Story(
        in_draft(everything, editor_saves("a.md", "theirs")),
        step("session commit", force=True, on_conflict="skip"),
        touches_global=True,
    ),
    "undo of a commit": Story(
        in_draft(everything, *merge, commit),
        step("session undo"),
        touches_global=True,
        by_inode=True,
    ),
    "undo of a commit with later edits": Story(
        in_draft(everything, commit, editor_saves("a.md", "theirs")),
        step("session undo"),
        touches_global=True,
        by_inode=True,
    ),
    "undo of a commit of paths": Story(
        in_draft(everything, step("session commit", force=True, paths=["a.md", "new", "gone.md"])),
        step("session undo"),
        touches_global=True,
        by_inode=True,
    ),
    "undo of a commit of paths whose session is gone": Story(
        in_draft(
            everything,
            step("session commit", force=True, paths=["a.md", "new"]),
            step("session complete"),
        ),
        step("session undo"),
        touches_global=True,
        by_inode=True,
    ),
    "cancel": Story(in_draft(everything), step("session cancel")),
    "cancel without retries": Story(
        in_draft(writes("a.md", "a1")), step("session cancel", backup_retries=False)
    ),
    "undo of a cancel": Story(in_draft(everything, step("session cancel")), step("session undo")),
    "complete": Story(in_draft(everything), step("session complete")),
    "complete in place": Story(in_draft(everything), step("session complete", archive=False)),
    "discard": Story(in_draft(everything), step("session discard", paths=["a.md"])),
    "discard part of a deleted folder": Story(
        in_draft(step("delete", path="part")), step("session discard", paths=["part/b.md"])
    ),
    "name a temporary session": Story(
        writes("a.md", "a1"),
        step("session start", name="named", description="Kept", from_temporary=True),
    ),
    "adopt": Story(
        in_draft(writes("a.md", "a1"), editor_saves("a.md", "theirs")),
        step("adopt"),
        touches_global=True,
    ),
    "adopt a deletion": Story(
        in_draft(writes("a.md", "a1"), removed("a.md")),
        step("adopt", paths=["a.md"]),
        touches_global=True,
    ),
    "adopt what a shell command made": Story(
        in_draft(past_the_session("new.md", "made")),
        step("adopt"),
        touches_global=True,
    ),
    "solve a conflict": Story(
        in_draft(writes("a.md", "a1"), editor_saves("a.md", "theirs")), solved
    ),
    "write of a large document": Story(in_draft(), writes("a.md", LARGE)),
    "checkpoint of a large document": Story(
        in_draft(writes("a.md", LARGE)), step("session checkpoint")
    ),
    "commit of large documents": Story(
        in_draft(writes("a.md", LARGE), writes("new.md", LARGE + "new\n")),
        commit,
        touches_global=True,
    ),
    "hand a document over to a tool": Story(in_draft(writes("part/b.md", "b1")), handed_over),
}

CONTINUED = {
    "migrate": Story(
        older_systems,
        step("migrate"),
        touches_global=True,  # what the older systems left is renamed
        by_inode=True,
        ends_by=step("migrate"),
    ),
}
"""What is never taken back: it is gone on with until all is done."""
