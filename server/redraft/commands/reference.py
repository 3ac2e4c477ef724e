"""The reference page of all commands, written from the table."""

from __future__ import annotations

from dataclasses import fields
from types import NoneType, UnionType
from typing import TYPE_CHECKING, Any, Literal, get_args, get_origin, get_type_hints

from redraft.commands.descriptions import described, meant
from redraft.commands.parameters import COMMON, parameters, usage
from redraft.commands.results import Result

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from redraft.commands.declaration import Command
    from redraft.commands.parameters import Parameter

_HEAD = """\
# Commands

<!-- Written by `make docs` from the table of commands. Do not edit this page. -->

Every command is a verb of the command line (`redraft session start …`), a slash command
(`/session start …`, for editors, agents and `redraft run`) and, where it says so, a command
of the [language server](protocol.md) (`redraft.session.start`) and a tool of the
[server for agents](mcp.md) (`create_session`).[^every]

- **Arguments.** In a shell and in a slash line, those in the usage line are given in that order,
  all others by flag: `on_conflict` is `--on-conflict VALUE`. One that is true or false is `--force`
  or `--no-force`. One that is a list takes several words: `--paths a b`. The language
  server takes all of them in one object, in camelCase: `{"onConflict": "skip"}`; a tool takes
  them as they are written here.[^arguments]
- **Every command takes** `session` (default: the active one) and `root` (a workspace folder;
  default: the only one, or the one that holds the named document). Those about one session take
  `name` as another word for `session`. Unknown arguments and wrong types are refused, and nothing
  is done.[^common]
- **Paths** may be relative to the root, absolute inside it, or `file:` and `redraft:` URIs. One
  that names a session (`redraft://<session>/…`, or what lies below `.workflow/<session>/files/`)
  stands for `session` too; naming two different sessions is refused. In a
  shell they are meant from the working folder. Results name them relative to the root, with
  `/`.[^paths]
- **Results** are printed for people, or as one JSON object with `--json`. A tool gives the same
  object, the language server gives it in camelCase. Times are RFC 3339 in UTC; sizes are in
  bytes.[^results]
- **Exit codes** of the command line: 0; 1 for an [error](errors.md); 2 for bad usage; 130 when
  interrupted.[^codes]
"""

_TAIL = """\
## Only in a shell

- `redraft lsp` runs the [language server](protocol.md) on standard input and output.
- `redraft mcp` runs the [server for agents](mcp.md) on standard input and output. It takes
  `--root DIR` several times.
- `redraft exec [--session NAME] -- COMMAND...` runs a program that sees the folder as the session
  shows it; what it changes lands in the session. `--how overlay` or `--how copy` says how the view
  is made, `--quiet` leaves out what changed, `--json` says it as JSON on the last line of standard
  error. The exit code is the program's (128 and the number after a signal; 126 or 127 if it cannot
  be run).[^exec] See [run programs in a session](../how-to/run-programs-in-a-session.md).
- `redraft completion bash` (or `zsh`, `fish`) prints what makes your shell complete.[^completion]
- `redraft --version` prints the version, `redraft --help` the list of verbs, and
  `redraft VERB --help` what a verb takes.[^help]
- `--root DIR`, `--session NAME` and `--json` go with every verb. Without `--root` the root is
  `REDRAFT_ROOT`, or the nearest folder upwards that holds `.workflow/`, or the working folder.
  Without `--session` the session is `REDRAFT_SESSION` (unless `REDRAFT_FOLLOW` is set), or the
  active one.[^root]
- `redraft read` writes the document to standard output, and `redraft write` takes it from standard
  input, both byte for byte.[^bytes]
- `redraft session commit` on a terminal shows the preview and asks.[^asks]
"""

