from __future__ import annotations

import json
import shlex
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as some

from redraft.commands import requests as q
from redraft.commands import results as r
from redraft.commands.declaration import Command
from redraft.commands.parameters import parameters, positionals, usage
from redraft.commands.slash import parse, read_value, with_defaults
from redraft.errors import InvalidArguments, RedraftError


def row(verb: str, request: type, *positional: str) -> Command:
    def handler(*_: Any) -> r.Result:
        raise AssertionError("parsing runs nothing")

    return Command(
        verb=verb,
        title=verb,
        request=request,
        result=r.Result,
        handler=handler,
        positional=positional,
    )


ROWS = {
    each.verb: each
    for each in (
        row("session start", q.StartSession, "name", "description"),
        row("session list", q.ListSessions),
        row("session status", q.SessionRequest, "name"),
        row("session commit", q.CommitSession, "name"),
        row("session cancel", q.CancelSession, "name"),
        row("session complete", q.CompleteSession, "name"),
        row("session phase", q.SetPhase, "phase"),
        row("session checkpoint", q.TakeCheckpoint, "label"),
        row("session diff", q.DiffSession, "path"),
        row("session discard", q.DiscardChanges, "paths"),
        row("session trash", q.EmptyTrash),
        row("retry", q.RecordRetry, "file_path", "reason"),
        row("retry list", q.ListRetries, "file_path"),
        row("retry restore", q.RestoreRetry, "file_path", "number"),
        row("read", q.ReadDocument, "path"),
        row("run", q.RunLine, "line"),
    )
}


def read(line: str) -> tuple[str, dict[str, object]]:
    command, arguments = parse(line, ROWS)
    return command.verb, arguments


def refused(line: str) -> InvalidArguments:
    with pytest.raises(InvalidArguments) as caught:
        parse(line, ROWS)
    return caught.value


@pytest.mark.parametrize(
    ("line", "verb", "arguments"),
    [
        ("/session list", "session list", {}),
        ("session list", "session list", {}),
        ("  /session   list  ", "session list", {}),
        ("/session start one", "session start", {"name": "one"}),
        (
            '/session start one "A darker ending"',
            "session start",
            {"name": "one", "description": "A darker ending"},
        ),
        (
            "/session start one A darker ending",
            "session start",
            {"name": "one", "description": "A darker ending"},
        ),
        (
            "/session start one --type complex --from-temporary",
            "session start",
            {"name": "one", "type": "complex", "from_temporary": True},
        ),
        (
            '/retry scene.md "Too much"',
            "retry",
            {"file_path": "scene.md", "reason": "Too much"},
        ),
        ("/retry scene.md Too much", "retry", {"file_path": "scene.md", "reason": "Too much"}),
        ("/retry list", "retry list", {}),
        ("/retry list a.md", "retry list", {"file_path": "a.md"}),
        ("/retry ./list why", "retry", {"file_path": "./list", "reason": "why"}),
        ("/retry restore a.md 2", "retry restore", {"file_path": "a.md", "number": 2}),
        ("/session commit --force", "session commit", {"force": True}),
        ("/session commit --no-force", "session commit", {"force": False}),
        ("/session commit --force=no", "session commit", {"force": False}),
        ("/session commit x --force", "session commit", {"name": "x", "force": True}),
        ("/session commit --on-conflict skip", "session commit", {"on_conflict": "skip"}),
        ("/session commit --on-conflict=SKIP", "session commit", {"on_conflict": "skip"}),
        ("/session commit --paths a b", "session commit", {"paths": ["a", "b"]}),
        (
            "/session commit --paths a 'b c' --force",
            "session commit",
            {"paths": ["a", "b c"], "force": True},
        ),
        ("/session commit --paths=a --paths=b", "session commit", {"paths": ["a", "b"]}),
        ("/session complete --archive=false", "session complete", {"archive": False}),
        ("/session complete --no-archive", "session complete", {"archive": False}),
        ("/session cancel --no-backup-retries", "session cancel", {"backup_retries": False}),
        ("/session trash --empty", "session trash", {"force": True}),
        ("/session trash --older-than-days 30", "session trash", {"older_than_days": 30}),
        ("/session phase review", "session phase", {"phase": "REVIEW"}),
        (
            """/session phase PLAN --artifacts '{"plan": ["a"]}' --current-tasks one two""",
            "session phase",
            {"phase": "PLAN", "artifacts": {"plan": ["a"]}, "current_tasks": ["one", "two"]},
        ),
        (
            "/session checkpoint before the fight",
            "session checkpoint",
            {"label": "before the fight"},
        ),
        ("/session diff --context-lines 0", "session diff", {"context_lines": 0}),
        ("/session discard a 'b c'", "session discard", {"paths": ["a", "b c"]}),
        (
            "/session status --session x --root /book",
            "session status",
            {"session": "x", "root": "/book"},
        ),
        ("/read -- --odd.md", "read", {"path": "--odd.md"}),
        ("/read -odd.md", "read", {"path": "-odd.md"}),
        ("/session start one ''", "session start", {"name": "one", "description": ""}),
        ("/run /session list", "run", {"line": "/session list"}),
    ],
)
def test_a_line_is_read_as(line: str, verb: str, arguments: dict[str, object]) -> None:
    assert read(line) == (verb, arguments)


