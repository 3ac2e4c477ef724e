"""The command line inside this process: what each verb prints, and how it refuses."""

from __future__ import annotations

import base64
import io
import json
import re
import shlex
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any, NamedTuple

import pytest
from rich.console import Console

from redraft.commands import results as r
from redraft.commands.declaration import Command
from redraft.commands.slash import parse
from redraft.commands.table import COMMANDS
from redraft.faces.cli.app import cli, run
from redraft.faces.cli.show import Screen
from redraft.faces.text import age, clean, plural, size
from redraft.faces.where import anchored, find_root


class Said(NamedTuple):
    """What a run of the command line answered."""

    code: int
    out: str
    err: str

    @property
    def json(self) -> dict[str, Any]:
        """The one object on standard output."""
        value = json.loads(self.out)
        assert isinstance(value, dict)
        return value


Redraft = Callable[..., Said]


@pytest.fixture
def root(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A small folder of documents, which is the working folder."""
    folder = tmp_path.resolve() / "my book"
    (folder / "part-1").mkdir(parents=True)
    (folder / "part-1" / "one.md").write_bytes(b"One.\r\nTwo.\r\n")
    (folder / "notes.md").write_bytes(b"notes\n")
    monkeypatch.chdir(folder)
    for name in ("REDRAFT_ROOT", "REDRAFT_SESSION", "NO_COLOR", "FORCE_COLOR"):
        monkeypatch.delenv(name, raising=False)
    return folder


@pytest.fixture
def redraft(
    root: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> Redraft:
    """Runs the command line with these words and this standard input."""

    def call(*args: str, stdin: bytes = b"") -> Said:
        monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(stdin)))
        code = run(args)
        return Said(code, *capsys.readouterr())

    return call


def test_retries_that_the_assistant_noticed_are_marked(redraft: Redraft) -> None:
    redraft("session", "start", "one")
    noticed = redraft("retry", "notes.md", "Too flat", "--auto-detected").out
    assert noticed.startswith("Recorded retry 1 of notes.md (noticed by the assistant): Too flat\n")
    assert "  Retries     1, noticed by the assistant\n" in redraft("session", "status").out
    redraft("retry", "notes.md", "Too long")
    status = redraft("session", "status")
    assert "  Retries     2, 1 of them noticed by the assistant\n" in status.out
    assert redraft("session", "status", "--json").json["auto_detected_count"] == 1
    first, second = redraft("retry", "list").out.splitlines()[1:]
    assert ("noticed" in first, "noticed" in second) == (True, False)


def test_status_and_resume_show_what_was_completed_and_handed_over(redraft: Redraft) -> None:
    redraft("session", "start", "one")
    plan = '{"plan_document": "PLAN.md", "scenes": [1, 2]}'
    said = redraft("session", "phase", "PLAN", "--artifacts", plan).out
    line = "plan_document: PLAN.md, scenes: [1, 2]\n"
    assert f"  Hands over  {line}" in said
    redraft("session", "phase", "IMPLEMENT", "--current-tasks", "impl-1")
    for verb in ("status", "pause", "resume"):
        said = redraft("session", verb).out
        assert "  Completed   PLAN\n" in said
        assert f"  Handed over by PLAN: {line}" in said
        assert "Hands over" not in said


def test_the_servers_stand_in_the_help(redraft: Redraft) -> None:
    shown = redraft("--help").out
    assert "  mcp " in shown
    assert "  lsp " in shown
    assert "--root DIR" in redraft("mcp", "--help").out


# The life of a session ------------------------------------------------------------------------


def test_a_session_lives_from_start_to_undo(redraft: Redraft, root: Path) -> None:
    began = redraft("session", "start", "one", "A darker", "ending")
    assert began.code == 0
    assert "● one  ACTIVE" in began.out
    assert "A darker ending" in began.out
    written = redraft("write", "part-1/one.md", stdin=b"New.\r\n")
    assert written.out == "part-1/one.md modified in session one (1 change).\n"
    assert redraft("retry", "one.md", "Too", "long").out.startswith(
        "Recorded retry 1 of part-1/one.md: Too long\n"
    )
    preview = redraft("session", "commit")
    assert "M  part-1/one.md" in preview.out
    token = re.search(r"--force --preview (\w+)\n", preview.out)
    assert token is not None
    done = redraft("session", "commit", "one", "--force", "--preview", token[1])
    assert "Committed 1 document of session one." in done.out
    assert "Undo: redraft session undo one" in done.out
    assert (root / "part-1" / "one.md").read_bytes() == b"New.\r\n"
    would = redraft("session", "undo", "--preview")
    assert would.out.startswith("Would undo the commit of session one.")
    assert redraft("session", "undo").out.startswith("Undid the commit of session one.")
    assert (root / "part-1" / "one.md").read_bytes() == b"One.\r\nTwo.\r\n"


def test_a_commit_with_an_old_preview_is_refused(redraft: Redraft) -> None:
    redraft("session", "start", "one")
    redraft("write", "notes.md", stdin=b"1")
    token = redraft("session", "commit", "--json").json["preview"]
    redraft("write", "notes.md", stdin=b"2")
    stale = redraft("session", "commit", "--force", "--preview", token, "--json")
    assert (stale.code, stale.json["code"]) == (1, "stale_preview")


def test_writing_without_newline_translation_keeps_every_byte(redraft: Redraft) -> None:
    data = bytes(range(256)) * 9
    redraft("session", "start", "one")
    redraft("write", "odd.bin", stdin=data)
    said = redraft("read", "odd.bin", "--encoding", "base64", "--json").json
    assert base64.b64decode(said["content"]) == data


def test_writing_without_a_session_names_the_temporary_one(redraft: Redraft) -> None:
    said = redraft("write", "notes.md", "--json", stdin=b"x").json
    assert said["session"].startswith("temp-")
    assert redraft("session", "status", "--json").json["temporary"] is True


@pytest.mark.parametrize(
    "words",
    [
        ["write", ".git/config"],
        ["write", "part-1"],
        ["write", "notes.md/below.md"],
        ["delete", "nope.md"],
        ["rename", "nope.md", "b.md"],
        ["rename", "part-1/one.md", "notes.md"],
    ],
    ids=" ".join,
)
def test_a_refused_step_begins_no_session(redraft: Redraft, root: Path, words: list[str]) -> None:
    assert redraft(*words, stdin=b"x").code == 1
    assert not list((root / ".workflow").glob("*temp-*"))
    assert redraft("session", "list", "--json").json["sessions"] == []


def test_content_can_be_given_by_flag(redraft: Redraft) -> None:
    redraft("session", "start", "one")
    redraft("write", "a.md", "--content", "aGk=", "--encoding", "base64")
    assert redraft("read", "a.md", "--json").json["content"] == "hi"
    refused = redraft("write", "a.md", "--encoding", "base64", "--json")
    assert (refused.code, refused.json["code"]) == (2, "invalid_arguments")


def test_every_result_says_its_root_and_session(redraft: Redraft, root: Path) -> None:
    redraft("session", "start", "one")
    for words in (["session", "status"], ["retry", "list"], ["files"], ["resolve", "notes.md"]):
        said = redraft(*words, "--json").json
        assert (said["root"], said["session"]) == (str(root), "one")


def test_a_list_flag_takes_several_words(redraft: Redraft) -> None:
    redraft("session", "start", "one")
    for name in ("a.md", "b c.md", "d.md"):
        redraft("write", name, stdin=b"x")
    done = redraft("session", "commit", "--force", "--paths", "a.md", "b c.md", "--json").json
    assert done["created"] == ["a.md", "b c.md"]
    assert done["session_closed"] is False
    said = redraft("session", "discard", "d.md")
    assert said.out.startswith("Discarded the changes of 1 document")


# Where ----------------------------------------------------------------------------------------


def test_paths_are_meant_from_the_working_folder(
    redraft: Redraft, root: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    redraft("session", "start", "one")
    monkeypatch.chdir(root / "part-1")
    assert redraft("write", "new.md", "--json", stdin=b"x").json["path"] == "part-1/new.md"
    assert redraft("read", "one.md").out == "One.\r\nTwo.\r\n"
    assert redraft("resolve", "../notes.md").out == f"{root}/notes.md\n"
    assert redraft("read", "notes.md").out == "notes\n", "a bare name is searched for"
    moved = redraft("rename", "new.md", "newer.md", "--json").json
    assert moved["path"] == "part-1/newer.md"
    both = redraft("session", "discard", "newer.md", "--json").json
    assert both["discarded"] == ["part-1/newer.md"]
    assert redraft("session", "status", "--json").json["root"] == str(root)


def test_what_is_to_be_written_is_meant_from_the_working_folder_even_if_it_is_not_there(
    redraft: Redraft, root: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    redraft("session", "start", "one")
    monkeypatch.chdir(root / "part-1")
    for words in (["new.md"], ["newer.md", "--content", "x"]):
        assert redraft("write", *words, stdin=b"x").code == 0
    redraft("rename", "one.md", "two.md")
    changes = redraft("session", "status", "--json").json["changes"]
    assert changes["created"] == ["part-1/new.md", "part-1/newer.md", "part-1/two.md"]


def test_a_bare_name_is_found_from_any_folder(
    redraft: Redraft, root: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    redraft("session", "start", "one")
    assert redraft("resolve", "one.md").out == f"{root}/part-1/one.md\n"
    assert redraft("delete", "one.md").code == 0
    assert redraft("session", "diff", "one.md").out.startswith("--- a/part-1/one.md")
    (root / "empty").mkdir()
    monkeypatch.chdir(root / "empty")
    assert redraft("session", "discard", "one.md").code == 0
    assert redraft("session", "status", "--json").json["change_count"] == 0


def test_the_root_is_found_from_below(tmp_path: Path) -> None:
    deep = tmp_path / "a" / "b"
    deep.mkdir(parents=True)
    assert find_root(None, str(deep), {}) == str(deep)
    (tmp_path / "a" / ".workflow").mkdir()
    assert find_root(None, str(deep), {}) == str(tmp_path / "a")
    assert find_root(None, str(deep), {"REDRAFT_ROOT": "/book"}) == "/book"
    assert find_root("c", str(deep), {"REDRAFT_ROOT": "/book"}) == str(deep / "c")
    assert find_root("file:///book", str(deep), {}) == "file:///book"


@pytest.mark.parametrize(
    ("path", "cwd", "expected"),
    [
        ("a.md", "/book/part", "/book/part/a.md"),
        ("../a.md", "/book/part", "/book/a.md"),
        ("a.md", "/book", "a.md"),
        ("a.md", "/bookish", "a.md"),
        ("a.md", "/elsewhere", "a.md"),
        ("/x/a.md", "/book/part", "/x/a.md"),
        ("file:///book/a.md", "/book/part", "file:///book/a.md"),
        ("redraft://one/book/a.md", "/book/part", "redraft://one/book/a.md"),
        ("FILE:///book/a.md", "/book/part", "FILE:///book/a.md"),
        ("./file:a.md", "/book/part", "/book/part/file:a.md"),
        ("", "/book/part", ""),
    ],
)
def test_a_path_is_anchored(path: str, cwd: str, expected: str) -> None:
    assert anchored(path, cwd, "/book") == expected


@pytest.mark.parametrize(
    "spelling",
    [
        "redraft://one{uri}/notes.md",
        "file://{uri}/{copy}",
        "{path}/{copy}",
        "../../{copy}",
        "{copy}",
    ],
)
def test_a_document_of_a_session_is_named_from_any_folder(
    redraft: Redraft, root: Path, monkeypatch: pytest.MonkeyPatch, spelling: str
) -> None:
    redraft("session", "start", "one")
    redraft("session", "start", "two")
    if spelling.startswith(".."):
        (root / "a" / "b").mkdir(parents=True)
        monkeypatch.chdir(root / "a" / "b")
    uri = root.as_uri().removeprefix("file://")
    name = spelling.format(uri=uri, path=root, copy=".workflow/one/files/notes.md")
    assert redraft("write", name, stdin=b"one\n").code == 0
    assert redraft("read", name).out == "one\n"
    assert redraft("read", str(root / "notes.md")).out == "notes\n"
    assert redraft("resolve", name, "--json").json["session"] == "one"
    monkeypatch.setenv("REDRAFT_SESSION", "two")
    assert redraft("read", name).out == "one\n"
    assert redraft("retry", name, "no", "--json").json["session"] == "one"
    assert redraft("run", f"read '{name}'").out == "one\n"
    assert redraft("read", name, "--session", "two").code == 2
    done = redraft("session", "commit", "--paths", name, "--force", "--json").json
    assert (done["session"], done["modified"]) == ("one", ["notes.md"])


def test_the_root_may_be_a_uri(redraft: Redraft, root: Path, tmp_path: Path) -> None:
    said = redraft("--root", root.as_uri(), "read", (root / "notes.md").as_uri())
    assert said.out == "notes\n"
    assert redraft("--root", "redraft://one/book", "session", "list").code == 2
    assert "path_outside_root" in redraft("read", tmp_path.as_uri()).err


def test_a_document_must_be_named(redraft: Redraft) -> None:
    for verb in ("read", "write"):
        said = redraft("run", verb)
        assert said.code == 2
        assert "path is missing" in said.err


def test_what_a_session_did_not_change_is_said_so(redraft: Redraft, root: Path) -> None:
    redraft("session", "start", "one")
    redraft("write", "part-1/one.md", stdin=b"x")
    for words in (
        ("session", "diff", "notes.md"),
        ("session", "discard", "notes.md"),
        ("session", "commit", "--paths", "notes.md"),
        ("adopt", "notes.md"),
    ):
        said = redraft(*words)
        assert said.err.startswith(
            "error (file_not_found): Session 'one' did not change 'notes.md'."
        )
        assert redraft(*words, "--json").json["checked"] == [
            f"{root}/.workflow/one/{kind}/notes.md" for kind in ("files", "deleted")
        ]
    assert redraft("adopt").out.startswith("There is nothing to adopt: ")
    assert "There is nothing to adopt at 'part-1/one.md'" in redraft("adopt", "part-1/one.md").err
    assert "'part-1' is a folder" in redraft("retry", "list", "part-1").err


def test_undoing_hints_at_switching_only_where_another_session_is_active(
    redraft: Redraft, root: Path
) -> None:
    redraft("session", "start", "one")
    redraft("write", "part-1/one.md", stdin=b"x")
    redraft("write", "notes.md", stdin=b"x")
    redraft("session", "commit", "--paths", "notes.md", "--force")
    assert "Next:" not in redraft("session", "undo").out
    redraft("session", "commit", "--force")
    redraft("session", "start", "two")
    assert "Next: redraft session switch one\n" in redraft("session", "undo", "one").out


def test_options_may_stand_before_the_verb(redraft: Redraft, root: Path) -> None:
    redraft("session", "start", "one")
    redraft("session", "start", "two")
    said = redraft("--json", "--session", "one", "session", "status")
    assert said.json["name"] == "one"
    assert redraft("--root", str(root), "session", "list", "--json").json["active"] == "two"


def test_the_environment_names_a_session_and_words_outrank_it(
    redraft: Redraft, monkeypatch: pytest.MonkeyPatch
) -> None:
    redraft("session", "start", "one")
    redraft("session", "start", "two")
    monkeypatch.setenv("REDRAFT_SESSION", "one")
    assert redraft("session", "status", "--json").json["name"] == "one"
    assert redraft("session", "status", "two", "--json").json["name"] == "two"
    assert redraft("session", "status", "--session", "two", "--json").json["name"] == "two"
    assert redraft("session", "switch", "two", "--json").json["session"]["name"] == "two"
    assert redraft("resolve", "notes.md", "--json").json["session"] == "one"


def test_a_session_that_the_environment_only_tells_of_is_not_chosen(
    redraft: Redraft, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("two", "one"):
        redraft("session", "start", name)
    monkeypatch.setenv("REDRAFT_SESSION", "two")
    assert redraft("resolve", "notes.md", "--json").json["session"] == "two"
    monkeypatch.setenv("REDRAFT_FOLLOW", "1")
    for words in (["resolve", "notes.md"], ["session", "status"]):
        assert redraft(*words, "--json").json["session"] == "one"


# Refusals -------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("words", "code", "error"),
    [
        (["session", "status"], 1, "no_active_session"),
        (["session", "status", "nope"], 1, "session_not_found"),
        (["session", "start", ".."], 1, "invalid_session_name"),
        (["session", "start", "a/b"], 1, "invalid_session_name"),
        (["session", "start", "x" * 300], 1, "invalid_session_name"),
        (["session", "start", "completed"], 1, "invalid_session_name"),
        (["session", "start"], 2, "invalid_arguments"),
        (["session", "start", "one", "--type", "huge"], 2, "invalid_arguments"),
        (["session", "status", "a", "b"], 2, "invalid_arguments"),
        (["session", "status", "a", "--session", "b"], 2, "invalid_arguments"),
        (["session", "commit", "--on-conflict", "ask"], 2, "invalid_arguments"),
        (["session", "diff", "--context-lines", "x"], 2, "invalid_arguments"),
        (["session", "phase", "PLAN", "--artifacts", "["], 2, "invalid_arguments"),
        (["session", "phase", "PLAN", "--artifacts", "[]"], 2, "invalid_arguments"),
        (["session", "frob"], 2, "invalid_arguments"),
        (["frob"], 2, "invalid_arguments"),
        (["session", "list", "--frob"], 2, "invalid_arguments"),
        (["retry", "notes.md"], 2, "invalid_arguments"),
        (["retry", "notes.md", "bad \udcff reason"], 2, "invalid_arguments"),
        (["read", "nope.md"], 1, "file_not_found"),
        (["read", "a\0b"], 2, "invalid_arguments"),
        (["read", "part-1"], 1, "unsupported_file"),
        (["read", "../x"], 1, "path_outside_root"),
        (["resolve", "../x"], 1, "path_outside_root"),
        (["resolve", ".git/config"], 1, "protected_path"),
        (["resolve", "workspace/x"], 1, "protected_path"),
        (["delete", ".workflow/x"], 1, "protected_path"),
        (["--root", "/nowhere/at/all", "session", "list"], 1, "file_not_found"),
    ],
    ids=lambda value: (
        " ".join(value)[:50].encode("ascii", "replace").decode()
        if isinstance(value, list)
        else None
    ),
)
def test_bad_input_is_refused_alike_for_people_and_programs(
    redraft: Redraft, root: Path, words: list[str], code: int, error: str
) -> None:
    before = sorted(root.rglob("*"))
    program = redraft(*words, "--json")
    assert (program.code, program.json["code"], program.err) == (code, error, "")
    assert program.json["message"]
    person = redraft(*words)
    assert (person.code, person.out) == (code, "")
    assert person.err
    if code == 1:
        assert person.err.startswith(f"error ({error}): ")
    assert "Traceback" not in person.err
    assert sorted(root.rglob("*")) == before, "nothing was done"


def test_suggestions_are_commands_one_can_type(redraft: Redraft) -> None:
    said = redraft("session", "status")
    assert said.err.splitlines()[1:] == ["  redraft session start <name>", "  redraft session list"]
    assert redraft("session", "status", "--json").json["suggestions"] == [
        "/session start <name>",
        "/session list",
    ]


def test_what_the_system_refuses_is_an_error_and_no_traceback(
    redraft: Redraft, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(*_: object) -> None:
        raise PermissionError(13, "Permission denied", "/book")

    monkeypatch.setattr("redraft.faces.cli.running.find_root", broken)
    said = redraft("session", "list")
    assert (said.code, said.err[:17]) == (1, "error (io_error):")


def test_an_interrupt_ends_with_130(redraft: Redraft, monkeypatch: pytest.MonkeyPatch) -> None:
    def interrupted(*_: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr("redraft.faces.cli.running.find_root", interrupted)
    said = redraft("session", "list")
    assert (said.code, said.err.strip()) == (130, "Interrupted.")


def test_repairs_are_told_on_standard_error(redraft: Redraft, root: Path) -> None:
    redraft("session", "start", "one")
    (root / ".workflow" / ".active-gone").touch()
    said = redraft("session", "status", "--json")
    assert said.json["name"] == "one"
    assert said.err.startswith("note: Removed the marker of 'gone'")
    (root / ".workflow" / ".active-gone").touch()
    assert "note: Removed" in redraft("resolve", "notes.md").err


# Slash lines ----------------------------------------------------------------------------------


def test_a_slash_line_is_run(redraft: Redraft) -> None:
    said = redraft("run", '/session start one "A darker ending"', "--json").json
    assert said["command"] == "session start"
    assert said["result"]["description"] == "A darker ending"
    assert said["session"] == "one"
    assert "● one  ACTIVE" in redraft("run", "session status").out
    assert "● one  ACTIVE" in redraft("run", "session", "status").out
    switched = redraft("run", "/session switch one", "--json").json
    assert switched["session"] == "one"


def test_a_slash_line_means_what_its_words_would_mean(
    redraft: Redraft, root: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    redraft("run", "/session start one")
    redraft("run", "/session start two")
    monkeypatch.chdir(root / "part-1")
    assert redraft("run", "/write one.md", stdin=b"new").out.startswith("part-1/one.md modified")
    assert redraft("run", "/read one.md").out == "new"
    assert redraft("--session", "one", "run", "/read one.md").out == "One.\r\nTwo.\r\n"
    line = f"/session status --session one --root {shlex.quote(str(root))}"
    assert redraft("run", line, "--json").json["session"] == "one"
    assert redraft("--session", "two", "run", "/session status one").out.startswith("○ one")
    redraft("session", "commit", "--force")
    assert redraft("run", "/session undo --preview").out.startswith("Would undo")


@pytest.mark.parametrize(
    ("line", "problem"),
    [
        ('/session start "one', "cannot be read"),
        ("/session strat one", "there is no command"),
        ("/run /session list", "cannot run a line itself"),
        ("/session start one --frob", "has no flag"),
    ],
)
def test_a_bad_slash_line_is_bad_usage(redraft: Redraft, line: str, problem: str) -> None:
    said = redraft("run", line)
    assert said.code == 2
    assert problem in said.err


# Help -----------------------------------------------------------------------------------------


@pytest.mark.parametrize("command", COMMANDS, ids=lambda command: command.verb)
def test_help_has_a_summary_and_examples(redraft: Redraft, command: Any) -> None:
    said = redraft(*command.verb.split(), "--help")
    assert said.code == 0
    assert said.out.startswith(f"Usage: redraft {command.verb} ")
    assert f"{command.title}." in said.out
    for example in command.examples:
        assert f"  redraft {example}\n" in said.out
    for option in ("--session", "--root", "--json"):
        assert option in said.out


def parsed(words: list[str]) -> object:
    """The row of the table that a command line leads to."""
    context: Any = cli().make_context("redraft", words)
    while hasattr(context.command, "resolve_command"):
        words = [*context._protected_args, *context.args]
        name, inner, rest = context.command.resolve_command(context, words)
        context = inner.make_context(name, rest, parent=context)
    return context.command.row


@pytest.mark.parametrize("command", COMMANDS, ids=lambda command: command.verb)
def test_every_example_can_be_typed(command: Command) -> None:
    for example in command.examples:
        assert parsed(shlex.split(example.partition(" <")[0])) is command
        assert parse(f"/{example.partition(' <')[0]}")[0] is command


@pytest.mark.parametrize(
    ("verb", "meant"),
    [
        ("status", "the active session"),
        ("resume", "the session left last"),
        ("undo", "the session committed, cancelled or restored last"),
    ],
)
def test_the_help_says_which_session_is_meant(redraft: Redraft, verb: str, meant: str) -> None:
    said = " ".join(redraft("session", verb, "--help").out.split())
    assert f"The session it is about; else REDRAFT_SESSION, else {meant}." in said


def test_the_help_lists_every_verb_in_full(redraft: Redraft) -> None:
    out = redraft("--help").out
    for command in COMMANDS:
        assert re.search(rf"^  {command.verb}  +\S", out, re.MULTILINE), command.verb
    family = redraft("retry", "--help").out
    assert "redraft retry [OPTIONS] FILE_PATH REASON" in family
    assert re.search(r"^  restore +\S", family, re.MULTILINE)


def test_words_that_are_missing_are_bad_usage(redraft: Redraft) -> None:
    assert redraft().code == 2
    assert redraft("session").code == 2
    assert redraft("retry").code == 2


@pytest.mark.parametrize("shell", ["bash", "zsh", "fish"])
def test_there_is_completion_for(redraft: Redraft, shell: str) -> None:
    assert "_REDRAFT_COMPLETE" in redraft("completion", shell).out


@pytest.mark.parametrize(
    ("words", "incomplete", "expected"),
    [
        (["session"], "sw", ["switch"]),
        (["session", "switch"], "", ["one", "two"]),
        (["session", "status", "--session"], "t", ["two"]),
        (["session", "phase"], "P", ["PLAN"]),
        (["session", "commit", "--on-conflict"], "s", ["stop", "skip"]),
        (["read"], "no", ["no"]),
        (["--root"], "x", ["x"]),
    ],
    ids=str,
)
def test_a_shell_completes(
    redraft: Redraft, words: list[str], incomplete: str, expected: list[str]
) -> None:
    from click.shell_completion import ShellComplete

    redraft("session", "start", "one")
    redraft("session", "start", "two")
    found = ShellComplete(cli(), {}, "redraft", "_X").get_completions(words, incomplete)
    assert [each.value for each in found] == expected


# Drawing --------------------------------------------------------------------------------------


def drawn(result: object, *, width: int = 60, colour: bool = False) -> str:
    """What a terminal of that width would be sent."""
    out = io.StringIO()
    console = Console(
        file=out,
        width=100_000,
        force_terminal=True,
        no_color=not colour,
        highlight=False,
        markup=False,
        emoji=False,
        color_system="standard" if colour else None,
    )
    screen = Screen(console)
    screen.width = width
    screen.show(result)
    return out.getvalue()


def summary(name: str, description: str = "", status: Any = "ACTIVE") -> r.Summary:
    return r.Summary(
        name=name,
        status=status,
        description=description,
        created_at="2026-01-01T00:00:00Z",
        updated_at="2026-01-01T00:00:00Z",
        type="medium",
        phase="PLAN",
        change_count=1,
        retry_count=0,
        size_bytes=0,
        temporary=False,
    )


def test_a_name_is_never_cut_however_narrow_the_terminal() -> None:
    """Fault 27: two sessions whose names differ after 26 letters looked the same."""
    names = ["x" * 63 + end for end in "ab"]
    rows = [summary(name, "long " * 30) for name in names]
    out = drawn(r.SessionList(root="/b", active=names[0], sessions=rows), width=30)
    assert all(name in out for name in names)
    assert "long long…" in out


def test_a_list_shows_when_each_session_was_created() -> None:
    rows = [summary("a", "A draft")]
    head, row = drawn(r.SessionList(root="/b", active="a", sessions=rows), width=200).splitlines()
    assert head.split() == [
        "NAME", "STATUS", "CREATED", "CHANGES", "RETRIES", "UPDATED", "DESCRIPTION"
    ]  # fmt: skip
    assert row.split()[1:6] == ["a", "ACTIVE", "2026-01-01", "1", "0"]


def test_sessions_that_ended_are_listed_apart_with_where_they_lie(
    redraft: Redraft, root: Path
) -> None:
    for _ in range(2):
        redraft("session", "start", "draft")
        redraft("write", "notes.md", stdin=b"x")
        redraft("session", "cancel")
    redraft("session", "start", "done")
    redraft("session", "complete")
    said = redraft("session", "list", "--completed", "--trash").out
    trash = sorted(path.name for path in (root / ".workflow/.trash").iterdir())
    [archive] = (path.name for path in (root / ".workflow/completed").iterdir())
    lines = said.splitlines()
    assert lines[0] == "There are no open sessions."
    at = lines.index("Committed or completed:")
    assert lines[at + 1].split() == [
        "NAME", "STATUS", "CREATED", "CHANGES", "RETRIES", "UPDATED", "LIES", "IN", "DESCRIPTION"
    ]  # fmt: skip
    assert lines[at + 2].split()[:3] == ["✓", "done", "COMPLETED"]
    assert f".workflow/completed/{archive}" in lines[at + 2]
    at = lines.index("Cancelled, in the trash:")
    for name, line in zip(trash, lines[at + 2 : at + 4], strict=True):
        assert line.split()[:3] == ["×", "draft", "CANCELLED"]
        assert f".workflow/.trash/{name}" in line
    assert "session switch" not in said
    assert lines[-1] == "Next: redraft session start NAME"
    found = redraft("session", "list", "--trash", "--json").json["sessions"]
    assert [each["lies_in"] for each in found] == [f".workflow/.trash/{name}" for name in trash]
    assert {each["status"] for each in found} == {"INACTIVE"}


def test_a_list_hints_at_switching_only_where_there_is_a_session_to_switch_to(
    redraft: Redraft,
) -> None:
    redraft("session", "start", "one")
    assert "Next" not in redraft("session", "list").out
    assert "lies_in" not in redraft("session", "list", "--json").json["sessions"][0]
    redraft("session", "pause")
    said = redraft("session", "list").out
    assert said.endswith("No session is active.\nNext: redraft session switch NAME\n")


def test_with_nothing_to_resume_it_says_so(redraft: Redraft) -> None:
    said = redraft("session", "resume")
    assert (said.code, said.err.splitlines()[0]) == (
        1, "error (session_not_found): There is no session to resume: no other is open."
    )  # fmt: skip


def test_a_terminal_gets_colours_and_signs() -> None:
    rows = [summary("a"), summary("b", status="INACTIVE"), summary("c", status="CRASHED")]
    out = drawn(r.SessionList(root="/b", active="a", sessions=rows), colour=True)
    assert "\x1b[32m●" in out
    assert "\x1b[1;31m✖" in out


def test_text_from_files_cannot_steer_the_terminal() -> None:
    evil = "\x1b[2J\x07\nx\u202e"
    out = drawn(r.SessionList(root="/b", active="a", sessions=[summary("a", evil)]), width=200)
    assert "\x1b" not in out
    assert "\\x1b[2J\\x07\\nx\\u202e" in out


def test_a_result_without_a_drawing_is_listed() -> None:
    class Plain:
        def __str__(self) -> str:
            return "plain"

    assert drawn(Plain()) == "plain\n"
    base = r.Result(root="/b", session="one")
    assert drawn(base) == "  Root        /b\n  Session     one\n"


CHANGES = r.Changes(modified=["m.md"], created=["c.md"], deleted=["d.md"])


@pytest.mark.parametrize(
    ("result", "lines"),
    [
        (
            r.Preview(
                root="/b",
                session="one",
                files=[
                    r.PreviewFile(path="a.md", kind="modified", bytes=1200, state="conflict"),
                    r.PreviewFile(path="b.md", kind="deleted", bytes=0, state="clean"),
                ],
                retry_count=2,
                preview="t",
            ),
            [
                "A commit of one would change 2 documents:",
                "   PATH    SIZE  STATE",
                "M  a.md  1.2 KB  conflict",
                "D  b.md     0 B  clean",
                "2 retries would be archived.",
                "Next: redraft session diff --session one",
                "Next: redraft session commit one --force --on-conflict overwrite",
                "Next: redraft session commit one --force --on-conflict skip",
            ],
        ),
        (
            r.Commit(
                root="/b",
                session="one",
                modified=["m.md"],
                created=[],
                deleted=[],
                merged=["m.md"],
                skipped=["s.md"],
                archive="x",
                session_closed=False,
            ),
            [
                "Committed 1 document of session one.",
                "    M m.md",
                "  Merged",
                "    m.md",
                "  Skipped",
                "    s.md",
                "The session stays open with the rest.",
                "Undo: redraft session undo one",
            ],
        ),
        (
            r.Cancelled(
                root="/b",
                session="one",
                discarded=CHANGES,
                retry_count=1,
                retries_archive="ra",
                trash="t",
            ),
            [
                "Cancelled session one; it lies in t.",
                "  Discarded   3 changes",
                "    M m.md",
                "    A c.md",
                "    D d.md",
                "  Retries     ra",
                "Undo: redraft session undo one",
            ],
        ),
        (
            r.Undone(
                root="/b",
                session="one",
                undone="commit",
                restored=["a"],
                kept=[r.KeptFile(path="b", reason="edited since")],
            ),
            [
                "Undid the commit of session one.",
                "  Restored",
                "    a",
                "  kept b: edited since",
            ],
        ),
        (
            r.Completed(root="/b", session="one", archived_to="c", unapplied=r.Changes()),
            [
                "Completed session one; it lies in c.",
                "  Not applied 0 changes",
                "Take it up again: redraft session resume one",
            ],
        ),
        (
            r.Checkup(root="/b", checked=["markers"], found=["f"], repaired=["r"], left=["l"]),
            [
                "  checked   markers",
                "  found     f",
                "  repaired  r",
                "  left      l",
                "Somebody must look at what is left.",
            ],
        ),
        (
            r.Recovery(root="/b", session="one", found=["f"], repaired=["r"], left=[]),
            ["  found     f", "  repaired  r", "All is well again."],
        ),
        (
            r.SessionDiff(
                root="/b",
                files=[
                    r.FileDiff(path="p", kind="created", binary=True, diff=""),
                    r.FileDiff(
                        path="a", kind="modified", binary=False, diff="--- a\n+++ a\n+\tx\r\n"
                    ),
                ],
            ),
            ["Binary file p created", "--- a", "+++ a", "+       x\\r"],
        ),
        (r.SessionDiff(root="/b", files=[]), ["No differences."]),
        (
            r.Migration(
                root="/b",
                sessions=["one"],
                active="one",
                skipped=[
                    r.SkippedLine(line=3, reason="no JSON"),
                    r.SkippedLine(line=0, reason="a.md: is a link"),
                ],
                kept_as="old",
            ),
            [
                "  Taken over",
                "    one",
                "Skipped line 3: no JSON",
                "Skipped a.md: is a link",
                "  Active      one",
                "  Kept as     old",
            ],
        ),
        (
            r.Migration(root="/b", sessions=[], active=None, skipped=[], kept_as=None),
            ["There is nothing to migrate."],
        ),
        (
            r.Adopted(root="/b", session="one", adopted=["a"], restored=["a"]),
            ["Adopted 1 document into one.", "    a", "  Put back in the folder", "    a"],
        ),
        (
            r.RestoredRetry(root="/b", session="one", path="a", number=2),
            ["Retry 2 is the session's a again."],
        ),
        (
            r.Trash(root="/b", entries=[], removed=["x"]),
            ["Removed 1 entry for good.", "    x"],
        ),
        (r.Trash(root="/b", entries=[], removed=[]), ["Trash and archive are empty."]),
        (
            r.Listing(
                root="/b",
                entries=[
                    r.Entry(path="a", type="directory"),
                    r.Entry(path="l", type="symlink"),
                    r.Entry(path="n", type="file", kind="created"),
                ],
            ),
            ["  a/", "  l@", "A n"],
        ),
    ],
    ids=lambda value: type(value).__name__ if not isinstance(value, list) else None,
)
def test_a_result_is_drawn(result: object, lines: list[str]) -> None:
    assert drawn(result).splitlines() == lines


def test_every_result_has_a_drawing_of_its_own() -> None:
    drawings: Any = vars(Screen)["show"].dispatcher
    undrawn = {
        kind.__name__
        for command in COMMANDS
        for kind in getattr(command.result, "__args__", None) or (command.result,)
        if drawings.dispatch(kind) is drawings.dispatch(object)
    }
    assert undrawn <= {"Document"}, "a document is poured out as it is"


# Small texts ----------------------------------------------------------------------------------


def test_sizes_and_counts_are_for_people() -> None:
    assert [size(n) for n in (0, 999, 1000, 20_480, 3 * 10**8, 10**16)] == [
        "0 B",
        "999 B",
        "1.0 KB",
        "20.5 KB",
        "300.0 MB",
        "10000.0 TB",
    ]
    assert [plural(1, "retry"), plural(2, "retry"), plural(0, "change")] == [
        "1 retry",
        "2 retries",
        "0 changes",
    ]


def test_an_age_is_a_round_number() -> None:
    from datetime import UTC, datetime

    now = datetime(2026, 1, 2, tzinfo=UTC)
    assert age("2026-01-01T23:59:30Z", now) == "just now"
    assert age("2026-01-02T00:05:00Z", now) == "just now", "a clock may be ahead"
    assert age("2026-01-01T22:59:00", now) == "1 hour ago"
    assert age("2024-01-01T00:00:00Z", now) == "2 years ago"
    assert age("some day", now) == "some day"


def test_clean_text_stays_as_it_is() -> None:
    assert clean("Ärger, 日本 🎉") == "Ärger, 日本 🎉"
    assert clean("a\tb\n", "\t") == "a\tb\\n"
