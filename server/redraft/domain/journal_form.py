"""What a journal may say. It lies in a folder that may come from a stranger, and is carried out by
whoever comes next: so every step of it is of a known form, and leads nowhere but where ours do.
"""

from __future__ import annotations

import os
import re
from typing import TYPE_CHECKING, Any, TypeGuard

from redraft.disk.paths import refuse_protected, relative
from redraft.domain import layout
from redraft.errors import RedraftError

if TYPE_CHECKING:
    from collections.abc import Callable

_OURS = (layout.WORKFLOW, layout.WORKSPACE)
# A session's own folder, alive or ended.
_HOME = re.compile(rf"{re.escape(layout.WORKFLOW)}/(?:(?:completed|\.trash)/)?[^/]+\Z")
# All that a step may take away for good: the journal itself, and empty files that only mark.
_SMALL = re.compile(
    rf"{re.escape(layout.WORKFLOW)}/(?:.+/{re.escape(layout.JOURNAL)}"
    rf"|[^/]+/(?:{layout.PAST}|{layout.DELETED})/.+)\Z"
)


def path(value: object) -> str:
    """A canonical path of the root: a document's or one of our own."""
    if not isinstance(value, str) or os.path.isabs(value) or relative("", value) != value:
        raise ValueError(f"it names the path {value!r}")
    if value.partition("/")[0] not in _OURS:
        refuse_protected(value)
    return value


def own(value: object) -> str:
    """A path in our own folders."""
    found = path(value)
    if found.partition("/")[0] not in _OURS or "/" not in found:
        raise ValueError(f"it names the path {value!r}, which is not Redraft's")
    return found


def home(value: object) -> str:
    """The folder of a session, alive or ended."""
    return _matching(_HOME, own(value))


def is_home(value: object) -> TypeGuard[str]:
    """Whether a value names the folder of a session, alive or ended."""
    try:
        home(value)
    except (RedraftError, ValueError):
        return False
    return True


def _small(value: object) -> str:
    return _matching(_SMALL, own(value))


def _metadata(value: object) -> str:
    found = own(value)
    if not found.endswith(f"/{layout.METADATA}"):
        raise ValueError(f"it replaces {value!r}")
    return found


def _matching(form: re.Pattern[str], value: str) -> str:
    if not form.match(value):
        raise ValueError(f"it names the path {value!r} where none of ours would")
    return value


def _document(value: object) -> str:
    found = path(value)
    if not found or found.partition("/")[0] in _OURS:
        raise ValueError(f"it names the path {value!r}, which is no document")
    return found


def _stamp(value: object) -> list[int]:
    if not isinstance(value, list) or [type(part) for part in value] != [int] * 3:
        raise ValueError(f"it names the stamp {value!r}")
    return value


def _kind(value: object) -> str:
    if value not in ("file", "folder"):
        raise ValueError(f"it names the kind {value!r}")
    return str(value)


def _name(value: object) -> str:
    if not isinstance(value, str):
        raise TypeError
    return layout.check_name(value)


def _paths(value: object) -> list[str]:
    if not isinstance(value, list):
        raise TypeError
    return [path(each) for each in value]


FORMS: dict[str, tuple[Callable[[object], object], ...]] = {
    "move": (own, own),
    "swap": (own, path, _stamp, _stamp),
    "put": (own, _document, _stamp),
    "take": (_document, own, _stamp),
    "mkdir": (path,),
    "rmdir": (path,),
    "drop": (_small,),
    "stone": (own, own, _kind),
    "unmark": (_name,),
    "mark": (_name, _name),
    "install": (own, _metadata),
    "sweep": (home,),
    "flush": (_paths,),
}


def check_step(step: object, record: str, kind: str) -> None:
    """Check one step of a journal of a kind that keeps its record in a folder.

    Raises:
        ValueError, TypeError, LookupError, RedraftError: no journal of ours has such a step.
    """
    if not isinstance(step, list):
        raise TypeError
    verb, *values = step
    form = FORMS.get(verb) if isinstance(verb, str) else None
    if form is None:
        raise ValueError(f"it names the step {verb!r}")
    if len(values) != len(form):
        raise IndexError
    for check, value in zip(form, values, strict=True):
        check(value)
    if verb == "swap":  # a merge exchanges the session's own copy, all others a document
        (own if kind == "merge" else _document)(values[1])
    if kind == "commit" and verb in ("swap", "put", "take"):
        # An undo turns these round, and finds what was kept by its place in the record.
        kept = values[1] if verb == "take" else values[0]
        if not kept.startswith(f"{record}/"):
            raise ValueError(f"it keeps {kept!r} outside of its record")


def check_info(info: dict[str, Any]) -> None:
    """Check what a commit's journal tells its undo; raises as :func:`check_step`."""
    for item in info.get("items", ()):
        name, kind = item
        _document(name)
        if not isinstance(kind, str):
            raise TypeError
    for folder in info.get("folders", ()):
        _document(folder)
    for stone, hidden in info.get("stones", {}).items():
        _document(stone)
        _paths(hidden)
    archive = info.get("retries_archive")
    if archive is not None and not own(archive).startswith(f"{layout.RETRIES_ARCHIVE}/"):
        raise ValueError(f"it names {archive!r} as the archive of retries")
