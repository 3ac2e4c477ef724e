"""What a journal may say: every step that ours have, and nothing else."""

from __future__ import annotations

from typing import Any

import pytest
from tests.malice.contents import WAYS_OUT

from redraft.domain.journal_form import FORMS, check_info, check_step, home, is_home
from redraft.errors import RedraftError

DRAFT = ".workflow/draft"
ARCHIVE = ".workflow/completed/draft-20260101T000000000000Z"
STAMP = [1, 2, 3]
SOUND: list[list[Any]] = [
    ["move", f"{DRAFT}/files/a.md", f"{ARCHIVE}/replaced/a.md"],
    ["move", DRAFT, ARCHIVE],
    ["move", f"{DRAFT}/human-retries", "workspace/retries-archive/draft"],
    ["swap", f"{DRAFT}/replaced/a.md", "a.md", STAMP, STAMP],
    ["put", f"{DRAFT}/replaced/part/b.md", "part/b.md", STAMP],
    ["take", "a.md", f"{DRAFT}/replaced/a.md", STAMP],
    ["mkdir", "part"],
    ["rmdir", f"{DRAFT}/removed"],
    ["drop", f"{DRAFT}/operation.json"],
    ["drop", f"{DRAFT}/past/part/b.md"],
    ["drop", f"{DRAFT}/deleted/b.md"],
    ["stone", f"{DRAFT}/.tmp/1", f"{DRAFT}/deleted/b.md", "folder"],
    ["unmark", "draft"],
    ["mark", "draft", "final"],
    ["install", f"{DRAFT}/.tmp/x", f"{DRAFT}/workflow-session.json"],
    ["sweep", DRAFT],
    ["flush", ["", "part", DRAFT]],
]
REFUSED = (ValueError, TypeError, LookupError, RedraftError)


@pytest.mark.parametrize("step", SOUND, ids=lambda step: f"{step[0]} {step[1]}")
def test_a_step_of_ours_is_taken(step: list[Any]) -> None:
    check_step(step, DRAFT, "commit")


def test_every_verb_has_a_sound_example() -> None:
    assert {step[0] for step in SOUND} == set(FORMS)


# A path through a link, or with a backslash in a name, is a path like any other here: no link is
# ever followed on disk. And the root itself is never empty, and may be flushed.
_PLAIN = ("leaving/victim", "..\\outside\\victim", "")
_WRONG = [*(w for w in WAYS_OUT if w not in _PLAIN), None, 5, ["x"], "/etc/passwd", "./x"]


@pytest.mark.parametrize("step", SOUND, ids=lambda step: f"{step[0]} {step[1]}")
def test_no_argument_of_a_step_leads_out(step: list[Any]) -> None:
    """Fault 17."""
    for wrong in _WRONG:
        for position in range(1, len(step)):
            edited: Any = [wrong] if step[0] == "flush" else wrong
            with pytest.raises(REFUSED):
                check_step([*step[:position], edited, *step[position + 1 :]], DRAFT, "commit")


@pytest.mark.parametrize(
    "step",
    [
        "move",
        [],
        [5],
        [["move"]],
        ["burn", "a.md"],
        ["drop"],
        ["drop", f"{DRAFT}/operation.json", "more"],
        ["drop", f"{DRAFT}/files/a.md"],
        ["drop", ".workflow/operation.json"],
        ["move", "a.md", f"{DRAFT}/x"],
        ["move", ".workflow", f"{DRAFT}/x"],
        ["put", f"{DRAFT}/x", f"{DRAFT}/y", STAMP],
        ["put", f"{DRAFT}/x", "a.md", [1, 2]],
        ["put", f"{DRAFT}/x", "a.md", [1, 2, True]],
        ["stone", f"{DRAFT}/x", f"{DRAFT}/y", "device"],
        ["install", f"{DRAFT}/x", f"{DRAFT}/files/a.md"],
        ["sweep", f"{DRAFT}/files"],
        ["flush", "part"],
        ["unmark", 5],
    ],
    ids=str,
)
def test_a_step_of_another_form_is_refused(step: object) -> None:
    with pytest.raises(REFUSED):
        check_step(step, DRAFT, "undo")


def test_a_merge_exchanges_the_sessions_own_copy_and_all_others_a_document() -> None:
    for target, kind, other in (
        (f"{DRAFT}/files/a.md", "merge", "undo"),
        ("a.md", "undo", "merge"),
    ):
        step = ["swap", f"{DRAFT}/.tmp/copy", target, STAMP, STAMP]
        check_step(step, DRAFT, kind)
        with pytest.raises(ValueError, match="it names the path"):
            check_step(step, DRAFT, other)


def test_a_commit_keeps_what_it_replaces_in_its_record() -> None:
    """An undo finds it by its place there: from elsewhere the cut-off path could lead up."""
    for step in (
        ["put", f"{DRAFT}/x", "a.md", STAMP],
        ["swap", f"{DRAFT}/x", "a.md", STAMP, STAMP],
        ["take", "a.md", f"{DRAFT}/x", STAMP],
    ):
        check_step(step, DRAFT, "commit")
        check_step(step, ARCHIVE, "undo")
        with pytest.raises(ValueError, match="outside of its record"):
            check_step(step, ARCHIVE, "commit")


SOUND_INFO: dict[str, Any] = {
    "items": [["a.md", "modified"]],
    "folders": ["part"],
    "stones": {"part": ["part/b.md"]},
    "retries_archive": "workspace/retries-archive/draft",
}


def test_what_a_commit_tells_its_undo_is_taken() -> None:
    check_info(SOUND_INFO)
    check_info({"retries_archive": None})


@pytest.mark.parametrize(
    "wrong",
    [
        {"items": [["../x", "modified"]]},
        {"items": [["a.md", 5]]},
        {"items": [["a.md"]]},
        {"items": 5},
        {"folders": ["../x"]},
        {"stones": {"../x": []}},
        {"stones": {"part": ["../x"]}},
        {"stones": {"part": "x"}},
        {"retries_archive": "../outside"},
        {"retries_archive": ".workflow/draft"},
        {"retries_archive": 5},
    ],
    ids=str,
)
def test_what_leads_an_undo_elsewhere_is_refused(wrong: dict[str, Any]) -> None:
    with pytest.raises(REFUSED):
        check_info({**SOUND_INFO, **wrong})


def test_the_folder_of_a_session_is_known_alive_and_ended() -> None:
    assert home(DRAFT) == DRAFT
    assert is_home(ARCHIVE)
    assert is_home(".workflow/.trash/draft-x")
    for other in (".workflow", f"{DRAFT}/files", "workspace/x", "part", "../x", None, "a\0b"):
        assert not is_home(other)
