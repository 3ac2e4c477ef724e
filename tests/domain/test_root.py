"""A look that an operation overlaps is made again: the stamps around it differ."""

from __future__ import annotations

import threading
from pathlib import Path

from redraft.domain.root import Root


def test_a_stamp_waits_for_an_operation_that_changes_the_session(tmp_path: Path) -> None:
    (tmp_path / ".workflow").mkdir()
    began, ends = threading.Event(), threading.Event()

    def change() -> None:
        with Root.open(str(tmp_path)) as root, root.hold("commit", "draft") as lock:
            lock.begin(".workflow/draft", "draft")
            began.set()
            ends.wait(20)
            lock.finish()

    other = threading.Thread(target=change)
    with Root.open(str(tmp_path)) as root:
        before = root.beat("another")
        other.start()
        assert began.wait(20)
        assert root.busy()
        assert not root.has_beat(before)
        stamps: list[bytes] = []
        waiting = threading.Thread(target=lambda: stamps.append(root.beat("draft")))
        waiting.start()
        assert root.beat("another") != before  # that session is left alone: nobody waits
        assert not stamps
        ends.set()
        other.join(20)
        waiting.join(20)
        assert not root.busy()
        assert [root.has_beat(stamp) for stamp in stamps] == [True]
