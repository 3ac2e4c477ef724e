"""The click tree: one command per row of the table, groups by the verbs' first words."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click
from click.shell_completion import CompletionItem
from typing_extensions import override

from redraft.commands.descriptions import meant
from redraft.commands.parameters import (
    FREE_TEXT,
    PATHS,
    Parameter,
    parameters,
    positionals,
)
from redraft.commands.requests import Request, SessionRequest
from redraft.commands.slash import ALIASES, read_value
from redraft.errors import InvalidArguments
from redraft.faces.cli.running import Call, sessions_beside

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from redraft.commands.declaration import Command

    Runner = Callable[[Command, Call], int]

HELP = {"help_option_names": ["-h", "--help"], "max_content_width": 100}
_BARE = ""  # the name under which a group keeps the command that is run by the group's own words
_STREAMED = frozenset({"content"})  # a shell gives it on standard input
_TEXTS = {
    "session": "The session it is about; else REDRAFT_SESSION, else {meant}.",
    "root": "The folder of documents; else REDRAFT_ROOT, else the nearest with .workflow/.",
    "json": "Print one JSON object, for programs.",
}


def build(commands: Iterable[Command], runner: Runner, more: Iterable[click.Command]) -> Group:
    """The whole tree.

    Args:
        commands: the table's rows.
        runner: is called with the row and what was given; returns the exit code.
        more: commands that only a shell has.
    """
    top = Group(
        "redraft",
        help="Copy-on-Write writing sessions for a folder of documents.",
        context_settings=HELP,
        params=_common(),
        callback=lambda **given: click.get_current_context().ensure_object(dict).update(given),
    )
    for row in commands:
        *family, last = row.verb.split()
        group = top
        for name in family:
            group = group.subgroup(name)
        group.place(last, Verb(row, runner))
    for command in more:
        top.add_command(command)
    return top


class Group(click.Group):
    """A family of verbs, which may be a verb itself (``retry`` and ``retry list``)."""

    def subgroup(self, name: str) -> Group:
        """The group of that name, made if it is not there; a verb of that name moves into it."""
        found = self.commands.get(name)
        if isinstance(found, Group):
            return found
        group = Group(name, help=f"Commands about a {name}.", no_args_is_help=True)
        if found is not None:
            group.commands[_BARE] = found
        self.add_command(group, name)
        return group

    def place(self, name: str, verb: Verb) -> None:
        """Add a verb; where a group has its name already, as the group's own."""
        found = self.commands.get(name)
        if isinstance(found, Group):
            found.commands[_BARE] = verb
        else:
            self.add_command(verb, name)

    @override
    def list_commands(self, ctx: click.Context) -> list[str]:
        """The names of the verbs in the order of the table."""
        return [name for name in self.commands if name != _BARE]

    @override
    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        """Lead words that name no subcommand to the group's own verb."""
        own = _BARE in self.commands and args and args[0] not in HELP["help_option_names"]  # type: ignore[operator]  # a list by then
        if own and args[0] not in self.commands:
            args = [_BARE, *args]
        return super().parse_args(ctx, args)

    @override
    def format_help(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """The help of the group's own verb, if it has one, then the verbs beneath."""
        own = self.commands.get(_BARE)
        if own is None:
            super().format_help(ctx, formatter)
            return
        with own.context_class(own, info_name=ctx.info_name, parent=ctx.parent) as inner:
            own.format_help(inner, formatter)
        self.format_commands(ctx, formatter)

    @override
    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """All verbs beneath, with those of groups spelled out."""
        rows = list(self.rows())
        limit = formatter.width - 6 - max((len(name) for name, _ in rows), default=0)
        with formatter.section("Commands"):
            formatter.write_dl([(name, verb.get_short_help_str(limit)) for name, verb in rows])

    def rows(self, before: str = "") -> Iterable[tuple[str, click.Command]]:
        """All verbs beneath, in the order of the table, with the words that lead to each."""
        for name, command in self.commands.items():
            if isinstance(command, Group):
                yield from command.rows(f"{before}{name} ")
            elif not (name == _BARE and not before):
                yield f"{before}{name}".strip(), command


class VerbContext(click.Context):
    """Names a verb as one types it, also where a group is the verb."""

    @property
    def command_path(self) -> str:
        """The words up to this verb."""
        return " ".join(super().command_path.split())


class Verb(click.Command):
    """A row of the table as a shell command."""

    context_class: type[click.Context] = VerbContext

    def __init__(self, row: Command, runner: Runner) -> None:
        super().__init__(
            row.verb.split()[-1],
            params=[*_arguments(row), *_options(row), *_common(row.verb)],
            help=_description(row),
            short_help=row.title,
            callback=lambda **given: runner(row, _call(given)),
            context_settings=HELP,
        )
        self.row = row

    @override
    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        """Let a list flag take several words: ``--paths a b`` is ``--paths a --paths b``."""
        lists = {f"--{each.flag}" for each in _by_flag(self.row) if each.kind == "list"}
        return super().parse_args(ctx, _spread(args, lists) if lists else args)

    @override
    def format_epilog(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """The examples."""
        if self.row.examples:
            with formatter.section("Examples"):
                for example in self.row.examples:
                    formatter.write(f"{'':{formatter.current_indent}}redraft {example}\n")


class Value(click.ParamType[Any]):
    """The value of one argument, read as a slash line reads it."""

    def __init__(self, parameter: Parameter) -> None:
        self.parameter = parameter
        self.name = {"number": "number", "object": "json"}.get(parameter.kind, "text")

    @override
    def get_metavar(self, param: click.Parameter, ctx: click.Context | None = None) -> str | None:
        """The choices, where there are any."""
        if not self.parameter.choices:
            return None
        return "[" + "|".join(self.parameter.choices) + "]"

    @override
    def convert(
        self, value: Any, param: click.Parameter | None, ctx: click.Context | None
    ) -> object:
        """Read the text, and say it click's way if that fails."""
        if not isinstance(value, str):
            return value
        try:
            return read_value(self.parameter, value)
        except InvalidArguments as error:
            self.fail("; ".join(map(str, error.data["problems"])), param, ctx)  # type: ignore[call-overload]  # problems is a list

    @override
    def shell_complete(
        self, ctx: click.Context, param: click.Parameter, incomplete: str
    ) -> list[CompletionItem]:
        """Choices, files or the names of sessions."""
        if self.parameter.name in PATHS:
            return [CompletionItem(incomplete, type="file")]
        if self.parameter.name == "root":
            return [CompletionItem(incomplete, type="dir")]
        names: Iterable[str] = self.parameter.choices
        if self.parameter.name in ("name", "session"):
            names = sessions_beside(ctx.params.get("root"))
        return [CompletionItem(name) for name in names if name.startswith(incomplete)]


def _description(row: Command) -> str:
    own = row.request not in (Request, SessionRequest)
    text = (row.request.__doc__ or "").strip() if own else ""
    return f"{row.title}.\n\n{text}" if text and text.rstrip(".") != row.title else f"{row.title}."


def _arguments(row: Command) -> list[click.Parameter]:
    found: list[click.Parameter] = []
    for parameter in positionals(row):
        many = parameter.kind == "list" or parameter.name in FREE_TEXT
        found.append(
            click.Argument(
                [parameter.name],
                type=Value(parameter),
                required=parameter.required,
                nargs=-1 if many else 1,
                metavar=_metavar(parameter, many=parameter.kind == "list"),
            )
        )
    return found


def _metavar(parameter: Parameter, *, many: bool) -> str:
    word = "|".join(parameter.choices) or parameter.name.upper()
    return (word if parameter.required else f"[{word}]") + ("..." if many else "")


def _by_flag(row: Command) -> list[Parameter]:
    """The arguments that are given by flag; ``name`` is only another word for ``--session``."""
    alias = {"name"} if issubclass(row.request, SessionRequest) else set()
    taken = {*row.positional, "session", "root"} | alias
    return [each for name, each in parameters(row.request).items() if name not in taken]


def _options(row: Command) -> list[click.Parameter]:
    found: list[click.Parameter] = []
    for each in _by_flag(row):
        aliases = [
            f"--{word}"
            for (verb, word), name in ALIASES.items()
            if (verb, name) == (row.verb, each.name)
        ]
        if each.kind == "flag":
            words = [each.name, f"--{each.flag}/--no-{each.flag}", *aliases]
            found.append(click.Option(words, default=None, help=_help(each)))
            continue
        found.append(
            click.Option(
                [each.name, f"--{each.flag}", *aliases],
                type=Value(each),
                multiple=each.kind == "list",
                required=each.required and each.name not in _STREAMED,
                help=_help(each),
            )
        )
    return found


def _help(parameter: Parameter) -> str:
    if parameter.kind == "flag":
        return f"Default: {'yes' if parameter.default else 'no'}."
    if parameter.name in _STREAMED:
        return "Default: standard input."
    if parameter.default in (None, ""):
        return "One or more." if parameter.kind == "list" else ""
    return f"Default: {parameter.default}."


def _common(verb: str = "") -> list[click.Parameter]:
    """What every verb and the program itself take."""
    about = _TEXTS["session"].format(meant=meant(verb))
    session = parameters(SessionRequest)["session"]
    root = parameters(SessionRequest)["root"]
    return [
        click.Option(["--session"], type=Value(session), metavar="NAME", help=about),
        click.Option(["--root"], type=Value(root), metavar="DIR", help=_TEXTS["root"]),
        click.Option(["json", "--json"], is_flag=True, default=None, help=_TEXTS["json"]),
    ]


def _call(given: dict[str, Any]) -> Call:
    """What was given on the command line; options before the verb count where it has none."""
    outer = click.get_current_context().find_object(dict) or {}
    common = {name: given.pop(name, None) or outer.get(name) for name in ("root", "json")}
    session = given.pop("session", None) or outer.get("session")
    arguments = {
        name: " ".join(value) if name in FREE_TEXT and isinstance(value, tuple) else value
        for name, value in given.items()
        if value is not None and value != ()
    }
    lists = {name: list(value) for name, value in arguments.items() if isinstance(value, tuple)}
    return Call(
        arguments={**arguments, **lists},
        root=common["root"],
        session=session,
        json=bool(common["json"]),
    )


def _spread(args: list[str], lists: set[str]) -> list[str]:
    spread: list[str] = []
    flag: str | None = None
    for at, word in enumerate(args):
        if word == "--":
            return [*spread, *args[at:]]
        if word.startswith("-"):
            flag = word if word in lists else None
            spread.append(word)
        elif flag and spread[-1] != flag:
            spread += [flag, word]
        else:
            spread.append(word)
    return spread
