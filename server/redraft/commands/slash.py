"""Slash lines: ``/session start chapter-01 "A darker ending"`` and what they mean.

A line is split as a shell would split it. Its first words are the longest verb of the table that
fits; ``--flag`` words are arguments by name; the rest are the command's positional arguments.
"""

from __future__ import annotations

import shlex
from difflib import get_close_matches
from typing import TYPE_CHECKING, Any

from redraft.commands import dispatch
from redraft.commands.parameters import FREE_TEXT, Parameter, parameters, positionals, usage
from redraft.commands.requests import RunLine
from redraft.commands.results import Ran
from redraft.domain.progress import SILENT
from redraft.errors import InvalidArguments

if TYPE_CHECKING:
    from collections.abc import Mapping

    from redraft.commands.declaration import Command
    from redraft.commands.roots import Roots
    from redraft.domain.progress import Progress

ALIASES = {("session trash", "empty"): "force"}
"""Flags that read better than the argument they set, by verb and flag."""

GREETING = ("session start", "session list")
"""What is suggested to somebody whose words lead nowhere."""

NESTED = "a line that is run cannot run a line itself"

YES = frozenset({"true", "yes", "on", "1"})
NO = frozenset({"false", "no", "off", "0"})


def run_line(
    line: str,
    roots: Roots,
    session: str | None = None,
    root: str | None = None,
    progress: Progress = SILENT,
) -> Ran:
    """Run one slash line.

    Args:
        line: the line; its leading slash may be left out.
        roots: the open folders to choose from.
        session: the session it is about, unless the line names one.
        root: the folder it is about, unless the line names one.
        progress: hears how far a long command is, and may stop it.

    Raises:
        InvalidArguments: the line cannot be read as a command.
        RedraftError: the command could not do it.
    """
    command, arguments = parse(line)
    if command.request is RunLine:
        raise InvalidArguments([NESTED])
    request = dispatch.validate(command, with_defaults(arguments, session, root))
    result = dispatch.execute(command, request, roots, progress)
    return ran(command, result)


def ran(command: Command, result: Any) -> Ran:
    """The result of a line, around that of its command."""
    session = result.session if isinstance(result.session, str | None) else result.session.name
    return Ran(root=result.root, session=session, command=command.verb, result=result)


def with_defaults(
    arguments: Mapping[str, object], session: str | None, root: str | None
) -> dict[str, object]:
    """The arguments with a session and root filled in where they name none.

    A ``name`` says which session is meant, also where it is not an alias (start, switch).
    """
    filled = dict(arguments)
    if session is not None and filled.get("name") is None:
        filled.setdefault("session", session)
    if root is not None:
        filled.setdefault("root", root)
    return filled


def parse(
    line: str, commands: Mapping[str, Command] | None = None
) -> tuple[Command, dict[str, object]]:
    """Read a slash line.

    Args:
        line: the line; its leading slash may be left out.
        commands: the commands by verb; the whole table if not given.

    Returns:
        The command and its arguments, not yet validated.

    Raises:
        InvalidArguments: quotes do not close, or a command, a flag or a value is unknown.
    """
    if commands is None:
        from redraft.commands.table import BY_VERB

        commands = BY_VERB
    words = split(line)
    command, rest = _command(words, commands)
    return command, _Reader(command, rest).read()


def split(line: str) -> list[str]:
    """The words of a line, without its leading slash.

    Raises:
        InvalidArguments: a quote or a backslash is left open, or the line holds a NUL.
    """
    if "\0" in line:
        raise InvalidArguments(["the line holds a NUL character"])
    try:
        words = shlex.split(line.strip().removeprefix("/"))
    except ValueError as error:
        raise InvalidArguments(
            [f"the line cannot be read: {str(error).lower()}"],
            ('put text with an apostrophe in double quotes: "it\'s too long"',),
        ) from None
    if not words:
        raise InvalidArguments(["the line is empty"], ("/session status", "/session list"))
    return words


def _command(words: list[str], commands: Mapping[str, Command]) -> tuple[Command, list[str]]:
    longest = max((len(verb.split()) for verb in commands), default=0)
    for count in range(min(longest, len(words)), 0, -1):
        command = commands.get(" ".join(words[:count]))
        if command is not None:
            return command, words[count:]
    raise unknown(words, commands)


def unknown(words: list[str], commands: Mapping[str, Command]) -> InvalidArguments:
    """The error for words that begin no command, with the commands they may have meant."""
    firsts = dict.fromkeys(verb.split()[0] for verb in commands)
    family = [words[0]] if words[0] in firsts else get_close_matches(words[0], firsts, 1)
    if family:
        near = _near_in(family[0], words[1:], commands)
    else:
        lasts = {verb.split()[-1]: verb for verb in commands}
        near = [lasts[last] for last in get_close_matches(words[0], lasts, 3)]
    near = near or [verb for verb in GREETING if verb in commands]
    said = " ".join(words[: 2 if words[0] in firsts else 1])
    problem = f"there is no command {said[:80]!r}"
    return InvalidArguments([problem], [usage(commands[verb]) for verb in near])


