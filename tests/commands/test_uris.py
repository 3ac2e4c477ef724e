"""URIs: what an editor writes is read back as the same document."""

from __future__ import annotations

import os

import pytest
from hypothesis import given
from hypothesis import strategies as st

from redraft.commands.uris import Place, Side, file_uri, normal, parse, session_uri
from redraft.errors import InvalidArguments

NAMES = st.from_regex(r"[A-Za-z0-9][A-Za-z0-9_-]{0,20}", fullmatch=True)
PARTS = st.text(st.characters(exclude_characters="/\0", exclude_categories=["Cs"]), min_size=1)
PATHS = st.lists(PARTS, min_size=1, max_size=5).map(lambda parts: "/" + "/".join(parts))
OCTETS = st.binary(min_size=1).filter(lambda name: not set(name) & set(b"/\0"))


@given(NAMES, PATHS, st.sampled_from([Side.DOCUMENT, Side.BASE, Side.GLOBAL]))
def test_a_session_uri_reads_back_as_its_document(session: str, path: str, side: Side) -> None:
    assert parse(session_uri(session, path, side, windows=False), windows=False) == Place(
        path, session, side
    )


@given(PATHS)
def test_a_file_uri_reads_back_as_its_path(path: str) -> None:
    assert parse(file_uri(path, windows=False), windows=False) == Place(path, None)


@given(OCTETS)
def test_names_that_are_no_utf_8_survive(name: bytes) -> None:
    path = "/" + os.fsdecode(name)
    assert os.fsencode(parse(session_uri("s", path, windows=False), windows=False).path) == (
        b"/" + name
    )


@given(NAMES, PATHS, st.integers(1, 10**8))
def test_a_retry_uri_keeps_its_number(session: str, path: str, number: int) -> None:
    uri = session_uri(session, path, Side.RETRY, number, windows=False)
    assert uri.endswith(f"?n={number}")
    assert parse(uri, windows=False) == Place(path, session, Side.RETRY, number)


@pytest.mark.parametrize(
    ("uri", "place"),
    [
        ("file:///c%3A/books/a.md", Place("C:\\books\\a.md", None)),
        ("file:///C:/books/a.md", Place("C:\\books\\a.md", None)),
        ("file://server/share/a.md", Place("\\\\server\\share\\a.md", None)),
        ("redraft://One/c%3A/books/a%20b.md", Place("C:\\books\\a b.md", "One")),
        ("redraft-base://One/C:/books/%C3%A4.md", Place("C:\\books\\ä.md", "One", Side.BASE)),
    ],
    ids=["encoded colon", "plain colon", "share", "session", "base"],
)
def test_windows_paths_have_their_drive_back(uri: str, place: Place) -> None:
    assert parse(uri, windows=True) == place


@pytest.mark.parametrize("path", ["C:\\books\\a b.md", "C:\\ä.md"], ids=["space", "umlaut"])
def test_windows_paths_read_back(path: str) -> None:
    assert parse(session_uri("s", path, windows=True), windows=True) == Place(path, "s")
    assert parse(file_uri(path, windows=True), windows=True) == Place(path, None)


def test_windows_drives_are_written_as_editors_write_them() -> None:
    assert session_uri("s", "C:\\a\\b.md", windows=True) == "redraft://s/c%3A/a/b.md"
    assert file_uri("\\\\server\\share\\b.md", windows=True) == "file://server/share/b.md"


@pytest.mark.parametrize(
    "uri",
    [
        "",
        "not a uri",
        "redraft:///no/session.md",
        "redraft://session",
        "redraft:relative.md",
        "redraft-retry://s/a.md",
        "redraft-retry://s/a.md?n=0",
        "redraft-retry://s/a.md?n=two",
        "http://example.org/a.md",
        "untitled:Untitled-1",
        "file://elsewhere/a.md",
        "file:///a%00b.md",
        "redraft-unknown://s/a.md",
    ],
    ids=lambda uri: uri or "empty",
)
def test_what_names_no_document_is_refused(uri: str) -> None:
    with pytest.raises(InvalidArguments):
        parse(uri, windows=False)


def test_the_session_is_compared_without_case_and_the_path_with() -> None:
    assert normal("REDRAFT://Chapter-01/a/B.md") == normal("redraft://chapter-01/a/B.md")
    assert normal("redraft://s/a.md") != normal("redraft://s/A.md")
    assert normal("file:///A.md") == "file:///A.md"


def test_query_and_fragment_are_no_part_of_the_path() -> None:
    assert parse("redraft://s/a.md?x=1#L5", windows=False).path == "/a.md"
    assert parse("file:///a%23b%3Fc.md", windows=False).path == "/a#b?c.md"
