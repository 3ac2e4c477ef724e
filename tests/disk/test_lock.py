"""The lock between processes and the record that its holder leaves."""

from __future__ import annotations

import os
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from redraft.disk import calls, lock
from redraft.disk.folder import Folder
from redraft.disk.lock import Lock, Pulse
from redraft.errors import Locked


@pytest.fixture
def folder(tmp_path: Path) -> Iterator[Folder]:
    """An empty folder."""
    with Folder.open(str(tmp_path)) as opened:
        yield opened


def taken(folder: Folder, doing: str = "work", timeout_s: float = 0, **more: str) -> Lock:
    return Lock(folder, ".lock", doing, timeout_s, **more)


def line(folder: Folder) -> bytes:
    return folder.read(".lock").partition(b"\n")[0]


def abandon(held: Lock) -> None:
    """What the death of the holder does."""
    os.close(held._descriptor)


def test_a_holder_is_named_while_it_works_and_not_after(folder: Folder) -> None:
    with taken(folder, work=".workflow/draft") as held:
        assert held.dead == {}
        record = lock.parse(line(folder))
        assert record["folder"] == ".workflow/draft"
        assert lock.describe(record) == f"process {os.getpid()} of {lock.user()} (work)"
        assert lock.is_held(line(folder))
        assert not lock.is_open(line(folder))
    assert lock.parse(line(folder)) == {"journals": "000000000000", "open": 0}
    assert not lock.is_held(line(folder))


def test_a_second_holder_waits_and_is_told_who_is_there(folder: Folder) -> None:
    with taken(folder, "think"):
        with pytest.raises(Locked) as caught, taken(folder, timeout_s=0.02):
            pass
        assert "(think)" in str(caught.value.data["holder"])
        entered = threading.Event()

        def wait() -> None:
            with taken(folder, timeout_s=10):
                entered.set()

        waiting = threading.Thread(target=wait)
        waiting.start()
        assert not entered.wait(0.01)
    waiting.join()
    assert entered.is_set()


def test_every_journal_changes_the_beat_and_writing_without_one_does_not(folder: Folder) -> None:
    with taken(folder):
        before = lock.beat(line(folder))
    with taken(folder) as held:
        assert lock.beat(line(folder)) == before
        held.begin("place", "draft")
        during = lock.beat(line(folder))
        assert lock.is_open(line(folder))
        assert lock.parse(line(folder))["session"] == "draft"
        held.finish()
    after = lock.beat(line(folder))
    assert len({before, during, after}) == 3


def test_a_dead_holder_is_named_until_its_work_is_taken_care_of(folder: Folder) -> None:
    """Whoever dies in the repair leaves the first death's record."""
    first = taken(folder, work="one").__enter__()
    first.begin("place", "draft")
    abandon(first)
    second = taken(folder, work="two").__enter__()
    assert (second.dead["folder"], second.dead["open"]) == ("place", 1)
    second.begin("elsewhere", "draft")
    abandon(second)
    with taken(folder, work="three") as third:
        assert third.dead["folder"] == "place"
        third.bury()
        assert lock.parse(line(folder))["folder"] == "three"
    with taken(folder) as fourth:
        assert fourth.dead == {}


def test_what_is_left_undone_stays_in_the_record(folder: Folder) -> None:
    with taken(folder) as held:
        held.begin("place", "draft")
    with taken(folder) as after:
        assert after.dead["folder"] == "place"
        after.bury()
    with taken(folder) as held:
        held.intend("draft")
        assert lock.parse(line(folder))["marks"] == "draft"


@pytest.mark.parametrize(
    "content", [b"nonsense", b"[1]", b"\xff\xfe", b"[" * 4000, b'{"holder": null}']
)
def test_a_record_that_cannot_be_read_is_that_of_an_unknown_holder(
    folder: Folder, content: bytes
) -> None:
    Path(folder.path, ".lock").write_bytes(content)
    with taken(folder) as held:
        assert "holder" in held.dead
        assert lock.describe(held.dead) == "another process"
        held.bury()
    with taken(folder) as held:
        assert held.dead == {}


def test_the_tail_of_a_longer_record_means_nothing(folder: Folder) -> None:
    """A death between writing and cutting leaves one."""
    Path(folder.path, ".lock").write_bytes(b'{"journals": "000000000007", "open": 0}\nfolder": 1}')
    with taken(folder) as held:
        assert held.dead == {}
        held.begin("place", "draft")
        assert lock.beat(line(folder)) == b'{"journals": "000000000008", "open": 1'
        held.finish()


def test_a_disk_that_refuses_the_record_fails_only_the_beginning(
    folder: Folder, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*_: object) -> None:
        raise OSError(28, "No space left on device")

    with taken(folder) as held:
        held.begin("place", "draft")
        monkeypatch.setattr(calls, "overwrite", refuse)
        held.finish()
    monkeypatch.undo()
    with taken(folder) as after:
        assert after.dead["folder"] == "place"
        after.bury()
    with taken(folder) as held:
        monkeypatch.setattr(calls, "overwrite", refuse)
        with pytest.raises(OSError, match="space"):
            held.begin("place", "draft")
        held.journal = False
    monkeypatch.setattr(calls, "overwrite", refuse)
    Path(folder.path, ".lock").write_bytes(b"")
    with pytest.raises(OSError, match="space"), taken(folder):
        pass


def test_the_pulse_is_read_without_the_lock_and_follows_a_new_file(folder: Folder) -> None:
    pulse = Pulse(folder, ".lock")
    assert (pulse.read(), pulse.again()) == (b"", b"")
    with taken(folder):
        assert pulse.again() == pulse.read() == line(folder)
    assert pulse.again() == line(folder)
    Path(folder.path, ".lock").rename(Path(folder.path, "old"))
    assert pulse.read() == b""
    Path(folder.path, ".lock").write_bytes(b"new")
    assert pulse.read() == b"new"
    pulse.close()
    pulse.close()


def test_a_pipe_in_place_of_the_lock_keeps_nobody_waiting(folder: Folder) -> None:
    os.mkfifo(Path(folder.path, ".lock"))
    pulse = Pulse(folder, ".lock")
    assert pulse.read() == b""
    pulse.close()
    with pytest.raises(OSError, match="not a regular file"), taken(folder):
        pass


def test_a_link_in_place_of_the_lock_is_refused(folder: Folder, tmp_path: Path) -> None:
    (tmp_path / "target").write_text("untouched")
    (tmp_path / ".lock").symlink_to("target")
    with pytest.raises(OSError, match="symbolic"), taken(folder):
        pass
    assert (tmp_path / "target").read_text() == "untouched"


def test_a_user_without_a_name_is_a_number(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("USER", raising=False)
    monkeypatch.delenv("USERNAME", raising=False)
    assert lock.user() == str(os.getuid())
