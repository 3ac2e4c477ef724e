"""`redraft hook` as a process: whatever goes wrong, the agent's tool runs, and a log says why."""

from __future__ import annotations

import json
import os
import shlex
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from tests.domain.desk import Desk

from redraft.disk.folder import Folder
from redraft.disk.lock import Lock

SERVER = Path(__file__).parents[3] / "server"
Hook = Callable[..., "subprocess.CompletedProcess[bytes]"]


@pytest.fixture
def hook(desk: Desk) -> Hook:
    def call(event: Any, **environ: str) -> subprocess.CompletedProcess[bytes]:
        data = event if isinstance(event, bytes) else json.dumps(event).encode()
        kept = {name: os.environ[name] for name in ("PATH", "HOME") if name in os.environ}
        return subprocess.run(
            [sys.executable, "-W", "error", "-m", "redraft", "hook"],
            input=data,
            cwd=desk.path,
            env={**kept, "PYTHONPATH": str(SERVER), "LANG": "C.UTF-8", **environ},
            capture_output=True,
            timeout=60,
            check=False,
        )

    return call


def event(desk: Desk, tool: str = "Write", name: str = "PreToolUse", **given: Any) -> Any:
    given = given or {"file_path": str(desk.path / "a.md"), "content": "x"}
    fields = {"hook_event_name": name, "tool_name": tool, "tool_input": given}
    return {**fields, "cwd": str(desk.path), "tool_use_id": "toolu_1"}


def log_of(desk: Desk) -> str:
    return (desk.path / ".workflow/.hook.log").read_text("utf-8")


def test_a_write_is_led_and_the_exit_code_says_nothing_else(draft: Desk, hook: Hook) -> None:
    """Fault 21: a hook that ends with 1 blocks nothing; ours speaks by its answer alone."""
    done = hook(event(draft))
    assert (done.returncode, done.stderr) == (0, b"")
    updated = json.loads(done.stdout)["hookSpecificOutput"]["updatedInput"]
    assert updated["file_path"] == str(draft.path / ".workflow/draft/files/a.md")
    done = hook(event(draft, file_path=str(draft.path / ".git/x"), content=""))
    assert done.returncode == 0
    assert json.loads(done.stdout)["hookSpecificOutput"]["permissionDecision"] == "deny"


def test_an_agent_that_runs_in_a_sessions_view_is_led_nowhere(draft: Desk, hook: Hook) -> None:
    """Inside `redraft exec` the usual path shows the session already."""
    done = hook(event(draft), REDRAFT_LOAN=str(draft.path / "no-such-loan"))
    assert (done.returncode, done.stdout, done.stderr) == (0, b"{}\n", b"")


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"{",
        b"\xff\xfe",
        b"[]",
        b"null",
        b"{}",
        b'{"hook_event_name": 3}',
        b'{"hook_event_name": "Nonsense"}',
        b"[" * 100_000,
        b'{"hook_event_name": "PreToolUse", "tool_name": 7, "tool_input": []}[',
    ],
    ids=lambda data: data[:24].decode("latin-1") + str(len(data)),
)
def test_an_event_that_cannot_be_read_lets_the_tool_through(
    draft: Desk, hook: Hook, data: bytes
) -> None:
    done = hook(data)
    assert (done.returncode, done.stdout) == (0, b"{}\n")
    assert "let through after" in log_of(draft)


@pytest.mark.parametrize(
    "given",
    [
        {"file_path": 7},
        {"file_path": ""},
        {"file_path": "a\0b"},
        {"file_path": "\ud800"},
        {"file_path": "x" * 70_000},
        {"file_path": ["a.md"]},
        {"other": {"deep": [[[1]]]}},
    ],
    ids=lambda given: repr(given)[:30],
)
@pytest.mark.parametrize("tool", ["Read", "Bash"])
def test_hostile_input_lets_the_tool_through(
    draft: Desk, hook: Hook, tool: str, given: dict[str, Any]
) -> None:
    done = hook(event(draft, tool, **given))
    assert (done.returncode, done.stdout) == (0, b"{}\n")
    assert draft.changes() == ([], [], [])


