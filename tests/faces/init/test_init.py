"""`redraft init`: settings of other programs are merged, shown first, and given back."""

from __future__ import annotations

import json
import os
import pty
import re
import select
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import yaml

from redraft.commands.table import COMMANDS
from redraft.faces.init.clients import CLIENTS
from redraft.faces.mcp.guidance import NAME as SERVER

SERVER_FOLDER = Path(__file__).parents[3] / "server"
Init = Callable[..., "subprocess.CompletedProcess[str]"]
NAMES = [client.name for client in CLIENTS]


def environment() -> dict[str, str]:
    return {"PATH": os.defpath, "PYTHONPATH": str(SERVER_FOLDER), "LANG": "C.UTF-8"}


def command(*words: str) -> list[str]:
    return [sys.executable, "-W", "error", "-m", "redraft", "init", *words]


@pytest.fixture
def init(tmp_path: Path) -> Init:
    def call(*words: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            command(*words),
            cwd=tmp_path,
            env=environment(),
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            timeout=60,
            check=False,
        )

    return call


def put(root: Path, path: str, text: str) -> Path:
    place = root / path
    place.parent.mkdir(parents=True, exist_ok=True)
    place.write_bytes(text.encode())
    return place


def all_of(root: Path) -> dict[str, bytes]:
    return {p.relative_to(root).as_posix(): p.read_bytes() for p in root.rglob("*") if p.is_file()}


def load(root: Path, path: str) -> Any:
    return json.loads((root / path).read_text("utf-8"))


def test_without_a_client_all_are_listed_with_their_files(init: Init, tmp_path: Path) -> None:
    done = init()
    assert done.returncode == 0
    for client in CLIENTS:
        assert f"redraft init {client.name}" in done.stdout
        assert all(file.path in done.stdout for file in client.files)
    assert all_of(tmp_path) == {}


@pytest.mark.parametrize("name", NAMES)
def test_what_is_written_is_taken_out_again_without_a_trace(
    init: Init, tmp_path: Path, name: str
) -> None:
    assert init(name, "--yes").returncode == 0
    once = all_of(tmp_path)
    assert once
    assert "Nothing to do" in init(name, "--yes").stdout
    assert all_of(tmp_path) == once
    assert init(name, "--remove", "--yes").returncode == 0
    assert list(tmp_path.iterdir()) == []
    assert "Nothing to do" in init(name, "--remove", "--yes").stdout


def test_the_server_and_the_hooks_are_what_a_client_can_start(init: Init, tmp_path: Path) -> None:
    init("claude-code", "--yes")
    server = load(tmp_path, ".mcp.json")["mcpServers"][SERVER]
    assert server["type"] == "stdio"
    assert server["args"][-1] == "mcp"
    hooks = load(tmp_path, ".claude/settings.json")["hooks"]
    assert set(hooks) == {"PreToolUse", "PostToolUse", "PostToolUseFailure", "SessionStart"}
    for [entry] in hooks.values():
        [hook] = entry["hooks"]
        event = {"hook_event_name": "SessionStart", "cwd": str(tmp_path)}
        done = subprocess.run(
            ["sh", "-c", hook["command"]],
            input=json.dumps(event),
            cwd=tmp_path,
            env=environment(),
            capture_output=True,
            text=True,
            check=True,
        )
        assert "sessions" in json.loads(done.stdout)["hookSpecificOutput"]["additionalContext"]


WRITERS = (
    "Write",
    "Edit",
    "MultiEdit",
    "NotebookEdit",
    "Bash",
    "PowerShell",
    "mcp__fs__write_file",
)
LOOKERS = ("Read", "NotebookRead", "Glob", "Grep", "LS")
OTHERS = (
    "TodoWrite",
    "ReadMcpResourceTool",
    "BashOutput",
    "Task",
    f"mcp__{SERVER}__write_document",
)


def test_hooks_run_for_the_tools_that_they_have_something_to_do_for(
    init: Init, tmp_path: Path
) -> None:
    init("claude-code", "--yes")
    hooks = load(tmp_path, ".claude/settings.json")["hooks"]
    for event, tools in (
        ("PreToolUse", (*WRITERS, *LOOKERS)),
        ("PostToolUse", WRITERS),
        ("PostToolUseFailure", WRITERS),
    ):
        [entry] = hooks[event]
        found = [t for t in (*WRITERS, *LOOKERS, *OTHERS) if re.search(entry["matcher"], t)]
        assert sorted(found) == sorted(tools), event


