"""Comparing the session with what the folder holds, and that with what it held before."""

from __future__ import annotations

from typing import TYPE_CHECKING

from redraft.commands.uris import Side
from redraft.faces.lsp.dialogues.messages import uri

if TYPE_CHECKING:
    from collections.abc import Iterable

    from redraft.commands.results import Session
    from redraft.domain.writing import WritableView
    from redraft.faces.lsp.dialogues.desk import Desk


async def compare(desk: Desk) -> None:
    """Show a document beside what the folder holds."""
    path = desk.documents()[0]
    session = await desk.name()

    def sides(view: WritableView) -> tuple[bool, bool]:
        return view.stat_side(path, "global") is not None, view.resolve(path).exists

    in_folder, in_session = await desk.look(session, sides)
    left = desk.uri(session, path, Side.GLOBAL) if in_folder else _nothing(path)
    right = desk.uri(session, path) if in_session else _nothing(path)
    title = desk.say("{0} (Global ↔ {1})", _name(path), session)
    await desk.person.do("vscode.diff", left, right, title)


async def open_global(desk: Desk) -> None:
    """Show what the folder holds of a document, read-only and at the same line."""
    path = desk.documents()[0]
    session = await desk.name()
    if await desk.look(session, lambda view: view.stat_side(path, "global")) is None:
        new = desk.say(
            "{0} is new in the session {1}. There is no global version yet.", path, session
        )
        desk.person.tell(new)
        return
    await desk.person.do("_redraft.show", desk.uri(session, path, Side.GLOBAL))


async def open_in_session(desk: Desk) -> None:
    """Show the session's version of a document, at the same line."""
    path = desk.documents()[0]
    await desk.person.do("_redraft.openInSession", desk.uri(await desk.name(), path))


async def open_document(desk: Desk) -> None:
    """Open a document; of one that the session deleted, what the folder has."""
    path = desk.documents()[0]
    session = await desk.name()
    if (await desk.look(session, lambda view: view.resolve(path))).exists:
        await desk.open(session, path)
    else:
        await open_global(desk)


async def compare_all(desk: Desk) -> None:
    """Show all differences of the session in one editor."""
    session: Session = await desk.call("session.status")
    kinds = [
        (path, kind)
        for kind in ("modified", "created", "deleted")
        for path in getattr(session.changes, kind)
    ]
    title = desk.say("Session {0} (Global ↔ Session)", session.name)
    await show_all(desk, session.name, title, sorted(kinds))


async def show_all(desk: Desk, session: str, title: str, kinds: Iterable[tuple[str, str]]) -> None:
    """Show differences of a session in one editor."""
    rows = [
        [
            desk.uri(session, path),
            None if kind == "created" else desk.uri(session, path, Side.GLOBAL),
            None if kind == "deleted" else desk.uri(session, path),
        ]
        for path, kind in kinds
    ]
    await desk.person.do("vscode.changes", title, rows)


async def show_drift(desk: Desk) -> None:
    """Show what changed in the folder since the session began: of a document, else of all."""
    say = desk.say
    session: Session = await desk.call("session.status")
    name = session.name
    if len(desk.paths) == 1:
        [path] = desk.paths
        sides = [desk.uri(name, path, side) for side in (Side.BASE, Side.GLOBAL)]
        title = say("{0} (before session {1} ↔ Global)", _name(path), name)
        await desk.person.do("vscode.diff", *sides, title)
        return
    rows = [
        [desk.uri(name, path), *(desk.uri(name, path, side) for side in (Side.BASE, Side.GLOBAL))]
        for path in session.drifted
    ]
    title = say("Changed in the Folder since Session {0} (Before ↔ Global)", name)
    await desk.person.do("vscode.changes", title, rows)


def _nothing(path: str) -> dict[str, str]:
    """Stands for a version that does not exist."""
    return uri(f"redraft-nothing:///{_name(path)}")


def _name(path: str) -> str:
    return path.rpartition("/")[2]
