"""What every test may ask for: a fresh book, and a picture of a folder to compare byte for byte."""

from __future__ import annotations

import os
import shutil
import stat
from collections.abc import Callable
from pathlib import Path
from typing import TypeAlias

import pytest
from hypothesis import HealthCheck, settings

from redraft.disk import beneath

Tree: TypeAlias = dict[str, tuple[str, int, int, bytes]]
"""Path below the folder → kind (file, directory, symlink, other), mode, mtime in ns, content."""

SAMPLE_BOOK = Path(__file__).parent.parent / "docs" / "sample-book"
OWN = (".workflow", "workspace")

# No deadline and no "too slow": both judge the machine, not the program.
_CALM = settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.register_profile("dev", _CALM)
settings.register_profile("ci", _CALM, derandomize=True, print_blob=True)
settings.load_profile("ci" if os.environ.get("CI") else "dev")


@pytest.fixture
def book(tmp_path: Path) -> Path:
    """A copy of the sample book that the test may change."""
    root = tmp_path / "book"
    shutil.copytree(SAMPLE_BOOK, root, symlinks=True, ignore=shutil.ignore_patterns(*OWN))
    return root


@pytest.fixture(params=["by handles", "openat2"])
def reach(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """Both ways to reach a file without following links: servers use ``openat2``, others walk."""
    monkeypatch.setattr(beneath, "_prepared", [])
    if request.param == "openat2":
        assert beneath.enable()


@pytest.fixture
def tree() -> Callable[[Path], Tree]:
    """A function that takes in all of a folder but what Redraft keeps there for itself."""
    return picture


def picture(folder: Path) -> Tree:
    """Every entry below ``folder`` but its ``.workflow`` and ``workspace``; links not followed."""
    entries: Tree = {}
    for parent, folders, files in os.walk(folder):
        if Path(parent) == folder:
            folders[:] = [name for name in folders if name not in OWN]
        for name in (*folders, *files):
            path = Path(parent, name)
            entries[path.relative_to(folder).as_posix()] = _entry(path)
    return entries


def _entry(path: Path) -> tuple[str, int, int, bytes]:
    status = path.lstat()
    mode, mtime = stat.S_IMODE(status.st_mode), status.st_mtime_ns
    if stat.S_ISREG(status.st_mode):
        return "file", mode, mtime, path.read_bytes()
    if stat.S_ISLNK(status.st_mode):
        return "symlink", mode, mtime, os.fsencode(os.readlink(path))
    return "directory" if stat.S_ISDIR(status.st_mode) else "other", mode, mtime, b""
