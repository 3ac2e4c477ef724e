"""A document of 300 MB is streamed: the process's memory does not grow with it."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
from pathlib import Path

import pytest
from tests.domain.desk import Desk

SIZE = 300 << 20

CODE = """
import json, resource, sys
from redraft.commands.dispatch import Roots, execute, validate
from redraft.commands.table import BY_VERB
from redraft.domain.writing import WritableView

roots = Roots([sys.argv[1]])
size = int(sys.argv[2])
def run(verb, **arguments):
    return execute(BY_VERB[verb], validate(BY_VERB[verb], arguments), roots)
def zeros(count):
    block = bytes(1 << 20)
    return (block for _ in range(count >> 20))
with WritableView.of(roots.all()[0], "draft") as view:
    view.write("big.bin", [b"small now"])
    view.write("new.bin", zeros(size))
run("retry", file_path="new.bin", reason="too big")
run("session diff")
states = [f.state for f in run("session commit").files]
done = run("session commit", force=True)
run("session undo")
peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
print(json.dumps([peak, states, done.created, done.modified]))
"""


def peak_of(desk: Desk, size: int) -> int:
    with (desk.path / "big.bin").open("wb") as file:
        file.truncate(size)  # sparse: it takes no room
    desk.start()
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)}
    command = [sys.executable, "-c", CODE, str(desk.path), str(size)]
    done = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    peak, states, created, modified = json.loads(done.stdout)
    assert (states, created, modified) == (["clean"] * 2, ["new.bin"], ["big.bin"])
    kilobytes: int = peak
    return kilobytes


@pytest.mark.slow
def test_memory_does_not_grow_with_a_document() -> None:
    peaks = []
    memory = "/dev/shm" if os.path.isdir("/dev/shm") else None  # noqa: S108 - a disk would be slow
    for size in (1 << 20, SIZE):
        with tempfile.TemporaryDirectory(dir=memory) as folder:
            desk = Desk(Path(folder, "book"))
            peaks.append(peak_of(desk, size))
            desk.close()
    assert peaks[1] < peaks[0] + 40_000
