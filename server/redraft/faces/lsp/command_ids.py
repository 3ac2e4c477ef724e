"""The ids under which commands are advertised."""

from __future__ import annotations

PREFIX = "redraft."


def command_ids() -> list[str]:
    """All of them: the table's LSP names behind one prefix."""
    from redraft.commands.table import BY_LSP

    return [PREFIX + name for name in BY_LSP]
