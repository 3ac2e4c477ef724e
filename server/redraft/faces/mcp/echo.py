"""The echo: what a step changed, and what the session holds now, said after every change.

An assistant that sees what its step really did notices what it had not meant to do.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import IO, TYPE_CHECKING, Any, Literal, NamedTuple

from redraft.commands import finding, overview, results
from redraft.commands.requests import RestoreRetry, WriteDocument
from redraft.disk.copying import same_bytes
from redraft.domain import layout, marker
from redraft.domain.changes import Tally
from redraft.domain.session import Session
from redraft.domain.steps import stamp
from redraft.domain.view import View
from redraft.errors import RedraftError

if TYPE_CHECKING:
    import os
    from collections.abc import Callable

    from redraft.commands.requests import Request
    from redraft.domain.root import Root

    Picture = dict[str, tuple[str, object]]

LISTED = 50
"""How many paths of a kind are listed; the counts are always whole."""

Where = Literal["session", "folder"]
Kind = Literal["modified", "created", "deleted", "restored", "dropped"]


@dataclass(frozen=True, slots=True, kw_only=True)
class StepChange:
    """One document that the step changed, in the session or in the folder itself.

    ``dropped``: the session no longer changes it. ``restored``: it is what it was before.
    """

    path: str
    kind: Kind
    where: Where


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """What this step changed; at most fifty documents are listed, the count is whole."""

    changed: list[StepChange]
    changed_count: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Holds:
    """What the session holds now; at most fifty paths of each kind are listed."""

    session: str
    status: results.Status
    change_count: int
    retry_count: int
    modified: list[str]
    created: list[str]
    deleted: list[str]
    listed_in_full: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Echo:
    """What the step changed, the active session, and what the step's session holds now.

    ``holds`` is null where the session ended with the step.
    """

    active: str | None
    step: Step
    holds: Holds | None


class _Held(NamedTuple):
    """A copy as it was before the step, held open: a write puts another file in its place."""

    path: str
    copy: IO[bytes]


class Watcher:
    """Looks at a session before a step and after it (a context manager around the step).

    Args:
        root: where it lies.
        request: what is about to be done.
    """

    def __init__(self, root: Root, request: Request) -> None:
        self._root = root
        self._name = request.session or marker.active(root)
        self._before = _picture(root, self._name)
        self._held = _hold(root, self._name, request)

    def __enter__(self) -> Watcher:
        return self

    def __exit__(self, *_: object) -> None:
        if self._held is not None:
            self._held.copy.close()

    def echo(self, result: Any) -> Echo:
        """What the step did, from its result and from the disk."""
        active = marker.active(self._root)
        name = result.session
        name = name.name if isinstance(name, results.Session) else name
        after, holds = _look(self._root, name, active)
        named = _from_result(result)
        if named is None:
            same = self._name is None or name is None or self._name.lower() == name.lower()
            named = _differences(self._before, after) if same and holds else []
            named = [each for each in named if not self._is_equal(result, each, after)]
        named += [_change(path, "restored", "folder") for path in _put_back(result)]
        step = Step(changed=named[:LISTED], changed_count=len(named))
        return Echo(active=active, step=step, holds=holds)

    def _is_equal(self, result: Any, change: StepChange, after: Picture) -> bool:
        """Whether what looks like another copy holds what the one before it held."""
        path, held = change.path, self._held
        if isinstance(result, results.Restored):
            return path not in result.changed
        was, now = self._before.get(path), after.get(path)
        if held is None or held.path != path or not was or not now or was[0] != now[0]:
            return False
        try:
            with Session.open(self._root, str(self._name)) as session:
                name = f"{layout.FILES}/{path}"
                with open(session.folder.open_file(name), "rb", buffering=0) as copy:
                    return same_bytes(held.copy, copy)
        except (RedraftError, OSError):
            return False  # somebody else ended the session or took the copy away a moment later


def changed_something(request: Request, result: Any) -> bool:
    """Whether a command that may change things did, and did not only preview."""
    if isinstance(result, results.Preview):
        return False
    if isinstance(result, results.Undone):
        return not getattr(request, "preview", False)
    return not isinstance(result, results.Trash) or bool(result.removed)


def _from_result(result: Any) -> list[StepChange] | None:
    """The changes of a step about a session as a whole; None for a step inside one."""
    match result:
        case results.Commit():
            kinds: tuple[Kind, ...] = ("modified", "created", "deleted")
            return [
                _change(path, kind, "folder") for kind in kinds for path in getattr(result, kind)
            ]
        case results.Cancelled():
            paths = result.discarded
            every = [*paths.modified, *paths.created, *paths.deleted]
            return [_change(path, "dropped", "session") for path in every]
        case results.Undone():
            where: Where = "folder" if result.undone == "commit" else "session"
            return [_change(path, "restored", where) for path in result.restored]
        case results.Completed() | results.Session() | results.Switched():
            return []
        case _:
            return None


def _put_back(result: Any) -> list[str]:
    return result.restored if isinstance(result, results.Adopted) else []


def _change(path: str, kind: Kind, where: Where) -> StepChange:
    return StepChange(path=path, kind=kind, where=where)


def _differences(before: Picture, after: Picture) -> list[StepChange]:
    found = []
    for path in sorted(before.keys() | after.keys()):
        was, now = before.get(path), after.get(path)
        if was != now:
            kind: Any = now[0] if now else "dropped"
            found.append(_change(path, kind, "session"))
    return found


def _hold(root: Root, name: str | None, request: Request) -> _Held | None:
    """The copy that a write is about to replace."""
    if name is None or not isinstance(request, WriteDocument | RestoreRetry):
        return None
    try:
        with View.of(root, name) as view, Session.open(root, name) as session:
            if isinstance(request, WriteDocument):
                path = view.path_of(request.path)
            else:
                path = finding.recorded(view, request.file_path)
            place = session.folder.open_file(f"{layout.FILES}/{path}")
            return _Held(path, open(place, "rb", buffering=0))
    except (RedraftError, OSError):
        return None  # there is none, or the step itself says what is wrong


def _picture(root: Root, name: str | None) -> Picture:
    if name is None:
        return {}
    try:
        with Session.open(root, name) as session:
            picture: Picture = {}
            Tally(session, _painter(picture))
    except (RedraftError, OSError):
        return {}  # the step itself says what is wrong with it
    return picture


def _look(root: Root, name: str | None, active: str | None) -> tuple[Picture, Holds | None]:
    if name is None:
        return {}, None
    try:
        with Session.open(root, name) as session:
            picture: Picture = {}
            tally = Tally(session, _painter(picture))
            row = overview.summary(session, active, tally=tally)
    except (RedraftError, OSError):
        return {}, None  # it ended with this step, or a moment later
    lists: dict[str, list[str]] = {"modified": [], "created": [], "deleted": []}
    for path, (kind, _) in picture.items():
        lists[kind].append(path)
    return picture, Holds(
        session=row.name,
        status=row.status,
        change_count=row.change_count,
        retry_count=row.retry_count,
        modified=sorted(lists["modified"])[:LISTED],
        created=sorted(lists["created"])[:LISTED],
        deleted=sorted(lists["deleted"])[:LISTED],
        listed_in_full=all(len(each) <= LISTED for each in lists.values()),
    )


def _painter(picture: Picture) -> Callable[[str, str, os.stat_result | None], None]:
    """Puts each change that it is told of into a picture."""

    def paint(path: str, kind: str, copy: os.stat_result | None) -> None:
        picture[path] = (kind, tuple(stamp(copy)) if copy is not None else None)

    return paint
