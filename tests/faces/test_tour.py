"""The tour, as `make tour` plays it: a real process that starts the real server on real folders."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from tests.conftest import SAMPLE_BOOK, Tree, picture

from redraft.disk.folder import Folder
from redraft.faces.cli import tour_disk, tour_documents
from redraft.faces.cli.tour_disk import Line

CHAPTER = "part-1-the-lamp/chapter-01.md"


def tour(*args: str | Path, home: Path) -> subprocess.CompletedProcess[str]:
    """Play the tour with its copies below ``home``."""
    kept = {k: v for k, v in os.environ.items() if not k.startswith(("REDRAFT_", "COV_"))}
    return subprocess.run(
        [sys.executable, "-m", "redraft.faces.cli.tour", *map(str, args)],
        env=kept | {"TMPDIR": str(home), "PYTHONPATH": str(SAMPLE_BOOK.parents[1] / "server")},
        capture_output=True,
        text=True,
        encoding="utf-8",
        check=False,
        timeout=100,
    )


def played(folder: Path, home: Path) -> dict[str, Any]:
    """Play the tour on a folder and give what it says of itself; the folder must stay as it is."""
    before = without(home, folder)
    result = tour("--book", folder, "--json", home=home)
    assert result.stdout, result.stderr
    told: dict[str, Any] = json.loads(result.stdout)
    assert told["failures"] == []
    assert result.returncode == 0
    assert told["ok"] is True
    assert without(home, folder) == before
    assert list(home.iterdir()) == []
    return told


def without(home: Path, folder: Path) -> Tree:
    """A picture of a folder, without the place for copies, should that lie in it."""
    return {p: entry for p, entry in picture(folder).items() if folder / p != home}


@pytest.fixture
def home(tmp_path: Path) -> Path:
    """An empty folder for the tour's copies."""
    folder = tmp_path / "temporary"
    folder.mkdir()
    return folder


@pytest.mark.slow
def test_the_sample_book_is_toured_whole(home: Path) -> None:
    told = played(SAMPLE_BOOK, home)
    steps = {step["title"]: step for step in told["steps"]}
    assert len(steps) == 24
    assert all(check["ok"] for step in steps.values() for check in step["checks"])
    write = next(step for title, step in steps.items() if title.startswith("Write the"))
    assert write["changes"]["global"] == []
    assert f"+ .workflow/bolder-draft/files/{CHAPTER}" in write["changes"]["workflow"]
    switch = next(step for title, step in steps.items() if title.startswith("Switch back"))
    marker = "» .workflow/.active-bolder-draft (was .workflow/.active-quieter-draft)"
    assert marker in switch["changes"]["workflow"]
    commit = next(step for title, step in steps.items() if title.startswith("Commit, with"))
    assert f"~ {CHAPTER}" in commit["changes"]["global"]


@pytest.mark.slow
def test_it_is_told_in_plain_text_where_there_is_no_terminal(home: Path) -> None:
    result = tour("--book", SAMPLE_BOOK, home=home)
    assert result.returncode == 0, result.stdout
    assert "\x1b" not in result.stdout
    assert f"+ .workflow/bolder-draft/files/{CHAPTER}" in result.stdout
    assert "all hold." in result.stdout
    assert result.stderr == ""


@pytest.mark.slow
def test_a_folder_with_anything_in_it_is_toured(tmp_path: Path, home: Path) -> None:
    folder = tmp_path / "my book – draft 2 (final)"
    shutil.copytree(SAMPLE_BOOK / "part-2-the-log", folder / "teil eins" / "ünï", symlinks=True)
    (folder / "-dash.txt").write_bytes((SAMPLE_BOOK / CHAPTER).read_bytes())
    (folder / "noise.bin").write_bytes(bytes(range(256)) * 40)
    (folder / "empty.md").touch()
    (folder / "inside").symlink_to("teil eins")
    (folder / "outside").symlink_to("/etc")
    (folder / "dangling.md").symlink_to("nowhere")
    (folder / os.fsdecode(b"no-text-\xff.md")).write_text("x")
    (folder / ".git").mkdir()
    (folder / ".git" / "config").write_text("not for copying")
    (folder / ".workflow" / "mine").mkdir(parents=True)
    (folder / ".workflow" / ".active-mine").touch()
    os.mkfifo(folder / "pipe")
    played(folder, home)


@pytest.mark.slow
@pytest.mark.parametrize("content", [{}, {"a.bin": b"\0\1"}, {"note.txt": b"one line"}], ids=str)
def test_a_folder_with_too_little_text_gets_chapters_in_the_copy(
    content: dict[str, bytes], tmp_path: Path, home: Path
) -> None:
    folder = tmp_path / "bare"
    folder.mkdir()
    for name, data in content.items():
        (folder / name).write_bytes(data)
    played(folder, home)


@pytest.mark.slow
def test_a_folder_around_the_copy_is_toured(tmp_path: Path) -> None:
    home = tmp_path / "temporary"
    home.mkdir()
    shutil.copytree(SAMPLE_BOOK / "characters", tmp_path / "characters")
    played(tmp_path, home)


