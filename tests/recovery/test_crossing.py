"""A folder of the book that is another file system: no rename leads there."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest
from tests.conftest import picture
from tests.recovery.picture import describe, difference, litter, versions
from tests.recovery.stories import commit, do, doc, editor_saves, step, write
from tests.recovery.strikes import die_at, in_child, watched

from redraft.domain import crossing
from redraft.domain.root import Root

INSIDE = "REDRAFT_TEST_MOUNTED"
UNSHARE = ["unshare", "-Urm"]


def _may_mount() -> bool:
    return subprocess.run([*UNSHARE, "true"], check=False, capture_output=True).returncode == 0


def _mount(path: Path) -> None:
    subprocess.run(["mount", "-t", "tmpfs", "redraft", str(path)], check=True)


def _book(path: Path) -> None:
    (path / "part").mkdir(parents=True)
    _mount(path / "part")
    (path / "part/sub").mkdir()
    (path / "part/link").symlink_to("b.md")
    for name in ("a", "part/b", "part/gone", "part/sub/d", "part/merged"):
        (path / f"{name}.md").write_bytes(doc(name[-1] + "\n2\n3\n4\n5\n"))
        os.utime(path / f"{name}.md", ns=(10**18, 10**18))


def _session(root: Root) -> None:
    do(root, "session start", name="draft")
    write(root, "a.md", "a1")
    write(root, "part/b.md", "b1")
    write(root, "part/merged.md", "d\n2\n3\n4\nfive\n")
    write(root, "part/new/e.md", "e1")
    do(root, "delete", path="part/gone.md")
    do(root, "delete", path="part/sub")
    do(root, "delete", path="part/link")
    editor_saves("part/merged.md", "one\n2\n3\n4\n5\n")(root)


def _tell(path: Path, number: int, *, undo: bool) -> bool:
    _book(path)
    with Root.open(str(path)) as root, watched(lambda name: None):
        _session(root)
        if undo:
            commit(root)

    def act() -> None:
        with Root.open(str(path)) as root, watched(die_at(number)):
            (step("session undo") if undo else commit)(root)

    return in_child(act, path.with_suffix(".txt")) == -9


def _inside(tmp_path: Path) -> None:
    """The test's body, in a mount namespace of its own."""
    for undo in (False, True):
        home = tmp_path / f"undo-{undo}"
        home.mkdir()
        assert not _tell(home / "new", 1_000_000, undo=undo)
        new = describe(home / "new")
        number, states = 1, [new]
        while _tell(home / str(number), number, undo=undo):
            path = home / str(number)
            with Root.open(str(path)) as root:
                root.settle()
                assert "Could not" not in " ".join(root.take_repairs())
            found = describe(path)
            if number == 1:
                states.append(found)
            where = f"undo {undo}, call {number}"
            assert litter(path) == [], where
            assert found in states, f"{where}: {[difference(found, s) for s in states]}"
            assert {doc("a1"), doc("b1"), doc("e1"), doc("b\n2\n3\n4\n5\n")} <= versions(path), (
                where
            )
            subprocess.run(["umount", str(path / "part")], check=True)
            number += 1
        assert number > 50
    _round_trip(tmp_path / "round")
    _saved_meanwhile(tmp_path / "meanwhile")


def _round_trip(path: Path) -> None:
    """Commit and undo give back every byte, bit, link and time."""
    _book(path)
    with Root.open(str(path)) as root:
        before = picture(path)
        do(root, "session start", name="draft")
        write(root, "part/b.md", "b1")
        do(root, "delete", path="part/sub")
        do(root, "delete", path="part/link")
        commit(root)
        assert (path / "part/b.md").read_bytes() == doc("b1")
        assert not (path / "part/sub").exists()
        undone = do(root, "session undo")
        assert undone.kept == []
        after = picture(path)
        assert {k: v for k, v in after.items() if v[0] != "directory"} == {
            k: v for k, v in before.items() if v[0] != "directory"
        }


def _saved_meanwhile(path: Path) -> None:
    """A save in the moment of the exchange is put back."""
    _book(path)
    target = path / "part/b.md"
    with Root.open(str(path)) as root:
        folder, home = root.folder.sub("part"), root.folder.sub("")
        (path / "staged").write_bytes(doc("mine"))
        status, mine = target.stat(), (path / "staged").stat()
        old, new = ([s.st_ino, s.st_size, s.st_mtime_ns] for s in (status, mine))

        def save(name: str) -> None:
            if name == "renameat2":
                target.write_bytes(doc("theirs"))

        with watched(save):
            assert not crossing.swap(home, "staged", folder, "b.md", old, new)
        assert target.read_bytes() == doc("theirs")
        assert (path / "staged").read_bytes() == doc("mine")
        assert [p for p in (path / "part").iterdir() if p.name.startswith(".")] == []


@pytest.mark.slow
@pytest.mark.timeout(300)
def test_commit_and_undo_across_file_systems_survive_being_killed(tmp_path: Path) -> None:
    """Copied beside the target, flushed and renamed: the old version or the new, never half."""
    assert _may_mount(), (
        "this system lets nobody mount: run the tests as root, or allow user namespaces"
    )
    call = (
        f"from tests.recovery.test_crossing import _inside, Path; _inside(Path({str(tmp_path)!r}))"
    )
    paths = os.pathsep.join(sys.path)
    done = subprocess.run(
        [*UNSHARE, sys.executable, "-c", call],
        env={**os.environ, "PYTHONPATH": paths},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
