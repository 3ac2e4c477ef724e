"""One event of the hook protocol, as an agent's client writes it to standard input.

The fields are those of Claude Code, which other clients have taken over.
"""

from __future__ import annotations

import json
import os

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

LARGEST = 64 << 20
READ, WRITE, EDIT, SEARCH = "read", "write", "edit", "search"

_TOOLS = {
    "Read": (READ, "file_path"),
    "NotebookRead": (READ, "notebook_path"),
    "Write": (WRITE, "file_path"),
    "Edit": (EDIT, "file_path"),
    "MultiEdit": (EDIT, "file_path"),
    "NotebookEdit": (EDIT, "notebook_path"),
    "Glob": (SEARCH, "path"),
    "Grep": (SEARCH, "path"),
    "LS": (SEARCH, "path"),
}
# Tools of MCP servers for files, by the last part of ``mcp__<server>__<tool>``.
_MCP_TOOLS = {
    "read_file": (READ, "path"),
    "read_text_file": (READ, "path"),
    "read_media_file": (READ, "path"),
    "write_file": (WRITE, "path"),
    "edit_file": (EDIT, "path"),
    "list_directory": (SEARCH, "path"),
    "directory_tree": (SEARCH, "path"),
    "search_files": (SEARCH, "path"),
}
OWN_SERVER = "session_management_mcp"


class Event:
    """An event.

    Attributes:
        name: ``PreToolUse``, ``PostToolUse``, ...
        tool: the tool's name, or an empty string.
        input: the tool's input.
        response: what the tool answered, after it ran.
        cwd: the agent's working folder, absolute.
        use_id: the tool call's id, fit for a file name, or an empty string.
    """

    __slots__ = ("cwd", "input", "name", "response", "tool", "use_id")

    def __init__(self, fields: dict[str, Any]) -> None:
        self.name = _text(fields.get("hook_event_name"))
        self.tool = _text(fields.get("tool_name"))
        self.input = _object(fields.get("tool_input"))
        self.response = _object(fields.get("tool_response"))
        cwd = _text(fields.get("cwd"))
        self.cwd = cwd if os.path.isabs(cwd) else os.getcwd()
        given = _text(fields.get("tool_use_id"))
        plain = given.replace("-", "").replace("_", "")
        self.use_id = given if plain.isascii() and plain.isalnum() and len(given) <= 100 else ""

    @property
    def kind(self) -> str:
        """``read``, ``write``, ``edit`` or ``search``; empty for any other tool."""
        return self._described()[0]

    @property
    def path_key(self) -> str:
        """Under which name the input holds the path."""
        return self._described()[1]

    @property
    def path(self) -> str:
        """The path that the tool was given, absolute; empty if there is none."""
        given = _text(self.input.get(self.path_key))
        return os.path.join(self.cwd, given) if given and "\0" not in given else ""

    @property
    def is_ours(self) -> bool:
        """Whether it is a tool of our own MCP server."""
        return self.tool.startswith(f"mcp__{OWN_SERVER}__")

    def _described(self) -> tuple[str, str]:
        if self.tool.startswith("mcp__") and not self.is_ours:
            return _MCP_TOOLS.get(self.tool.rpartition("__")[2], ("", ""))
        return _TOOLS.get(self.tool, ("", ""))


def parse(data: bytes) -> Event:
    """Read an event.

    Raises:
        ValueError: it is no JSON object, or larger than any event is.
    """
    if len(data) > LARGEST:
        raise ValueError("the event is too large")
    fields = json.loads(data.decode("utf-8", "surrogatepass"))
    if not isinstance(fields, dict):
        raise TypeError("the event is not a JSON object")
    return Event(fields)


def _text(value: object) -> str:
    return value if isinstance(value, str) else ""


def _object(value: object) -> dict[str, Any]:
    return value if isinstance(value, dict) else {}
