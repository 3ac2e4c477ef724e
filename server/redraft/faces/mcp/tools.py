"""The list of tools, made from the table of commands."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING

from mcp_types import Tool, ToolAnnotations

from redraft.commands.table import BY_MCP
from redraft.faces.mcp.guidance import TOOLS
from redraft.faces.mcp.schemas import input_schema, output_schema

if TYPE_CHECKING:
    from redraft.commands.declaration import Command


@cache
def tools() -> list[Tool]:
    """Every tool, in the order of the table."""
    return [_tool(name, command) for name, command in BY_MCP.items()]


def _tool(name: str, command: Command) -> Tool:
    return Tool(
        name=name,
        title=command.title,
        description=TOOLS[name],
        input_schema=input_schema(command),
        output_schema=output_schema(command),
        annotations=ToolAnnotations(
            title=command.title,
            read_only_hint=not command.changes,
            destructive_hint=command.destructive,
            idempotent_hint=command.idempotent or not command.changes,
            open_world_hint=False,
        ),
    )
