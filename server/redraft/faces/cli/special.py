"""What only a shell needs: streams for documents, a question before a commit, two more verbs."""

from __future__ import annotations

import os
import stat
import sys
import tempfile
from contextlib import contextmanager
from dataclasses import replace
from typing import TYPE_CHECKING, Any, BinaryIO

import click
from click.shell_completion import get_completion_class

from redraft.commands import results, slash
from redraft.commands.requests import RunLine
from redraft.errors import InvalidArguments
from redraft.faces.cli.init import init_command
from redraft.faces.cli.running import Call, Opened, perform
from redraft.faces.cli.show import Screen

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from redraft.commands.declaration import Command

    Runner = Callable[[Command, Call], Any]

_CHUNK = 1 << 20
_IN_MEMORY = 8 << 20
SHELLS = ("bash", "zsh", "fish")


def read(command: Command, call: Call) -> Any:
    """Stream a document to standard output, byte for byte; with ``--json`` as any command."""
    if call.json or "path" not in call.arguments:
        return perform(command, call)
    from redraft.commands.finding import shown
    from redraft.domain.marker import active
    from redraft.domain.view import View

    with Opened(call) as opened:
        path, session = opened.document()
        session = session or active(opened.root)
        with View.of(opened.root, session) as view, view.open(shown(view, path)) as document:
            _pour(document)
    return None


def write(command: Command, call: Call) -> Any:
    """Stream standard input into a document; with ``--content`` as any command."""
    if "content" in call.arguments or "path" not in call.arguments:
        return perform(command, call)
    if "encoding" in call.arguments:
        raise InvalidArguments(["encoding goes with content; standard input is taken as it is"])
    from redraft.commands.document_handlers import written

    with Opened(call) as opened, _input() as document:
        path, session = opened.document(new=True)
        return written(opened.root, session, path, _chunks(document))


def commit(command: Command, call: Call) -> Any:
    """Show the preview and ask, where somebody is there to answer."""
    if call.json or call.arguments.get("force") or not _somebody_there():
        return perform(command, call)
    preview = perform(command, call)
    if not isinstance(preview, results.Preview):
        return preview
    Screen().show(preview)
    if not click.confirm(f"Commit session {preview.session}?"):
        print("Nothing was changed.")
        return None
    agreed = {**call.arguments, "force": True, "preview": preview.preview}
    return perform(command, replace(call, arguments=agreed))


def undo(command: Command, call: Call) -> Any:
    """Say of a preview that it is one, which its result does not; else say how to go on."""
    result = perform(command, call)
    if call.json:
        return result
    screen = Screen()
    if call.arguments.get("preview"):
        screen.undo(result, "would undo", "would restore")
        return None
    screen.show(result)
    if _active(result.root) != result.session:
        screen.next(f"session switch {result.session}")
    return None


def _active(path: str) -> str | None:
    from redraft.domain.marker import active
    from redraft.domain.root import Root

    with Root.open(path) as root:
        return active(root)


def run(_: Command, call: Call) -> Any:
    """Run a slash line as if its words had been typed, streams and questions included."""
    command, arguments = slash.parse(str(call.arguments["line"]))
    if command.request is RunLine:
        raise InvalidArguments([slash.NESTED])
    given = slash.with_defaults(arguments, call.session, call.root)
    root, session = given.pop("root", None), given.pop("session", None)
    inner = Call(
        arguments=given,
        root=None if root is None else str(root),
        session=None if session is None else str(session),
        json=call.json,
    )
    result = VERBS.get(command.verb, perform)(command, inner)
    return slash.ran(command, result) if call.json else result


VERBS: Mapping[str, Runner] = {
    "run": run,
    "read": read,
    "write": write,
    "session commit": commit,
    "session undo": undo,
}
"""Rows of the table that a shell runs in its own way."""


def shell_only() -> list[click.Command]:
    """The verbs that are no rows of the table."""
    from redraft.faces.cli import execute

    return [execute.verb(), init_command(), _hook(), _lsp(), _mcp(), _completion()]


def _hook() -> click.Command:
    """For help only: the verb itself is answered before any of this is loaded."""
    text = "Answer one hook event of a coding agent (JSON on standard input)."
    return click.Command("hook", callback=lambda: 0, help=text)


def _lsp() -> click.Command:
    """For help and for wrong words; right ones are served before any of this is loaded."""

    def serve(**_: object) -> int:
        from redraft.faces.lsp.main import main

        return main()

    text = "Run the language server on standard input and output."
    stdio = click.Option(["--stdio"], is_flag=True, help="Said by some clients; always so.")
    return click.Command("lsp", callback=serve, params=[stdio], help=text)


def _mcp() -> click.Command:
    """For help, for wrong words, and for the root before the verb."""

    def serve(root: tuple[str, ...]) -> int:
        from redraft.faces.mcp.main import main

        outer = (click.get_current_context().find_object(dict) or {}).get("root")
        return main(root or ([outer] if outer else []))

    text = "Run the server for AI agents (Model Context Protocol) on standard input and output."
    about = "A folder of documents; may be given several times. Default: as for all verbs."
    roots = click.Option(["--root"], multiple=True, metavar="DIR", help=about)
    return click.Command("mcp", callback=serve, params=[roots], help=text)


def _completion() -> click.Command:
    def show(shell: str) -> int:
        program = click.get_current_context().find_root().command
        script = get_completion_class(shell)
        if script is not None:
            click.echo(script(program, {}, "redraft", "_REDRAFT_COMPLETE").source())
        return 0

    shells = click.Argument(["shell"], type=click.Choice(SHELLS))
    text = 'Print what makes a shell complete: eval "$(redraft completion bash)"'
    return click.Command("completion", callback=show, params=[shells], help=text)


def _somebody_there() -> bool:
    return sys.stdin.isatty() and sys.stdout.isatty()


def _pour(document: BinaryIO) -> None:
    sys.stdout.flush()
    for chunk in _chunks(document):
        sys.stdout.buffer.write(chunk)
    sys.stdout.buffer.flush()


def _chunks(document: BinaryIO) -> Iterator[bytes]:
    return iter(lambda: document.read(_CHUNK), b"")


@contextmanager
def _input() -> Iterator[BinaryIO]:
    """Standard input, complete: a slow program behind a pipe must not keep the root locked."""
    source = sys.stdin.buffer
    if _is_plain_file(source):
        yield source
        return
    if sys.stdin.isatty():
        print("Reading the document from the terminal; end it with Ctrl-D.", file=sys.stderr)
    with tempfile.SpooledTemporaryFile(_IN_MEMORY) as spool:
        for chunk in _chunks(source):
            spool.write(chunk)
        spool.seek(0)
        yield spool  # type: ignore[misc]  # a file object in all but the annotation


def _is_plain_file(source: BinaryIO) -> bool:
    try:
        return stat.S_ISREG(os.fstat(source.fileno()).st_mode)
    except (OSError, ValueError):
        return False
