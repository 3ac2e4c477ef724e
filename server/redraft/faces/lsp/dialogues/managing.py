"""New, rename and delete in a session: the editor's Explorer does these to the real folder."""

from __future__ import annotations

from typing import TYPE_CHECKING

from redraft.errors import FileNotFound, RedraftError
from redraft.faces.lsp.dialogues.messages import Remark

if TYPE_CHECKING:
    from redraft.domain.writing import WritableView
    from redraft.faces.lsp.dialogues.desk import Desk


async def new_file(desk: Desk) -> None:
    """Make a document and open it."""
    session = await desk.name()
    start = await _beside(desk, session)
    path = await _ask_for_path(desk, session, desk.say("New File in {0}", session), start)
    if path != start:
        await desk.change(
            session, [(path, "created")], lambda view: view.write(path, (), overwrite=False)
        )
        await desk.open(session, path)


async def new_folder(desk: Desk) -> None:
    """Make a folder."""
    session = await desk.name()
    start = await _beside(desk, session)
    path = await _ask_for_path(desk, session, desk.say("New Folder in {0}", session), start)
    if path != start:
        await desk.change(session, [(path, "created")], lambda view: view.make_folder(path))


async def rename(desk: Desk) -> None:
    """Rename a document or folder; the editor does it, so that its tabs follow."""
    say, old = desk.say, desk.documents()[0]
    session = await desk.name()
    new = await _ask_for_path(desk, session, say("Rename in {0}", session), old)
    if new == old:
        return
    uris = {"oldUri": desk.uri(session, old)["$uri"], "newUri": desk.uri(session, new)["$uri"]}
    if not await desk.person.edit({"kind": "rename", **uris}):
        desk.person.tell(say("{0} could not be renamed.", old), severity="error")


async def delete(desk: Desk) -> None:
    """Delete documents and folders, after asking; the editor does it, so that its tabs close."""
    say, paths = desk.say, desk.documents()
    session = await desk.name()
    names = ", ".join(path.rpartition("/")[2] for path in paths)
    await desk.person.choose(
        say("Delete {0} in the session {1}?", names, desk.title(session)),
        say("Delete"),
        severity="warning",
        detail=say("The global version stays until you commit."),
    )
    options = {"recursive": True}
    edits: list[dict[str, object]] = [
        {"kind": "delete", "uri": desk.uri(session, path)["$uri"], "options": options}
        for path in paths
    ]
    if not await desk.person.edit(*edits):
        desk.person.tell(say("{0} could not be deleted.", names), severity="error")


async def add_folder(desk: Desk) -> None:
    """Show the session's view as a folder of the window, beside the others."""
    session = await desk.name()
    title = desk.say("{0} (session)", session)
    await desk.person.do("_redraft.addFolder", desk.uri(session, ""), title)


async def _beside(desk: Desk, session: str) -> str:
    """The folder that is meant, with a slash: the one named, else that of the document in front."""
    path = desk.near()
    if path and not await desk.look(session, lambda view: _is_folder(view, path)):
        path = path.rpartition("/")[0]
    return path and f"{path}/"


def _is_folder(view: WritableView, path: str) -> bool:
    try:
        return view.stat(path).type == "directory"
    except FileNotFound:
        return False


async def _ask_for_path(desk: Desk, session: str, title: str, value: str) -> str:
    async def check(typed: str) -> Remark | None:
        problem = "" if typed == value else await _problem(desk, session, typed)
        return Remark(message=problem, refused=True) if problem else None

    name = value.rpartition("/")[2]
    stem = name.rpartition(".")[0] or name
    start = len(value) - len(name)
    return await desk.person.type(
        title,
        desk.say("A path in the folder, such as notes/ideas.md"),
        value=value,
        marked=(start, start + len(stem)),
        check=check,
    )


async def _problem(desk: Desk, session: str, path: str) -> str:
    """What is wrong with a path for something new."""
    say = desk.say
    if not path or path.endswith("/"):
        return say("Type a path.")
    try:
        found = await desk.look(session, lambda view: view.resolve(path))
    except RedraftError as error:
        return error.message
    return say("{0} exists already. Choose another name.", path) if found.exists else ""
