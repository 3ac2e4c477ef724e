"""``workspace/executeCommand``: what may be sent, and what comes back."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from pygls.exceptions import JsonRpcException
from tests.faces.lsp.editor import Editor, details, file_uri, uri

from redraft.commands.table import BY_LSP
from redraft.faces.lsp.command_ids import NAMES

pytestmark = pytest.mark.asyncio(loop_scope="module")


async def failure(server: Editor, name: str, arguments: object) -> JsonRpcException:
    with pytest.raises(JsonRpcException) as caught:
        await server.request("workspace/executeCommand", {"command": name, "arguments": arguments})
    return caught.value


async def test_the_ids_that_stand_beside_the_table_are_those_of_the_table() -> None:
    wanted = ", ".join(f'"{name}"' for name in BY_LSP)
    assert list(NAMES) == list(BY_LSP), f"write in command_ids.py: {wanted}"


@pytest.mark.parametrize(
    "params",
    [{}, {"arguments": None}, {"arguments": []}, {"arguments": [{}]}, {"arguments": [None]}],
    ids=["absent", "null", "empty", "object", "null in a list"],
)
async def test_arguments_may_be_left_out(
    server: Editor, root: Path, params: dict[str, Any]
) -> None:
    answer = await server.request(
        "workspace/executeCommand", {"command": "redraft.session.list", **params}
    )
    assert answer == {"root": str(root), "session": None, "active": None, "sessions": []}


@pytest.mark.parametrize(
    ("arguments", "problem"),
    [
        ([{"name": "a"}, {}], "one object in a list"),
        ({"name": "a"}, "one object in a list"),
        ("name", "one object in a list"),
        (["name"], "by name"),
        ([["name"]], "by name"),
        ([{}], "name is missing"),
        ([{"name": 5}], "name should be a valid string"),
        ([{"name": "a", "type": "huge"}], "type should be"),
        ([{"name": "a", "fromTemporary": "yes"}], "fromTemporary should be a valid boolean"),
        ([{"name": "a", "from_temporary": True}], "no argument 'from_temporary'"),
        ([{"name": "a", "colour": "red"}], "no argument 'colour'"),
    ],
    ids=[
        "two", "object", "text", "text in a list", "list in a list", "missing", "wrong type",
        "wrong choice", "wrong flag", "snake case", "unknown",
    ],
)  # fmt: skip
async def test_bad_arguments_are_named_and_nothing_is_done(
    server: Editor, root: Path, arguments: object, problem: str
) -> None:
    error = await failure(server, "redraft.session.start", arguments)
    assert (error.code, details(error)["code"]) == (-32602, "invalid_arguments")
    assert problem in error.message
    assert details(error)["problems"]
    assert not (root / ".workflow").exists()


@pytest.mark.parametrize(
    "name",
    ["redraft.session.begin", "redraft.", "session.start", "", "redraft.read", 5, None],
    ids=repr,
)
async def test_an_unknown_command_is_refused(server: Editor, root: Path, name: Any) -> None:
    error = await failure(server, name, [])
    assert (error.code, details(error)["code"]) == (-32602, "invalid_arguments")


async def test_an_expected_failure_carries_its_code_and_what_to_do_next(
    server: Editor, root: Path
) -> None:
    error = await failure(server, "redraft.session.status", [])
    assert error.code == -32803
    assert details(error) == {
        "code": "no_active_session",
        "message": "No session is active.",
        "suggestions": ["/session start <name>", "/session list"],
    }


async def test_keys_are_in_camel_case_and_paths_are_left_alone(server: Editor, root: Path) -> None:
    await server.command("session.start", name="camel")
    await server.write(uri("camel", root / "change_count"), b"")
    status = await server.command("session.status")
    assert status["changes"] == {"modified": [], "created": ["change_count"], "deleted": []}
    assert {"changeCount", "retryCount", "sizeBytes", "createdAt", "lastCheckpoint"} <= set(status)
    assert not any("_" in key for key in status)


async def test_name_is_an_alias_of_session_and_must_not_contradict_it(
    server: Editor, root: Path
) -> None:
    await server.command("session.start", name="one")
    await server.command("session.start", name="two")
    assert (await server.command("session.status", name="one"))["name"] == "one"
    assert (await server.command("session.status", session="one"))["name"] == "one"
    error = await failure(server, "redraft.session.status", [{"name": "one", "session": "two"}])
    assert details(error)["code"] == "invalid_arguments"


async def test_documents_may_be_named_by_any_uri_or_path(
    server: Editor, root: Path, chapter: Path
) -> None:
    await server.command("session.start", name="named")
    await server.write(uri("named", chapter), b"new")
    copy = root / ".workflow" / "named" / "files" / "part one" / "chapter-01.md"
    for path in (
        "part one/chapter-01.md",
        str(chapter),
        file_uri(chapter),
        uri("NAMED", chapter),
        file_uri(copy),
    ):
        found = await server.command("resolve", path=path)
        assert (found["path"], found["source"]) == ("part one/chapter-01.md", "session"), path


async def test_a_uri_names_its_session_whatever_is_active(
    server: Editor, root: Path, chapter: Path
) -> None:
    """Fault 15: another's switch must not move a command to another session."""
    await server.command("session.start", name="mine")
    await server.write(uri("mine", chapter), b"mine")
    await server.command("session.start", name="other")
    kept = await server.command("retry.record", filePath=uri("mine", chapter), reason="no")
    assert (kept["session"], kept["file"]) == ("mine", "part one/chapter-01.md")
    error = await failure(
        server,
        "redraft.resolve",
        [{"path": uri("mine", chapter), "session": "other"}],
    )
    assert (error.code, details(error)["code"]) == (-32602, "invalid_arguments")


async def test_a_slash_line_runs_as_the_command_it_stands_for(
    server: Editor, root: Path, chapter: Path
) -> None:
    started = await server.command("run", line='/session start lined "By a line"')
    assert (started["command"], started["result"]["description"]) == ("session start", "By a line")
    await server.write(uri("lined", chapter), b"new")
    kept = await server.command("run", line='/retry chapter-01.md "Too long"')
    assert (kept["command"], kept["result"]["number"]) == ("retry", 1)
    for line in ("", "/session strat x", '/retry "open', "/session status --loud"):
        error = await failure(server, "redraft.run", [{"line": line}])
        assert (error.code, details(error)["code"]) == (-32602, "invalid_arguments"), line


async def test_requests_that_only_read_go_on_while_something_changes(
    server: Editor, root: Path, chapter: Path
) -> None:
    import asyncio

    await server.command("session.start", name="busy")
    names = [f"s{number}" for number in range(8)]
    answers = await asyncio.gather(
        *(server.command("session.start", name=name) for name in names),
        *(server.command("session.list") for _ in range(8)),
        *(server.read(uri("busy", chapter)) for _ in range(8)),
    )
    assert [answer["name"] for answer in answers[:8]] == names
    assert len((await server.command("session.list"))["sessions"]) == 9


async def test_the_same_name_at_the_same_time_starts_one_session(
    server: Editor, root: Path
) -> None:
    """Fault 12: two can create one session, and the second empties it."""
    import asyncio

    starts = [server.command("session.start", name="twin") for _ in range(6)]
    answers = await asyncio.gather(*starts, return_exceptions=True)
    failures = [answer for answer in answers if isinstance(answer, JsonRpcException)]
    assert [details(error)["code"] for error in failures] == ["session_exists"] * 5
