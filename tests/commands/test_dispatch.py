from __future__ import annotations

import shlex
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from redraft.commands import requests as q
from redraft.commands import results as r
from redraft.commands.declaration import Command
from redraft.commands.dispatch import Roots, execute, snake, to_json, validate
from redraft.commands.parameters import parameters
from redraft.commands.table import BY_VERB, COMMANDS
from redraft.errors import InvalidArguments, IoError, RedraftError


def row(request: type, handler: Any = None, result: Any = r.Result) -> Command:
    return Command(
        verb="do", title="Do", request=request, result=result, handler=handler, positional=()
    )


def problems(request: type, arguments: Any, **more: Any) -> list[str]:
    with pytest.raises(InvalidArguments) as caught:
        validate(row(request), arguments, **more)
    assert caught.value.suggestions == ("/do",)
    found = caught.value.data["problems"]
    assert isinstance(found, list)
    return found


# Validation -----------------------------------------------------------------------------------


def test_arguments_become_the_request_with_its_defaults() -> None:
    assert validate(row(q.StartSession), {"name": "one"}) == q.StartSession(name="one")


@pytest.mark.parametrize("nothing", [None, {}], ids=["none", "empty"])
def test_no_arguments_are_arguments_too(nothing: dict[str, object] | None) -> None:
    assert validate(row(q.ListSessions), nothing) == q.ListSessions()


@pytest.mark.parametrize("wrong", [[], "one", 3], ids=["list", "text", "number"])
def test_arguments_come_by_name(wrong: object) -> None:
    assert problems(q.ListSessions, wrong) == ["do takes its arguments by name"]


def test_every_problem_is_named() -> None:
    found = problems(q.SetPhase, {"artifacts": [], "current_tasks": ["a", 1], "fase": "PLAN"})
    assert found == [
        "phase is missing",
        "current_tasks[1] should be a valid string",
        "artifacts should be a valid dictionary",
        "do has no argument 'fase' (did you mean phase?)",
    ]


@pytest.mark.parametrize(
    ("request_type", "arguments"),
    [
        (q.CommitSession, {"force": 1}),
        (q.CommitSession, {"force": "true"}),
        (q.CommitSession, {"force": None}),
        (q.CommitSession, {"on_conflict": "ask"}),
        (q.CommitSession, {"paths": "a.md"}),
        (q.RestoreRetry, {"file_path": "a.md", "number": "2"}),
        (q.RestoreRetry, {"file_path": "a.md", "number": 2.5}),
        (q.RestoreRetry, {"file_path": "a.md", "number": True}),
        (q.TakeCheckpoint, {"label": "\ud800"}),
        (q.SetPhase, {"phase": "PLAN", "artifacts": {"a": ["\ud800"]}}),
        (q.SetPhase, {"phase": "PLAN", "artifacts": {"\ud800": 1}}),
        (q.ReadDocument, {"path": b"a.md"}),
        (q.ReadDocument, {"path": None}),
        (q.StartSession, {"name": "one", "xx": 1}),
    ],
    ids=str,
)
def test_wrong_types_and_unknown_keys_are_refused(
    request_type: type, arguments: dict[str, object]
) -> None:
    assert len(problems(request_type, arguments)) == 1


def test_text_that_is_no_unicode_is_called_so() -> None:
    assert problems(q.RecordRetry, {"file_path": "a.md", "reason": "a\udcff"}) == [
        "reason is not valid Unicode text"
    ]


def test_a_file_name_that_is_no_unicode_is_left_to_the_file_system() -> None:
    assert validate(row(q.ReadDocument), {"path": "ä\udcff"}) == q.ReadDocument(path="ä\udcff")


def test_lsp_keys_are_camel_case_and_only_that() -> None:
    command = row(q.CommitSession)
    expected = q.CommitSession(on_conflict="skip", force=True)
    assert validate(command, {"onConflict": "skip", "force": True}, "camel") == expected
    assert problems(q.CommitSession, {"on_conflict": "skip"}, names="camel") == [
        "do has no argument 'on_conflict' (did you mean onConflict?)"
    ]
    assert problems(q.CommitSession, {"onConflict": 1}, names="camel") == [
        "onConflict should be 'stop', 'overwrite' or 'skip'"
    ]
    assert problems(q.RecordRetry, {}, names="camel") == [
        "filePath is missing",
        "reason is missing",
    ]


def test_what_users_name_themselves_keeps_its_keys() -> None:
    arguments = {"phase": "PLAN", "artifacts": {"currentTasks": {"file_path": 1}, "ä": [None, "ö"]}}
    request = validate(row(q.SetPhase), arguments, "camel")
    assert isinstance(request, q.SetPhase)
    assert request.artifacts == arguments["artifacts"]