@pytest.mark.slow
def test_the_copy_can_be_kept(home: Path) -> None:
    result = tour("--book", SAMPLE_BOOK, "--keep", home=home)
    assert result.returncode == 0
    [kept] = home.glob("redraft-tour-*/sample-book")
    assert str(kept) in result.stdout
    assert (kept / ".workflow" / "completed").is_dir()


@pytest.mark.parametrize("given", ["no-such-folder", "file"])
def test_what_is_no_folder_is_refused(given: str, tmp_path: Path, home: Path) -> None:
    (tmp_path / "file").touch()
    result = tour("--book", tmp_path / given, home=home)
    assert result.returncode == 2
    assert "there is no folder" in result.stderr
    assert list(home.iterdir()) == []


def test_a_server_that_does_not_start_is_told_with_what_it_said(home: Path) -> None:
    broken = (
        "import sys, redraft.faces.cli.tour_client as client, redraft.faces.cli.tour as tour\n"
        "client._environment = lambda: {'PYTHONHOME': '/nowhere'}\n"
        "sys.exit(tour.main(sys.argv[1:]))\n"
    )
    environment = os.environ | {
        "TMPDIR": str(home),
        "PYTHONPATH": str(SAMPLE_BOOK.parents[1] / "server"),
    }
    result = subprocess.run(
        [sys.executable, "-c", broken, "--book", str(SAMPLE_BOOK)],
        env=environment,
        capture_output=True,
        text=True,
        check=False,
        timeout=100,
    )
    assert result.returncode == 1
    assert "The language server is gone." in result.stdout
    assert "all hold" not in result.stdout
    assert list(home.iterdir()) == []


# Its parts ----------------------------------------------------------------------------------------


def changed(folder: Path, before: tour_disk.Picture) -> list[Line]:
    return tour_disk.difference(before, tour_disk.take(str(folder)))


def test_a_difference_tells_new_changed_and_gone(tmp_path: Path) -> None:
    (tmp_path / "same.md").write_text("same")
    (tmp_path / "other.md").write_text("one")
    (tmp_path / "gone.md").write_text("gone")
    before = tour_disk.take(str(tmp_path))
    (tmp_path / "other.md").write_text("two")
    (tmp_path / "gone.md").unlink()
    (tmp_path / "new").mkdir()
    (tmp_path / "new" / "file.md").write_text("new one")
    lines = [(line.sign, line.path) for line in changed(tmp_path, before)]
    assert lines == [("+", "new/file.md"), ("~", "other.md"), ("-", "gone.md")]


def test_a_moved_folder_is_told_once(tmp_path: Path) -> None:
    session = tmp_path / ".workflow" / "draft"
    (session / "files").mkdir(parents=True)
    (session / "files" / "a.md").write_text("a")
    before = tour_disk.take(str(tmp_path))
    (tmp_path / ".workflow" / ".trash").mkdir()
    session.rename(tmp_path / ".workflow" / ".trash" / "draft-1")
    assert changed(tmp_path, before) == [Line("»", ".workflow/.trash/draft-1/", ".workflow/draft/")]


def test_a_same_size_change_within_one_tick_is_seen_by_a_fresh_look(tmp_path: Path) -> None:
    (tmp_path / "a.md").write_text("one")
    before = tour_disk.take(str(tmp_path))
    status = (tmp_path / "a.md").stat()
    (tmp_path / "a.md").write_text("two")
    os.utime(tmp_path / "a.md", ns=(status.st_atime_ns, status.st_mtime_ns))
    after = tour_disk.take(str(tmp_path))
    assert tour_disk.identity(before) != tour_disk.identity(after)
    assert tour_disk.fingerprint(before) != tour_disk.fingerprint(after)


def test_chapters_are_chosen_before_other_texts(tmp_path: Path) -> None:
    shutil.copytree(SAMPLE_BOOK, tmp_path / "book")
    with Folder.open(str(tmp_path / "book")) as folder:
        cast = tour_documents.choose(folder)
    assert (cast.clash, cast.merge) == (CHAPTER, "part-1-the-lamp/chapter-02.md")
    assert cast.picture == "images/map.png"
    assert cast.made == ()


@pytest.mark.parametrize("end", ["\n", "\r\n"], ids=["lf", "crlf"])
def test_an_edit_changes_one_line_and_keeps_all_others(end: str) -> None:
    lines = [
        "\ufeff# Title",
        "",
        "A line of prose that is long enough.",
        "",
        "<p>And one in markup.</p>",
    ]
    text = end.join([*lines, *[""] * 4, "The last line is long enough as well."]).encode()
    edited = tour_documents.add(text, 0, "More.")
    assert edited == text.replace(
        b"long enough." + end.encode(), b"long enough. More." + end.encode()
    )
    assert tour_documents.add(text, 2, "More.").endswith(b"as well. More.")
