"""Paths and URIs: every way to name a document means the same one, for every command."""

from __future__ import annotations

import base64
from collections.abc import Callable, Iterator
from dataclasses import fields
from pathlib import Path
from typing import Any

import pytest

from redraft.commands import requests as q
from redraft.commands.dispatch import Roots, execute, validate
from redraft.commands.naming import Spot, documents, locate, named
from redraft.commands.schemes import is_uri
from redraft.commands.table import BY_VERB
from redraft.commands.uris import Side, file_uri, session_uri
from redraft.errors import RedraftError

DOCUMENT = "part one/chapter #1.md"

Spelling = Callable[[Path, str, str], str]


def by_uri(book: Path, session: str, path: str) -> str:
    return session_uri(session, f"{book}/{path}")


def by_uri_in_capitals(book: Path, session: str, path: str) -> str:
    return session_uri(session.upper(), f"{book}/{path}").replace("redraft:", "REDRAFT:")


def by_file_uri_of_the_copy(book: Path, session: str, path: str) -> str:
    return file_uri(f"{book}/.workflow/{session}/files/{path}")


def by_path_of_the_copy(book: Path, session: str, path: str) -> str:
    return f"{book}/.workflow/{session}/files/{path}"


def by_relative_path_of_the_copy(_: Path, session: str, path: str) -> str:
    return f"./.workflow/{session}/files/{path}"


OF_A_SESSION: tuple[Spelling, ...] = (
    by_uri,
    by_uri_in_capitals,
    by_file_uri_of_the_copy,
    by_path_of_the_copy,
    by_relative_path_of_the_copy,
)
ways = pytest.mark.parametrize("spell", OF_A_SESSION, ids=lambda spell: spell.__name__)


class Book:
    """An open book with the sessions ``other`` (the active one) and ``draft``."""

    def __init__(self, path: Path) -> None:
        self.path = path
        (path / "part one").mkdir(parents=True)
        (path / DOCUMENT).write_bytes(b"global\n")
        (path / "notes.md").write_bytes(b"notes\n")
        self.roots = Roots([str(path)])
        for name in ("draft", "other"):
            self.run("session start", name=name)

    def run(self, verb: str, **arguments: Any) -> Any:
        """Run a command as every face does."""
        command = BY_VERB[verb]
        return execute(command, validate(command, arguments), self.roots)

    def refused(self, verb: str, **arguments: Any) -> RedraftError:
        """Run a command that must be refused; gives the error."""
        with pytest.raises(RedraftError) as caught:
            self.run(verb, **arguments)
        return caught.value


@pytest.fixture
def book(tmp_path: Path) -> Iterator[Book]:
    made = Book(tmp_path.resolve() / "my book")
    yield made
    made.roots.close()


# A session's document --------------------------------------------------------------------------


@ways
def test_every_spelling_of_a_session_s_document_means_that_session(
    book: Book, spell: Spelling
) -> None:
    name = spell(book.path, "draft", DOCUMENT)
    written = book.run("write", path=name, content="draft\n")
    assert (written.session, written.path) == ("draft", DOCUMENT)
    found = book.run("resolve", path=name)
    assert (found.session, found.path, found.source) == ("draft", DOCUMENT, "session")
    assert book.run("read", path=name).content == "draft\n"
    assert book.run("run", line=f'read "{name}"').result.content == "draft\n"
    assert book.run("resolve", path=DOCUMENT).source == "global"
    assert book.run("session diff", path=name).files[0].path == DOCUMENT


@ways
def test_retries_are_recorded_and_brought_back_by_every_spelling(
    book: Book, spell: Spelling
) -> None:
    name = spell(book.path, "draft", DOCUMENT)
    book.run("write", path=name, content="first\n")
    kept = book.run("retry", file_path=name, reason="no")
    assert (kept.session, kept.file, kept.number) == ("draft", DOCUMENT, 1)
    assert [each.number for each in book.run("retry list", file_path=name).retries] == [1]
    book.run("write", path=name, content="second\n")
    assert book.run("retry restore", file_path=name, number=1).path == DOCUMENT
    assert book.run("read", path=name).content == "first\n"