def _near_in(family: str, words: list[str], commands: Mapping[str, Command]) -> list[str]:
    """The verbs of a family that words behind its name may mean."""
    verbs = {verb.partition(" ")[2]: verb for verb in commands if verb.split()[0] == family}
    if not words:
        return list(verbs.values())
    near = [verbs[rest] for rest in get_close_matches(words[0], verbs, 3)]
    return near or [verbs[""]] if "" in verbs else near


class _Reader:
    """Reads the words behind a verb, once."""

    def __init__(self, command: Command, words: list[str]) -> None:
        self._command = command
        self._known = parameters(command.request)
        self._flags = {parameter.flag: parameter for parameter in self._known.values()}
        for (verb, alias), name in ALIASES.items():
            if verb == command.verb:
                self._flags[alias] = self._known[name]
        self._words = words
        self._given: dict[str, object] = {}

    def read(self) -> dict[str, object]:
        plain: list[str] = []
        while self._words:
            word = self._words.pop(0)
            if word == "--":
                plain += self._words
                break
            if word.startswith("--"):
                self._flag(word[2:])
            else:
                plain.append(word)
        self._positional(plain)
        return self._given

    def _flag(self, text: str) -> None:
        name, equals, value = text.partition("=")
        parameter = self._flags.get(name)
        negated = self._flags.get(name.removeprefix("no-"))
        if parameter is None and negated is not None and negated.kind == "flag" and not equals:
            return self._put(negated, False)
        if parameter is None:
            raise self._unknown_flag(name)
        if parameter.kind == "list":
            return self._put(parameter, [value] if equals else self._until_flag(parameter))
        if equals:
            return self._put(parameter, read_value(parameter, value))
        if parameter.kind == "flag":
            return self._put(parameter, True)
        if not self._words or self._words[0].startswith("--"):
            raise self._wrong(f"--{name} needs a value")
        return self._put(parameter, read_value(parameter, self._words.pop(0)))

    def _until_flag(self, parameter: Parameter) -> list[str]:
        count = next(
            (at for at, word in enumerate(self._words) if word.startswith("--")), len(self._words)
        )
        if not count:
            raise self._wrong(f"--{parameter.flag} needs at least one value")
        taken, self._words = self._words[:count], self._words[count:]
        return taken

    def _positional(self, words: list[str]) -> None:
        free = [each for each in positionals(self._command) if each.name not in self._given]
        for at, parameter in enumerate(free):
            if not words:
                return
            last = at == len(free) - 1
            if parameter.kind == "list":
                self._put(parameter, words)
                return
            if last and parameter.name in FREE_TEXT:
                self._put(parameter, " ".join(words))
                return
            self._put(parameter, read_value(parameter, words[0]))
            words = words[1:]
        if words:
            raise self._wrong(f"{words[0][:80]!r} is one word too many (quote text with spaces)")

    def _put(self, parameter: Parameter, value: object) -> None:
        if parameter.kind == "list" and isinstance(value, list):
            earlier = self._given.get(parameter.name, [])
            self._given[parameter.name] = [*earlier, *value] if isinstance(earlier, list) else value
            return
        if parameter.name in self._given:
            raise self._wrong(f"--{parameter.flag} is given twice")
        self._given[parameter.name] = value

    def _unknown_flag(self, name: str) -> InvalidArguments:
        close = get_close_matches(name, self._flags, 1)
        hint = f" (did you mean --{close[0]}?)" if close else ""
        return self._wrong(f"/{self._command.verb} has no flag '--{name[:80]}'{hint}")

    def _wrong(self, problem: str) -> InvalidArguments:
        return InvalidArguments([problem], (usage(self._command),))


def read_value(parameter: Parameter, text: str) -> object:
    """A value as it is written in a line or shell, in the type that the argument has.

    Raises:
        InvalidArguments: the text cannot be read as that type.
    """
    if parameter.kind == "flag":
        if text.lower() in YES | NO:
            return text.lower() in YES
        raise InvalidArguments([f"{parameter.flag} is true or false, not {text[:80]!r}"])
    if parameter.kind == "number":
        return _number(parameter, text)
    if parameter.kind == "object":
        return _object(parameter, text)
    if parameter.choices and text not in parameter.choices:
        folded = {choice.lower(): choice for choice in parameter.choices}
        if text.lower() in folded:
            return folded[text.lower()]
        listed = ", ".join(parameter.choices)
        raise InvalidArguments([f"{parameter.flag} is one of {listed}, not {text[:80]!r}"])
    return text


def _number(parameter: Parameter, text: str) -> int:
    digits = text.removeprefix("-")
    if not (digits.isascii() and digits.isdigit() and len(digits) < 19):
        raise InvalidArguments([f"{parameter.flag} is a whole number, not {text[:80]!r}"])
    return int(text)


def _object(parameter: Parameter, text: str) -> object:
    import json

    try:
        return json.loads(text)
    except (ValueError, RecursionError):
        raise InvalidArguments([f"{parameter.flag} is a JSON object, not {text[:80]!r}"]) from None
