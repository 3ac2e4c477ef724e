"""``redraft`` called by a program that runs in a lent view: it acts on the real session.

What the program changed so far is taken back first, then the command is answered with the real
root in its place, and then the program's view is brought up to date.
"""

from __future__ import annotations

import os
import sys

from redraft.disk import namespace
from redraft.disk.folder import Folder
from redraft.domain.loans import OVERLAY, SYNC, Loan
from redraft.domain.refreshing import refresh
from redraft.domain.root import Root
from redraft.domain.taking_back import take_back
from redraft.errors import RedraftError

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable


def answered(answer: Callable[[list[str]], int], args: list[str]) -> int:
    """Answer a command line for a program in a lent view; returns the exit code."""
    place = os.environ["REDRAFT_LOAN"]
    root, view = os.environ.get("REDRAFT_ROOT"), os.environ.get("REDRAFT_VIEW")
    loan = Loan.open(place)
    if loan is None or not root or not view:
        return answer(args)
    with loan:
        try:
            seen = Folder.open(view)
            if loan.how == OVERLAY:
                namespace.uncover(root, loan.path)
        except OSError as error:
            print(f"redraft: this view is no more: {error}", file=sys.stderr)
            return 1
        with seen, Root.open(root) as real:
            _agree(real, loan, None)
            try:
                return answer(args)
            finally:
                _agree(real, loan, seen)


def _agree(root: Root, loan: Loan, seen: Folder | None) -> None:
    """Take back what the program changed, and show it (if asked) what the session holds."""
    sync = loan.take(SYNC, wait=True)
    try:
        if loan.load():
            take_back(root, loan)
            if seen is not None:
                refresh(root, loan, seen)
    except (RedraftError, OSError) as error:
        print(f"redraft: the program's view is not up to date: {error}", file=sys.stderr)
    finally:
        if sync is not None:
            loan.let(sync)
