"""What a command is: one declaration, from which every face is made."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any

    from redraft.domain.progress import Progress
    from redraft.domain.root import Root


@dataclass(frozen=True, slots=True, kw_only=True)
class Command:
    """A command as data.

    Attributes:
        verb: the slash and CLI words, for example ``session start`` (also its key).
        title: a short imperative title for palettes and help.
        mcp: the MCP tool's name, or None where MCP does not offer it.
        lsp: the LSP command's name without the prefix ``redraft.``, or None.
        request: the dataclass of its arguments.
        result: the dataclass(es) of its result.
        handler: takes the root, the request and a progress, and returns the result. None for
            ``run`` alone: which root it is about stands in its line, so dispatch carries it out.
        positional: the arguments that a slash line or shell gives without a flag, in order.
        changes: whether it may change anything on disk.
        destructive: whether it may take something away from sight (commit, cancel, delete, ...).
        idempotent: whether doing it again with the same arguments changes nothing more.
        examples: slash lines (without the slash) that show it.
    """

    verb: str
    title: str
    request: type
    result: Any
    handler: Callable[[Root, Any, Progress], Any] | None
    mcp: str | None = None
    lsp: str | None = None
    positional: tuple[str, ...] = ()
    changes: bool = True
    destructive: bool = False
    idempotent: bool = False
    examples: tuple[str, ...] = ()
