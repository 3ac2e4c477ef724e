"""Where a program's view lies while it runs."""

from __future__ import annotations

import os
import stat
from pathlib import Path

import pytest
from tests.faces.exec_desk import Place

HELD = {"manifest.json", "owner", "running", "view"}


@pytest.fixture
def draft(tmp_path: Path) -> Place:
    place = Place(tmp_path.resolve())
    place.run("session start", name="draft")
    return place


def lay(draft: Place, place: Path, **env: str) -> None:
    """A view lies below a place, the user's own, and is gone afterwards."""
    script = "cd ..; pwd; stat -c %A .; ls"
    ran = draft.sh(script, "copy", **env)
    where, bits, *names = ran.out.splitlines()
    assert Path(where).parent == place
    assert bits.startswith("drwx")
    assert "w" not in bits[4:]
    assert set(names) >= HELD
    assert list(place.iterdir()) == []
    assert stat.S_IMODE(place.stat().st_mode) & 0o022 == 0


def test_a_view_lies_in_a_folder_of_the_users_own_state(draft: Place) -> None:
    lay(draft, draft.state / "redraft" / "exec")


def test_without_a_place_for_state_it_lies_below_the_users_home(draft: Place) -> None:
    lay(
        draft,
        draft.root.parent / ".local/state/redraft/exec",
        XDG_STATE_HOME="",
        HOME=str(draft.root.parent),
    )


def test_where_that_cannot_be_it_lies_among_the_temporary_files(draft: Place) -> None:
    temporary = draft.root.parent / "tmp"
    temporary.mkdir()
    name = f".redraft-exec-{os.geteuid()}"
    lay(draft, temporary / name, XDG_STATE_HOME="/dev/null", TMPDIR=str(temporary))


def test_where_neither_can_be_it_lies_beside_the_root(draft: Place) -> None:
    name = f".redraft-exec-{os.geteuid()}"
    inside = draft.root / "tmp"
    inside.mkdir()
    lay(draft, draft.root.parent / name, XDG_STATE_HOME=str(inside), TMPDIR=str(inside))


def test_a_note_in_the_root_says_where_it_lies(draft: Place) -> None:
    script = 'cat "$1"/*; printf " %s" "$REDRAFT_VIEW"'
    notes = draft.root / ".workflow/.loans"
    ran = draft.call("exec", "--how", "copy", "--", "sh", "-c", script, "sh", str(notes))
    note, _, view = ran.stdout.rpartition(" ")
    assert note == f'{{"at": "{os.path.dirname(view)}"}}'
    assert not notes.exists()
