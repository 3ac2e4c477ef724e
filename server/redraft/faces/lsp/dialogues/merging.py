"""Solving conflicts in the editor's merge editor, one document after the other."""

from __future__ import annotations

import base64
from typing import TYPE_CHECKING, NamedTuple

from redraft.domain.merge import is_text
from redraft.domain.solving import solve
from redraft.errors import Conflict, RedraftError
from redraft.faces.lsp.dialogues.person import Left

if TYPE_CHECKING:
    from collections.abc import Sequence

    from redraft.commands.results import PreviewFile
    from redraft.domain.writing import WritableView
    from redraft.faces.lsp.dialogues.desk import Desk


class _Versions(NamedTuple):
    """A document as both sides have it, and as they began."""

    base: bytes
    folder: bytes
    session: bytes


async def mergeable(desk: Desk, session: str, conflicts: Sequence[PreviewFile]) -> list[str]:
    """The conflicts that a person can merge: both sides are there, and are text."""

    def texts(view: WritableView) -> list[str]:
        paths = [each.path for each in conflicts if each.kind != "deleted"]
        return [path for path in paths if _both_text(view, path)]

    return await desk.look(session, texts)


def _both_text(view: WritableView, path: str) -> bool:
    try:
        versions = _read(view, path)
    except (RedraftError, OSError):
        return False
    return versions is not None and all(is_text(each, whole=True) for each in versions)


def _read(view: WritableView, path: str) -> _Versions | None:
    if view.stat_side(path, "global") is None:
        return None
    base, folder = (view.read_side(path, side) for side in ("base", "global"))
    return _Versions(base, folder, view.read(path))


async def merge(desk: Desk, session: str, paths: Sequence[str]) -> None:
    """Have documents merged, and put each result into the session.

    Raises:
        Left: the person gave one up; what is merged so far is kept.
    """
    for path in paths:
        await _merge(desk, session, path)


async def _merge(desk: Desk, session: str, path: str) -> None:
    say = desk.say
    versions = shown = await _now(desk, session, path)
    while True:
        content = await _show(desk, session, path, shown)
        if content is None:
            await _ask_to_go_on(desk, session, path)
            continue
        if await _settle(desk, session, path, content, versions):
            return
        told = say("{0} was changed while you merged it. Merge that change too.", path)
        desk.person.tell(told, severity="warning")
        now = await _now(desk, session, path)
        # What is merged next is the change that came, into what was merged so far.
        before, after = (
            (versions.folder, now.folder)
            if now.folder != versions.folder
            else (versions.session, now.session)
        )
        shown, versions = _Versions(before, after, content), now


async def _now(desk: Desk, session: str, path: str) -> _Versions:
    versions = await desk.look(session, lambda view: _read(view, path))
    if versions is None:
        gone = desk.say("{0} is gone, so it cannot be merged. Commit again.", path)
        desk.person.tell(gone, severity="error")
        raise Left
    return versions


async def _show(desk: Desk, session: str, path: str, shown: _Versions) -> bytes | None:
    """Have one document merged; None if the merge editor was closed."""
    sides = [base64.b64encode(each).decode() for each in (shown.base, shown.folder, shown.session)]
    home = desk.uri(session, "")
    titles = [desk.say("Folder"), desk.say("Session {0}", session)]
    answer = await desk.person.do("_redraft.merge", home, path, sides, titles)
    return base64.b64decode(answer) if isinstance(answer, str) else None


async def _ask_to_go_on(desk: Desk, session: str, path: str) -> None:
    say = desk.say
    told = say(
        "{0} is not merged yet, so nothing was committed. "
        "Its versions in session {1} and in the folder are as they were.",
        path,
        session,
    )
    await desk.person.choose(told, say("Go On Merging"), modal=False)


async def _settle(desk: Desk, session: str, path: str, content: bytes, merged: _Versions) -> bool:
    try:
        return await desk.change(
            session,
            [(path, "changed")],
            lambda view: solve(view, path, content, merged.folder, merged.session),
        )
    except Conflict:  # an agent wrote in this very moment
        return False
