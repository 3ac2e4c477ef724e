"""The SDK's server, with our tools, resources and prompts behind it."""

from __future__ import annotations

from difflib import get_close_matches
from typing import TYPE_CHECKING, Any

import mcp_types as types
from mcp.server.lowlevel import Server

from redraft import __version__
from redraft.commands.table import BY_MCP
from redraft.errors import InvalidArguments
from redraft.faces.mcp import prompts, resources
from redraft.faces.mcp.committing import Committing
from redraft.faces.mcp.desk import failure
from redraft.faces.mcp.guidance import INSTRUCTIONS, NAME, TITLE
from redraft.faces.mcp.progress import ClientProgress
from redraft.faces.mcp.tools import tools

if TYPE_CHECKING:
    from mcp.server.context import ServerRequestContext

    from redraft.faces.mcp.desk import Answer, Desk

    Context = ServerRequestContext[Any, Any]
    Called = types.CallToolResult | types.InputRequiredResult

_SHOWN = 100
"""How many completions a client is given at the most, as the protocol wants it."""


def create_server(desk: Desk) -> Server[Any]:
    """The server.

    Args:
        desk: carries out what is asked for.
    """
    requests = Requests(desk)
    return Server(
        NAME,
        version=__version__,
        title=TITLE,
        instructions=INSTRUCTIONS,
        on_list_tools=requests.list_tools,
        on_call_tool=requests.call_tool,
        on_list_resources=requests.list_resources,
        on_list_resource_templates=requests.list_templates,
        on_read_resource=requests.read_resource,
        on_list_prompts=requests.list_prompts,
        on_get_prompt=requests.get_prompt,
        on_completion=requests.complete,
    )


class Requests:
    """Answers the protocol's requests.

    Args:
        desk: carries out what is asked for.
    """

    def __init__(self, desk: Desk) -> None:
        self._desk = desk
        self._committing = Committing(desk)

    async def list_tools(self, _: Context, __: object) -> types.ListToolsResult:
        """``tools/list``."""
        return types.ListToolsResult(tools=tools())

    async def call_tool(self, context: Context, params: types.CallToolRequestParams) -> Called:
        """``tools/call``."""
        command = BY_MCP.get(params.name)
        if command is None:
            return result_of(unknown(params.name))
        progress = progress_of(context)
        if params.name == "commit_session":
            answer = await self._committing(context, params, progress)
        else:
            answer = await self._desk.perform(command, params.arguments, progress)
        if isinstance(answer, types.InputRequiredResult):
            return answer
        return result_of(answer)

    async def list_resources(self, _: Context, __: object) -> types.ListResourcesResult:
        """``resources/list``."""
        return types.ListResourcesResult(resources=await resources.listed(self._desk))

    async def list_templates(self, _: Context, __: object) -> types.ListResourceTemplatesResult:
        """``resources/templates/list``."""
        return types.ListResourceTemplatesResult(resource_templates=resources.templates())

    async def read_resource(
        self, _: Context, params: types.ReadResourceRequestParams
    ) -> types.ReadResourceResult:
        """``resources/read``."""
        text = await resources.read(self._desk, params.uri)
        contents = types.TextResourceContents(uri=params.uri, mime_type=resources.JSON, text=text)
        return types.ReadResourceResult(contents=[contents])

    async def list_prompts(self, _: Context, __: object) -> types.ListPromptsResult:
        """``prompts/list``."""
        return types.ListPromptsResult(prompts=prompts.prompts())

    async def get_prompt(
        self, _: Context, params: types.GetPromptRequestParams
    ) -> types.GetPromptResult:
        """``prompts/get``."""
        return prompts.prompt(params.name, params.arguments or {})

    async def complete(
        self, _: Context, params: types.CompleteRequestParams
    ) -> types.CompleteResult:
        """``completion/complete``: names of sessions."""
        asked = params.argument
        values = await resources.completed(self._desk, asked.name, asked.value)
        shown, more = values[:_SHOWN], len(values) > _SHOWN
        found = types.Completion(values=shown, total=len(values), has_more=more)
        return types.CompleteResult(completion=found)


def result_of(answer: Answer) -> types.CallToolResult:
    """An answer as a tool's result."""
    return types.CallToolResult(
        content=[types.TextContent(text=text) for text in answer.texts],
        structured_content=answer.structured,
        is_error=answer.failed,
    )


def unknown(name: str) -> Answer:
    """The answer to a call of a tool that there is not."""
    close = get_close_matches(name, BY_MCP, 3)
    hint = f" (did you mean {', '.join(close)}?)" if close else ""
    error = InvalidArguments([f"there is no tool {name[:80]!r}{hint}"])
    return failure(error, "call_tool")


def progress_of(context: Context) -> ClientProgress:
    """Where a call's progress goes: to the client, if it gave a token."""
    wanted = (context.meta or {}).get("progress_token") is not None
    return ClientProgress(context.session.report_progress if wanted else None)