def test_a_locked_folder_lets_the_tool_through_in_time(draft: Desk, hook: Hook) -> None:
    with (
        Folder.open(str(draft.path)) as folder,
        Lock(folder, ".workflow/.lock", "test", 1.0, None),
    ):
        began = time.monotonic()
        done = hook(event(draft))
        took = time.monotonic() - began
    assert (done.returncode, done.stdout) == (0, b"{}\n")
    assert "Locked" in log_of(draft)
    assert took < 20  # never the ten seconds of a command and more; a busy machine starts slowly


def test_a_folder_that_cannot_be_written_lets_the_tool_through(draft: Desk, hook: Hook) -> None:
    (draft.path / ".workflow/draft/.tmp").write_text("a file where a folder belongs")
    done = hook(event(draft))
    assert (done.returncode, done.stdout) == (0, b"{}\n")
    assert "let through after" in log_of(draft)


def test_a_hook_that_takes_too_long_lets_the_tool_through(draft: Desk) -> None:
    code = (
        "import sys, time; from redraft.faces.hooks import main;"
        "main.LIMIT_S = 0.2; main._answered = lambda *_: time.sleep(60);"
        "sys.exit(main.hook([]))"
    )
    done = subprocess.run(
        [sys.executable, "-c", code],
        input=json.dumps(event(draft)).encode(),
        cwd=draft.path,
        env={**os.environ, "PYTHONPATH": str(SERVER)},
        capture_output=True,
        timeout=50,
        check=False,
    )
    assert (done.returncode, done.stdout) == (0, b"{}\n")
    assert "TooSlow" in log_of(draft)


def test_a_hook_that_hangs_for_good_lets_the_tool_through(draft: Desk) -> None:
    """Even where the first alarm is swallowed by what is at work."""
    code = (
        "import sys, time; from redraft.faces.hooks import main\n"
        "main.LIMIT_S = 0.2\n"
        "def hang(*_):\n"
        "    while True:\n"
        "        try: time.sleep(60)\n"
        "        except BaseException: pass\n"
        "main._answered = hang\n"
        "sys.exit(main.hook([]))"
    )
    done = subprocess.run(
        [sys.executable, "-c", code],
        input=json.dumps(event(draft)).encode(),
        cwd=draft.path,
        env={**os.environ, "PYTHONPATH": str(SERVER)},
        capture_output=True,
        timeout=50,
        check=False,
    )
    assert (done.returncode, done.stdout) == (0, b"{}\n")


def test_without_a_folder_of_sessions_a_failure_makes_none(desk: Desk, hook: Hook) -> None:
    done = hook(b"{")
    assert (done.returncode, done.stdout) == (0, b"{}\n")
    assert b"let through after" in done.stderr
    assert not (desk.path / ".workflow").exists()


def test_the_log_is_bounded(draft: Desk, hook: Hook) -> None:
    place = draft.path / ".workflow/.hook.log"
    place.write_bytes(b"x" * (64 << 10))
    hook(b"{")
    assert place.stat().st_size < 2000
    assert (draft.path / ".workflow/.hook.log.1").stat().st_size == 64 << 10


def test_an_event_in_utf8_is_read_in_any_locale(draft: Desk, hook: Hook) -> None:
    """Fault 22."""
    draft.put("ünï 日本.md", "x\n")
    data = event(draft, file_path=str(draft.path / "ünï 日本.md"), content="é")
    done = hook(json.dumps(data, ensure_ascii=False).encode(), LANG="C", PYTHONUTF8="0")
    updated = json.loads(done.stdout)["hookSpecificOutput"]["updatedInput"]
    assert updated["file_path"].endswith("/draft/files/ünï 日本.md")


def shell(desk: Desk, told: Path, lines: str) -> str:
    """What a shell prints that reads the file which the client reads before each command."""
    program = desk.path.with_name("redraft")
    program.write_text(f'#!/bin/sh\nexec {shlex.quote(sys.executable)} -m redraft "$@"\n')
    program.chmod(0o755)
    path = f"{program.parent}{os.pathsep}{os.environ['PATH']}"
    script = f". {shlex.quote(str(told))} && {lines}"
    done = subprocess.run(
        ["sh", "-euc", script],
        cwd=desk.path,
        env={"PATH": path, "PYTHONPATH": str(SERVER), "LANG": "C.UTF-8"},
        capture_output=True,
        text=True,
        check=True,
    )
    return done.stdout


SAY = 'printf "%s|%s|%s" "$REDRAFT_ROOT" "${REDRAFT_SESSION-none}" "${REDRAFT_SESSION_DIR-none}"'