def test_foreign_settings_stay_as_they_are(init: Init, tmp_path: Path) -> None:
    mine = {"type": "command", "command": "mine"}
    settings = {
        "permissions": {"allow": ["Bash(ls)"]},
        "hooks": {
            "PreToolUse": [{"matcher": "Bash", "hooks": [mine]}],
            "Stop": [{"hooks": [mine]}],
        },
        "größe": 1.5,
    }
    text = json.dumps(settings, indent="\t", ensure_ascii=False).replace("\n", "\r\n")
    put(tmp_path, ".claude/settings.json", text).chmod(0o640)
    put(tmp_path, ".mcp.json", '{"mcpServers": {"other": {"command": "x"}}}')
    assert init("claude-code", "--yes").returncode == 0
    after = load(tmp_path, ".claude/settings.json")
    assert after["permissions"] == settings["permissions"]
    assert after["hooks"]["PreToolUse"][0] == {"matcher": "Bash", "hooks": [mine]}
    assert after["hooks"]["Stop"] == [{"hooks": [mine]}]
    assert set(load(tmp_path, ".mcp.json")["mcpServers"]) == {"other", SERVER}
    place = tmp_path / ".claude/settings.json"
    assert place.stat().st_mode & 0o777 == 0o640
    assert b"\r\n\t" in place.read_bytes()
    assert "größe".encode() in place.read_bytes()
    assert init("claude-code", "--remove", "--yes").returncode == 0
    assert place.read_bytes().decode() == text
    assert load(tmp_path, ".mcp.json") == {"mcpServers": {"other": {"command": "x"}}}


COMMENTED = """\
{
\t// Servers for everybody.
\t"servers": {
\t\t"other": { "command": "x", "args": [1,2] }, // keep
\t},
\t"inputs": [ ], /* none yet */
}
"""


@pytest.mark.parametrize("ends", ["\n", "\r\n"])
def test_comments_and_the_layout_of_foreign_lines_stay(
    init: Init, tmp_path: Path, ends: str
) -> None:
    text = COMMENTED.replace("\n", ends)
    place = put(tmp_path, ".vscode/mcp.json", text)
    shown = init("vscode", "--dry-run").stdout
    assert [line for line in shown.splitlines() if line.startswith("-")] == [
        "--- a/.vscode/mcp.json"
    ]
    assert init("vscode", "--yes").returncode == 0
    lines = place.read_bytes().decode().split(ends)
    assert [line for line in lines if line in text.split(ends)] == text.split(ends)
    assert f'\t\t"{SERVER}": {{' in lines
    assert "Nothing to do" in init("vscode", "--yes").stdout
    assert init("vscode", "--remove", "--yes").returncode == 0
    assert place.read_bytes().decode() == text


def test_an_older_hook_of_ours_is_replaced_and_a_foreign_one_beside_it_stays(
    init: Init, tmp_path: Path
) -> None:
    mine = {"type": "command", "command": "mine"}
    old = {"type": "command", "command": "/old/bin/redraft hook"}
    settings = {"hooks": {"PreToolUse": [{"matcher": "Write", "hooks": [old, mine]}]}}
    put(tmp_path, ".claude/settings.json", json.dumps(settings))
    init("claude-code", "--yes")
    entries = load(tmp_path, ".claude/settings.json")["hooks"]["PreToolUse"]
    assert entries[0] == {"matcher": "Write", "hooks": [mine]}
    assert len(entries) == 2


def test_what_a_person_added_to_our_server_stays(init: Init, tmp_path: Path) -> None:
    put(tmp_path, ".mcp.json", json.dumps({"mcpServers": {SERVER: {"env": {"A": "1"}}}}))
    init("claude-code", "--yes")
    assert load(tmp_path, ".mcp.json")["mcpServers"][SERVER]["env"] == {"A": "1"}


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("{", "no JSON"),
        ('{"a": 1, "a": 2}', "twice"),
        ("[]", "not a JSON object"),
        ('{"mcpServers": []}', "no object at 'mcpServers'"),
        ('{"a": NaN}', "no JSON"),
        ("\ud800", "not UTF-8"),
    ],
    ids=["broken", "twice", "list", "of another shape", "not a number", "bytes"],
)
def test_a_file_that_cannot_be_merged_is_refused_and_nothing_is_written(
    init: Init, tmp_path: Path, text: str, said: str
) -> None:
    (tmp_path / ".mcp.json").write_bytes(text.encode("utf-8", "surrogatepass"))
    before = all_of(tmp_path)
    done = init("claude-code", "--yes")
    assert done.returncode == 1
    assert said in done.stderr
    assert "nothing was written" in done.stderr
    assert all_of(tmp_path) == before


