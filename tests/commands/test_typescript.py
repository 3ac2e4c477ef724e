"""The extension's types: every command, argument and result that the wire has is in them."""

from __future__ import annotations

import re
from dataclasses import fields, replace
from types import UnionType
from typing import get_args

from redraft.commands.dispatch import camelled
from redraft.commands.parameters import parameters
from redraft.commands.results import Listing, Session, Snapshot, Summary
from redraft.commands.table import BY_LSP, COMMANDS
from redraft.commands.typescript import error_codes, typescript

MODULE = typescript(COMMANDS)


def declared(name: str) -> dict[str, str]:
    """The fields of an interface with what it extends: the name with its mark, and the type."""
    [(above, body)] = re.findall(
        rf"^export interface {name}(?: extends ([\w, ]+))? {{\n(.*?)^}}",
        MODULE,
        re.MULTILINE | re.DOTALL,
    )
    found = {}
    for base in filter(None, above.split(", ")):
        found.update(declared(base))
    found.update(re.findall(r"^  readonly (\w+\??): (.+);$", body, re.MULTILINE))
    return found


def rows() -> dict[str, tuple[str, str]]:
    """The map of commands: the arguments' and the result's type by name."""
    [body] = re.findall(r"^export interface Commands {\n(.*?)^}", MODULE, re.MULTILINE | re.DOTALL)
    found = re.findall(
        r'^  "?([\w.]+)"?: { arguments: (\w+); result: ([\w |]+) };$', body, re.MULTILINE
    )
    assert len(found) == len(body.splitlines())
    return {name: (arguments, result) for name, arguments, result in found}


def test_every_command_of_the_language_server_is_in_the_map_and_no_other() -> None:
    assert rows().keys() == BY_LSP.keys()


def test_an_argument_is_optional_exactly_where_the_table_has_a_default() -> None:
    for name, (arguments, _) in rows().items():
        known = parameters(BY_LSP[name].request).values()
        wanted = {camelled(each.name) + ("" if each.required else "?") for each in known}
        assert declared(arguments).keys() == wanted


def test_every_field_of_a_result_is_declared_and_so_is_every_type_it_names() -> None:
    for name, (_, result) in rows().items():
        kinds = BY_LSP[name].result
        kinds = get_args(kinds) if isinstance(kinds, UnionType) else (kinds,)
        assert result == " | ".join(kind.__name__ for kind in kinds)
        for kind in (*kinds, Summary, Snapshot):
            found = declared(kind.__name__)
            assert {each.removesuffix("?") for each in found} == {
                camelled(each.name) for each in fields(kind)
            }
            for word in re.findall(
                r"\b[A-Z]\w+\b", re.sub(r'"[^"]*"', "", " ".join(found.values()))
            ):
                if word not in ("Readonly", "Record"):  # TypeScript's own
                    assert re.search(rf"^export (interface|type) {word}\b", MODULE, re.MULTILINE), (
                        word
                    )


def test_a_field_that_dispatch_leaves_out_without_a_value_may_be_absent() -> None:
    assert declared("Commit")["retriesArchive?"] == "string"
    assert declared("Completed")["archivedTo?"] == "string"
    assert declared("PreviewFile")["kind"] == "ChangeKind"


def test_a_field_that_is_null_without_a_value_says_so() -> None:
    assert declared("Session")["lastCheckpoint"] == "string | null"
    assert declared("Snapshot")["active"] == "Summary | null"


def test_literals_are_unions_and_free_objects_are_unknown() -> None:
    assert 'export type OnConflict = "stop" | "overwrite" | "skip";' in MODULE
    assert declared("Preview")["executed"] == "false"
    assert declared("Commit")["executed"] == "true"
    assert declared("SetPhaseArguments")["artifacts?"].startswith(
        "Readonly<Record<string, unknown>>"
    )
    assert declared("Ran")["result"] == "unknown"


def test_every_error_code_is_in_the_union() -> None:
    [union] = re.findall(r"^export type ErrorCode =\n(.*?);$", MODULE, re.MULTILINE | re.DOTALL)
    assert re.findall(r'"(\w+)"', union) == error_codes()
    assert {"io_error", "conflict", "locked"} <= set(error_codes())


def test_names_in_the_comments_are_those_of_the_wire() -> None:
    assert "`savedTo` is relative" in MODULE
    assert "`saved_to`" not in MODULE


def test_the_types_change_with_the_table() -> None:
    assert typescript([replace(COMMANDS[0], result=Listing)]) != typescript([COMMANDS[0]])
    assert Session.__name__ in typescript([COMMANDS[0]])
