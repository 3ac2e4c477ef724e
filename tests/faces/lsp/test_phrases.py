"""What people read: counts, ages, long lists, other languages, suggestions, the status bar."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from redraft.commands.results import FileState, Preview, PreviewFile, Snapshot, Summary
from redraft.faces.lsp.dialogues.committing import is_solved
from redraft.faces.lsp.dialogues.failing import action
from redraft.faces.lsp.dialogues.messages import Run
from redraft.faces.lsp.dialogues.phrases import Phrases
from redraft.faces.lsp.dialogues.slash import offers, readable
from redraft.faces.lsp.dialogues.status import escaped, shown

SAY = Phrases()
SUMMARY = Summary(
    name="colder-sea",
    status="ACTIVE",
    description="",
    created_at="2026-11-21T08:15:00Z",
    updated_at="2026-11-21T08:15:00Z",
    type="medium",
    phase="PLAN",
    change_count=0,
    retry_count=0,
    size_bytes=7812,
    temporary=False,
)


def snapshot(
    active: Summary | None = None, drifted: tuple[str, ...] = (), crashed: tuple[str, ...] = ()
) -> Snapshot:
    return Snapshot(
        root="/the book",
        active=active,
        changes_digest="",
        drifted=list(drifted),
        crashed=list(crashed),
    )


def summary(**more: Any) -> Summary:
    return replace(SUMMARY, **more)


def test_one_change_is_not_called_changes() -> None:
    assert [SAY.changes(1), SAY.changes(2)] == ["1 change", "2 changes"]
    assert [SAY.retries(1), SAY.retries(0)] == ["1 retry", "0 retries"]
    assert [SAY.documents(1), SAY.documents(3)] == ["1 document", "3 documents"]


@pytest.mark.parametrize(
    ("ago", "said"),
    [
        (timedelta(seconds=20), "just now"),
        (timedelta(minutes=1), "1 minute ago"),
        (timedelta(hours=5), "5 hours ago"),
        (timedelta(days=800), "2 years ago"),
    ],
)
def test_an_age_is_said_in_its_largest_unit(ago: timedelta, said: str) -> None:
    assert SAY.age((datetime.now(UTC) - ago).isoformat()) == said


def test_texts_come_in_the_editors_language_and_what_is_no_text_is_left_out() -> None:
    say = Phrases.of({"{0} changes": "{0} Änderungen", "1 change": 7})
    assert [say.changes(3), say.changes(1)] == ["3 Änderungen", "1 change"]
    assert Phrases.of(None)("{1} before {0}", "a", "b") == "b before a"


def test_a_long_list_is_cut_and_says_how_much_is_missing() -> None:
    names = [str(number) for number in range(32)]
    assert SAY.names(names) == "0, 1, 2, 3, 4 and 27 more"
    lines = SAY.lines(names).split("\n")
    assert (len(lines), lines[-2:]) == (20, ["18", "... and 13 more"])
    assert SAY.lines(names[:20]) == "\n".join(names[:20])


# The status bar ----------------------------------------------------------------------------------


def test_the_status_names_the_session_and_counts_only_what_there_is() -> None:
    for active, said in (
        (None, "$(book) No session"),
        (summary(), "$(book) colder-sea"),
        (summary(change_count=1, retry_count=2), "$(book) colder-sea  1 change, 2 retries"),
        (summary(name="temp-2026", temporary=True), "$(book) Temporary session"),
    ):
        assert (shown(SAY, snapshot(active)).text, shown(SAY, snapshot(active)).severity) == (
            said,
            "none",
        )


def test_drift_is_a_warning_and_a_crash_an_error_that_outweighs_it() -> None:
    drift = shown(SAY, snapshot(summary(change_count=1), drifted=("a.md",)))
    assert drift.text == "$(warning) colder-sea  1 change, 1 changed in the folder"
    assert drift.severity == "warning"
    crash = shown(SAY, snapshot(None, drifted=("a.md",), crashed=("other",)))
    assert crash.text.startswith("$(error) No session")
    assert crash.text.endswith("recovery needed")
    assert crash.severity == "error"


def test_the_tooltip_says_the_whole_truth() -> None:
    active = summary(description="More weather", change_count=4, retry_count=1, temporary=True)
    state = snapshot(active, drifted=("a/b.md",), crashed=("old",))
    tooltip = shown(SAY, state, "The Book").tooltip
    for part in (
        "**colder\\-sea** (The Book)",
        "More weather",
        "PLAN · 4 changes · 1 retry · 7\\.8 KB · started",
        "A temporary session:",
        "Changed in the folder since: a\\/b\\.md",
        "Cut off and not repaired: old",
        "[Recover...](command:redraft.ui.recover?%5B%7B%22root%22%3A%20%22/the%20book%22%7D%5D)",
        "[Commit...](command:redraft.ui.commit?",
    ):
        assert part in tooltip, tooltip
    idle = shown(SAY, snapshot()).tooltip
    assert idle.startswith("No session is active.\n\n---\n\n[Start...](command:redraft.ui.start?")


def test_nobodys_words_become_a_link_an_icon_or_a_second_paragraph() -> None:
    assert escaped("[x](command:y)\n\n$(z)") == r"\[x\]\(command\:y\) \$\(z\)"


# Suggestions and lines ---------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("line", "title", "run"),
    [
        ("/session start <name>", "Start Session", Run(name="start")),
        ("/session list --completed --trash", "Show Sessions", Run(name="switch")),
        ("/session commit", "Commit...", Run(name="commit")),
        ("/doctor", "Check and Repair", Run(name="doctor")),
        ("/session recover x", "Recover x", Run(name="recover", session="x")),
        ("/session cancel x", "Cancel x...", Run(name="cancel", session="x")),
        ("/session switch x", "Switch to x", Run(name="runLine", line="/session switch x")),
        ("/session pause", "/session pause", Run(name="runLine", line="/session pause")),
        # One with blanks to fill in, or with force, is shown before it is run.
        ("/retry <file>", "/retry <file>", Run(name="slash", line="/retry <file>")),
        ("/adopt --force", "/adopt --force", Run(name="slash", line="/adopt --force")),
    ],
)
def test_a_suggestion_becomes_a_button(line: str, title: str, run: Run) -> None:
    assert action(SAY, line) == (title, run)


def test_words_find_commands_by_their_name_and_by_what_they_do() -> None:
    assert [row.label for row in offers(SAY, "/session un")] == ["/session undo"]
    assert "/retry restore" in [row.label for row in offers(SAY, "rejected")]
    assert len(offers(SAY, "/")) > 20
    # "/retry resto" may begin another command than "/retry": it is completed, not run.
    assert [row.label for row in offers(SAY, "/retry resto")] == ["/retry restore"]
    line = '/retry a.md "Too slow"'
    assert (offers(SAY, line)[0].key, offers(SAY, line)[0].detail) == (line, "Record a retry")


def test_an_answer_is_written_so_that_it_can_be_read() -> None:
    answer = {"session": None, "files": [{"path": "é.md", "diff": "-x\n+y\n"}], "none": []}
    assert readable(answer).split("\n") == [
        "session: null",
        "files:",
        '  - path: "é.md"',
        "    diff: |",
        "      -x",
        "      +y",
        "none: []",
    ]


# Solved conflicts --------------------------------------------------------------------------------


def preview(*files: PreviewFile) -> Preview:
    return Preview(root="/b", files=list(files), retry_count=0, preview="token")


def of(path: str, state: FileState = "clean", size: int = 9) -> PreviewFile:
    return PreviewFile(path=path, kind="modified", bytes=size, state=state)


@pytest.mark.parametrize(
    ("now", "solved"),
    [
        ([of("a.md", size=7), of("b.md")], True),
        ([of("b.md")], True),  # nothing of it is left
        ([of("a.md"), of("b.md", size=1)], False),
        ([of("a.md"), of("b.md"), of("c.md")], False),
        ([of("a.md", "merges"), of("b.md")], False),
    ],
)
def test_a_commit_goes_on_if_all_but_the_solved_is_as_it_was_confirmed(
    now: list[PreviewFile], solved: bool
) -> None:
    confirmed = preview(of("a.md", "conflict"), of("b.md"))
    assert is_solved(confirmed, preview(*now), {"a.md"}) is solved
