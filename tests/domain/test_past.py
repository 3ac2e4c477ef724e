"""What is written past a session is seen by comparing before and after."""

from __future__ import annotations

from pathlib import Path

import pytest
from tests.domain.desk import Desk

from redraft.domain import layout, past

WATCH = ".workflow/draft/.watch"


def seen(draft: Desk, use: str = "use") -> list[tuple[str, str]]:
    with draft.view() as view:
        return past.noticed(view, use)


def watch(draft: Desk, *named: str, use: str = "use") -> None:
    with draft.view() as view:
        past.watch(view, named, use)


def test_changed_made_and_gone_documents_are_told_apart(draft: Desk) -> None:
    watch(draft, "a.md", "part/b.md", "new.md", "part")
    draft.put("a.md", "other\n")
    draft.put("new.md")
    draft.put("part/more.md")
    (draft.path / "part/b.md").unlink()
    assert seen(draft) == [
        ("a.md", "modified"),
        ("new.md", "created"),
        ("part/b.md", "deleted"),
        ("part/more.md", "created"),
    ]
    assert not (draft.path / WATCH / "use").exists()
    assert seen(draft) == []


def test_what_is_no_document_is_not_told(draft: Desk) -> None:
    watch(draft, "", "link", "part/sub/c.md")
    (draft.path / "link").symlink_to("a.md")
    (draft.path / ".git").mkdir()
    (draft.path / ".git/x").touch()
    assert seen(draft) == []


def test_a_document_that_was_only_touched_is_not_told(draft: Desk) -> None:
    watch(draft, "a.md")
    (draft.path / "a.md").touch()
    assert seen(draft) == []


def test_a_file_that_is_too_large_gets_no_base(
    draft: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(past, "LARGEST_BASE", 3)
    watch(draft, "a.md")
    draft.put("a.md", "other\n")
    assert seen(draft) == []


def test_the_walk_of_a_new_folder_is_bounded(draft: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(past, "MOST_LISTED", 3)
    watch(draft, "out")
    for number in range(9):
        draft.put(f"out/{number}.md")
    assert len(seen(draft)) == 3


def test_calls_whose_end_nobody_told_are_forgotten(draft: Desk) -> None:
    for number in range(40):
        watch(draft, "a.md", use=f"use{number}")
    assert len(list((draft.path / WATCH).iterdir())) <= 16


@pytest.mark.parametrize("text", ["{", "[]", "{}", '{"absent": []}'])
def test_a_note_that_cannot_be_read_tells_nothing(draft: Desk, text: str) -> None:
    (draft.path / WATCH).mkdir()
    (draft.path / WATCH / "use").write_text(text)
    assert seen(draft) == []


def test_a_base_that_went_meanwhile_tells_nothing(draft: Desk) -> None:
    draft.write("a.md", "mine\n")
    watch(draft)
    draft.run("session discard", paths=["a.md"])
    draft.put("a.md", "other\n")
    assert seen(draft) == []


def test_a_document_in_the_place_of_a_folder_is_told_though_it_cannot_be_marked(
    draft: Desk,
) -> None:
    marks = Path(draft.path, ".workflow/draft", layout.PAST)
    marks.mkdir()
    (marks / "new").touch()
    watch(draft, "new")
    draft.put("new/x.md")
    assert seen(draft) == [("new/x.md", "created")]
    assert draft.run("adopt").adopted == []