@pytest.mark.parametrize(
    ("line", "problem"),
    [
        ("", "the line is empty"),
        ("/", "the line is empty"),
        ('/session start "one', "the line cannot be read: no closing quotation"),
        ("/retry a.md it's long", "the line cannot be read: no closing quotation"),
        ("/read a\\", "the line cannot be read: no escaped character"),
        ("/read a\0b", "the line holds a NUL character"),
        ("/session commit --frce", "/session commit has no flag '--frce' (did you mean --force?)"),
        ("/session list --no-name", "/session list has no flag '--no-name'"),
        ("/session commit --force --force", "--force is given twice"),
        ("/session commit --force=maybe", "force is true or false, not 'maybe'"),
        ("/session commit --preview", "--preview needs a value"),
        ("/session commit --preview --force", "--preview needs a value"),
        ("/session commit --paths --force", "--paths needs at least one value"),
        (
            "/session commit --on-conflict=ask",
            "on-conflict is one of stop, overwrite, skip, not 'ask'",
        ),
        ("/session diff --context-lines=x", "context-lines is a whole number, not 'x'"),
        ("/session diff --context-lines=" + "9" * 40, "context-lines is a whole number, not"),
        ("/session phase PLAN --artifacts={", "artifacts is a JSON object, not '{'"),
        ("/session phase PLAN --artifacts=" + "[" * 99_999, "artifacts is a JSON object, not"),
        ("/session status a b", "'b' is one word too many (quote text with spaces)"),
        ("/session list x", "'x' is one word too many (quote text with spaces)"),
    ],
    ids=lambda value: value[:40] if isinstance(value, str) else None,
)
def test_a_line_is_refused_with_its_problem(line: str, problem: str) -> None:
    error = refused(line)
    assert error.message.startswith(problem)
    assert error.data["problems"] == [error.message.removesuffix(".")]
    assert error.code == "invalid_arguments"


@pytest.mark.parametrize(
    ("line", "suggestion"),
    [
        ("/session strat one", "/session start <name> [description]"),
        ("/sessoin list", "/session list"),
        ("/retyr a b", "/retry <file_path> <reason>"),
        ("/session", "/session commit [name]"),
        ("/commit", "/session commit [name]"),
        ("/frobnicate", "/session list"),
        ("/session commit --frob", "/session commit [name]"),
        ("/session discard --frob", "/session discard <paths…>"),
        ("/session phase --frob", "/session phase <PLAN|IMPLEMENT|REVIEW>"),
    ],
)
def test_a_refusal_suggests_what_was_meant(line: str, suggestion: str) -> None:
    assert suggestion in refused(line).suggestions


