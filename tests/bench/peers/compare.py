"""The comparison: the same jobs for every tool, turn about, in one run on one disk."""

from __future__ import annotations

import gc
import os
import shlex
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, field
from functools import partial
from itertools import count, islice
from time import monotonic

from rich.console import Console
from tests.bench.measure import timed
from tests.bench.peers.course import Step, course
from tests.bench.peers.desk import Desk, Shell
from tests.bench.peers.of_agentfs import AgentFS
from tests.bench.peers.of_folders import Copy, FuseOverlay, Overlay
from tests.bench.peers.of_git import Branch, Stash, Worktree
from tests.bench.peers.of_mercurial import Share, Shelve
from tests.bench.peers.of_redraft import Commands, Server
from tests.bench.peers.peer import Absent, Job, Peer

PEERS: tuple[type[Peer], ...] = (
    Server,
    Commands,
    Worktree,
    Branch,
    Stash,
    Share,
    Shelve,
    Copy,
    Overlay,
    FuseOverlay,
    AgentFS,
)
STARTS = {
    "a program that does nothing": "/bin/true",
    "Python that does nothing": f"{shlex.quote(sys.executable)} -c pass",
}


@dataclass(slots=True)
class Comparison:
    """What came out.

    Attributes:
        samples: seconds by tool, job and number of files, in the order they were taken.
        versions: which tool it was, by tool.
        left_out: the tools that cannot be had here, and why.
        starts: seconds that the start of a process takes, which every command pays.
        broken: tools that failed, and how; nothing of theirs is in ``samples``.
    """

    samples: dict[str, dict[Job, dict[int, list[float]]]] = field(default_factory=dict)
    versions: dict[str, str] = field(default_factory=dict)
    left_out: dict[str, str] = field(default_factory=dict)
    starts: dict[str, list[float]] = field(default_factory=dict)
    broken: dict[str, str] = field(default_factory=dict)


def compare(
    folder: str,
    sizes: Sequence[int],
    budget_s: float,
    console: Console,
    *,
    least: int,
    most: int,
    warm: int = 1,
    settle: Callable[[], None] = os.sync,
    peers: Sequence[type[Peer]] = PEERS,
) -> Comparison:
    """Give every tool every job at these sizes, in rounds, for about so long at each size.

    The first ``warm`` rounds do not count: what is done once only is not what is measured. Before
    each job of each tool ``settle`` is called: the disk then has nothing else to do.
    """
    found = Comparison()
    for n in sizes:
        with ExitStack() as stack, console.status("") as status:
            desk = Desk(f"{folder}/peers-{n}", n)
            shell = stack.enter_context(Shell(desk.path, desk.environment))
            there = []
            for peer in peers:
                status.update(f"{peer.title}, {n:,} files: the folder is laid down")
                if reason := peer.missing(desk):
                    found.left_out[peer.title] = reason
                else:
                    there.append(stack.enter_context(peer(desk)))
                    found.versions[peer.title] = there[-1].version()
            rounds = _Rounds(there, found, n, shell, settle, status.update)
            for _ in range(warm):
                rounds.play(counts=False)
            rounds.run(budget_s, least, most)
    for title in found.broken:
        found.samples.pop(title, None)
    return found


class _Rounds:
    """All rounds at one size."""

    def __init__(
        self,
        peers: list[Peer],
        found: Comparison,
        n: int,
        shell: Shell,
        settle: Callable[[], None],
        tell: Callable[[str], None],
    ) -> None:
        self._peers, self._found, self._n = peers, found, n
        self._shell, self._settle, self._tell = shell, settle, tell
        self._turns = count()

    def run(self, budget_s: float, least: int, most: int) -> None:
        """As many rounds as fit into the time, within these bounds."""
        end = monotonic() + budget_s
        gc.collect()
        gc.disable()
        try:
            for number in range(most):
                if number >= least and monotonic() >= end:
                    break
                self.play()
        finally:
            gc.enable()

    def play(self, *, counts: bool = True) -> None:
        """One round: each job for all tools, turn about."""
        turn = next(self._turns)
        for title, command in STARTS.items():
            took = timed(partial(self._shell, command))
            self._found.starts.setdefault(title, []).append(took)
        courses = [(peer, course(peer, turn)) for peer in self._peers]
        first = turn % len(courses)  # so that nobody always comes after the same one
        for job in (*Job, None):
            for peer, steps in courses[first:] + courses[:first]:
                self._tell(f"{peer.title}, {self._n:,} files, round {turn + 1}: {job or 'cleared'}")
                self._step(peer, steps, counts)

    def _step(self, peer: Peer, steps: Iterator[Step], counts: bool) -> None:
        """Let a tool make ready for its next job and do it."""
        if peer.title in self._found.broken:
            return
        try:
            for job, act in islice(steps, 1):
                self._settle()
                took = timed(act)
                if counts and not isinstance(peer.how.of(job), Absent):
                    jobs = self._found.samples.setdefault(peer.title, {})
                    jobs.setdefault(job, {}).setdefault(self._n, []).append(took)
        except Exception as error:  # noqa: BLE001 - one tool that fails must not cost the others
            self._found.broken[peer.title] = f"{type(error).__name__}: {error}"