@pytest.mark.parametrize("command", COMMANDS, ids=lambda command: command.verb)
def test_every_command_can_name_a_session_and_a_root(command: Command) -> None:
    assert {"session", "root"} <= parameters(command.request).keys()


@pytest.mark.parametrize(
    "given", [{"name": "one"}, {"session": "one"}, {"name": "one", "session": "one"}], ids=str
)
def test_name_is_another_word_for_session(given: dict[str, object]) -> None:
    request = validate(row(q.SessionRequest), given)
    assert request.session == "one"


def test_name_and_session_that_differ_are_refused() -> None:
    assert problems(q.SessionRequest, {"name": "one", "session": "two"}) == [
        "name 'one' and session 'two' both name the session, and differ"
    ]


def test_the_name_of_a_new_session_is_no_alias() -> None:
    request = validate(row(q.StartSession), {"name": "one", "session": "two"})
    assert request == q.StartSession(name="one", session="two")


# Wire form ------------------------------------------------------------------------------------


def test_a_result_becomes_json_with_every_field() -> None:
    result = r.RetryList(
        root="/book",
        session="one",
        retries=[
            r.Retry(
                root="/book",
                session="one",
                file="ä b.md",
                number=1,
                reason="long",
                auto_detected=False,
                recorded_at="2026-01-01T00:00:00Z",
                saved_to="x",
            )
        ],
    )
    retry = {
        "root": "/book",
        "session": "one",
        "file": "ä b.md",
        "number": 1,
        "reason": "long",
        "auto_detected": False,
        "recorded_at": "2026-01-01T00:00:00Z",
        "saved_to": "x",
    }
    json = {"root": "/book", "session": "one", "retries": [retry]}
    assert to_json(result) == json
    assert to_json(r.Ran(root="/book", session="one", command="retry list", result=result)) == {
        "root": "/book",
        "session": "one",
        "command": "retry list",
        "result": json,
    }
    ran = to_json(r.Ran(root="/book", command="retry list", result=result), "camel")
    inner = ran["result"]["retries"][0]
    assert {"autoDetected", "recordedAt", "savedTo"} <= inner.keys()


def test_what_users_name_themselves_comes_back_as_they_named_it() -> None:
    handover = r.Handover(
        phase_completed="PLAN",
        next_phase="IMPLEMENT",
        completed_at=None,
        artifacts={"current_tasks": {"file_path": 1}, "kind": None},
    )
    json = to_json(handover)
    assert json["artifacts"] == {"current_tasks": {"file_path": 1}, "kind": None}
    assert to_json(handover, "camel") == {
        "phaseCompleted": "PLAN",
        "nextPhase": "IMPLEMENT",
        "completedAt": None,
        "artifacts": json["artifacts"],
    }


def test_only_declared_keys_are_rewritten() -> None:
    assert snake({"filePath": 1, "file_path": 2, "other_key": 3}, q.RecordRetry) == {
        "file_path": 1,
        "?file_path": 2,
        "other_key": 3,
    }


# Execution ------------------------------------------------------------------------------------


@pytest.fixture
def folders(tmp_path: Path) -> tuple[str, str]:
    pair = tmp_path / "one", tmp_path / "two"
    for folder in pair:
        folder.mkdir()
    return str(pair[0].resolve()), str(pair[1].resolve())


def where(root: Any, request: Any, progress: Any) -> r.Result:
    return r.Result(root=root.path)


def test_the_only_root_is_taken(folders: tuple[str, str]) -> None:
    roots = Roots([folders[0]])
    assert execute(row(q.ResolvePath, where), q.ResolvePath(path="a.md"), roots).root == folders[0]
    roots.close()


def test_of_several_roots_the_one_that_holds_the_document_is_taken(
    folders: tuple[str, str],
) -> None:
    one, two = folders
    roots = Roots(folders)
    command = row(q.RenameDocument, where)

    def picked(path: str, new: str = "b.md", root: str | None = None) -> str:
        request = q.RenameDocument(path=path, new_path=new, root=root)
        return str(execute(command, request, roots).root)

    assert picked(f"{two}/a.md") == two
    assert picked(f"file://{one}/a%20b.md") == one
    assert picked(f"redraft://session{two}/a.md") == two
    assert picked("a.md", root=two) == two
    assert picked("a.md", root=f"file://{one}") == one
    assert picked("a.md", f"{one}/b.md") == one
    with pytest.raises(InvalidArguments, match="different folders"):
        picked(f"{one}/a.md", f"{two}/b.md")
    with pytest.raises(InvalidArguments, match="say which with root"):
        picked("a.md")
    with pytest.raises(InvalidArguments, match="is not an open folder"):
        picked("a.md", root=f"{one}/deeper")
    with pytest.raises(InvalidArguments, match="is no path"):
        picked("a.md", root="a\0b")
    roots.close()