@ways
def test_changes_are_discarded_and_committed_by_every_spelling(book: Book, spell: Spelling) -> None:
    name = spell(book.path, "draft", DOCUMENT)
    notes = spell(book.path, "draft", "notes.md")
    for each in (name, notes):
        book.run("write", path=each, content="draft\n")
    assert book.run("session discard", paths=[notes]).discarded == ["notes.md"]
    book.run("write", path=notes, content="draft\n")
    done = book.run("session commit", paths=[name], force=True)
    assert (done.session, done.modified, done.session_closed) == ("draft", [DOCUMENT], False)
    assert (book.path / DOCUMENT).read_bytes() == b"draft\n"
    assert (book.path / "notes.md").read_bytes() == b"notes\n"


@ways
def test_documents_are_renamed_and_deleted_by_every_spelling(book: Book, spell: Spelling) -> None:
    new = spell(book.path, "draft", "renamed.md")
    moved = book.run("rename", path=spell(book.path, "draft", DOCUMENT), new_path=new)
    assert (moved.session, moved.path) == ("draft", "renamed.md")
    assert book.run("delete", path=new).session == "draft"
    assert (book.path / DOCUMENT).exists()


@ways
def test_a_folder_of_a_session_is_listed(book: Book, spell: Spelling) -> None:
    book.run("write", path=spell(book.path, "draft", "new.md"), content="x")
    listed = book.run("files", path=spell(book.path, "draft", ""))
    assert listed.session == "draft"
    assert [entry.path for entry in listed.entries] == ["new.md", "notes.md", "part one"]


def test_a_drifted_document_is_adopted_by_its_uri(book: Book) -> None:
    uri = session_uri("draft", f"{book.path}/notes.md")
    book.run("write", path=uri, content="draft\n")
    (book.path / "notes.md").write_bytes(b"went past\n")
    assert book.run("adopt", paths=[uri]).adopted == ["notes.md"]
    assert book.run("read", path=uri).content == "went past\n"


# Plain files -----------------------------------------------------------------------------------


def test_a_file_uri_is_the_document_in_the_active_or_the_named_session(book: Book) -> None:
    uri = file_uri(f"{book.path}/{DOCUMENT}")
    assert book.run("write", path=uri, content="other\n").session == "other"
    assert book.run("read", path=uri).content == "other\n"
    assert book.run("read", path=uri, session="draft").content == "global\n"


def test_a_file_uri_is_exact_where_a_bare_name_is_looked_for(book: Book) -> None:
    (book.path / "part one" / "only.md").write_bytes(b"only\n")
    assert book.run("read", path="only.md").path == "part one/only.md"
    for exact in (file_uri(f"{book.path}/only.md"), f"{book.path}/only.md", "./only.md"):
        assert book.refused("read", path=exact).code == "file_not_found"


def test_names_that_look_like_uris_are_reached(book: Book) -> None:
    for name in ("file:odd.md", "redraft:odd.md"):
        (book.path / name).write_bytes(b"odd\n")
        assert book.run("read", path=f"./{name}").path == name
        assert book.run("read", path=file_uri(f"{book.path}/{name}")).path == name
        assert book.refused("read", path=name).code == "invalid_arguments"


def test_names_that_are_no_utf_8_are_reached_by_uri(book: Book) -> None:
    uri = f"{file_uri(str(book.path))}/%E4.md"
    (book.path / "\udce4.md").write_bytes(b"latin\n")
    found = book.run("read", path=uri, encoding="base64")
    assert base64.b64decode(found.content) == b"latin\n"