def test_programs_that_an_agents_shell_runs_are_told_root_and_session(
    draft: Desk, hook: Hook, tmp_path: Path
) -> None:
    told = tmp_path / "it's the client's.sh"
    told.write_text("export THEIRS=1\n")
    start = {"hook_event_name": "SessionStart", "cwd": str(draft.path)}
    for _ in range(2):  # a client may begin several times
        assert hook(start, CLAUDE_ENV_FILE=str(told)).stderr == b""
    assert told.read_text().startswith("export THEIRS=1\n")
    assert told.read_text().count("export REDRAFT_ROOT=") == 1
    home = draft.path / ".workflow"
    assert shell(draft, told, SAY) == f"{draft.path}|draft|{home}/draft"
    draft.start("other")
    assert shell(draft, told, SAY) == f"{draft.path}|other|{home}/other"
    draft.run("session pause")
    assert shell(draft, told, SAY) == f"{draft.path}|none|none"


def test_what_an_agents_shell_is_told_does_not_keep_it_in_a_session(
    draft: Desk, hook: Hook, tmp_path: Path
) -> None:
    """Fault 15 has two sides: one may choose a session, and one may follow the active one."""
    told = tmp_path / "env.sh"
    hook({"hook_event_name": "SessionStart", "cwd": str(draft.path)}, CLAUDE_ENV_FILE=str(told))
    assert draft.run("session status").name == "draft"
    lines = "redraft session start other && echo x | redraft write new.md && redraft resolve new.md"
    assert shell(draft, told, lines).endswith(f"{draft.path}/.workflow/other/files/new.md\n")
    assert draft.run("session status", name="draft").change_count == 0


def test_an_agent_that_was_kept_in_a_session_is_told_of_that_one(
    draft: Desk, hook: Hook, tmp_path: Path
) -> None:
    told = tmp_path / "env.sh"
    draft.start("other")
    start = {"hook_event_name": "SessionStart", "cwd": str(draft.path)}
    hook(start, CLAUDE_ENV_FILE=str(told), REDRAFT_SESSION="draft")
    assert shell(draft, told, SAY) == f"{draft.path}|draft|{draft.path}/.workflow/draft"
    assert shell(draft, told, "redraft session status").startswith("○ draft")


def test_a_file_of_the_client_that_cannot_be_written_costs_only_the_telling(
    draft: Desk, hook: Hook, tmp_path: Path
) -> None:
    start = {"hook_event_name": "SessionStart", "cwd": str(draft.path)}
    done = hook(start, CLAUDE_ENV_FILE=str(tmp_path / "gone/env.sh"))
    text = json.loads(done.stdout)["hookSpecificOutput"]["additionalContext"]
    assert "Session 'draft' now holds" in text
    assert "CLAUDE_ENV_FILE" in text


def test_two_agents_in_two_sessions_write_one_document(draft: Desk, hook: Hook) -> None:
    """Fault 15."""
    draft.start("other")
    places = []
    for name in ("draft", "other"):
        answer = json.loads(hook(event(draft), REDRAFT_SESSION=name).stdout)
        places.append(Path(answer["hookSpecificOutput"]["updatedInput"]["file_path"]))
        places[-1].write_text(name)
    assert draft.changes("draft") == draft.changes("other") == (["a.md"], [], [])
    assert (draft.path / "a.md").read_text() == "one\ntwo\nthree\n"


def test_a_hook_starts_light(draft: Desk) -> None:
    """It is called for every tool, so it may load nothing that takes time."""
    code = (
        "import sys; before = set(sys.modules); from redraft.faces.cli.main import main;"
        "code = main(['hook']); print(*sorted(set(sys.modules) - before), file=sys.stderr)"
    )
    data = event(draft, "Read", file_path=str(draft.path / "a.md"))
    done = subprocess.run(
        [sys.executable, "-S", "-c", code],
        input=json.dumps(data).encode(),
        cwd=draft.path,
        env={"PYTHONPATH": str(SERVER), "PATH": os.environ["PATH"]},
        capture_output=True,
        check=True,
    )
    assert done.stdout == b"{}\n"
    heavy = {"click", "rich", "pydantic", "dataclasses", "typing", "pathlib", "inspect", "mcp"}
    assert not heavy & set(done.stderr.decode().split())
