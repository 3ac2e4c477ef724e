"""The full command line: the click tree over the table, and one place for every failure."""

from __future__ import annotations

import io
import os
import sys
from typing import TYPE_CHECKING

import click

from redraft import __version__
from redraft.commands import dispatch
from redraft.errors import InvalidArguments, IoError, RedraftError
from redraft.faces.cli import special
from redraft.faces.cli.report import print_error, print_json
from redraft.faces.cli.running import Call, perform
from redraft.faces.cli.show import Screen
from redraft.faces.cli.tree import Group, build

if TYPE_CHECKING:
    from collections.abc import Sequence

    from redraft.commands.declaration import Command

FAILED, BAD_USAGE, INTERRUPTED, PIPE_CLOSED = 1, 2, 130, 141


class PipeClosedError(Exception):
    """Whoever read standard output is gone. Click would swallow the system's own error."""


def run(args: Sequence[str]) -> int:
    """Run the command line with these words; returns the exit code."""
    speak_utf8()
    json = "--json" in args
    try:
        code = cli().main(list(args), "redraft", standalone_mode=False)
    except click.UsageError as error:
        return _bad_usage(error, json=json)
    except RedraftError as error:
        print_error(error, json=json)
        return BAD_USAGE if isinstance(error, InvalidArguments) else FAILED
    except (KeyboardInterrupt, click.Abort):
        print("Interrupted.", file=sys.stderr)
        return INTERRUPTED
    except PipeClosedError:
        _quiet_stdout()
        return PIPE_CLOSED
    except OSError as error:
        print_error(IoError(error), json=json)
        return FAILED
    return code if isinstance(code, int) else 0


def cli(commands: Sequence[Command] | None = None) -> Group:
    """The click tree, for these rows or for the whole table."""
    if commands is None:
        from redraft.commands.table import COMMANDS

        commands = COMMANDS
    tree = build(commands, run_verb, special.shell_only())
    return click.version_option(__version__, prog_name="redraft")(tree)


def run_verb(command: Command, call: Call) -> int:
    """Run a row of the table and print what came of it."""
    try:
        result = special.VERBS.get(command.verb, perform)(command, call)
        if result is not None:
            _print(result, json=call.json)
        sys.stdout.flush()
    except BrokenPipeError as error:
        raise PipeClosedError from error
    return 0


def _print(result: object, *, json: bool) -> None:
    if json:
        print_json(dispatch.to_json(result))
    else:
        Screen().show(result)


def speak_utf8() -> None:
    """Speak UTF-8 whatever the locale says; bytes of file names that are no UTF-8 pass through."""
    for stream in (sys.stdin, sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            errors = "backslashreplace" if stream is sys.stderr else "surrogateescape"
            stream.reconfigure(encoding="utf-8", errors=errors)


def _bad_usage(error: click.UsageError, *, json: bool) -> int:
    if isinstance(error, click.exceptions.NoArgsIsHelpError):
        click.echo(error.format_message(), err=True)
        return BAD_USAGE
    if json:
        plain = isinstance(error, click.BadParameter) and bool(error.message)
        problem = error.message if plain else error.format_message()
        print_error(InvalidArguments([problem.rstrip(".")]), json=True)
    else:
        error.show()
    return BAD_USAGE


def _quiet_stdout() -> None:
    """Point standard output away, so that the flush at exit does not fail again."""
    try:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    except (OSError, ValueError):
        sys.stdout = io.StringIO()
