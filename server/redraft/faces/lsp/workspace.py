"""Documents as pygls keeps them, redirected through the resolver.

This is the one place that touches what pygls keeps to itself; ``tests`` fail loudly when an
upgrade changes it.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

import attrs
from pygls.workspace import TextDocument, Workspace

from redraft.commands.uris import normal

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from lsprotocol import types
    from pygls.protocol import LanguageServerProtocol

    Reader = Callable[[str], bytes]

# The protocol's own line ends. `str.splitlines` knows more of them (a form feed, U+2028 ...) and
# would apply an edit to the wrong line.
_LINES = re.compile(r"[^\r\n]*(?:\r\n|\r|\n)|[^\r\n]+")


class RedraftDocument(TextDocument):
    """A document whose text is the client's while it is open, and the resolver's otherwise."""

    def __init__(self, *arguments: Any, reader: Reader, **named: Any) -> None:
        super().__init__(*arguments, **named)
        self._reader = reader

    @property
    def source(self) -> str:
        """The text; octets that are no UTF-8 are kept as lone surrogates, line ends as they are.

        Raises:
            RedraftError: the document is not open and cannot be read.
        """
        if self._source is not None:
            return self._source
        return self._reader(self.uri).decode("utf-8", "surrogateescape")

    @property
    def lines(self) -> Sequence[str]:
        """The lines with their ends, as the protocol divides them."""
        return tuple(_LINES.findall(self.source))


class RedraftWorkspace(Workspace):
    """The open documents, found under any spelling of a session's name in their URI."""

    def __init__(self, *arguments: Any, reader: Reader, **named: Any) -> None:
        self._reader = reader
        super().__init__(*arguments, **named)

    def _create_text_document(
        self,
        doc_uri: str,
        source: str | None = None,
        version: int | None = None,
        language_id: str | None = None,
    ) -> RedraftDocument:
        return RedraftDocument(
            doc_uri,
            source=source,
            version=version,
            language_id=language_id,
            sync_kind=self._sync_kind,
            position_codec=self._position_codec,
            reader=self._reader,
        )

    def get_text_document(self, doc_uri: str) -> TextDocument:
        """The open document, or one that reads through the resolver."""
        return super().get_text_document(normal(doc_uri))

    def put_text_document(
        self, text_document: types.TextDocumentItem, notebook_uri: str | None = None
    ) -> None:
        """Take in a document that the client opened; it keeps the client's spelling."""
        item = attrs.evolve(text_document, uri=normal(text_document.uri))
        super().put_text_document(item, notebook_uri)
        self.get_text_document(item.uri).uri = text_document.uri

    def remove_text_document(self, doc_uri: str) -> None:
        """Forget a document that the client closed."""
        super().remove_text_document(normal(doc_uri))

    def update_text_document(
        self,
        text_doc: types.VersionedTextDocumentIdentifier,
        change: types.TextDocumentContentChangeEvent,
    ) -> None:
        """Apply a change that the client made."""
        super().update_text_document(attrs.evolve(text_doc, uri=normal(text_doc.uri)), change)


def substitute(
    protocol: LanguageServerProtocol, reader: Reader, params: types.InitializeParams
) -> None:
    """Put our workspace in the place of the one that pygls just made.

    Args:
        protocol: the protocol, right after pygls handled ``initialize``.
        reader: reads the octets of a document that is not open, by its URI.
        params: what the client said.
    """
    made = protocol.workspace
    protocol._workspace = RedraftWorkspace(  # noqa: SLF001 - pygls has no factory for it
        made.root_uri,
        protocol._server._text_document_sync_kind,  # noqa: SLF001 - as pygls passes it
        params.workspace_folders or [],
        made.position_encoding,
        reader=reader,
    )
