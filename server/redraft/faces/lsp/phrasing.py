"""All that the server says in an editor's own language, read from the source: for translators."""

from __future__ import annotations

import ast
from pathlib import Path
from typing import TYPE_CHECKING

from redraft.commands.table import COMMANDS

if TYPE_CHECKING:
    from collections.abc import Iterator

_SAYS = {"say", "_say", "phrase", "self"}
"""What is called with a text: the phrases themselves, and what marks a text for them."""


def phrases() -> list[str]:
    """The texts, sorted."""
    found = {each.title for each in COMMANDS if each.lsp is not None}
    for module in sorted(Path(__file__).parent.rglob("*.py")):
        found |= set(_in(ast.parse(module.read_text("utf-8"))))
    return sorted(found)


def _in(tree: ast.Module) -> Iterator[str]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and node.args and _name(node.func) in _SAYS:
            text = node.args[0]
            if isinstance(text, ast.Constant) and isinstance(text.value, str):
                yield text.value


def _name(called: ast.expr) -> str:
    if isinstance(called, ast.Attribute):
        return called.attr
    return called.id if isinstance(called, ast.Name) else ""
