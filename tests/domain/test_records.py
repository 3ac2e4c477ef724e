"""Records: what is read of a small JSON file that anybody may have written."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from redraft.disk.folder import Folder
from redraft.domain.records import DEEPEST, is_deep, read_record, record_of


@pytest.fixture
def folder(tmp_path: Path) -> Iterator[Folder]:
    with Folder.open(str(tmp_path)) as opened:
        yield opened


def nested(levels: int) -> object:
    value: object = 1
    for level in range(levels):
        value = [value] if level % 2 else {"x": value}
    return value


def test_a_sound_record_is_read(folder: Folder) -> None:
    Path(folder.path, "r").write_text('{"a": [1, "ä"]}')
    assert read_record(folder, "r") == {"a": [1, "ä"]}
    assert read_record(folder, "r", 16) == {"a": [1, "ä"]}


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("[" * 100_000, "nested too deeply"),
        (json.dumps(nested(DEEPEST + 1)), "nested too deeply"),
        ('{"a": "' + "x" * (1 << 20), "larger than"),
        ("{", "Expecting"),
        ("", "Expecting"),
        ("9" * 5000, "limit"),
    ],
    ids=["endless", "deep", "large", "open", "empty", "digits"],
)
def test_what_is_no_record_of_ours_is_refused(folder: Folder, text: str, why: str) -> None:
    """Faults 13 and 28: no content of a small file takes long or breaks a command."""
    Path(folder.path, "r").write_text(text)
    with pytest.raises(ValueError, match=why):
        read_record(folder, "r")


def test_a_record_that_is_no_file_is_not_waited_for(folder: Folder, tmp_path: Path) -> None:
    import os

    os.mkfifo(tmp_path / "r")
    with pytest.raises(OSError, match="regular"):
        read_record(folder, "r")


def test_depth_is_counted_in_lists_and_objects() -> None:
    assert not is_deep(nested(DEEPEST - 1))
    assert is_deep(nested(DEEPEST))
    assert not is_deep([[]] * 1000)


def test_names_that_are_no_utf_8_may_be_kept() -> None:
    assert record_of(b'"\xff"', escaped=True) == "\udcff"
    with pytest.raises(ValueError, match="decode"):
        record_of(b'"\xff"')
