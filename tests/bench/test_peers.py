"""The comparison with other tools: each does its jobs, none is believed, and what is said of the
disk is so.
"""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
from collections import Counter
from pathlib import Path

import pytest
from rich.console import Console
from tests.bench.peers import marked
from tests.bench.peers.compare import PEERS, Comparison, compare
from tests.bench.peers.desk import Desk
from tests.bench.peers.of_folders import Copy
from tests.bench.peers.of_git import Worktree
from tests.bench.peers.peer import Absent, How, Job, Peer
from tests.bench.peers.report import beside_ours, lines, summary

SYNCS = "fsync,fdatasync,syncfs,sync,sync_file_range,msync"


def is_there(peer: type[Peer], tmp_path: Path) -> None:
    if reason := peer.missing(Desk(str(tmp_path / "probe"), 20)):
        pytest.skip(f"{peer.title}: {reason}")


def played(tmp_path: Path, *peers: type[Peer]) -> Comparison:
    """One round at twenty files, on a disk that is not waited for."""
    quiet = Console(quiet=True)
    once = {"least": 1, "most": 1, "warm": 0}
    return compare(str(tmp_path), [20], 0, quiet, **once, settle=lambda: None, peers=peers)


@pytest.mark.slow
@pytest.mark.parametrize("peer", PEERS, ids=lambda peer: peer.title)
def test_a_tool_does_every_job_that_it_has(peer: type[Peer], tmp_path: Path) -> None:
    is_there(peer, tmp_path)
    found = played(tmp_path, peer)
    assert found.broken == {}
    had = {job for job in Job if isinstance(peer.how.of(job), How)}
    assert set(found.samples[peer.title]) == had
    assert all(took > 0 for job in had for took in found.samples[peer.title][job][20])


class Idle(Copy):
    title = "idle"

    def integrate(self, draft: str) -> None:
        """Say that it is done."""


class Meddling(Copy):
    title = "meddling"

    def edit(self, draft: str, path: str, *, flush: bool = False) -> None:
        super().edit(draft, path, flush=flush)
        shutil.copy(f"{self.place(draft)}/{path}", f"{self.book}/{path}")


class Silent(Copy):
    title = "silent"

    def status(self, draft: str) -> bytes:
        return super().status(draft).replace(b"chapter-00003", b"")


class Unable(Copy):
    title = "unable"

    def discard(self, draft: str) -> None:
        self.shell("false")


@pytest.mark.parametrize(
    ("peer", "told"),
    [
        (Idle, "the draft's texts are accepted"),
        (Meddling, "the accepted texts stay as they are"),
        (Silent, "all changes are told"),
        (Unable, "ended with"),
    ],
    ids=lambda each: getattr(each, "title", None),
)
def test_a_tool_that_does_not_do_a_job_is_left_out(
    peer: type[Peer], told: str, tmp_path: Path
) -> None:
    found = played(tmp_path, peer, Copy)
    assert told in found.broken[peer.title]
    assert set(found.samples) == {Copy.title}


@pytest.mark.slow
@pytest.mark.skipif(shutil.which("strace") is None, reason="strace is what looks at the calls")
@pytest.mark.parametrize("peer", PEERS, ids=lambda peer: peer.title)
def test_whoever_is_said_to_wait_for_the_disk_does_and_no_other(
    peer: type[Peer], tmp_path: Path
) -> None:
    is_there(peer, tmp_path)
    waits = traced(peer, tmp_path)
    for job in Job:
        how = peer.how.of(job)
        if isinstance(how, How) and (peer.title, job) != ("AgentFS library", Job.DISCARD):
            # That one flushes the database that it is about to remove, and not the removal.
            assert (waits[job] > 0) == how.durable, f"{job}: {waits[job]} flushes"


def traced(peer: type[Peer], tmp_path: Path) -> Counter[str]:
    """How often a tool asks for the disk in each job."""
    log = tmp_path / "calls"
    folder = str(tmp_path / "desk")
    command = [sys.executable, marked.__file__ or "", peer.title, folder]
    watch = ["strace", "-f", "-o", str(log), "-e", f"trace={SYNCS},access,faccessat,faccessat2"]
    subprocess.run([*watch, *command], check=True, capture_output=True)
    found: Counter[str] = Counter()
    job = ""
    for line in log.read_text(errors="replace").splitlines():
        mark = re.search(rf'"{marked.MARK}([^"]*)"', line)
        if mark:
            job = mark[1]
        elif job and re.search(rf"\b({SYNCS.replace(',', '|')})\(", line):
            found[job] += 1
    return found


@pytest.fixture
def made_up() -> dict[str, object]:
    found = Comparison()
    for peer, factor in ((PEERS[0], 1.0), (Worktree, 0.5), (Copy, 3.0)):
        found.versions[peer.title] = "1.0"
        found.samples[peer.title] = {
            job: {n: [factor * n * part for part in (1e-6, 2e-6, 5e-6)] for n in (100, 1_000)}
            for job in Job
            if not isinstance(peer.how.of(job), Absent)
        }
    found.starts["nothing"] = [1e-3]
    return summary(found, [100, 1_000])


def test_every_cell_is_a_time_or_says_why_there_is_none(made_up: dict[str, object]) -> None:
    by_tool = {line.title: line for line in lines(made_up, Job.SWITCH)}
    assert list(by_tool) == ["Redraft, server", "git worktree", "plain copy"]
    assert by_tool["Redraft, server"].cells == ["200 µs (150–350 µs)", "2.0 ms (1.5–3.5 ms)"]
    assert by_tool["Redraft, server"].growth == "1.00"
    assert by_tool["plain copy"].cells == ["nothing to do"] * 2
    assert by_tool["plain copy"].words
    assert [line.durable for line in lines(made_up, Job.ISOLATE)] == ["yes", "no", "no"]


def test_who_is_quicker_and_who_is_slower_is_told(made_up: dict[str, object]) -> None:
    assert beside_ours(made_up, Job.ISOLATE) == (
        "Beside a request to Redraft's server, at 1,000 files: quicker is git worktree (2.0×);"
        " slower is plain copy (3.0×)."
    )
    assert beside_ours(made_up, Job.SWITCH).endswith("quicker is nobody; slower is nobody.")
