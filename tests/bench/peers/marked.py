"""A tool's way through all jobs, with marks in the system calls before and after each of them.

``marked.py TOOL FOLDER`` is run under a tracer, which then knows what belongs to which job.
"""

from __future__ import annotations

import os
import sys
from pathlib import Path

MARK = "/a mark/"


def main(title: str, folder: str) -> None:
    """Go through the jobs at twenty files."""
    from tests.bench.peers.compare import PEERS
    from tests.bench.peers.course import course
    from tests.bench.peers.desk import Desk

    (kind,) = (peer for peer in PEERS if peer.title == title)
    with kind(Desk(folder, 20)) as peer:
        for job, act in course(peer, 0):
            os.access(f"{MARK}{job}", os.F_OK)
            act()
            os.access(MARK, os.F_OK)


if __name__ == "__main__":
    sys.path.insert(0, str(Path(__file__).resolve().parents[3]))
    main(*sys.argv[1:])
