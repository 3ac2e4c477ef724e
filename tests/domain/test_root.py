"""A look that an operation overlaps is made again: the stamps around it differ."""

from __future__ import annotations

import threading
from pathlib import Path

import pytest
from tests.recovery.stories import do

from redraft.commands.roots import Roots
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


@pytest.mark.usefixtures("reach")
def test_the_folder_that_was_opened_counts_and_not_its_name(tmp_path: Path) -> None:
    """Whoever swaps the link on the way to it, or its own name, leads nobody elsewhere."""
    for name in ("book", "other", "third"):
        (tmp_path / name).mkdir()
        (tmp_path / name / "a.md").write_text(f"{name}\n")
    link = tmp_path / "link"
    link.symlink_to("book")
    roots = Roots([str(link)])
    try:
        root = roots.all()[0]
        do(root, "session start", name="draft")
        link.unlink()
        link.symlink_to("other")
        (tmp_path / "book").rename(tmp_path / "moved")
        (tmp_path / "third").rename(tmp_path / "book")
        assert do(root, "read", path="a.md").content == "book\n"
        do(root, "write", path="a.md", content="mine\n")
        do(root, "session commit", force=True)
    finally:
        roots.close()
    assert (tmp_path / "moved/a.md").read_text() == "mine\n"
    assert sorted(path.name for path in (tmp_path / "other").iterdir()) == ["a.md"]
    assert sorted(path.name for path in (tmp_path / "book").iterdir()) == ["a.md"]
