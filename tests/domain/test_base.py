from __future__ import annotations

import os

import pytest
from tests.domain.desk import Desk

from redraft.disk.copying import copy_bytes
from redraft.domain import base
from redraft.domain.session import Session
from redraft.errors import UnsupportedFile


@pytest.fixture
def session(draft: Desk) -> Session:
    return Session.open(draft.root, "draft")


def test_young_times_vouch_for_nothing() -> None:
    now = 1_700_000_000_123_456_789
    assert base.young(now, now)
    assert not base.young(now - 1_000_000_000, now)
    whole = 1_700_000_000_000_000_000  # a disk that counts seconds
    assert base.young(whole - 1_000_000_000, whole)
    assert not base.young(whole - 3_000_000_000, whole)


def test_what_is_no_file_has_no_base(draft: Desk, session: Session) -> None:
    assert not base.ensure(session, "part")
    assert not base.ensure(session, "no.md")
    os.mkfifo(draft.path / "pipe")
    with pytest.raises(UnsupportedFile):
        base.ensure(session, "pipe")


def test_a_base_left_over_goes_with_its_file(draft: Desk, session: Session) -> None:
    assert base.ensure(session, "a.md")
    (draft.path / "a.md").unlink()
    assert not base.ensure(session, "a.md")
    assert session.folder.stat("base/a.md") is None


def test_bases_of_another_shape_of_the_folder_are_never_replaced(
    draft: Desk, session: Session
) -> None:
    draft.run("delete", path="part/b.md")
    draft.run("delete", path="part/sub/c.md")
    for path in ("part/b.md", "part/sub/c.md", "part/sub", "part"):
        place = draft.path / path
        place.rmdir() if place.is_dir() else place.unlink()
    draft.put("part", "a file now\n")
    assert draft.write("part", "mine\n").kind == "created"
    assert draft.states()["part"] == ("created", "conflict")
    assert session.folder.read("base/part/b.md") == b"b\n"
    assert not list((draft.path / ".workflow/draft/.tmp").iterdir())


def test_empty_folders_among_the_bases_give_way(draft: Desk, session: Session) -> None:
    session.folder.make("base/a.md/empty")
    assert base.ensure(session, "a.md")
    assert session.folder.read("base/a.md") == b"one\ntwo\nthree\n"


def test_a_file_that_moves_while_it_is_read_is_read_again(
    draft: Desk, session: Session, monkeypatch: pytest.MonkeyPatch
) -> None:
    real, left = copy_bytes, [2]

    def disturbed(source: int, target: int) -> None:
        real(source, target)
        if left[0]:
            left[0] -= 1
            draft.put("a.md", f"saved {left[0]} more times\n")

    monkeypatch.setattr(base, "copy_bytes", disturbed)
    assert base.ensure(session, "a.md")
    assert session.folder.read("base/a.md") == b"saved 0 more times\n"
    left[0] = -1
    session.folder.unlink("base/a.md")
    with pytest.raises(OSError, match="keeps changing"):
        base.ensure(session, "a.md")


def test_a_file_that_vanishes_while_it_is_read_has_no_base(
    draft: Desk, session: Session, monkeypatch: pytest.MonkeyPatch
) -> None:
    real = type(session.root.folder).open_file

    def vanish(self: object, name: str) -> int:
        if name == "a.md":
            (draft.path / "a.md").unlink(missing_ok=True)
        return real(self, name)  # type: ignore[arg-type]  # a folder, as ever

    monkeypatch.setattr(type(session.root.folder), "open_file", vanish)
    assert not base.ensure(session, "a.md")


def test_links_and_files_of_other_kinds_are_compared_by_what_they_are(
    draft: Desk, session: Session
) -> None:
    link = draft.path / "link.md"
    link.symlink_to("a.md")
    draft.run("delete", path="link.md")
    assert not base.drifted(session, "link.md")
    link.unlink()
    link.symlink_to("part/b.md")
    assert base.drifted(session, "link.md")
    link.unlink()
    assert base.drifted(session, "link.md")
    draft.put("link.md", "a file now\n")
    assert base.drifted(session, "link.md")


def test_a_file_that_vanishes_while_it_is_compared_has_drifted(
    draft: Desk, session: Session, monkeypatch: pytest.MonkeyPatch
) -> None:
    draft.write("a.md", "mine\n")
    os.utime(draft.path / "a.md")

    def gone(*_: object) -> bool:
        raise FileNotFoundError

    monkeypatch.setattr(base, "same_content", gone)
    assert base.drifted(session, "a.md")
