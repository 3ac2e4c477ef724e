"""A title becomes the name of a session, or it is said what keeps it from that."""

from __future__ import annotations

import pytest

from redraft.domain.layout import is_name
from redraft.domain.titles import name_from, problem


@pytest.mark.parametrize(
    ("title", "name"),
    [
        ("The colder sea!", "the-colder-sea"),
        ("  work_on-Chapter-01 ", "work_on-Chapter-01"),
        ("Don't look back", "dont-look-back"),
        ("Ærøskøbing: Straße & Łódź", "aeroskobing-strasse-lodz"),
        ("Más allá", "mas-alla"),
        ("Холодное море", "kholodnoe-more"),
        ("Объявление 2", "obyavlenie-2"),
        ("Η θάλασσα", "i-thalassa"),
        ("--- 12 / 13", "12-13"),
        ("../escape", "escape"),
    ],
)
def test_a_title_gives_a_name(title: str, name: str) -> None:
    assert name_from(title) == name


@pytest.mark.parametrize(
    "title", ["海の色", "_x", "-x", "a\0b", "x" * 60 + "é", "日本 2026", "🌊 sea", "\ud800"]
)
def test_whatever_is_typed_the_name_is_empty_or_one_that_a_session_can_have(title: str) -> None:
    name = name_from(title)
    assert name == "" or is_name(name)


@pytest.mark.parametrize(
    ("title", "found"),
    [
        ("  ", "empty"),
        ("海の色", "letters"),
        ("...", "letters"),
        ("x" * 65, "long"),
        ("x" * 64, None),
        ("Completed", "reserved"),
        ("com1", "reserved"),
        ("Con!", "reserved"),
        ("com10", None),
        ("The Colder Sea", "taken"),
        ("the-colder-sea-2", None),
    ],
)
def test_what_is_wrong_with_a_title_is_told(title: str, found: str | None) -> None:
    assert problem(title, ["The-Colder-Sea", "other"]) == found