def test_a_link_to_the_root_is_another_spelling_of_it(book: Book, tmp_path: Path) -> None:
    (tmp_path / "short").symlink_to(book.path)
    for given in (f"{tmp_path}/short/notes.md", f"//{tmp_path}/short/notes.md"):
        assert book.run("resolve", path=file_uri(given)).path == "notes.md"
    copy = f"{tmp_path}/short/.workflow/draft/files/notes.md"
    assert book.run("resolve", path=copy).session == "draft"


def test_a_link_in_the_root_is_renamed_itself(book: Book, tmp_path: Path) -> None:
    (tmp_path / "short").symlink_to(book.path)
    (book.path / "link.md").symlink_to("notes.md")
    uri = session_uri("draft", f"{tmp_path}/short/link.md")
    assert book.run("delete", path=uri).path == "link.md"
    assert book.run("read", path=uri.replace("link.md", "notes.md")).content == "notes\n"


# Refusals --------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "arguments",
    [
        {"path": "redraft://draft{}/a.md", "new_path": "redraft://other{}/b.md"},
        {"path": "redraft://draft{}/a.md", "new_path": "b.md", "session": "other"},
        {"path": ".workflow/draft/files/a.md", "new_path": "{}/.workflow/other/files/b.md"},
        {"path": "a.md", "new_path": "file://{}/.workflow/other/files/b.md", "session": "draft"},
    ],
    ids=["two URIs", "URI and session", "two copies", "copy and session"],
)
def test_different_sessions_are_refused(book: Book, arguments: dict[str, str]) -> None:
    where = file_uri(str(book.path)).removeprefix("file://")
    filled = {
        key: value.format(where if "://" in value else book.path)
        for key, value in arguments.items()
    }
    error = book.refused("rename", **filled)
    assert error.code == "invalid_arguments"
    assert error.message.startswith("different sessions are named: ")


def test_the_same_session_may_be_named_twice_in_any_case(book: Book) -> None:
    uri = session_uri("DRAFT", f"{book.path}/notes.md")
    assert book.run("resolve", path=uri, session="draft").session == "draft"
    assert book.run("session discard", paths=[_written(book, uri)], name="Draft").discarded


def _written(book: Book, uri: str) -> str:
    book.run("write", path=uri, content="x")
    return uri


@pytest.mark.parametrize(
    ("path", "code"),
    [
        ("file:///etc/passwd", "path_outside_root"),
        ("redraft://draft/etc/passwd", "path_outside_root"),
        ("redraft://nobody{}/notes.md", "session_not_found"),
        (".workflow/nobody/files/notes.md", "session_not_found"),
        ("redraft://no%20name{}/notes.md", "invalid_session_name"),
        ("file://{}/.workflow/draft/base/notes.md", "protected_path"),
        (".workflow/draft/files/../base/notes.md", "protected_path"),
        (".workflow/completed/files/notes.md", "protected_path"),
        ("redraft://draft{}/.workflow/other/files/notes.md", "protected_path"),
        (".workflow/draft/files/.workflow/other/files/notes.md", "protected_path"),
        (".workflow/draft/files/.git/config", "protected_path"),
        ("redraft-base://draft{}/notes.md", "invalid_arguments"),
        ("redraft-retry://draft{}/notes.md?n=1", "invalid_arguments"),
        ("redraft:notes.md", "invalid_arguments"),
        ("file:notes.md", "invalid_arguments"),
        ("file://elsewhere/notes.md", "invalid_arguments"),
        ("file://{}/a%00b.md", "invalid_arguments"),
        (".workflow/draft/files/a\0b.md", "invalid_arguments"),
    ],
)
def test_what_no_document_has_is_refused(book: Book, path: str, code: str) -> None:
    given = path.format(file_uri(str(book.path)).removeprefix("file://"))
    assert book.refused("read", path=given).code == code
    assert book.refused("write", path=given, content="x").code == code


# Several roots ---------------------------------------------------------------------------------


