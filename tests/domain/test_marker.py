"""Markers: what people do to them by hand is noticed, followed and healed."""

from __future__ import annotations

import json
import os
import shutil
import time
from pathlib import Path

import pytest
from tests.recovery.stories import book, do

from redraft.disk.folder import Folder
from redraft.domain import layout, marker
from redraft.domain.root import Root
from redraft.errors import InvalidSessionName, RedraftError, SessionExists, SessionNotFound


@pytest.fixture
def root(tmp_path: Path) -> Root:
    """A book with the sessions ``one`` and ``two``, the second of them active."""
    book(tmp_path)
    opened = Root.open(str(tmp_path))
    do(opened, "session start", name="one")
    do(opened, "session start", name="two")
    return opened


def mark(root: Root, name: str) -> Path:
    return Path(root.path, layout.marker(name))


def told(root: Root) -> dict[str, object]:
    found: dict[str, object] = json.loads(Path(root.path, layout.SESSION_LOCK).read_text("utf-8"))
    return found


def cold(root: Root) -> tuple[str | None, list[str]]:
    """What a new process sees, and the repairs that it reports."""
    with Root.open(root.path) as other:
        return marker.active(other), other.take_repairs()


def test_a_marker_moved_by_hand_is_followed(root: Root) -> None:
    mark(root, "two").unlink()
    assert (marker.active(root), cold(root)) == (None, (None, []))
    mark(root, "one").touch()
    assert (marker.active(root), cold(root)) == ("one", ("one", []))


def test_changes_within_one_tick_of_the_clock_are_seen(root: Root) -> None:
    """The folder's time alone proves nothing while it is young."""
    for turn in range(200):
        name = ("one", "two")[turn % 2]
        Path(root.path, layout.marker(("one", "two")[(turn + 1) % 2])).unlink(missing_ok=True)
        mark(root, name).touch()
        assert marker.active(root) == name


def test_a_settled_look_costs_one_stat_and_still_notices_a_change(
    root: Root, monkeypatch: pytest.MonkeyPatch
) -> None:
    marker.active(root)
    time.sleep(marker.SETTLE_NS / 1e9 * 1.5)  # the very time that has to pass
    marker.active(root)
    with monkeypatch.context() as patch:
        patch.setattr(marker, "_scan", lambda _: pytest.fail("a settled look scanned again"))
        assert marker.active(root) == "two"
    mark(root, "two").rename(mark(root, "one"))
    assert marker.active(root) == "one"


def test_times_in_whole_seconds_settle_late(root: Root) -> None:
    """FAT keeps times in steps of two seconds."""
    for _ in range(2):
        time.sleep(marker.SETTLE_NS / 1e9 * 1.5)  # the very time that has to pass
        os.utime(Path(root.path, layout.WORKFLOW), ns=(10**18, 10**18))
        marker.active(root)
        assert root.sighting is not None
        assert not root.sighting.settled


def test_an_orphan_marker_is_removed_and_reported_once(root: Root) -> None:
    mark(root, "two").unlink()
    mark(root, "ghost").touch()
    assert cold(root) == (None, ["Removed the marker of 'ghost': it has no open session."])
    assert not mark(root, "ghost").exists()
    assert cold(root) == (None, [])
    assert told(root)["active"] is None


def test_of_several_markers_the_one_set_last_stays(root: Root) -> None:
    """By change time: rename and ``touch -d`` can give any modification time."""
    time.sleep(0.01)  # another tick of the file system's clock
    mark(root, "one").touch()
    os.utime(mark(root, "two"), ns=(2 * 10**18, 2 * 10**18))
    time.sleep(0.01)  # another tick of the file system's clock
    os.utime(mark(root, "one"), ns=(10**18, 10**18))
    mark(root, "ghost").touch()
    assert marker.active(root) == "one"
    assert sorted(root.take_repairs()) == [
        "Removed the marker of 'ghost': it has no open session.",
        "Removed the marker of 'two': another session's is newer.",
    ]
    assert told(root)["active"] == "one"


@pytest.mark.parametrize("known", [False, True])
def test_a_workflow_folder_removed_during_a_look_means_no_session(
    root: Root, monkeypatch: pytest.MonkeyPatch, *, known: bool
) -> None:
    with Root.open(root.path) as other:
        if known:
            assert marker.active(other) == "two"
        place = Path(root.path, layout.WORKFLOW)
        monkeypatch.setattr(Root, "settle", lambda _: shutil.rmtree(place))
        assert marker.active(other) is None


