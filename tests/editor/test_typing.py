"""Typing costs nothing: the editor tells the server what was typed, and asks for nothing."""

from __future__ import annotations

import json
from collections import Counter
from pathlib import Path
from typing import Any

from tests.editor.books import Book
from tests.editor.conftest import Opens
from tests.editor.documents import open_in, start
from tests.editor.profile import REDRAFT
from tests.editor.waiting import eventually

SESSION = "colder-sea"
ONE = "part-1-the-lamp/chapter-01.md"
CHANGED = "textDocument/didChange"
FIRST = "First. "
TEXT = "It was colder than any sea that she had rowed on, and a good deal less patient. " * 2


def told(record: Path) -> list[dict[str, Any]]:
    """All that the editor sent to the server so far, in order."""
    rest, found = record.read_bytes(), []
    while rest:
        head, _, rest = rest.partition(b"\r\n\r\n")
        length = int(head.rpartition(b":")[2])
        if len(rest) < length:
            break  # the last one is still being written
        found.append(json.loads(rest[:length]))
        rest = rest[length:]
    return found


def typed(messages: list[dict[str, Any]]) -> str:
    """What these messages tell of typing, joined."""
    changes = (m["params"]["contentChanges"] for m in messages if m.get("method") == CHANGED)
    return "".join(change["text"] for several in changes for change in several)


def test_a_key_sends_what_it_changed_and_asks_for_nothing(
    editor_factory: Opens, book: Book, tmp_path: Path
) -> None:
    record = tmp_path / "sent"
    between = ["sh", "-c", 'tee "$0" | "$@"', str(record), *REDRAFT, "lsp"]
    editor = editor_factory(book, settings={"redraft.server.command": between})
    start(editor, SESSION)
    open_in(editor, ONE, SESSION)
    editor.type_text(FIRST, line=3)
    eventually(lambda: typed(told(record)).endswith(FIRST), "the first words are told")
    before = len(told(record))
    editor.page.keyboard.type(TEXT, delay=20)
    eventually(lambda: typed(told(record)[before:]) == TEXT, "all keys are told")
    sent = Counter(message.get("method", "an answer") for message in told(record)[before:])
    # A busy editor tells several keys at once. It asks for lenses again by itself, once nothing
    # was typed for a moment.
    assert sent.pop(CHANGED) <= len(TEXT)
    assert sent.total() < len(TEXT) / 10, sent
    editor.save()
    eventually(lambda: TEXT.strip() in book.session_text(ONE, SESSION), "the text is saved")
    assert book.touched() == []
