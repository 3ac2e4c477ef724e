"""Handlers: what they refuse themselves, and what they make of the domain's answers."""

from __future__ import annotations

import base64
from collections.abc import Iterator
from pathlib import Path

import pytest
from tests.domain.desk import Desk

from redraft.commands.naming import locate
from redraft.commands.roots import Roots
from redraft.commands.uris import file_uri, session_uri
from redraft.errors import InvalidArguments, IoError, Locked, PathOutsideRoot


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[Desk]:
    made = Desk(tmp_path / "a book")
    made.put("a.md", "one\n")
    made.put("image.png", b"\x89PNG\xff")
    yield made
    made.close()


def test_bytes_that_are_no_text_are_read_as_base64_only(desk: Desk) -> None:
    assert desk.refused("read", path="image.png").code == "unsupported_file"
    content = desk.read("image.png", encoding="base64")
    assert base64.b64decode(content) == b"\x89PNG\xff"


@pytest.mark.parametrize("content", ["%%%", "YQ", "ä"])
def test_content_that_is_not_in_its_encoding_is_refused_before_anything_is_made(
    desk: Desk, content: str
) -> None:
    refused = desk.refused("write", path="a.md", content=content, encoding="base64")
    assert refused.code == "invalid_arguments"
    assert not (desk.path / ".workflow").exists()


def test_what_base64_says_is_written_byte_for_byte(desk: Desk) -> None:
    desk.start()
    desk.write("image.png", base64.b64encode(b"\0\xfe").decode(), encoding="base64")
    assert (desk.path / ".workflow/draft/files/image.png").read_bytes() == b"\0\xfe"


def test_a_listing_says_what_the_session_changed_and_without_one_nothing(desk: Desk) -> None:
    plain = desk.run("files")
    assert (plain.session, {(e.path, e.kind) for e in plain.entries}) == (
        None,
        {("a.md", None), ("image.png", None)},
    )
    desk.start()
    desk.write("a.md", "mine\n")
    desk.write("b.md", "new\n")
    kinds = {entry.path: entry.kind for entry in desk.run("files").entries}
    assert kinds == {"a.md": "modified", "b.md": "created", "image.png": None}


def test_a_switch_that_names_two_sessions_is_refused(desk: Desk) -> None:
    desk.start("one")
    desk.start("two")
    refused = desk.refused("session switch", name="one", session="two")
    assert refused.code == "invalid_arguments"
    assert desk.run("session status").name == "two"


@pytest.mark.parametrize("session", ["one", "draft"])
def test_a_start_that_names_two_sessions_is_refused(desk: Desk, session: str) -> None:
    desk.start("one")
    refused = desk.refused("session start", name="two", session=session)
    assert refused.data["problems"] == ["'session' and 'name' name different sessions"]
    assert list(desk.root.sessions()) == ["one"]
    assert desk.run("session start", name="two", session="two").name == "two"


def test_a_document_is_looked_for_in_open_folders_only() -> None:
    with pytest.raises(InvalidArguments, match="no folder is open"):
        locate("file:///a.md", Roots())


def test_a_copys_path_outside_the_root_is_no_copy(desk: Desk, tmp_path: Path) -> None:
    desk.start()
    outside = f"{tmp_path}/other/.workflow/draft/files/a.md"
    assert desk.refused("read", path=outside).code == "path_outside_root"


def test_a_session_that_no_folder_could_have_leaves_the_innermost_root(desk: Desk) -> None:
    """With roots inside each other the session decides; one with an endless name cannot."""
    (desk.path / "inner").mkdir()
    desk.start()
    desk.roots.add(str(desk.path / "inner"))
    place = f"{desk.path}/inner/a.md"
    assert locate(session_uri("x" * 300, place), desk.roots).root.path == f"{desk.path}/inner"
    assert locate(session_uri("draft", place), desk.roots).root.path == str(desk.path)
    with pytest.raises(PathOutsideRoot):
        locate(file_uri("/elsewhere/a.md"), desk.roots)


def test_an_error_of_the_system_names_its_file_however_that_is_spelled() -> None:
    for name, told in (("ä", "ä"), (b"\xc3\xa4", "ä"), (b"\xff", "\ufffd"), (None, "")):
        error = IoError(OSError(28, "No space left on device", name))
        assert error.data == {"path": told, "errno": 28}


def test_a_lock_that_is_held_says_by_whom_and_how_long_was_waited() -> None:
    error = Locked("process 7", 0.5)
    assert error.data == {"holder": "process 7"}
    assert "process 7; waited 0.5 s" in error.message