def test_a_list_of_documents_decides_too(folders: tuple[str, str]) -> None:
    roots = Roots(folders)
    command = row(q.DiscardChanges, where)
    request = q.DiscardChanges(paths=[f"{folders[1]}/a.md", "b.md"])
    assert execute(command, request, roots).root == folders[1]
    commit = q.CommitSession(root=folders[0])
    assert execute(row(q.CommitSession, where), commit, roots).root == folders[0]
    roots.close()


def test_a_root_inside_another_takes_its_own_documents(folders: tuple[str, str]) -> None:
    outer = str(Path(folders[0]).parent)
    roots = Roots([outer, folders[0]])
    assert roots.pick(None, [f"{folders[0]}/a.md"]).path == folders[0]
    assert roots.pick(None, [f"{outer}/a.md"]).path == outer
    assert roots.pick(None, [folders[0]]).path == folders[0]
    roots.close()


def test_a_document_given_through_a_link_is_found_in_its_root(
    folders: tuple[str, str], tmp_path: Path
) -> None:
    link = tmp_path / "link"
    link.symlink_to(folders[1])
    roots = Roots(folders)
    assert roots.pick(None, [f"{link}/a.md"]).path == folders[1]
    with pytest.raises(InvalidArguments):
        roots.pick(None, ["/x\0y/a.md"])
    roots.close()


def test_roots_come_and_go(folders: tuple[str, str]) -> None:
    roots = Roots()
    with pytest.raises(InvalidArguments, match="no folder is open"):
        roots.pick()
    with pytest.raises(InvalidArguments, match="open: none"):
        roots.pick(folders[0])
    root = roots.add(folders[0])
    assert roots.add(f"file://{folders[0]}/.") is root
    assert roots.all() == [root]
    roots.remove(folders[1])
    roots.remove(folders[0])
    assert roots.all() == []


def test_a_root_that_is_no_folder_is_refused(tmp_path: Path) -> None:
    with pytest.raises(RedraftError):
        Roots([str(tmp_path / "missing")])


def test_what_the_system_refuses_is_an_io_error(folders: tuple[str, str]) -> None:
    def full(*_: Any) -> r.Result:
        raise OSError(28, "No space left on device", "/book/a.md")

    roots = Roots([folders[0]])
    with pytest.raises(IoError) as caught:
        execute(row(q.Request, full), q.Request(), roots)
    roots.close()
    assert caught.value.data == {"path": "/book/a.md", "errno": 28}


def test_a_result_of_the_wrong_type_is_a_bug(folders: tuple[str, str]) -> None:
    roots = Roots([folders[0]])
    with pytest.raises(TypeError, match="do gave a Result"):
        execute(row(q.Request, where, r.SessionList | r.Preview), q.Request(), roots)
    roots.close()


def test_a_row_without_a_handler_is_a_bug(folders: tuple[str, str]) -> None:
    roots = Roots([folders[0]])
    with pytest.raises(TypeError, match="do has no handler"):
        execute(row(q.Request), q.Request(), roots)
    roots.close()


def test_a_line_runs_in_the_session_and_root_it_is_given(folders: tuple[str, str]) -> None:
    roots = Roots(folders)
    for name in ("one", "two"):
        start = validate(BY_VERB["session start"], {"name": name, "root": folders[0]})
        execute(BY_VERB["session start"], start, roots)

    def ran(line: str, **more: str) -> r.Ran:
        request = validate(BY_VERB["run"], {"line": line, **more})
        done = execute(BY_VERB["run"], request, roots)
        assert isinstance(done, r.Ran)
        return done

    named = ran("/session status", session="one", root=folders[0])
    assert (named.command, named.session, named.root) == ("session status", "one", folders[0])
    assert ran("/session status two", session="one", root=folders[0]).session == "two"
    line = f"/session status --session one --root {shlex.quote(folders[0])}"
    assert ran(line, session="two", root=folders[1]).session == "one"
    switched = ran("/session switch one", root=folders[0])
    assert (switched.session, switched.result.previous) == ("one", "two")
    with pytest.raises(InvalidArguments, match="cannot run a line itself"):
        ran("/run /session list")
    roots.close()


def test_importing_the_dispatch_builds_no_models() -> None:
    code = "import sys, redraft.commands.dispatch, redraft.commands.table;"
    code += "print('pydantic' in sys.modules)"
    path = ":".join(sys.path)
    done = subprocess.run(
        [sys.executable, "-c", code],
        capture_output=True,
        text=True,
        check=True,
        env={"PYTHONPATH": path},
    )
    assert done.stdout == "False\n"


@dataclass(frozen=True, slots=True, kw_only=True)
class Odd(r.Result):
    thing_count: int = 0


def test_a_result_of_a_new_type_needs_nothing_here() -> None:
    assert to_json(Odd(root="/book")) == {"root": "/book", "session": None, "thing_count": 0}
