"""Every kind of bad argument for every command, worked out from the table of commands."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from redraft.commands.declaration import Command
from redraft.commands.parameters import PATHS, Parameter, parameters
from redraft.commands.requests import SessionRequest, StartSession, SwitchSession
from redraft.commands.table import COMMANDS

SESSION = "draft"
DOCUMENT = "part one/chapter.md"

HOSTILE_NAMES = (
    "", ".", "..", "../draft", "a/b", "a\\b", "/etc", "a\0b", "x" * 65, "x" * 300, "-draft",
    ".active-draft", "completed", "Completed", "CON", "lpt1", "naïve", "草稿", "two words", "a\nb",
)  # fmt: skip
HOSTILE_PATHS = {
    "../outside.md": "path_outside_root",
    "part one/../../outside.md": "path_outside_root",
    "/etc/passwd": "path_outside_root",
    "leaving/secret.md": "path_outside_root",
    ".workflow/draft/base/x.md": "protected_path",
    ".workflow": "protected_path",
    "workspace/session.lock": "protected_path",
    ".git/config": "protected_path",
    "part one/.git/HEAD": "protected_path",
    "part one/.GIT/HEAD": "protected_path",
    "a\0b.md": "invalid_arguments",
    "x" * 300: "invalid_arguments",
}
GOOD: dict[str, Any] = {
    "name": SESSION,
    "path": DOCUMENT,
    "new_path": "part one/renamed.md",
    "file_path": DOCUMENT,
    "paths": [DOCUMENT],
    "reason": "Too long",
    "number": 1,
    "content": "text",
    "phase": "REVIEW",
    "id": "20200101T000000000000Z",
    "line": "/session status",
}
WRONG: dict[str, tuple[object, ...]] = {
    "text": (5, True, ["x"], {"x": 1}),
    "flag": ("yes", 1, 0, []),
    "number": ("1", 1.5, True, [1]),
    "list": ("x", [1], {"x": 1}, 3),
    "object": ("x", ["x"], 3),
}


@dataclass(frozen=True)
class Case:
    """One bad call: the command, its arguments, and the code it must be refused with."""

    command: Command
    arguments: dict[str, Any]
    code: str

    def __str__(self) -> str:
        shown = {key: str(value)[:24] for key, value in self.arguments.items()}
        return f"{self.command.verb} {shown} -> {self.code}"


def make_root(path: Path) -> Path:
    """A book with one chapter, and a link that leaves it."""
    (path / "part one").mkdir(parents=True)
    (path / DOCUMENT).write_bytes(b"One.\nTwo.\n")
    (path / "other.md").write_bytes(b"other\n")
    (path / ".git").mkdir()
    (path / ".git" / "config").write_bytes(b"[core]\n")
    outside = path.with_name("outside")
    outside.mkdir()
    (outside / "secret.md").write_bytes(b"secret\n")
    (path / "leaving").symlink_to(outside)
    return path.resolve()


def cases() -> Iterator[Case]:
    """All bad calls of all commands."""
    for command in COMMANDS:
        known = parameters(command.request)
        good = {n: GOOD[n] for n, p in known.items() if p.required}
        yield Case(command, good | {"surprise": 1}, "invalid_arguments")
        for parameter in known.values():
            yield from _of_parameter(command, good, parameter)
        yield from _of_names(command, good)
        if issubclass(command.request, SessionRequest):
            both = {"name": SESSION, "session": "another"}
            yield Case(command, good | both, "invalid_arguments")


def _of_parameter(command: Command, good: dict[str, Any], parameter: Parameter) -> Iterator[Case]:
    name = parameter.name
    if parameter.required:
        without = {key: value for key, value in good.items() if key != name}
        yield Case(command, without, "invalid_arguments")
        yield Case(command, good | {name: None}, "invalid_arguments")
    for wrong in WRONG[parameter.kind]:
        yield Case(command, good | {name: wrong}, "invalid_arguments")
    if parameter.choices:
        yield Case(command, good | {name: "bogus"}, "invalid_arguments")
    if name in PATHS:
        for path, code in HOSTILE_PATHS.items():
            value = [path] if parameter.kind == "list" else path
            yield Case(command, good | {name: value}, code)


def _of_names(command: Command, good: dict[str, Any]) -> Iterator[Case]:
    if command.verb == "run":
        return
    takes_name = issubclass(command.request, SessionRequest | StartSession | SwitchSession)
    for name in HOSTILE_NAMES:
        if takes_name:
            yield Case(command, good | {"name": name}, "invalid_session_name")