@pytest.mark.parametrize(
    ("line", "suggestions"),
    [
        ("/sesion x", ["/session start <name> [description]", "/session list"]),
        ("/session x", ["/session start <name> [description]", "/session list"]),
        (
            "/sesion strt a",
            ["/session start <name> [description]", "/session status [name]"],
        ),
        ("/session comit", ["/session commit [name]", "/session complete [name]"]),
        ("/comit", ["/session commit [name]", "/session complete [name]"]),
        ("/retri a.md no", ["/retry <file_path> <reason>"]),
        ("/foo", ["/session start <name> [description]", "/session list"]),
    ],
)
def test_only_what_is_near_is_suggested(line: str, suggestions: list[str]) -> None:
    assert list(refused(line).suggestions) == suggestions


def test_an_open_quote_is_answered_with_how_to_quote() -> None:
    assert refused("/retry a.md it's long").suggestions == (
        'put text with an apostrophe in double quotes: "it\'s too long"',
    )


@given(some.text())
def test_any_line_is_read_or_refused(line: str) -> None:
    try:
        parse(line, ROWS)
    except RedraftError as error:
        assert error.suggestions or "\0" in line  # noqa: PT017 - either outcome is right


@given(
    some.sampled_from(sorted(ROWS)),
    some.lists(
        some.one_of(
            some.text(max_size=8),
            some.sampled_from(["--force", "--paths", "--no-archive", "--on-conflict=skip", "--"]),
        )
    ),
)
def test_any_words_behind_a_verb_are_read_or_refused(verb: str, words: list[str]) -> None:
    try:
        command, arguments = parse(f"/{verb} {shlex.join(words)}", ROWS)
    except RedraftError:
        return
    assert arguments.keys() <= parameters(command.request).keys()


QUOTABLE = some.text().filter(lambda text: "\0" not in text)


@given(QUOTABLE, QUOTABLE)
def test_quoted_text_comes_through_as_it_is(file: str, reason: str) -> None:
    line = f"/retry --session one -- {shlex.quote(file)} {shlex.quote(reason)}"
    # A first word "list" or "restore" cannot follow the flag, so the verb stays what it is.
    assert read(line) == (
        "retry",
        {"session": "one", "file_path": file, "reason": reason},
    )


def flag_texts(command: Command) -> dict[str, tuple[str, object]]:
    """For each argument of a command a way to write it by flag, and the value that it means."""
    by_kind: dict[str, tuple[str, object]] = {
        "flag": ("true", True),
        "number": ("7", 7),
        "list": ("x", ["x"]),
        "object": ('{"a":1}', {"a": 1}),
    }
    return {
        each.name: (each.choices[-1],) * 2 if each.choices else by_kind.get(each.kind, ("x", "x"))
        for each in parameters(command.request).values()
    }


@pytest.mark.parametrize("command", ROWS.values(), ids=lambda command: command.verb)
def test_every_argument_can_be_given_by_flag(command: Command) -> None:
    texts = flag_texts(command)
    known = parameters(command.request)
    words = [f"--{known[name].flag}={shlex.quote(text)}" for name, (text, _) in texts.items()]
    assert read(f"/{command.verb} {' '.join(words)}") == (
        command.verb,
        {name: value for name, (_, value) in texts.items()},
    )


@given(some.dictionaries(some.text(), some.integers()))
def test_an_object_is_written_as_json(value: dict[str, int]) -> None:
    parameter = parameters(q.SetPhase)["artifacts"]
    assert read_value(parameter, json.dumps(value)) == value


def test_a_default_session_gives_way_to_a_named_one() -> None:
    assert with_defaults({}, "one", "/book") == {"session": "one", "root": "/book"}
    assert with_defaults({"session": "two", "root": "/b"}, "one", "/book") == {
        "session": "two",
        "root": "/b",
    }
    assert with_defaults({"name": "two"}, "one", None) == {"name": "two"}


def test_positionals_come_in_the_declared_order() -> None:
    assert [each.name for each in positionals(ROWS["retry"])] == ["file_path", "reason"]
    assert usage(ROWS["run"]) == "/run <line>"
