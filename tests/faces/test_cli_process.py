"""The command line as a process of its own: streams, encodings, signals, terminals, start-up."""

from __future__ import annotations

import json
import os
import platform
import pty
import resource
import select
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

SERVER = Path(__file__).parent.parent.parent / "server"
CHAPTER = b"One.\r\nTwo.\r\n"

Start = Callable[..., subprocess.CompletedProcess[bytes]]


@pytest.fixture
def root(tmp_path: Path) -> Path:
    folder = tmp_path.resolve() / "my book"
    folder.mkdir()
    (folder / "one.md").write_bytes(CHAPTER)
    (folder / "ünï 日本.md").write_bytes(b"x\n")
    return folder


def environment(**more: str) -> dict[str, str]:
    """What the process inherits: nothing of ours but the path to the package."""
    kept = {name: os.environ[name] for name in ("PATH", "HOME", "TMPDIR") if name in os.environ}
    return {**kept, "PYTHONPATH": str(SERVER), "LANG": "C.UTF-8", **more}


def command(*args: str) -> list[str]:
    return [sys.executable, "-W", "error", "-m", "redraft", *args]


@pytest.fixture
def redraft(root: Path) -> Start:
    """Runs the command line in the folder of documents."""

    def call(*args: str, stdin: Any = b"", **env: str) -> subprocess.CompletedProcess[bytes]:
        feed: dict[str, Any] = {"input": stdin} if isinstance(stdin, bytes) else {"stdin": stdin}
        return subprocess.run(
            command(*args),
            cwd=root,
            env=environment(**env),
            capture_output=True,
            check=False,
            timeout=60,
            **feed,
        )

    return call


def test_a_session_is_there_for_the_next_process(redraft: Start, root: Path) -> None:
    assert redraft("session", "start", "one").returncode == 0
    assert redraft("write", "one.md", stdin=b"\xff\x00new").returncode == 0
    read = redraft("read", "one.md")
    assert (read.returncode, read.stdout, read.stderr) == (0, b"\xff\x00new", b"")
    assert (root / "one.md").read_bytes() == CHAPTER
    done = redraft("session", "commit", "--force", "--json")
    assert json.loads(done.stdout)["modified"] == ["one.md"]
    assert (root / "one.md").read_bytes() == b"\xff\x00new"


def test_without_a_terminal_a_commit_only_previews_and_nothing_is_coloured(
    redraft: Start, root: Path
) -> None:
    redraft("session", "start", "one")
    redraft("write", "one.md", stdin=b"new")
    preview = redraft("session", "commit", stdin=b"y\n")
    assert preview.returncode == 0
    assert b"M  one.md" in preview.stdout
    assert b"\x1b" not in preview.stdout
    assert (root / "one.md").read_bytes() == CHAPTER


@pytest.mark.parametrize("locale", ["C", "POSIX", "de_DE.ISO-8859-1"])
def test_it_speaks_utf8_whatever_the_locale(redraft: Start, root: Path, locale: str) -> None:
    """Fault 22: what one place wrote as UTF-8 another read in the locale's encoding."""
    env = {"LANG": locale, "LC_ALL": locale, "PYTHONUTF8": "0", "PYTHONCOERCECLOCALE": "0"}
    env["PYTHONIOENCODING"] = "latin-1"
    started = redraft("session", "start", "one", "--json", **env)
    assert json.loads(started.stdout.decode("utf-8"))["name"] == "one"
    assert "●".encode() in redraft("session", "list", **env).stdout
    assert "ünï 日本.md" in redraft("files", **env).stdout.decode("utf-8")
    assert redraft("run", "/read 'ünï 日本.md'", "--json").returncode == 0


def test_resolve_starts_light(redraft: Start, root: Path) -> None:
    """Programs call it for every file, so it may load nothing that takes time."""
    code = (
        "import sys; before = set(sys.modules);"
        "from redraft.faces.cli.main import main;"
        "code = main(['resolve', 'one.md', '--json']);"
        "print(*sorted(set(sys.modules) - before), sep='\\n', file=sys.stderr); sys.exit(code)"
    )
    done = subprocess.run(
        [sys.executable, "-S", "-c", code],
        cwd=root,
        env=environment(),
        capture_output=True,
        text=True,
        check=True,
    )
    assert json.loads(done.stdout) == {
        "root": str(root),
        "session": None,
        "path": "one.md",
        "resolved_path": f"{root}/one.md",
        "source": "global",
        "exists": True,
        "modified_in_session": False,
    }
    loaded = set(done.stderr.split())
    heavy = {"click", "rich", "pydantic", "dataclasses", "typing", "pathlib", "json", "inspect"}
    assert not heavy & loaded