def test_a_folder_that_never_holds_still_is_answered_all_the_same(
    root: Root, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The last look counts, and is not remembered as settled."""
    real, moments = marker._is_marker, iter(range(10**18, 2 * 10**18))

    def restless(folder: Folder, name: str) -> bool:
        os.utime(Path(root.path, layout.WORKFLOW), ns=(0, next(moments)))
        return real(folder, name)

    monkeypatch.setattr(marker, "_is_marker", restless)
    with Root.open(root.path) as other:
        assert marker.active(other) == "two"
        assert other.sighting is not None
        assert not other.sighting.settled
    assert next(moments) == 10**18 + marker._TRIES


@pytest.mark.parametrize("by_hand", [None, "one"])
def test_a_marker_changed_within_the_tick_of_the_last_look_does_not_stop_a_switch(
    root: Root, by_hand: str | None
) -> None:
    """The folder's time says that nothing changed, the rename that something did."""
    marker.active(root)
    workflow = Path(root.path, layout.WORKFLOW)
    before = workflow.stat().st_mtime_ns
    mark(root, "two").unlink()
    if by_hand:
        mark(root, by_hand).touch()
    os.utime(workflow, ns=(before, before))
    assert do(root, "session switch", name="one").previous == by_hand
    assert cold(root) == ("one", [])


def test_a_marker_that_is_gone_is_not_passed_on(root: Root) -> None:
    mark(root, "two").unlink()
    assert not marker.pass_on(root, "two", "one")
    assert cold(root) == (None, [])


@pytest.mark.parametrize("kind", ["folder", "link", "pipe"])
def test_only_a_file_is_a_marker(root: Root, kind: str) -> None:
    mark(root, "two").unlink()
    if kind == "folder":
        mark(root, "one").mkdir()
    elif kind == "link":
        mark(root, "one").symlink_to("workflow-session.json")
    else:
        os.mkfifo(mark(root, "one"))
    assert cold(root) == (None, [])
    found = do(root, "doctor")
    link, other = "a link; Redraft does not follow it", "no file and counts as no marker"
    assert found.left == [f".workflow/.active-one is {link if kind == 'link' else other}"]


@pytest.mark.parametrize("name", ["..", "a b", "x" * 300, "con", "completed", "é", "-x"])
def test_a_marker_whose_name_no_session_can_have_is_removed(root: Root, name: str) -> None:
    """Fault 7: a name made of dots or slashes never leads anywhere."""
    if len(name) > 240:
        name = name[:240]
    mark(root, "two").unlink()
    mark(root, name).touch()
    assert cold(root)[0] is None
    assert not mark(root, name).exists()


def test_a_session_completed_in_place_is_not_active(root: Root) -> None:
    do(root, "session complete", archive=False)
    mark(root, "two").touch()
    assert cold(root)[0] is None
    assert do(root, "session status", session="two").status == "COMPLETED"
    assert do(root, "session resume", session="two").status == "ACTIVE"


def test_the_session_lock_names_the_active_session_or_null(root: Root) -> None:
    """Fault 14: it is replaced as a whole, and nothing of ours reads it."""
    record = told(root)
    assert (record["active"], record["pid"]) == ("two", os.getpid())
    assert set(record) == {"active", "updated_at", "pid", "user"}
    do(root, "session pause")
    assert told(root)["active"] is None
    do(root, "session resume")
    assert told(root)["active"] == "two"
    do(root, "session cancel")
    assert told(root)["active"] is None
    Path(root.path, layout.SESSION_LOCK).write_text("nonsense")
    assert cold(root) == (None, [])
    do(root, "session switch", name="one")
    assert told(root)["active"] == "one"


def test_a_folder_that_cannot_be_written_still_answers(root: Root) -> None:
    """Fault 13: where nothing can be repaired the answer is the same, and writing is refused."""
    mark(root, "ghost").touch()
    lock = Path(root.path, layout.LOCK)
    lock.unlink()
    lock.mkdir()  # even root cannot open this for writing
    assert cold(root)[0] == "two"
    assert mark(root, "ghost").exists()
    with pytest.raises(OSError, match="directory"):
        do(root, "write", path="a.md", content="x")


def test_a_workflow_folder_that_is_a_link_or_file_is_refused(tmp_path: Path) -> None:
    """It may lead anywhere."""
    (tmp_path / "elsewhere").mkdir()
    place = tmp_path / layout.WORKFLOW
    for is_link in (True, False):
        if is_link:
            place.symlink_to("elsewhere")
        else:
            place.write_text("a file")
        with Root.open(str(tmp_path)) as root, pytest.raises((OSError, RedraftError)):
            do(root, "session start", name="draft")
        assert list((tmp_path / "elsewhere").iterdir()) == []
        place.unlink()


@pytest.mark.parametrize(
    "name",
    ["", ".", "..", "../x", "/etc/x", "a/b", "a\0b", "a\nb", "x" * 65, "x" * 300, "CON", "lpt9",
     "Completed", "-a", "_a", ".a", "a b", "ä", "a.", "\ud800"],
)  # fmt: skip
@pytest.mark.parametrize("verb", ["start", "switch", "cancel", "status"])
def test_a_bad_name_is_refused_everywhere(root: Root, name: str, verb: str) -> None:
    """Fault 7: nothing outside is ever touched by a name."""
    argument = {"name": name} if verb in ("start", "switch") else {"session": name}
    with pytest.raises(InvalidSessionName):
        do(root, f"session {verb}", **argument)
    assert sorted(root.sessions()) == ["one", "two"]


def test_names_are_unique_without_regard_to_case(root: Root) -> None:
    with pytest.raises(SessionExists):
        do(root, "session start", name="ONE")
    assert do(root, "session switch", name="ONE").session.name == "one"
    with pytest.raises(SessionNotFound):
        do(root, "session switch", name="three")


def test_switching_again_and_again_leaves_one_marker(root: Root) -> None:
    for name in ("one", "two", "two", "one"):
        do(root, "session switch", name=name)
        assert [p.name for p in Path(root.path, ".workflow").glob(".active-*")] == [
            f".active-{name}"
        ]
