"""A process that looks once who is active, and prints how long that took, in nanoseconds.

``first_look.py floor|ours ROOT SESSION``: the floor reads a hint and holds it against two stats.
"""

import os
import sys
from time import perf_counter_ns

side, path, session = sys.argv[1:]
workflow = f"{path}/.workflow"
if side == "floor":
    begin = perf_counter_ns()
    descriptor = os.open(f"{workflow}/{session}/workflow-session.json", os.O_RDONLY)
    os.read(descriptor, 4096)
    os.close(descriptor)
    os.stat(f"{workflow}/.active-{session}")
    os.stat(workflow)
    took = perf_counter_ns() - begin
else:
    from redraft.domain.marker import active
    from redraft.domain.root import Root

    root = Root.open(path)
    begin = perf_counter_ns()
    found = active(root)
    took = perf_counter_ns() - begin
    if found != session:
        sys.exit(f"{found} is active, not {session}")
print(took)
