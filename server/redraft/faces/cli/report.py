"""Printing a failure, or a result for programs."""

from __future__ import annotations

import json as jsons
from typing import TYPE_CHECKING

from redraft.faces.text import clean

if TYPE_CHECKING:
    from collections.abc import Mapping

    from redraft.errors import RedraftError


def print_json(value: Mapping[str, object]) -> None:
    """Print one JSON object on standard output."""
    text = jsons.dumps(value, ensure_ascii=False)
    # A lone surrogate (a byte of a file name that is no UTF-8) stays a JSON escape.
    data = text.encode("utf-8", "backslashreplace").decode()
    print(data, flush=True)


def print_error(error: RedraftError, *, json: bool) -> None:
    """Print what went wrong and what to do next."""
    if json:
        print_json(error.as_dict())
        return
    from rich.console import Console

    from redraft.faces.cli.canvas import MANY

    console = Console(stderr=True, width=MANY, highlight=False, markup=False, emoji=False)
    console.print(f"error ({error.code}): {clean(error.message)}", style="red")
    for suggestion in error.suggestions:
        console.print(f"  {clean(as_shell(suggestion))}")


def as_shell(suggestion: str) -> str:
    """A suggested slash line as one would type it in a shell; other text stays."""
    return f"redraft {suggestion[1:]}" if suggestion.startswith("/") else suggestion