@pytest.fixture
def second(book: Book, tmp_path: Path) -> Path:
    place = tmp_path.resolve() / "second"
    place.mkdir()
    (place / "notes.md").write_bytes(b"second\n")
    book.roots.add(file_uri(str(place)))
    return place


def test_a_uri_chooses_among_several_roots(book: Book, second: Path) -> None:
    found = book.run("read", path=file_uri(f"{second}/notes.md"))
    assert (found.root, found.content) == (str(second), "second\n")
    assert book.run("read", path=by_path_of_the_copy(book.path, "draft", "notes.md")).root == str(
        book.path
    )


def test_uris_in_different_roots_are_refused(book: Book, second: Path) -> None:
    here, there = file_uri(f"{book.path}/notes.md"), file_uri(f"{second}/new.md")
    assert book.refused("rename", path=here, new_path=there).code == "invalid_arguments"
    assert book.refused("read", path=there, root=str(book.path)).code == "path_outside_root"


def test_the_root_may_be_a_path_or_a_uri(book: Book, second: Path, tmp_path: Path) -> None:
    (tmp_path / "link").symlink_to(second)
    for root in (str(second), f"{second}/", file_uri(str(second)), f"{tmp_path}/link"):
        assert book.run("read", path="notes.md", root=root).content == "second\n"
    for wrong in (session_uri("draft", str(second)), "file:second", "file:///nowhere", "second"):
        assert book.refused("read", path="notes.md", root=wrong).code == "invalid_arguments"


def test_a_root_inside_another_is_chosen_by_the_session(book: Book) -> None:
    inner = book.path / "part one"
    book.roots.add(str(inner))
    book.run("session start", name="inside", root=str(inner))
    document = f"{book.path}/{DOCUMENT}"
    assert book.run("resolve", path=session_uri("inside", document)).root == str(inner)
    assert book.run("resolve", path=session_uri("draft", document)).root == str(book.path)
    assert book.run("resolve", path=file_uri(document), root=str(book.path)).path == DOCUMENT


def test_a_closed_root_holds_nothing(book: Book, second: Path) -> None:
    uri = file_uri(f"{second}/notes.md")
    book.roots.remove(file_uri(str(second)))
    assert book.refused("read", path=uri).code == "path_outside_root"


# Pieces ----------------------------------------------------------------------------------------


def test_a_spot_says_which_version_is_meant(book: Book) -> None:
    root = book.roots.all()[0]
    uri = session_uri("draft", f"{book.path}/a.md", Side.RETRY, 3)
    assert locate(uri, book.roots) == Spot(root, "a.md", "draft", Side.RETRY, 3)
    copy = by_file_uri_of_the_copy(book.path, "draft", "a.md")
    assert locate(copy, book.roots) == Spot(root, "a.md", "draft")


def test_naming_twice_is_naming_once(book: Book) -> None:
    for path in (f"file://{book.path}/file%3Aa.md", by_uri(book.path, "draft", DOCUMENT)):
        once = named(q.ReadDocument(path=path), book.roots)
        assert named(once, book.roots) == once


def test_plain_paths_stay_as_they_are(book: Book) -> None:
    for path in ("", "a.md", "../a.md", f"{book.path}/a.md", ".workflow/draft", "x/.workflow"):
        request = q.RenameDocument(path=path, new_path="b.md")
        assert named(request, book.roots) is request
        assert documents(request) == [path, "b.md"]


def test_only_the_schemes_of_documents_make_a_uri() -> None:
    assert all(map(is_uri, ("file:///a", "FILE:/a", "redraft://s/a", "Redraft-Base://s/a")))
    assert not any(map(is_uri, ("", "a.md", "http://a", "files/a", "./file:a", "redraft/a")))


def test_requests_without_documents_are_left_alone(book: Book) -> None:
    for request in (q.ListSessions(), q.StartSession(name="file:x"), q.DiffSession()):
        assert named(request, book.roots) is request
        assert {field.name for field in fields(request)} >= {"session", "root"}