_HELD = {
    "every": [
        "tests/commands/test_reference.py::test_every_command_has_a_section_with_its_usage_and_examples",
        "tests/faces/lsp/test_every_face.py::test_the_same_walk_leaves_the_same_disk_by_every_face",
    ],
    "arguments": [
        "tests/commands/test_slash.py::test_positionals_come_in_the_declared_order",
        "tests/commands/test_slash.py::test_every_argument_can_be_given_by_flag",
        "tests/faces/test_cli.py::test_a_list_flag_takes_several_words",
        "tests/commands/test_dispatch.py::test_lsp_keys_are_camel_case_and_only_that",
    ],
    "common": [
        "tests/commands/test_dispatch.py::test_every_command_can_name_a_session_and_a_root",
        "tests/commands/test_dispatch.py::test_name_is_another_word_for_session",
        "tests/commands/test_bad_input.py::test_a_bad_argument_is_refused_and_changes_nothing",
    ],
    "paths": [
        "tests/faces/test_cli.py::test_a_document_of_a_session_is_named_from_any_folder",
        "tests/faces/test_cli.py::test_paths_are_meant_from_the_working_folder",
        "tests/commands/test_naming.py",
    ],
    "results": [
        "tests/commands/test_dispatch.py::test_a_result_becomes_json_with_every_field",
        "tests/faces/test_cli.py::test_every_result_says_its_root_and_session",
    ],
    "codes": [
        "tests/faces/test_cli.py::test_bad_input_is_refused_alike_for_people_and_programs",
        "tests/faces/test_cli.py::test_an_interrupt_ends_with_130",
    ],
    "exec": [
        "tests/faces/test_exec.py::test_what_a_program_changes_lands_in_the_session",
        "tests/faces/test_exec.py::test_the_exit_code_is_the_programs_own",
        "tests/faces/test_exec.py::test_what_changed_is_said_on_standard_error",
    ],
    "completion": ["tests/faces/test_cli.py::test_a_shell_completes"],
    "help": [
        "tests/faces/test_cli.py::test_the_help_lists_every_verb_in_full",
        "tests/faces/test_cli.py::test_help_has_a_summary_and_examples",
    ],
    "root": [
        "tests/faces/test_cli.py::test_the_root_is_found_from_below",
        "tests/faces/test_cli.py::test_the_environment_names_a_session_and_words_outrank_it",
        "tests/faces/test_cli.py::test_a_session_that_the_environment_only_tells_of_is_not_chosen",
    ],
    "bytes": [
        "tests/faces/test_cli_process.py::test_a_document_of_300_mb_is_never_whole_in_memory",
        "tests/faces/test_cli.py::test_writing_without_newline_translation_keeps_every_byte",
    ],
    "asks": ["tests/faces/test_cli_process.py::test_on_a_terminal_a_commit_asks_first"],
}
"""The tests that hold what the page says, by the marks of its sentences."""


def reference(commands: Sequence[Command]) -> str:
    """The page, in Markdown.

    Args:
        commands: the table, in its order.
    """
    results = _Results()
    sections = [_section(command, results) for command in commands]
    table = [f"| [`{each.verb}`](#{_anchor(each.verb)}) | {each.title} |" for each in commands]
    index = "\n".join(["| verb | what it does |", "| --- | --- |", *table])
    types = "## Results\n\n" + "\n\n".join(results.described())
    return "\n".join([_HEAD, index, "", *sections, types, "", _TAIL, *_held()])


def _held() -> Iterator[str]:
    for mark, tests in _HELD.items():
        yield f"[^{mark}]: " + ", ".join(f"`{test}`" for test in tests)
    yield ""


def _section(command: Command, results: _Results) -> str:
    parts = [f"## {command.verb}", f"{command.title}. {_about(command)}".strip()]
    parts.append(f"`{usage(command)}`")
    facts = [f"- Language server: `redraft.{command.lsp}`" if command.lsp else ""]
    facts.append(f"- MCP tool: `{command.mcp}`" if command.mcp else "")
    facts.append("- Changes files" if command.changes else "- Only reads")
    if command.destructive:
        facts.append("- Takes something out of sight: into the archive, the trash or the session")
    facts.append(f"- Result: {results.of(command.result)}")
    parts.append("\n".join(fact for fact in facts if fact))
    rows = [_row(command, each) for each in _arguments(command)]
    if rows:
        heads = ["| argument | type | default | what it is |", "| --- | --- | --- | --- |"]
        parts.append("\n".join([*heads, *rows]))
    if command.examples:
        shown = "\n".join(f"/{example}" for example in command.examples)
        parts.append(f"```text\n{shown}\n```")
    return "\n\n".join(parts) + "\n"


