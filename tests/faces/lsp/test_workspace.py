"""Documents as pygls keeps them, redirected. What is private to pygls is pinned here."""

from __future__ import annotations

import inspect
from importlib.metadata import version

import pytest
from lsprotocol import types
from pygls.protocol import LanguageServerProtocol
from pygls.workspace import TextDocument, Workspace

from redraft.errors import FileNotFound
from redraft.faces.lsp.workspace import RedraftDocument, RedraftWorkspace


def _never(uri: str) -> bytes:
    raise FileNotFound(uri, [])


def _open(workspace: Workspace, uri: str, text: str) -> None:
    workspace.put_text_document(types.TextDocumentItem(uri, "markdown", 1, text))


def _insert(workspace: Workspace, uri: str, line: int, text: str) -> None:
    at = types.Position(line, 0)
    workspace.update_text_document(
        types.VersionedTextDocumentIdentifier(2, uri),
        types.TextDocumentContentChangePartial(range=types.Range(at, at), text=text),
    )


def test_what_pygls_keeps_to_itself_is_still_there() -> None:
    """An upgrade that renames any of this must be looked at, in ``workspace.py`` alone."""
    assert version("pygls").startswith("2.1")
    create = inspect.signature(Workspace._create_text_document)
    assert list(create.parameters) == ["self", "doc_uri", "source", "version", "language_id"]
    workspace = Workspace(None)
    assert {"_sync_kind", "_position_codec", "_text_documents"} <= vars(workspace).keys()
    assert "self._create_text_document(" in inspect.getsource(Workspace.get_text_document)
    assert "self._create_text_document(" in inspect.getsource(Workspace.put_text_document)
    assert "_source" in vars(TextDocument("file:///a", source=""))
    initialize = inspect.getsource(LanguageServerProtocol.lsp_initialize)
    assert "self._workspace = Workspace(" in initialize
    assert "self._server._text_document_sync_kind" in initialize


def test_a_closed_document_is_read_through_the_resolver_byte_for_byte() -> None:
    asked = []

    def reader(uri: str) -> bytes:
        asked.append(uri)
        return b"\xef\xbb\xbfone\r\ntwo\xff\n"

    document = RedraftWorkspace(None, reader=reader).get_text_document("redraft://S/etc/hostname")
    assert document.source.encode("utf-8", "surrogateescape") == b"\xef\xbb\xbfone\r\ntwo\xff\n"
    assert asked == ["redraft://s/etc/hostname"]


def test_an_unknown_scheme_never_reads_the_real_file_of_that_path() -> None:
    with pytest.raises(FileNotFound):
        _ = RedraftWorkspace(None, reader=_never).get_text_document("cow:/etc/hostname").source


def test_an_open_documents_text_is_the_clients() -> None:
    workspace = RedraftWorkspace(None, reader=_never)
    _open(workspace, "redraft://One/a.md", "unsaved\r\n")
    assert workspace.get_text_document("redraft://one/a.md").source == "unsaved\r\n"
    workspace.remove_text_document("redraft://ONE/a.md")
    assert workspace.text_documents == {}


def test_an_open_document_keeps_the_clients_spelling_of_its_uri() -> None:
    workspace = RedraftWorkspace(None, reader=_never)
    _open(workspace, "redraft://One/a.md", "")
    assert workspace.get_text_document("redraft://one/a.md").uri == "redraft://One/a.md"


@pytest.mark.parametrize("odd", ["\x0c", "\u2028", "\x85", "\x0b"], ids=["FF", "LS", "NEL", "VT"])
def test_only_the_protocols_line_ends_divide_lines(odd: str) -> None:
    workspace = RedraftWorkspace(None, reader=_never)
    _open(workspace, "redraft://s/a.md", f"one{odd}still one\ntwo\r\nthree\rfour")
    _insert(workspace, "redraft://S/a.md", 1, ">")
    _insert(workspace, "redraft://S/a.md", 3, ">")
    source = workspace.get_text_document("redraft://s/a.md").source
    assert source == f"one{odd}still one\n>two\r\nthree\r>four"


def test_text_appended_behind_the_last_line_end_stays_there() -> None:
    workspace = RedraftWorkspace(None, reader=_never)
    _open(workspace, "redraft://s/a.md", "one\n")
    _insert(workspace, "redraft://s/a.md", 1, "two")
    assert workspace.get_text_document("redraft://s/a.md").source == "one\ntwo"


def test_an_empty_document_has_no_lines() -> None:
    assert RedraftDocument("redraft://s/a.md", source="", reader=_never).lines == ()
