"""The way that every tool goes through the jobs."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

from tests.bench.peers.peer import Absent, Job, Peer

Step = tuple[Job, Callable[[], object]]


class Undone(Exception):
    """A tool did not do what it should have done."""


def course(peer: Peer, turn: int) -> Iterator[Step]:
    """All jobs in order, each to be done before the next is asked for.

    What a job needs is made ready before it, and what came of it is looked at after it: who does
    not do a job cannot be quick at it.

    Raises:
        Undone: a job was not done.
    """
    accepted, left, last = (f"draft-{turn}-{letter}" for letter in "abc")
    first, second, *others = peer.desk.edited
    before, said = _books(peer), list[bytes]()
    yield Job.ISOLATE, lambda: peer.begin(accepted)
    yield Job.EDIT, lambda: peer.edit(accepted, first)
    yield Job.FLUSHED, lambda: peer.edit(accepted, second, flush=True)
    _edit(peer, accepted, others)
    _expect(peer.in_place or _books(peer) == before, "the accepted texts stay as they are")
    yield Job.STATUS, lambda: said.append(peer.status(accepted))
    _expect(_can(peer, Job.STATUS) <= _tells_all(peer, said[0]), "all changes are told")
    yield Job.INTEGRATE, lambda: peer.integrate(accepted)
    wanted = _texts(peer, accepted) if _can(peer, Job.INTEGRATE) else before
    _expect(_books(peer) == wanted, "the draft's texts are accepted")
    peer.clear(accepted)
    peer.begin(left)
    _edit(peer, left, peer.desk.edited)
    if _can(peer, Job.SWITCH):
        peer.keep(left)
        peer.begin(last)
        _edit(peer, last, peer.desk.edited)
    yield Job.SWITCH, lambda: peer.switch(last, left)
    _expect(_drafts(peer, left) == _texts(peer, left), "the other draft is at hand")
    yield Job.DISCARD, lambda: peer.discard(left)
    _expect(_books(peer) == wanted, "nothing of a discarded draft is left in the folder")
    if _can(peer, Job.SWITCH):
        peer.forget(last)


def _edit(peer: Peer, draft: str, paths: list[str]) -> None:
    peer.edit_all(draft, paths)
    _expect(_drafts(peer, draft) == _texts(peer, draft), "the draft holds what was written")


def _expect(held: bool, what: str) -> None:
    if not held:
        raise Undone(f"not so: {what}")


def _can(peer: Peer, job: Job) -> bool:
    return not isinstance(peer.how.of(job), Absent)


def _tells_all(peer: Peer, said: bytes) -> bool:
    return all(path.encode() in said for path in peer.desk.edited)


def _texts(peer: Peer, draft: str) -> list[bytes]:
    return [peer.desk.text(path, draft) for path in peer.desk.edited]


def _drafts(peer: Peer, draft: str) -> list[bytes]:
    return [peer.read(draft, path) for path in peer.desk.edited]


def _books(peer: Peer) -> list[bytes]:
    return [Path(f"{peer.book}/{path}").read_bytes() for path in peer.desk.edited]
