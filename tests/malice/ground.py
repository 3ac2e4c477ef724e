"""A folder in the middle of its life, and an outside whose every file would be known again.

The outside holds a twin of each of Redraft's places, sound in form, so that a link that is followed
finds what it looks for. Every file of it tells a secret: one word that must never be seen inside.
"""

from __future__ import annotations

import json
import os
import shutil
import stat
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from redraft.commands.dispatch import Roots, execute, validate
from redraft.commands.table import BY_VERB
from redraft.domain import layout, past
from redraft.domain.view import View

SECRET = "kanarienvogel"  # noqa: S105 - a secret only in these tests
LONG_AGO = 1_000_000_000
DOCUMENTS = {
    "a.md": "a\n",
    "gone.md": "gone\n",
    "lines.md": "1\n2\n3\n4\n5\n",
    "part/b.md": "b\n",
    "part/c.md": "c\n",
    "part/sub/d.md": "d\n",
}
_TOLD = ("project", "reason", "label", "description", "user", "name", "active")


_MEMORY = Path("/dev/shm")  # noqa: S108 - a folder of its own is made in it


@contextmanager
def in_memory(otherwise: Path) -> Iterator[Path]:
    """A folder that no disk slows down, where the system has such; it is removed afterwards."""
    if not os.access(_MEMORY, os.W_OK):
        yield otherwise
        return
    with tempfile.TemporaryDirectory(prefix="redraft-malice-", dir=_MEMORY) as folder:
        yield Path(folder)


def run(roots: Roots, verb: str, arguments: dict[str, Any]) -> Any:
    """Run a command as every face does."""
    command = BY_VERB[verb]
    return execute(command, validate(command, arguments), roots)


class Ground:
    """A folder to be spoiled, and what lies outside of it.

    Attributes:
        root: the folder.
        outside: what nobody may touch.
        twin: a whole root out there, every file of which tells the secret.
        beyond: everything outside, to be looked at before and after.
    """

    def __init__(self, root: Path, outside: Path) -> None:
        self.root = root
        self.outside = outside
        self.twin = outside / "twin"
        self.beyond: list[Path] = []

    def copy(self, root: Path) -> Ground:
        """Another such folder before the same outside; what remembers inodes is told the new."""
        made = Ground(root, self.outside)
        made.beyond = self.beyond
        inodes: dict[int, int] = {}
        _copy_tree(str(self.root), str(root), inodes)
        for journal in (root / layout.COMPLETED).glob(f"*/{layout.JOURNAL}"):
            _restamp(journal, inodes)
        return made


def age(paths: list[Path]) -> None:
    """Make every reading time old, so that a reading shows even where times are kept lazily."""
    for path in paths:
        try:
            status = path.lstat()
        except FileNotFoundError:
            continue  # what somebody removed is told by the picture
        if status.st_atime_ns != LONG_AGO:
            os.utime(path, ns=(LONG_AGO, status.st_mtime_ns), follow_symlinks=False)


def _copy_tree(source: str, target: str, inodes: dict[int, int]) -> None:
    os.mkdir(target)
    with os.scandir(source) as entries:
        for entry in entries:
            place = f"{target}/{entry.name}"
            if entry.is_dir(follow_symlinks=False):
                _copy_tree(entry.path, place, inodes)
                continue
            with open(entry.path, "rb") as one, open(place, "wb") as two:
                two.write(one.read())
            inodes[entry.inode()] = os.stat(place).st_ino
            times = entry.stat()
            os.utime(place, ns=(times.st_atime_ns, times.st_mtime_ns))
    times = os.stat(source)
    os.utime(target, ns=(times.st_atime_ns, times.st_mtime_ns))


def _restamp(journal: Path, inodes: dict[int, int]) -> None:
    record = json.loads(journal.read_bytes())
    for step in record["steps"]:
        for part in step:
            if isinstance(part, list) and len(part) == 3 and isinstance(part[0], int):
                part[0] = inodes.get(part[0], part[0])
    journal.write_text(json.dumps(record))


