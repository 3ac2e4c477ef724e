"""What lies in a lent folder, and the signs by which a layer hides."""

from __future__ import annotations

import os
import stat
from collections.abc import Iterator
from pathlib import Path

import pytest

from redraft.disk import claim as claims
from redraft.disk import layer
from redraft.disk.claim import claim
from redraft.disk.folder import Folder


@pytest.fixture
def folder(tmp_path: Path) -> Iterator[Folder]:
    with Folder.open(str(tmp_path)) as opened:
        yield opened


def nothing(_: str) -> bool:
    return False


def kinds(folder: Folder, *, as_layer: bool) -> dict[str, object]:
    found = layer.survey(folder, lambda path: path == "own", layer=as_layer)
    return {path: stamp[0] for path, stamp in found.items()}


def test_signs_mean_something_in_a_layer_only(folder: Folder, tmp_path: Path) -> None:
    (tmp_path / "d").mkdir()
    (tmp_path / "o").mkdir()
    (tmp_path / "own").mkdir()
    (tmp_path / "own/x").touch()
    (tmp_path / "d/f").touch()
    (tmp_path / "l").symlink_to("f")
    layer.hide(folder, "d/w")
    layer.make_opaque(folder, "o")
    assert kinds(folder, as_layer=True) == {
        "d": "d",
        "d/f": "f",
        "d/w": "w",
        "l": "l",
        "o": "o",
        "own": "p",
    }
    assert kinds(folder, as_layer=False) | {"d/w": "x", "o": "d"} == kinds(folder, as_layer=False)


def test_nothing_that_happens_to_a_file_leaves_its_stamp_as_it_was(
    folder: Folder, tmp_path: Path
) -> None:
    place = tmp_path / "f"
    place.write_text("one")
    before = layer.survey(folder, nothing, layer=False)
    times = (place.stat().st_atime_ns, place.stat().st_mtime_ns)
    place.write_text("two")
    os.utime(place, ns=times)
    assert layer.survey(folder, nothing, layer=False) != before


def test_a_shut_folder_is_opened_to_be_looked_into(folder: Folder, tmp_path: Path) -> None:
    (tmp_path / "shut/in").mkdir(parents=True)
    (tmp_path / "shut").chmod(0)
    assert kinds(folder, as_layer=False) == {"shut": "d", "shut/in": "d"}
    (tmp_path / "shut/in").chmod(0)
    (tmp_path / "shut").chmod(0)
    layer.permit(folder)
    assert stat.S_IMODE((tmp_path / "shut/in").stat().st_mode) == 0o700


def test_what_vanishes_meanwhile_is_passed_over(
    folder: Folder, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Folder, "names", lambda _: ["gone"])
    assert layer.survey(folder, nothing, layer=False) == {}
    layer.permit(folder)


def test_a_claim_is_held_until_it_is_closed(folder: Folder) -> None:
    taken = claim(folder, "here")
    assert taken is not None
    assert claim(folder, "here") is None
    os.close(taken)
    again = claim(folder, "here", wait=True)
    assert again is not None
    os.close(again)


def test_a_claim_that_cannot_be_taken_leaves_nothing_open(
    folder: Folder, monkeypatch: pytest.MonkeyPatch
) -> None:
    import filelock

    def refuse(descriptor: int, *, blocking: bool) -> bool:
        raise OSError(37, "no locks here")

    before = len(os.listdir("/proc/self/fd"))
    monkeypatch.setattr(filelock, "lock_descriptor", refuse)
    with pytest.raises(OSError, match="no locks"):
        claims.claim(folder, "here")
    assert len(os.listdir("/proc/self/fd")) == before
