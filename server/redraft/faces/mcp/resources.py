"""Resources: the sessions, a session's changes, a document's retries; all are JSON.

``session://all``, ``session://<name>/changes``, ``session://<name>/retries/<path>``. The scheme is
none that a document has. Where several folders are open, ``?root=<path>`` says which is meant.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qs, quote, unquote, urlsplit

from mcp.shared.exceptions import MCPError
from mcp_types import INTERNAL_ERROR, INVALID_PARAMS, Resource, ResourceTemplate

from redraft.commands.table import BY_MCP
from redraft.faces.mcp.progress import ClientProgress

if TYPE_CHECKING:
    from redraft.faces.mcp.desk import Answer, Desk

JSON = "application/json"
SCHEME = "session"
ALL = f"{SCHEME}://all"
_ROOT = "{?root}"


def templates() -> list[ResourceTemplate]:
    """The kinds of resources that are named by what they are about."""
    return [
        ResourceTemplate(
            name="session-changes",
            title="A session's changes",
            uri_template=f"{SCHEME}://{{session}}/changes{_ROOT}",
            description="What a session modified, created and deleted, and what drifted.",
            mime_type=JSON,
        ),
        ResourceTemplate(
            name="document-retries",
            title="A document's retries",
            uri_template=f"{SCHEME}://{{session}}/retries/{{+path}}{_ROOT}",
            description="The versions of a document that a person rejected, with the reasons.",
            mime_type=JSON,
        ),
    ]


async def listed(desk: Desk) -> list[Resource]:
    """All sessions, the changes of each, and the retries of the active one."""
    found = [
        Resource(
            uri=ALL,
            name="sessions",
            title="Sessions",
            description="All sessions of the open folders, and which is active.",
            mime_type=JSON,
        )
    ]
    roots = desk.roots.all()
    for root in roots:
        end = f"?root={quote(root.path, safe='/')}" if len(roots) > 1 else ""
        sessions = await _do(desk, "list_sessions", root=root.path)
        found += [_changes(each, end) for each in sessions["sessions"]]
        active = sessions["active"]
        if active is not None:
            retries = await _do(desk, "list_retries", root=root.path, session=active)
            paths = dict.fromkeys(each["file"] for each in retries["retries"])
            found += [_retries(active, path, end) for path in paths]
    return found


def _changes(session: dict[str, Any], end: str) -> Resource:
    name, about = session["name"], session["description"]
    return Resource(
        uri=f"{SCHEME}://{name}/changes{end}",
        name=f"changes of {name}",
        title=f"Changes of {name}",
        description=f"{session['status']}: {about}" if about else session["status"],
        mime_type=JSON,
    )


def _retries(session: str, path: str, end: str) -> Resource:
    return Resource(
        uri=f"{SCHEME}://{session}/retries/{quote(path)}{end}",
        name=f"retries of {path}",
        title=f"Retries of {path}",
        description=f"Rejected versions in session {session}",
        mime_type=JSON,
    )


async def read(desk: Desk, uri: str) -> str:
    """A resource's text.

    Raises:
        MCPError: there is no such resource; its data say why.
    """
    try:
        place = urlsplit(uri)
        root = parse_qs(place.query).get("root", [None])[0]
    except ValueError:
        raise _missing(uri, "This is no URI.") from None
    session, path = unquote(place.netloc), unquote(place.path)
    if place.scheme != SCHEME:
        raise _missing(uri, f"Resources begin with {SCHEME}://.")
    if session == "all" and path in ("", "/"):
        roots = [each.path for each in desk.roots.all()]
        found: Any = {"roots": [await _do(desk, "list_sessions", root=each) for each in roots]}
    elif path == "/changes":
        found = await _of_session(desk, uri, root, "get_active_session", session=session)
    elif path.startswith("/retries/"):
        given = {"session": session, "file_path": path.removeprefix("/retries/")}
        found = await _of_session(desk, uri, root, "list_retries", **given)
    else:
        raise _missing(uri, f"There are {ALL}, and each session's /changes and /retries/<path>.")
    return json.dumps(found, ensure_ascii=False, indent=2)


async def completed(desk: Desk, argument: str, begun: str) -> list[str]:
    """The values that an argument may have, of those that begin so."""
    if argument not in ("session", "name"):
        return []
    lists = [await _do(desk, "list_sessions", root=root.path) for root in desk.roots.all()]
    names = dict.fromkeys(each["name"] for found in lists for each in found["sessions"])
    return [name for name in names if name.lower().startswith(begun.lower())]


async def _of_session(
    desk: Desk, uri: str, root: str | None, tool: str, **arguments: object
) -> dict[str, Any]:
    """What a tool says of a session, in the named folder or in the one that has the session."""
    roots = [root] if root is not None else [each.path for each in desk.roots.all()]
    answer = None
    for each in roots:
        answer = await _ask(desk, tool, {**arguments, "root": each})
        if not answer.failed:
            return answer.structured
        if answer.structured["code"] != "session_not_found":
            break
    if answer is None:
        raise _missing(uri, "No folder is open.")
    raise _missing(uri, answer.structured["message"], answer.structured)


async def _do(desk: Desk, tool: str, **arguments: object) -> dict[str, Any]:
    answer = await _ask(desk, tool, arguments)
    if answer.failed:
        raise MCPError(INTERNAL_ERROR, answer.structured["message"], answer.structured)
    return answer.structured


async def _ask(desk: Desk, tool: str, arguments: dict[str, object]) -> Answer:
    return await desk.perform(BY_MCP[tool], arguments, ClientProgress(None))


def _missing(uri: str, why: str, details: dict[str, Any] | None = None) -> MCPError:
    return MCPError(INVALID_PARAMS, why, {"uri": uri[:2000], **(details or {})})
