"""A log that many short processes write: one line an append, and bounded in size."""

from __future__ import annotations

import os

from redraft.disk import calls

TYPE_CHECKING = False
if TYPE_CHECKING:
    from redraft.disk.folder import Folder

OLD = ".1"
"""What is put behind the name of the log before the present one."""


def append(folder: Folder, name: str, line: str, largest: int) -> None:
    """Add a line to a log; one that has grown past ``largest`` bytes becomes the old log first.

    Two processes at this in one moment can lose a turn of the log, and never half of a line.

    Raises:
        OSError: its folder is not there, or the disk refuses.
    """
    found = folder.stat(name)
    if found is not None and found.st_size >= largest:
        folder.replace(name, folder, f"{name}{OLD}")
    parent, last = folder.parent(name)
    with parent:
        log = calls.open_to_append(parent.handle, parent.at(last))
        try:
            os.write(log, f"{line}\n".encode("utf-8", "backslashreplace"))
        finally:
            os.close(log)
