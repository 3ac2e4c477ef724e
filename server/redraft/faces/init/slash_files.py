"""The ``/session`` and ``/retry`` commands of Claude Code, made from the table of commands."""

from __future__ import annotations

import json

from redraft.commands.parameters import usage
from redraft.commands.table import COMMANDS
from redraft.faces.mcp.guidance import NAME

MARK = "<!-- written by `redraft init claude-code`; `--remove` takes it out again -->"
SESSION, RETRY = "session", "retry"

_ABOUT = {
    SESSION: "Writing sessions: start, list, status, switch, commit, cancel and more",
    RETRY: "Record, list and restore versions that were rejected",
}
_RULES = {
    SESSION: """\
- A commit has two steps. First call it without force and show what would be overwritten, created,
  deleted, and which files conflict. Only when the writer agrees, call it with force and the
  preview's token.
- Before a cancel, show what would be discarded and ask. Afterwards mention `/session undo`.
""",
    RETRY: """\
- A file may be given by its bare name if only one document has it; else show the candidates and
  ask which is meant.
- Pass the reason in the writer's own words. `auto_detected` is for rejections that you noticed
  without being told to record them; here it is false.
- Afterwards write the new version with the reasons of all earlier tries in mind.
""",
}


def slash_file(family: str) -> str:
    """The text of ``.claude/commands/<family>.md``."""
    rows = [c for c in COMMANDS if c.verb.split()[0] == family and c.mcp is not None]
    lines = [(usage(c).replace("|", "\\|"), c.mcp) for c in rows]
    table = "\n".join(f"| `{line}` | `{tool}` |" for line, tool in lines)
    hint = "<file> <reason> | list [file] | restore <file> <n>"
    if family == SESSION:
        hint = " | ".join(c.verb.split()[1] for c in rows)
    settings = {
        "description": _ABOUT[family],
        "argument-hint": hint,
        # What may take something away stays for the client to ask about, and so does a shell.
        "allowed-tools": ", ".join(f"mcp__{NAME}__{c.mcp}" for c in rows if not c.destructive),
    }
    # YAML takes any JSON text for a value; what is not quoted may mean something there.
    head = "\n".join(f"{name}: {json.dumps(value)}" for name, value in settings.items())
    return f"""\
---
{head}
---
{MARK}
The writer typed: `/{family} $ARGUMENTS`

Carry out just this with the tool of the MCP server `{NAME}` that belongs to it.
Where the server is not connected, run `redraft run "/{family} …"` in a shell with the same line.

| line | tool |
| --- | --- |
{table}

{_RULES[family]}- Show results in short: names, states, counts.
- Show an error's message and what it suggests.
- With no words after `/{family}`, show {"the status" if family == SESSION else "the list"}.
"""
