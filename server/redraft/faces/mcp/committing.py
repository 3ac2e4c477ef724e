"""A commit without force: a preview, and a question to the person where the client can ask one."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import mcp_types as types
from mcp.shared.exceptions import MCPError
from mcp_types.version import MODERN_PROTOCOL_VERSIONS

from redraft.commands.results import Preview, PreviewFile
from redraft.commands.table import BY_MCP
from redraft.faces.mcp.desk import Answer
from redraft.faces.mcp.words import SIGNS
from redraft.faces.text import clean, plural

if TYPE_CHECKING:
    from collections.abc import Mapping

    from mcp.server.context import ServerRequestContext

    from redraft.faces.mcp.desk import Desk
    from redraft.faces.mcp.progress import ClientProgress

    Context = ServerRequestContext[Any, Any]

QUESTION = "commit"
_NAMED = 20  # documents; a question is to be read at a glance
_CONFLICTING = {
    "stop": "",
    "overwrite": " (overwrites what changed in the folder)",
    "skip": " (stays in the session)",
}
_COMMAND = BY_MCP["commit_session"]
_NO_FIELDS: dict[str, Any] = {"type": "object", "properties": {}}


class Committing:
    """Carries out ``commit_session``.

    Args:
        desk: carries out the command itself.
    """

    def __init__(self, desk: Desk) -> None:
        self._desk = desk

    async def __call__(
        self, context: Context, params: types.CallToolRequestParams, progress: ClientProgress
    ) -> Answer | types.InputRequiredResult:
        """Preview, or ask and execute, or execute."""
        given = params.arguments or {}
        replied = (params.input_responses or {}).get(QUESTION)
        if isinstance(replied, types.ElicitResult) and params.request_state:
            return await self._settled(given, params.request_state, replied, progress)
        answer = await self._desk.perform(_COMMAND, given, progress)
        if not _may_ask(context, given, answer.result):
            return answer
        form = types.ElicitRequestFormParams(
            message=_question(answer.result, given), requested_schema=_NO_FIELDS
        )
        token = answer.result.preview
        if context.protocol_version in MODERN_PROTOCOL_VERSIONS:
            asked: types.InputRequests = {QUESTION: types.ElicitRequest(params=form)}
            return types.InputRequiredResult(input_requests=asked, request_state=token)
        try:
            reply = await context.session.elicit_form(
                form.message, form.requested_schema, context.request_id
            )
        except MCPError:
            return answer  # it could not ask after all
        return await self._settled(given, token, reply, progress, answer)

    async def _settled(
        self,
        given: Mapping[str, Any],
        token: str,
        reply: types.ElicitResult,
        progress: ClientProgress,
        preview: Answer | None = None,
    ) -> Answer:
        """What the person's reply leads to."""
        if reply.action == "accept":
            agreed = {**given, "force": True, "preview": token}
            return await self._desk.perform(_COMMAND, agreed, progress)
        if preview is None:
            preview = await self._desk.perform(_COMMAND, given, progress)
        if preview.failed:
            return preview
        said = "declined" if reply.action == "decline" else "did not answer"
        note = f"The person was asked and {said}: nothing was changed."
        return Answer({**preview.structured, "notes": [note]}, [f"{note}\n{preview.texts[0]}"])


def _may_ask(context: Context, given: Mapping[str, Any], result: object) -> bool:
    """Whether this was the bare preview of a commit that is possible, and the client can ask."""
    if "force" in given or not isinstance(result, Preview):
        return False
    stops = given.get("on_conflict", "stop") == "stop"
    if not result.files or (stops and any(each.state == "conflict" for each in result.files)):
        return False
    can = context.session.client_capabilities
    mode = can.elicitation if can is not None else None
    # Clients from before the modes say only that they can ask, and mean by a form.
    return mode is not None and (mode.form is not None or mode.url is None)


def _question(preview: Preview, given: Mapping[str, Any]) -> str:
    count = plural(len(preview.files), "document")
    kinds = [each.kind for each in preview.files]
    every = ("modified", "created", "deleted")
    parts = [f"{kinds.count(kind)} {kind}" for kind in every if kind in kinds]
    head = f"Commit {count} of session {preview.session} to the folder ({', '.join(parts)})?"
    files = preview.files if len(preview.files) <= _NAMED else preview.files[:_NAMED]
    rest = len(preview.files) - len(files)
    more = [f"… and {rest} more"] if rest else []
    conflicting = _CONFLICTING[given.get("on_conflict", "stop")]
    return "\n".join([head, *(_line(each, conflicting) for each in files), *more])


def _line(file: PreviewFile, conflicting: str) -> str:
    about = {"merges": " (merged with what changed in the folder)", "conflict": conflicting}
    return f"{SIGNS[file.kind]} {clean(file.path)}{about.get(file.state, '')}"
