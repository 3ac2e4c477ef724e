"""What `redraft init` is about to change: worked out whole, shown, then written file by file."""

from __future__ import annotations

import difflib
import os
import stat as modes
from dataclasses import dataclass
from typing import TYPE_CHECKING

from redraft.disk.copying import write_file
from redraft.errors import StalePreview, UnsupportedFile

if TYPE_CHECKING:
    from redraft.disk.folder import Folder
    from redraft.faces.init.clients import Client

_LARGEST = 4 << 20


@dataclass(frozen=True, slots=True)
class Change:
    """A file before and after; None where it is not there."""

    path: str
    before: str | None
    after: str | None

    @property
    def verb(self) -> str:
        """What happens to the file, in a word."""
        if self.before is None:
            return "create"
        return "remove" if self.after is None else "change"

    def diff(self) -> str:
        """The unified diff."""
        before, after = ((text or "").splitlines() for text in (self.before, self.after))
        old = "/dev/null" if self.before is None else f"a/{self.path}"
        new = "/dev/null" if self.after is None else f"b/{self.path}"
        return "\n".join(difflib.unified_diff(before, after, old, new, lineterm=""))


def plan(root: Folder, client: Client, program: list[str], *, wanted: bool) -> list[Change]:
    """The changes for a client; empty if all is as it should be.

    Raises:
        UnsupportedFile: a file cannot be read or merged. Nothing is written then.
    """
    found = []
    for file in client.files:
        before = _read(root, file.path)
        after = file.make(file.path, before, program, wanted)
        if after != before:
            found.append(Change(file.path, before, after))
    return found


def carry_out(root: Folder, changes: list[Change]) -> None:
    """Write the changes, each file as a whole.

    Raises:
        StalePreview: a file is not what it was when the plan was made.
    """
    if any(_read(root, change.path) != change.before for change in changes):
        raise StalePreview
    for change in changes:
        if change.after is None:
            root.unlink(change.path)
            root.prune(change.path.rpartition("/")[0])
            continue
        found = root.stat(change.path)
        head, _, last = change.path.rpartition("/")
        via = f"{head}/.{last}.redraft-new".lstrip("/")
        root.unlink(via)
        mode = None if found is None else found.st_mode & 0o7777
        write_file(root, via, (change.after.encode(),), mode=mode, flush=True)
        root.replace(via, root, change.path)
        root.flush(head)


def _read(root: Folder, path: str) -> str | None:
    found = root.stat(path)
    if found is None:
        return None
    if not modes.S_ISREG(found.st_mode):
        raise UnsupportedFile(path, "is a folder or a link, so nothing was written")
    if found.st_size > _LARGEST:
        raise UnsupportedFile(path, "is too large for a file of settings, so nothing was written")
    try:
        return root.read(path).decode("utf-8")
    except UnicodeDecodeError:
        raise UnsupportedFile(path, "is not UTF-8, so nothing was written") from None
    except OSError as error:
        why = os.strerror(error.errno or 0)
        raise UnsupportedFile(path, f"cannot be read ({why}), so nothing was written") from None