def test_hooks_of_another_shape_are_refused(init: Init, tmp_path: Path) -> None:
    put(tmp_path, ".claude/settings.json", '{"hooks": {"PreToolUse": {}}}')
    done = init("claude-code", "--yes")
    assert (done.returncode, "no list at 'PreToolUse'" in done.stderr) == (1, True)
    assert not (tmp_path / ".mcp.json").exists()


def test_a_command_of_that_name_that_is_not_ours_is_left(init: Init, tmp_path: Path) -> None:
    mine = put(tmp_path, ".claude/commands/session.md", "my own command\n")
    done = init("claude-code", "--yes")
    assert (done.returncode, "not Redraft's" in done.stderr) == (1, True)
    assert list(all_of(tmp_path)) == [".claude/commands/session.md"]
    assert init("claude-code", "--remove", "--yes").returncode == 0
    assert mine.read_text() == "my own command\n"


def test_a_link_is_not_replaced(init: Init, tmp_path: Path) -> None:
    put(tmp_path, "elsewhere.json", "{}")
    (tmp_path / ".mcp.json").symlink_to("elsewhere.json")
    done = init("claude-code", "--yes")
    assert (done.returncode, "link" in done.stderr) == (1, True)
    assert (tmp_path / ".mcp.json").is_symlink()


@pytest.mark.parametrize("words", [["--dry-run"], ["--dry-run", "--yes"], []])
def test_without_consent_the_change_is_shown_and_not_made(
    init: Init, tmp_path: Path, words: list[str]
) -> None:
    put(tmp_path, ".vscode/mcp.json", '{\n  "servers": {}\n}\n')
    before = all_of(tmp_path)
    done = init("vscode", *words)
    assert done.returncode == 0
    assert "--- a/.vscode/mcp.json\n+++ b/.vscode/mcp.json\n" in done.stdout
    assert "Nothing was changed." in done.stdout
    assert all_of(tmp_path) == before


@pytest.mark.parametrize(("typed", "written"), [(b"y\n", True), (b"n\n", False)])
def test_on_a_terminal_it_asks(tmp_path: Path, typed: bytes, written: bool) -> None:
    ours, theirs = pty.openpty()
    process = subprocess.Popen(
        command("vscode"),
        cwd=tmp_path,
        env=environment(),
        stdin=theirs,
        stdout=theirs,
        stderr=theirs,  # Python itself asks there
    )
    os.close(theirs)
    said = b""
    while b"Write these?" not in said and select.select([ours], [], [], 30)[0]:
        said += os.read(ours, 4096)
    assert b"Write these?" in said
    os.write(ours, typed)
    assert process.wait(30) == 0
    os.close(ours)
    assert (tmp_path / ".vscode/mcp.json").exists() is written


def test_an_unknown_client_is_refused_with_those_that_are_known(init: Init) -> None:
    done = init("emacs", "--yes")
    assert done.returncode == 2
    assert "claude-code, vscode, cursor" in done.stderr


@pytest.mark.parametrize("family", ["session", "retry"])
def test_a_slash_command_has_settings_that_a_parser_reads(
    init: Init, tmp_path: Path, family: str
) -> None:
    init("claude-code", "--yes")
    text = (tmp_path / f".claude/commands/{family}.md").read_text("utf-8")
    nothing, settings, rest = text.split("---\n", 2)
    assert nothing == ""
    assert rest.startswith("<!--")
    found = yaml.safe_load(settings)
    assert list(found) == ["description", "argument-hint", "allowed-tools"]
    assert all(isinstance(value, str) and value for value in found.values())
    allowed = set(found["allowed-tools"].split(", "))
    assert allowed == {
        f"mcp__{SERVER}__{row.mcp}"
        for row in COMMANDS
        if row.verb.split()[0] == family and row.mcp and not row.destructive
    }
    asked_for = {"commit_session", "cancel_session", "empty_trash", "discard_changes"}
    assert not {f"mcp__{SERVER}__{tool}" for tool in asked_for} & allowed


def test_the_slash_commands_name_every_line_of_their_family(init: Init, tmp_path: Path) -> None:
    init("claude-code", "--yes")
    for family in ("session", "retry"):
        text = (tmp_path / f".claude/commands/{family}.md").read_text("utf-8")
        assert "$ARGUMENTS" in text
        for row in COMMANDS:
            if row.verb.split()[0] == family and row.mcp:
                assert f"`/{row.verb}" in text
                assert f"`{row.mcp}`" in text
