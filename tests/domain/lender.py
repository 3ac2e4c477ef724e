"""Lending a session's view in this process, and running shell scripts in it."""

from __future__ import annotations

import os
import stat
from pathlib import Path

from tests.domain.desk import Desk

from redraft.domain.lending import lend
from redraft.domain.loans import OVERLAY, VIEW, Loan
from redraft.domain.taking_back import take_back
from redraft.domain.view import View
from redraft.faces.cli.program import Program, run


def begin(desk: Desk, how: str, session: str = "draft") -> Loan:
    """A loan with its view laid out; to be closed by the caller."""
    with View.of(desk.root, session) as view:
        assert view.session is not None
        loan = Loan.begin(view.session, str(desk.path.parent / "private" / "exec"), how)
        lend(view, loan)
    return loan


def play(desk: Desk, loan: Loan, script: str) -> int:
    """Run a shell script as a program that has the loan; gives its exit code."""
    root = desk.root.path
    view = root if loan.how == OVERLAY else f"{loan.path}/{VIEW}"
    environ = {"PATH": os.environ["PATH"], "REDRAFT_VIEW": view, "LC_ALL": "C.UTF-8"}
    return run(Program(["sh", "-c", script], environ, view, root), loan)


def done(desk: Desk, how: str, script: str) -> Loan:
    """A script's whole run; gives the loan as it was at its end."""
    with begin(desk, how) as loan:
        assert play(desk, loan, script) == 0
        take_back(desk.root, loan)
        loan.end(desk.root)
    return loan


def contents(folder: Path) -> dict[str, tuple[int, bytes] | None]:
    """Everything in a plain folder: path → mode and content, None for folders."""
    found: dict[str, tuple[int, bytes] | None] = {}
    for place in folder.rglob("*"):
        path = place.relative_to(folder).as_posix()
        if path.split("/")[0] not in (".workflow", "workspace"):
            is_file = place.is_file()
            mode = stat.S_IMODE(place.stat().st_mode)
            found[path] = (mode, place.read_bytes()) if is_file else None
    return found


def shown(desk: Desk, session: str = "draft") -> dict[str, tuple[int, bytes] | None]:
    """Everything that a session shows, in the same form."""
    found: dict[str, tuple[int, bytes] | None] = {}
    with desk.view(session) as view:
        for path, kind in view.walk():
            status = view.look(path)[1]
            assert status is not None
            mode = stat.S_IMODE(status.st_mode)
            found[path] = (mode, view.read(path)) if kind == "file" else None
    return found