@pytest.mark.parametrize("words", [["lsp"], ["lsp", "--stdio"]], ids=" ".join)
def test_the_language_server_starts_without_the_command_line(
    redraft: Start, words: list[str]
) -> None:
    ask = b'{"jsonrpc":"2.0","id":1,"method":"initialize","params":{"capabilities":{}}}'
    leave = b'{"jsonrpc":"2.0","method":"exit"}'
    frames = b"".join(b"Content-Length: %d\r\n\r\n%s" % (len(each), each) for each in (ask, leave))
    done = redraft(*words, stdin=frames, PYTHONPROFILEIMPORTTIME="1")
    assert done.stdout.startswith(b"Content-Length: ")
    assert b'"capabilities"' in done.stdout
    loaded = {line.rpartition(b"|")[2].strip() for line in done.stderr.splitlines()}
    assert b"pygls" in loaded
    assert not {b"click", b"rich"} & loaded
    assert b"redraft.faces.cli.app" not in loaded


@pytest.mark.parametrize("more", [[], ["--json"]], ids=["text", "json"])
def test_the_light_and_the_full_resolve_answer_alike(
    redraft: Start, root: Path, more: list[str]
) -> None:
    redraft("session", "start", "one")
    redraft("write", "one.md", stdin=b"new")
    (root / 'quote".md').write_bytes(b"x")
    copy = root / ".workflow" / "one" / "files" / "one.md"
    uris = (
        (root / "ünï 日本.md").as_uri(),
        copy.as_uri(),
        f"redraft://one{root.as_uri()[7:]}/one.md",
    )
    for path in ("one.md", 'quote".md', "ünï 日本.md", str(copy), *uris):
        light = redraft("resolve", path, *more)
        full = redraft("--root", str(root), "resolve", path, *more)
        assert light.returncode == full.returncode == 0
        assert light.stderr == full.stderr == b""
        if more:
            assert json.loads(light.stdout) == json.loads(full.stdout)
        else:
            assert light.stdout == full.stdout


def test_resolve_takes_over_an_old_registry_like_every_verb(redraft: Start, root: Path) -> None:
    (root / ".workflow").mkdir()
    (root / ".workflow" / "session_status.jsonl").write_text("")
    full = redraft("--root", str(root), "resolve", "one.md")
    (root / ".workflow" / "session_status.jsonl").write_text("")
    light = redraft("resolve", "one.md")
    assert (light.returncode, light.stdout) == (full.returncode, full.stdout)


def test_a_file_name_that_is_no_utf8_passes_through(redraft: Start, root: Path) -> None:
    name = os.fsdecode(b"caf\xe9.md")
    (root / name).write_bytes(b"x")
    redraft("session", "start", "one")
    assert redraft("write", name, stdin=b"new").returncode == 0
    assert redraft("read", name).stdout == b"new"
    assert redraft("resolve", name).stdout.endswith(b"/files/caf\xe9.md\n")
    said = json.loads(redraft("resolve", name, "--json").stdout)
    assert os.fsencode(said["path"]) == b"caf\xe9.md"
    assert b"caf\\udce9.md" in redraft("files").stdout


def test_a_reader_that_goes_away_is_no_error_message(redraft: Start, root: Path) -> None:
    (root / "big.txt").write_bytes(b"x" * (4 << 20))
    with subprocess.Popen(
        command("read", "big.txt"),
        cwd=root,
        env=environment(),
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    ) as process:
        assert process.stdout is not None
        assert process.stderr is not None
        process.stdout.read(10)
        process.stdout.close()
        assert process.stderr.read() == b""
        assert process.wait(30) == 141


def test_an_interrupt_while_input_is_awaited_changes_nothing(root: Path) -> None:
    with subprocess.Popen(
        command("write", "one.md"),
        cwd=root,
        env=environment(),
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    ) as process:
        wait_until_reading(process.pid)
        process.send_signal(signal.SIGINT)
        out, err = process.communicate(timeout=30)
    assert (process.returncode, out) == (130, b"")
    assert b"Traceback" not in err
    assert (root / "one.md").read_bytes() == CHAPTER
    assert not list(root.glob(".workflow/*/files/one.md"))


READ_STDIN = f"{0 if platform.machine() == 'x86_64' else 63} 0x0 "


def wait_until_reading(pid: int) -> None:
    """Wait until a process sleeps in a read of its standard input."""
    deadline = time.monotonic() + 30
    while time.monotonic() < deadline:
        if Path(f"/proc/{pid}/syscall").read_text().startswith(READ_STDIN):
            return
        time.sleep(0.01)  # between two looks, up to the deadline
    raise AssertionError("the process never read its input")


