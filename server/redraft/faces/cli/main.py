"""The entry point ``redraft``: fast verbs first, everything else through the full command line."""

from __future__ import annotations

import os
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
    if argv is None:
        _insist_on_utf8()
    args = sys.argv[1:] if argv is None else argv
    if "REDRAFT_LOAN" in os.environ:
        from redraft.faces.cli.within import answered

        return answered(_answer, args)
    return _answer(args)


def _answer(args: list[str]) -> int:
    if args and args[0] in LIGHT:
        from redraft.faces.cli import light

        code: int | None = getattr(light, args[0])(args[1:])
        if code is not None:
            return code
    if args[:1] == ["hook"] and not {"--help", "-h"} & set(args):
        from redraft.faces.hooks.main import hook

        return hook(args[1:])
    if args[:1] == ["lsp"] and set(args[1:]) <= {"--stdio"}:
        from redraft.faces.lsp.main import main as serve

        return serve()
    if args[:1] == ["mcp"] and (roots := _roots(args[1:])) is not None:
        from redraft.faces.mcp.main import main as serve_tools

        return serve_tools(roots)
    from redraft.faces.cli.app import run

    return run(args)


def _roots(words: list[str]) -> list[str] | None:
    """The folders behind ``--root``, each; None if the words say anything else."""
    roots = words[1::2]
    plain = words[::2] == ["--root"] * len(roots) and all(roots)
    return roots if plain and len(words) % 2 == 0 else None


def _insist_on_utf8() -> None:
    """Begin again in UTF-8 mode where the locale would have names of files read as anything else.

    What is written on disk and said to programs must not depend on the locale of whoever asks.
    """
    if sys.getfilesystemencoding() != "utf-8" and not sys.flags.utf8_mode:
        os.execv(sys.executable, [sys.executable, "-X", "utf8", *sys.orig_argv[1:]])  # noqa: S606 - ourselves
