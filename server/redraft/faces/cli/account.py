"""What a program changed in a session: taken back, and told on standard error.

Standard output is the program's own, so nothing of ours goes there, JSON neither.
"""

from __future__ import annotations

import json
import sys
from typing import TYPE_CHECKING, Any

from redraft.domain.loans import RUNNING, SYNC
from redraft.errors import IoError, RedraftError, SessionNotFound
from redraft.faces.text import clean

if TYPE_CHECKING:
    from redraft.domain.loans import Loan
    from redraft.domain.root import Root

_MARKS = {"modified": "M", "created": "A", "deleted": "D"}
_NAMED = 10
_NEXT = (
    ("Keep it:", "session start NAME --from-temporary"),
    ("Apply it:", "session commit"),
    ("Drop it:", "session cancel"),
)


class Account:
    """The end of a program's run.

    Attributes:
        session: the session's name by now.
    """

    def __init__(self, root: Root, loan: Loan, code: int, *, made: bool) -> None:
        """Take the loan of a program that ended with ``code``.

        ``made`` says that the session was made for this program.
        """
        self._root = root
        self._loan = loan
        self._code = code
        self._made = made
        self.session = loan.session

    def take_back(self) -> bool:
        """Take everything back; False if it has to wait for a person, who is told so."""
        from redraft.domain.taking_back import take_back

        self._loan.take(SYNC, wait=True)
        self._loan.load()
        try:
            self.session = take_back(self._root, self._loan)
        except (RedraftError, OSError) as error:
            self._must_wait(error)
            return False
        if self._loan.take(RUNNING) is None:
            _warn("programs that it left running still write where nothing is taken back from")
        self._loan.end(self._root)
        return True

    def _must_wait(self, error: RedraftError | OSError) -> None:
        said = error if isinstance(error, RedraftError) else IoError(error)
        _warn(said.message)
        _warn(f"what the program changed is kept in {self._loan.path}; take it back with:")
        if isinstance(error, SessionNotFound):
            _say(f"  redraft session undo {self.session}")
        _say("  redraft doctor")

    def tell(self, *, quiet: bool, as_json: bool) -> int:
        """Say what changed; returns the program's exit code."""
        from redraft.domain import temporary

        empty = self._made and temporary.drop_if_empty(self._root, self.session)
        if as_json:
            _say(json.dumps(self._as_json(empty=empty)))
            return self._code
        for path, place in sorted(self._loan.aside.items()):
            theirs = f"the program's version is {place}" if place else "the program had deleted it"
            _warn(f"{path} was changed by somebody else meanwhile and stays so; {theirs}")
        for path, why in sorted(self._loan.left.items()):
            _warn(f"left out {path}: {why}")
        if not quiet:
            self._summary(empty=empty)
        return self._code

    def _summary(self, *, empty: bool) -> None:
        changed = sorted(self._loan.changed.items())
        if not changed:
            what = "Nothing else" if self._loan.told else "Nothing"
            _say(f"{what} changed." if empty else f"{what} changed in session {self.session}.")
        else:
            many = "1 document" if len(changed) == 1 else f"{len(changed)} documents"
            listed = ", ".join(f"{_MARKS[kind]} {clean(path)}" for path, kind in changed[:_NAMED])
            more = f" and {len(changed) - _NAMED} more" if len(changed) > _NAMED else ""
            _say(f"{many} changed in session {self.session}: {listed}{more}")
        if self._made and not empty:
            for word, line in _NEXT:
                _say(f"  {word:<9} redraft {line}")

    def _as_json(self, *, empty: bool) -> dict[str, Any]:
        changed, aside, left = self._loan.changed, self._loan.aside, self._loan.left
        return {
            "root": self._root.path,
            "session": None if empty else self.session,
            "temporary": self._made,
            "how": self._loan.how,
            "exit_code": self._code,
            **{kind: sorted(p for p, k in changed.items() if k == kind) for kind in _MARKS},
            "set_aside": [{"path": p, "kept_at": at or None} for p, at in sorted(aside.items())],
            "left_out": [{"path": path, "reason": why} for path, why in sorted(left.items())],
        }


def _warn(text: str) -> None:
    _say(f"redraft: {clean(text)}")


def _say(text: str) -> None:
    print(text, file=sys.stderr)
