"""Typing costs nothing: the editor tells the server what was typed, and asks for nothing."""

from __future__ import annotations

import json
from collections import Counter
from pathlib import Path

from tests.editor.books import Book
from tests.editor.conftest import Opens
from tests.editor.documents import open_in, start
from tests.editor.profile import REDRAFT
from tests.editor.waiting import eventually

SESSION = "colder-sea"
ONE = "part-1-the-lamp/chapter-01.md"
TEXT = "It was colder than any sea that she had rowed on, and a good deal less patient. " * 2


def messages(record: Path) -> Counter[str]:
    """How often the editor sent each message so far."""
    rest, found = record.read_bytes(), Counter[str]()
    while rest:
        head, _, rest = rest.partition(b"\r\n\r\n")
        length = int(head.rpartition(b":")[2])
        if len(rest) < length:
            break  # the last one is still being written
        found[json.loads(rest[:length]).get("method", "an answer")] += 1
        rest = rest[length:]
    return found


def test_a_key_sends_what_it_changed_and_asks_for_nothing(
    editor_factory: Opens, book: Book, tmp_path: Path
) -> None:
    record = tmp_path / "sent"
    between = ["sh", "-c", 'tee "$0" | "$@"', str(record), *REDRAFT, "lsp"]
    editor = editor_factory(book, settings={"redraft.server.command": between})
    start(editor, SESSION)
    open_in(editor, ONE, SESSION)
    editor.type_text("First. ", line=3)
    before = messages(record)
    editor.page.keyboard.type(TEXT, delay=20)
    wanted = before["textDocument/didChange"] + len(TEXT)
    eventually(lambda: messages(record)["textDocument/didChange"] == wanted, "all keys are told")
    # The editor itself asks for lenses again, once nothing was typed for a moment.
    asked = messages(record) - before - Counter({"textDocument/didChange": len(TEXT)})
    assert asked.total() < len(TEXT) / 10, asked
    editor.save()
    eventually(lambda: TEXT.strip() in book.session_text(ONE, SESSION), "the text is saved")
    assert book.touched() == []
