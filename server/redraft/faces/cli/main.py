"""The entry point ``redraft``: fast verbs first, everything else through the full command line."""

from __future__ import annotations

import sys

LIGHT = ("resolve",)
"""Verbs that :mod:`redraft.faces.cli.light` answers by a function of the same name."""


def main(argv: list[str] | None = None) -> int:
    """Run the command line.

    Args:
        argv: the words after the program's name; those of this process if not given.

    Returns:
        The exit code: 0, 1 for a failure, 2 for bad usage, 130 when interrupted.
    """
    args = sys.argv[1:] if argv is None else argv
    if args and args[0] in LIGHT:
        from redraft.faces.cli import light

        code: int | None = getattr(light, args[0])(args[1:])
        if code is not None:
            return code
    from redraft.faces.cli.app import run

    return run(args)
