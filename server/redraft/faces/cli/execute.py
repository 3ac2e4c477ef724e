"""``redraft exec``: a program sees the root as a session shows it, and its writes land there."""

from __future__ import annotations

import os
import sys
import tempfile
from errno import EOPNOTSUPP
from typing import TYPE_CHECKING, Any

import click

from redraft.domain.loans import COPY, OVERLAY, VIEW, Loan
from redraft.errors import InvalidArguments, IoError
from redraft.faces.cli.account import Account
from redraft.faces.cli.program import Program, run
from redraft.faces.cli.running import Call, Opened

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from redraft.domain.root import Root
    from redraft.domain.session import Session
    from redraft.domain.view import View

HELP = """Run a program in a session: it sees the folder as the session shows it, and what it
changes there lands in the session.

Without a session one is made for it, which can be kept, applied or dropped afterwards. The exit
code is the program's; what it changed is said on standard error.
"""
EPILOG = "Example: redraft exec --session draft -- sed -i s/gray/grey/ part-1/chapter-01.md"


def verb() -> click.Command:
    """The click command."""
    return click.Command(
        "exec",
        callback=execute,
        help=HELP,
        epilog=EPILOG,
        short_help="Run a program in a session",
        context_settings={
            "help_option_names": ["-h", "--help"],
            "allow_interspersed_args": False,
            "ignore_unknown_options": False,
        },
        params=[
            click.Argument(["words"], nargs=-1, required=True, metavar="COMMAND..."),
            click.Option(["--session"], metavar="NAME", help="The session; else the active one."),
            click.Option(["--root"], metavar="DIR", help="The folder of documents."),
            click.Option(
                ["--how"],
                type=click.Choice([OVERLAY, COPY]),
                help="Lay the view over the folder, or copy it. Default: what works here.",
            ),
            click.Option(["quiet", "-q", "--quiet"], is_flag=True, help="Say nothing of changes."),
            click.Option(
                ["as_json", "--json"],
                is_flag=True,
                help="Say what changed as one JSON object, the last line of standard error.",
            ),
        ],
    )


def execute(
    words: Sequence[str],
    session: str | None,
    root: str | None,
    how: str | None,
    *,
    quiet: bool,
    as_json: bool,
) -> int:
    """Run a program in a session's view; returns its exit code."""
    from redraft.commands.schemes import is_uri
    from redraft.domain import migration, taking_back, temporary
    from redraft.domain.view import View

    outer: dict[str, Any] = click.get_current_context().find_object(dict) or {}
    call = Call(root=root or outer.get("root"), session=session or outer.get("session"))
    as_json = as_json or bool(outer.get("json"))
    if call.session is not None and is_uri(call.session):
        raise InvalidArguments(["--session takes a session's name"])
    with Opened(call) as opened:
        migration.on_sight(opened.root)
        taking_back.finish(opened.root, os.path.basename(os.environ.get("REDRAFT_LOAN", "")))
        for repair in opened.root.take_repairs():
            print(f"note: {repair}", file=sys.stderr)
        with (
            temporary.Destination(opened.root, opened.session) as to,
            View.of(opened.root, to.name) as view,
        ):
            _check_sound(view)
            loan, code = _run(view, list(words), how)
        with loan:
            account = Account(opened.root, loan, code, made=to.made)
            return account.tell(quiet=quiet, as_json=as_json) if account.take_back() else code or 1


def _check_sound(view: View) -> None:
    """Refuse a session with an interrupted operation; nobody should see its middle."""
    assert view.session is not None  # noqa: S101 - it was named
    with view.root.hold("exec", view.session.name):
        view.session.check_there()
        view.session.check_sound()


def _run(view: Any, words: list[str], how: str | None) -> tuple[Loan, int]:
    from redraft.domain.lending import lend

    why: OSError | None = None
    for way, place in _ways(view.root, how):
        try:
            loan = Loan.begin(view.session, place, way)
        except OSError as error:
            why = error
            continue
        try:
            try:
                lend(view, loan)
                return loan, run(_program(view.root, view.session, loan, words), loan)
            except BaseException:
                loan.end(view.root)
                raise
        except OSError as error:
            loan.close()
            why = error
            if way == COPY and not isinstance(error, PermissionError):
                break
        except BaseException:
            loan.close()
            raise
    doing = "A view cannot be laid over this folder here" if how == OVERLAY else ""
    why = why or OSError(EOPNOTSUPP, os.strerror(EOPNOTSUPP))
    raise IoError(why, None if why.filename else view.root.path, doing)


def _ways(root: Root, how: str | None) -> Iterator[tuple[str, str]]:
    """The ways to lend a view, best first: how, and where the private folder is made."""
    from redraft.disk.namespace import holds_mounts

    places = [place for place in _places(root) if not _inside(place, root.path)]
    if how != COPY and sys.platform == "linux" and not holds_mounts(root.path):
        yield from ((OVERLAY, place) for place in places)
    if how != OVERLAY:
        yield from ((COPY, place) for place in places)


def _places(root: Root) -> Iterator[str]:
    state = os.environ.get("XDG_STATE_HOME") or os.path.expanduser("~/.local/state")
    if os.path.isabs(state):
        yield os.path.join(state, "redraft", "exec")
    for folder in (tempfile.gettempdir(), os.path.dirname(root.path)):
        yield os.path.join(folder, f".redraft-exec-{os.geteuid()}")


def _inside(place: str, root: str) -> bool:
    real = os.path.realpath(place)
    return f"{real}/".startswith(root.rstrip("/") + "/") or f"{root}/".startswith(f"{real}/")


def _program(root: Root, session: Session, loan: Loan, words: list[str]) -> Program:
    from redraft.faces.where import moved

    view = root.path if loan.how == OVERLAY else f"{loan.path}/{VIEW}"
    cwd = os.getcwd()
    folder = moved(cwd, root.path, view)
    environ = {
        **os.environ,
        "REDRAFT_ROOT": root.path,
        "REDRAFT_SESSION": session.name,
        "REDRAFT_SESSION_DIR": f"{root.path}/{session.path}",
        "REDRAFT_VIEW": view,
        "REDRAFT_LOAN": loan.path,
    }
    environ.pop("REDRAFT_FOLLOW", None)  # the program is kept in this session
    if folder != cwd:
        environ["PWD"] = folder
    return Program(words, environ, folder, root.path)
