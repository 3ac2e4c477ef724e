"""Records: small JSON files of ours, which anybody may have written.

They are read as far as a sound one goes and no further, and what comes out of them can be written
again: JSON that is nested deeper than any of ours is refused, for Python's own reader and writer
give up on it at depths that differ.
"""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from redraft.disk.folder import Folder

LARGEST = 1 << 20
DEEPEST = 60


def read_record(folder: Folder, name: str, largest: int = LARGEST) -> Any:
    """The JSON in a file beneath a folder.

    Raises:
        ValueError: it is no JSON, larger than ``largest`` bytes, or nested deeper than ours.
        OSError: it cannot be read.
    """
    found = record_of(folder.read(name, largest + 1), largest)
    if is_deep(found):
        raise ValueError("it is nested too deeply")
    return found


def record_of(data: bytes, largest: int = LARGEST, *, escaped: bool = False) -> Any:
    """The JSON in bytes, of any depth that can be read.

    Args:
        data: what was read, one byte more than ``largest`` if there was that much.
        largest: how long a sound one is at most.
        escaped: whether names that are no UTF-8 may be in it.

    Raises:
        ValueError: as :func:`read_record`.
    """
    import json

    if len(data) > largest:
        raise ValueError(f"it is larger than {largest} bytes")
    try:
        return json.loads(data.decode("utf-8", "surrogateescape") if escaped else data)
    except RecursionError:
        raise ValueError("it is nested too deeply") from None


def is_deep(value: object) -> bool:
    """Whether lists and objects are nested deeper than in any record of ours."""
    level = [value]
    for _ in range(DEEPEST):
        inner: list[object] = []
        for each in level:
            if isinstance(each, dict):
                inner += each.values()
            elif isinstance(each, list):
                inner += each
        if not inner:
            return False
        level = inner
    return True