def build(place: Path) -> Ground:
    """Live a whole life in a new folder: sessions of every state."""
    ground = Ground(place / "book", place / "outside")
    ground.root.mkdir(parents=True)
    for name, text in DOCUMENTS.items():
        target = ground.root / name
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_text(text)
    roots = Roots([str(ground.root)])
    try:
        _live(roots)
    finally:
        roots.close()
    _add_small_places(ground.root)
    shutil.copytree(ground.root, ground.twin)
    _add_absent_places(ground.twin)
    for path in ground.twin.rglob("*"):
        if stat.S_ISREG(path.lstat().st_mode):
            _tell_secret(path)
    (ground.outside / "empty").mkdir()
    (ground.outside / ".tmp").mkdir()
    (ground.outside / ".tmp" / "precious").write_text(SECRET)
    (ground.outside / "victim").write_text(SECRET)
    ground.beyond = [ground.outside, *sorted(ground.outside.rglob("*"))]
    age(ground.beyond)
    return ground


def _live(roots: Roots) -> None:
    def do(verb: str, **arguments: Any) -> Any:
        return run(roots, verb, arguments)

    do("session start", name="done")
    do("write", path="part/c.md", content="c of done\n")
    do("write", path="made.md", content="made by done\n")
    do("retry", file_path="part/c.md", reason="too short")
    do("session commit", force=True)
    do("session start", name="dropped")
    do("write", path="part/c.md", content="c of dropped\n")
    do("retry", file_path="part/c.md", reason="too long")
    do("session cancel")
    do("session start", name="spare", description="kept aside")
    do("write", path="part/b.md", content="b of spare\n")
    do("session start", name="draft")
    do("write", path="a.md", content="a of draft\n")
    do("write", path="room/created.md", content="new\n")
    do("write", path="part/b.md", content="b of draft\n")
    do("delete", path="gone.md")
    do("retry", file_path="a.md", reason="too plain")
    do("session checkpoint", label="first")
    do("write", path="a.md", content="a of draft, again\n")
    do("session discard", paths=["part/b.md"])
    root = roots.pick()
    with View.of(root, "draft") as view:
        past.watch(view, ["lines.md", "part"], "use")
    (Path(root.path) / "lines.md").write_text("1\n2\nthree\n4\n5\n")
    with View.of(root, "draft") as view:
        past.noticed(view, "use")
        past.watch(view, ["part/sub/d.md"], "use")


def _add_small_places(root: Path) -> None:
    (root / layout.HINT).write_text("1 2 draft\n")
    (root / layout.HOOK_LOG).write_text("a line\n")
    (root / layout.IGNORE).write_text("# a person's own\n")
    (root / layout.LOANS).mkdir()
    (root / layout.LOANS / "loan").write_text(json.dumps({"at": str(root.parent / "gone/loan")}))


def _add_absent_places(twin: Path) -> None:
    """What is not there in a calm hour, or is of older systems."""
    line = json.dumps({"id": "older", "status": "active", "description": "older"})
    (twin / layout.OLD_REGISTRY).write_text(line + "\n")
    old = twin / layout.OLD_SESSIONS / "ancient"
    old.mkdir(parents=True)
    (old / "session.json").write_text(json.dumps({"cow_files": {}, "description": "ancient"}))
    (old / "a.md").write_text("a of ancient\n")
    draft = twin / layout.session_folder("draft")
    at = f"{layout.session_folder('draft')}/"
    steps = [["move", f"{at}files/a.md", f"{at}files/z.md"], ["drop", f"{at}operation.json"]]
    journal = {"format": 1, "kind": "rename", "session": "draft", "at": "x", "record": at[:-1]}
    (draft / layout.JOURNAL).write_text(json.dumps({**journal, "info": {}, "steps": steps}))
    (draft / layout.DONE).touch()
    for name in (layout.TMP, layout.SET_ASIDE, layout.REPLACED, layout.UNMERGED):
        (draft / name).mkdir(exist_ok=True)
        (draft / name / "a.md").write_text("a of another\n")
    for place in (layout.WORKFLOW, layout.WORKSPACE):
        (twin / place / layout.NEW).write_text("on its way\n")


def _tell_secret(path: Path) -> None:
    times = path.stat()
    text = path.read_text()
    try:
        record = json.loads(text)
    except ValueError:
        record = None
    if isinstance(record, dict):
        for key in _TOLD:
            if isinstance(record.get(key), str):
                record[key] += SECRET
        record["secret"] = SECRET
        path.write_text(json.dumps(record))
    elif text:
        path.write_text(f"{SECRET}\n" + (text if path.suffix == ".jsonl" else ""))
    os.utime(path, ns=(times.st_atime_ns, times.st_mtime_ns))