def _about(command: Command) -> str:
    text = _text(command.request)
    common = command.request.__name__ in ("Request", "SessionRequest")
    return "" if common or text.rstrip(".") == command.title else text


def _arguments(command: Command) -> list[Parameter]:
    known = parameters(command.request)
    alias = {"name"} - set(command.positional)
    own = [each for name, each in known.items() if name not in {*COMMON, *alias}]
    return sorted(own, key=lambda each: _place(command, each))


def _place(command: Command, parameter: Parameter) -> int:
    order = list(command.positional)
    return order.index(parameter.name) if parameter.name in order else len(order)


def _row(command: Command, parameter: Parameter) -> str:
    kinds = {"flag": "true or false", "list": "list of texts", "object": "JSON object"}
    kind = " \\| ".join(f"`{c}`" for c in parameter.choices) or kinds.get(
        parameter.kind, parameter.kind
    )
    if parameter.required:
        default = "required"
    elif parameter.default in (None, ""):
        default = meant(command.verb) if parameter.name == "name" else "none"
    else:
        default = f"`{str(parameter.default).lower()}`"
    about = described(command.verb, parameter.name).removesuffix(".")
    return f"| `{parameter.name}` | {kind} | {default} | {about} |"


class _Results:
    """The result types met so far, so that each is described once."""

    def __init__(self) -> None:
        self._met: dict[str, type] = {}

    def of(self, result: Any) -> str:
        """A link to a result type, or to each of several."""
        kinds = get_args(result) if isinstance(result, UnionType) else (result,)
        for kind in kinds:
            self._meet(kind)
        return " or ".join(f"[{kind.__name__}](#{_target(kind.__name__)})" for kind in kinds)

    def described(self) -> Iterator[str]:
        """A description of each, by name."""
        for name, kind in sorted(self._met.items()):
            hints = get_type_hints(kind)
            rows = [f"| `{f.name}` | {self._type(hints[f.name])} |" for f in fields(kind)]
            heads = ["| field | type |", "| --- | --- |"]
            mark = f'<a id="{_target(name)}"></a>'
            yield "\n".join([mark, "", f"### {name}", "", _text(kind), "", *heads, *rows])

    def _meet(self, kind: type) -> None:
        if kind.__name__ in self._met or not hasattr(kind, "__dataclass_fields__"):
            return
        self._met[kind.__name__] = kind
        for hint in get_type_hints(kind).values():
            for inner in (hint, *get_args(hint)):
                if isinstance(inner, type) and inner is not Result:
                    self._meet(inner)

    def _type(self, hint: Any) -> str:
        if get_origin(hint) is Literal:
            values = (str(v).lower() if isinstance(v, bool) else v for v in get_args(hint))
            return " \\| ".join(f"`{value}`" for value in values)
        if NoneType in get_args(hint):
            [inner] = [each for each in get_args(hint) if each is not NoneType]
            return f"{self._type(inner)}, or null"
        if get_origin(hint) is dict:
            return "JSON object"
        if get_origin(hint) is list:
            return f"list of {self._type(get_args(hint)[0])}"
        plain = {str: "text", bool: "true or false", int: "number", Any: "the command's own result"}
        if hint in plain:
            return plain[hint]
        return f"[{hint.__name__}](#{_target(hint.__name__)})"


def _anchor(heading: str) -> str:
    return heading.lower().replace(" ", "-")


def _target(name: str) -> str:
    return f"result-{name.lower()}"


def _text(described: type) -> str:
    """A docstring as one line of Markdown."""
    return " ".join((described.__doc__ or "").split()).replace("``", "`")