def test_a_slow_writer_behind_a_pipe_locks_nobody_out(redraft: Start, root: Path) -> None:
    redraft("session", "start", "one")
    with subprocess.Popen(
        command("write", "slow.md"),
        cwd=root,
        env=environment(),
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
    ) as process:
        assert process.stdin is not None
        process.stdin.write(b"first ")
        process.stdin.flush()
        wait_until_reading(process.pid)
        assert redraft("write", "one.md", stdin=b"meanwhile").returncode == 0
        process.stdin.write(b"second")
        process.stdin.close()
        assert process.wait(30) == 0
    assert redraft("read", "slow.md").stdout == b"first second"


@pytest.mark.slow
@pytest.mark.parametrize("way", ["pipe", "file"])
def test_a_document_of_300_mb_is_never_whole_in_memory(
    redraft: Start, root: Path, tmp_path: Path, way: str
) -> None:
    source = tmp_path / "big"
    with source.open("wb") as file:
        for number in range(300):
            file.write(bytes([number % 251]) * (1 << 20))
    redraft("session", "start", "one")
    written = root / ".workflow" / "one" / "files" / "big.bin"
    limit = 200 << 20

    def limited() -> None:
        resource.setrlimit(resource.RLIMIT_DATA, (limit, limit))

    how = {"pipe": 'cat "$0" | "$@"', "file": '"$@" < "$0"'}[way]
    done = subprocess.run(
        ["sh", "-c", how, str(source), *command("write", "big.bin")],
        cwd=root,
        env=environment(TMPDIR=str(tmp_path)),
        capture_output=True,
        preexec_fn=limited,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    subprocess.run(["cmp", str(source), str(written)], check=True)
    with (tmp_path / "copy").open("wb") as copy:
        subprocess.run(
            command("read", "big.bin"),
            cwd=root,
            env=environment(),
            stdout=copy,
            preexec_fn=limited,
            check=True,
        )
    subprocess.run(["cmp", str(source), str(tmp_path / "copy")], check=True)


# On a terminal --------------------------------------------------------------------------------


def on_terminal(root: Path, args: list[str], typed: bytes = b"", **env: str) -> tuple[int, str]:
    """Run on a pseudo-terminal; ``typed`` is sent once a question stands there."""
    pid, terminal = pty.fork()
    if pid == 0:
        os.chdir(root)
        os.execve(sys.executable, command(*args), environment(TERM="xterm-256color", **env))  # noqa: S606 - ourselves
    shown = b""
    while True:
        ready, _, _ = select.select([terminal], [], [], 60)
        assert ready, shown
        try:
            piece = os.read(terminal, 65536)
        except OSError:  # the other side has closed
            break
        if not piece:
            break
        shown += piece
        if typed and b"[y/N]" in shown:
            wait_until_reading(pid)
            os.write(terminal, typed)
            typed = b""
    _, status = os.waitpid(pid, 0)
    os.close(terminal)
    return os.waitstatus_to_exitcode(status), shown.decode()


def test_on_a_terminal_a_commit_asks_first(redraft: Start, root: Path) -> None:
    redraft("session", "start", "one")
    redraft("write", "one.md", stdin=b"new")
    code, shown = on_terminal(root, ["session", "commit"], b"n\n")
    assert code == 0
    assert "one.md" in shown
    assert "Nothing was changed." in shown
    assert (root / "one.md").read_bytes() == CHAPTER
    code, shown = on_terminal(root, ["session", "commit"], b"y\n")
    assert code == 0
    assert "Committed 1 document" in shown
    assert (root / "one.md").read_bytes() == b"new"


def test_an_interrupted_question_commits_nothing(redraft: Start, root: Path) -> None:
    redraft("session", "start", "one")
    redraft("write", "one.md", stdin=b"new")
    code, shown = on_terminal(root, ["session", "commit"], b"\x03")
    assert code == 130
    assert "Traceback" not in shown
    assert (root / "one.md").read_bytes() == CHAPTER


def test_a_terminal_is_coloured_unless_no_color_is_set(redraft: Start, root: Path) -> None:
    redraft("session", "start", "one")
    assert "\x1b[" in on_terminal(root, ["session", "list"])[1]
    assert "\x1b[3" not in on_terminal(root, ["session", "list"], NO_COLOR="1")[1]
    assert "\x1b[31m" in on_terminal(root, ["read", "nope.md"])[1]


def test_a_diff_can_be_applied_as_a_patch(redraft: Start, root: Path, tmp_path: Path) -> None:
    (root / "plain.md").write_bytes(b"a\nb\nc\n")
    redraft("session", "start", "one")
    redraft("write", "plain.md", stdin=b"a\nB\nc\n")
    patch = redraft("session", "diff").stdout
    done = subprocess.run(
        ["git", "apply", "-p1", "-"], cwd=root, input=patch, check=False, capture_output=True
    )
    assert done.returncode == 0, done.stderr
    assert (root / "plain.md").read_bytes() == b"a\nB\nc\n"
