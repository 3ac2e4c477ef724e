"""A client of one face: does what chance says, writes down what it is answered."""

from __future__ import annotations

from pathlib import Path
from random import Random
from time import monotonic_ns
from typing import Any

from tests.recovery.racing.faces import OK, Answer, Face
from tests.recovery.racing.folder import STEADY, plain
from tests.recovery.racing.record import Log
from tests.recovery.racing.rules import PERMITTED
from tests.recovery.racing.texts import Torn, path_of, versions_of

Facts = dict[str, Any]


class Player:
    """One client.

    Attributes:
        root: the folder.
        face: how it speaks to Redraft.
        aside: a second face of another kind, so that what one wrote the other reads.
        chance: what it does next.
        known: the sessions that it heard of last.
        ended: those that it ended itself.
        steady: what it wrote last into its documents of the steady sessions.
    """

    def __init__(self, root: Path, face: Face, aside: Face, chance: Random, log: Log) -> None:
        self.root = root
        self.face = face
        self.aside = aside
        self.chance = chance
        self.log = log
        self.who = log.who
        self.known: list[str] = [*STEADY]
        self.ended: list[str] = []
        self.steady: dict[tuple[str, str], str] = {}
        self._count = 0

    def version(self) -> str:
        """A new version's name."""
        self._count += 1
        return f"{self.who}.{self._count}"

    def wild(self) -> str | None:
        """One of the sessions that everybody may do everything with."""
        names = [name for name in self.known if name not in STEADY]
        return self.chance.choice(names) if names else None

    def any(self) -> str:
        """Any session."""
        return self.chance.choice(self.known)

    def do(
        self, verb: str, session: str | None = None, /, *, facts: Facts | None = None, **given: Any
    ) -> Answer:
        """Run a verb, write the answer down, and see that it is one that may be given."""
        face = self.aside if self.chance.random() < 0.02 else self.face
        return self.ask(face, verb, session, facts=facts, **given)

    def ask(
        self,
        face: Face,
        verb: str,
        session: str | None = None,
        /,
        *,
        facts: Facts | None = None,
        **given: Any,
    ) -> Answer:
        """As :meth:`do`, by one of the two faces."""
        began = monotonic_ns()
        answer = face.run(verb, session, **given)
        ended = monotonic_ns()
        known: Facts = {"session": answer.result.get("session") or session or given.get("name")}
        known |= {"path": given["path"]} if "path" in given else {}
        known |= facts or {}
        self._write_down(face, verb, answer, {**known, "began": began, "ended": ended})
        rules = PERMITTED["session commit paths" if "paths" in given and "commit" in verb else verb]
        self.log.check(
            answer.code == OK or answer.code in rules,
            "an operation is done, or refused with a code that fits",
            f"{verb} {session} {list(given)}: {answer.code} {answer.result.get('message')}",
        )
        if answer.code == OK and session is not None and answer.result.get("session"):
            self.log.check(
                answer.result["session"].casefold() == session.casefold(),
                "every answer names the session that was asked for",
                f"{verb} in {session} answered for {answer.result['session']}",
            )
        if answer.code == "session_not_found" and session in self.known:
            self.known.remove(str(session))
        return answer

    def _write_down(self, face: Face, verb: str, answer: Answer, facts: Facts) -> None:
        self.log.face = face.name
        self.log.add(verb, code=answer.code, **facts)
        self.log.face = self.face.name

    def read(self, session: str, path: str, face: Face | None = None) -> list[str] | None:
        """The versions that a document shows in a session; None if the session has ended."""
        answer = self.ask(face or self.face, "read", session, path=path)
        if answer.code != OK:
            return None
        content = answer.result["content"].encode()
        try:
            found = versions_of(content)
        except Torn as torn:
            self.log.check(False, "a reader sees whole documents", f"{session} {path}: {torn}")
            return None
        self.log.check(
            path_of(content) == plain(path),
            "a reader sees whole documents",
            f"{session} {path} shows {path_of(content)}",
        )
        return found
