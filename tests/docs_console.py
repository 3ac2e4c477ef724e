"""The console examples of the documentation: found, run for real, compared, and written anew.

An example is a fenced ``console`` block: ``$ `` begins a command, the lines below it are what it
prints. There ``...`` stands for any text, and alone on a line for any number of lines; times,
sizes, preview tokens and the folder's own path may be any. The examples of one page run one after
the other in one fresh copy of the sample book, in a process of their own.

``python -m tests.docs_console PAGE...`` runs pages and writes what their commands print into them.
"""

from __future__ import annotations

import json
import os
import re
import shlex
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

REPOSITORY = Path(__file__).parent.parent
BOOK = REPOSITORY / "docs" / "sample-book"
_SHELL = re.compile(r"[|<>;&$`*?(){}\\\n]|^\w+=")
_FENCE = re.compile(r"^```(\w*)\s*$")
_VARYING = (
    # What differs each time, what stands for it on the pages, and nothing else.
    (re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}Z"), "2026-11-21T08:15:00.123456Z"),
    (re.compile(r"\b20\d\d-\d\d-\d\d(?= )"), "2026-11-21"),
    (re.compile(r"\b\d{8}T\d{12}Z"), "20261121T081500123456Z"),
    (re.compile(r"\b[0-9a-f]{32}\b"), "8f14e45fceea167a5a36dedd4bea2543"),
    (re.compile(r"/[^\s:'\"]*/the-unlit-hour\b"), "/home/you/the-unlit-hour"),
)
_SIZE = re.compile(r" *\b\d+(\.\d)? [KM]?B\b")


class Example(NamedTuple):
    """One command of a page: the line it stands on, the command, and what it should print."""

    line: int
    command: str
    expected: str


class Outcome(NamedTuple):
    """What a command printed (both streams, as they came) and its exit code."""

    printed: str
    code: int


def pages() -> list[Path]:
    """Every page of the documentation."""
    found = sorted((REPOSITORY / "docs").rglob("*.md"))
    return [REPOSITORY / "README.md", *(p for p in found if BOOK not in p.parents)]


def blocks(text: str) -> Iterator[tuple[int, str, list[str]]]:
    """The fenced blocks of a page: the number of their first line, their language, their lines."""
    language: str | None = None
    lines: list[str] = []
    start = 0
    for number, line in enumerate(text.splitlines(), 1):
        fence = _FENCE.match(line)
        if fence and language is None:
            language, lines, start = fence[1], [], number + 1
        elif fence and language is not None:
            yield start, language, lines
            language = None
        else:
            lines.append(line)


def examples(text: str) -> list[Example]:
    """The console examples of a page, in order."""
    found = []
    for start, language, lines in blocks(text):
        if language != "console":
            continue
        for number, line in enumerate(lines, start):
            if line.startswith("$ "):
                found.append(Example(number, line[2:], ""))
            elif not found or found[-1].line < start:
                raise ValueError(f"line {number}: a console block begins with a command")
            else:
                last = found[-1]
                found[-1] = last._replace(expected=f"{last.expected}{line.rstrip()}\n")
    return found


def matches(expected: str, printed: str) -> bool:
    """Whether a command printed what the page says."""
    pattern = ""
    for line in _settled(expected, sizes=True):
        if line == "...":
            pattern += r"(?:.*\n)*?"
        else:
            pattern += ".*?".join(map(re.escape, line.split("..."))) + r"\n"
    text = "".join(f"{line}\n" for line in _settled(printed, sizes=True))
    return re.fullmatch(pattern, text) is not None


def run_page(commands: list[str], folder: Path) -> list[Outcome]:
    """Run a page's commands in a fresh copy of the sample book below ``folder``."""
    book = folder / "the-unlit-hour"
    shutil.copytree(BOOK, book, ignore=shutil.ignore_patterns(".workflow", "workspace"))
    programs = folder / "bin"
    programs.mkdir()
    shim = programs / "redraft"
    shim.write_text(f'#!/bin/sh\nexec {shlex.quote(sys.executable)} -m redraft "$@"\n')
    shim.chmod(0o755)
    kept = {k: v for k, v in os.environ.items() if not k.startswith(("REDRAFT_", "COV_"))}
    environment = kept | {
        "PATH": f"{programs}{os.pathsep}{os.environ['PATH']}",
        "PYTHONPATH": str(REPOSITORY / "server"),
        "LC_ALL": "C.UTF-8",
        "HOME": str(folder),
    }
    ran = subprocess.run(
        [sys.executable, __file__, "--driver"],
        input=json.dumps(commands),
        cwd=book,
        env=environment,
        capture_output=True,
        text=True,
        check=False,
        timeout=100,
    )
    if ran.returncode:
        raise RuntimeError(ran.stderr)
    return [Outcome(*pair) for pair in json.loads(ran.stdout)]


# The driver: a process that has the command line loaded and forks for each command ---------------


def _drive(commands: list[str]) -> list[Outcome]:
    import redraft.commands.table  # what every command needs is loaded once, here
    import redraft.faces.cli.app
    import redraft.faces.cli.show  # noqa: F401 - loaded for the children

    return [_run(command) for command in commands]


def _run(command: str) -> Outcome:
    with tempfile.TemporaryFile() as printed:
        if command.startswith("redraft ") and not _SHELL.search(command):
            code = _forked(shlex.split(command)[1:], printed.fileno())
        else:
            shell = ["bash", "-c", command]
            code = subprocess.run(
                shell, stdin=subprocess.DEVNULL, stdout=printed, stderr=printed, check=False
            ).returncode
        printed.seek(0)
        return Outcome(printed.read().decode(), code)


def _forked(args: list[str], descriptor: int) -> int:
    child = os.fork()
    if child:
        return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
    code = 99
    try:
        os.dup2(os.open(os.devnull, os.O_RDONLY), 0)
        os.dup2(descriptor, 1)
        os.dup2(descriptor, 2)
        from redraft.faces.cli.main import main

        code = main(args)
        sys.stdout.flush()
        sys.stderr.flush()
    except SystemExit as leaving:
        code = leaving.code if isinstance(leaving.code, int) else 1
    finally:
        os._exit(code)


# Writing the pages anew ---------------------------------------------------------------------------


def renewed(text: str, outcomes: list[Outcome]) -> str:
    """A page with what its commands print now where that is not what it says already."""
    lines = text.splitlines()
    for example, outcome in reversed(list(zip(examples(text), outcomes, strict=True))):
        if not matches(example.expected, outcome.printed):
            start = example.line
            end = start + len(example.expected.splitlines())
            lines[start:end] = _settled(outcome.printed)
    return "\n".join(lines) + "\n"


def _settled(printed: str, *, sizes: bool = False) -> list[str]:
    """The lines, with one fixed text for each thing that differs from run to run."""
    for pattern, text in _VARYING:
        printed = pattern.sub(text, printed)
    if sizes:
        printed = _SIZE.sub(" 1 KB", printed)
    return [line.rstrip() for line in printed.splitlines()]


def main(args: list[str]) -> None:
    if args == ["--driver"]:
        sys.stdout.write(json.dumps(_drive(json.load(sys.stdin))))
        return
    for name in args:
        page = Path(name)
        text = page.read_text("utf-8")
        with tempfile.TemporaryDirectory() as folder:
            outcomes = run_page([e.command for e in examples(text)], Path(folder))
        page.write_text(renewed(text, outcomes), "utf-8")


if __name__ == "__main__":
    main(sys.argv[1:])
