"""The extension's types: every message that the server sends or takes is in them."""

from __future__ import annotations

import re
from dataclasses import fields

from redraft.commands.dispatch import camelled
from redraft.commands.results import Snapshot
from redraft.faces.lsp.changes import FILES_CHANGED, SESSION_CHANGED
from redraft.faces.lsp.dialogues.messages import MESSAGES, Pick, Run
from redraft.faces.lsp.files import Files
from redraft.faces.lsp.messages import FILES, NEWS, FileStat, Rename
from redraft.faces.lsp.typescript import GROUPS, typescript

MODULE = typescript(GROUPS)


def declared(kind: type) -> dict[str, str]:
    """The fields of an interface: the name with its mark, and the type."""
    [body] = re.findall(
        rf"^export interface {kind.__name__}(?: extends \w+)? {{\n(.*?)^}}",
        MODULE,
        re.MULTILINE | re.DOTALL,
    )
    return dict(re.findall(r"^  readonly (\w+\??): (.+);$", body, re.MULTILINE))


def test_every_message_is_in_its_group() -> None:
    for name, group in GROUPS.items():
        [body] = re.findall(
            rf"^export const {name} = {{\n(.*?)^}};", MODULE, re.MULTILINE | re.DOTALL
        )
        assert re.findall(r'"(redraft/[\w/]+)"', body) == [each.method for each in group]


def test_the_files_requests_are_those_that_are_answered() -> None:
    answered = Files.handlers(Files.__new__(Files)).keys()
    assert {each.method for each in FILES} == answered
    assert {each.method for each in NEWS} == {SESSION_CHANGED, FILES_CHANGED}
    assert {each.method.rpartition("/")[0] for each in MESSAGES} == {"redraft/ui"}


def test_every_field_is_declared_as_the_wire_has_it() -> None:
    for kind in (Snapshot, Pick, Run, Rename):
        names = {each.removesuffix("?") for each in declared(kind)}
        assert names == {camelled(each.name) for each in fields(kind)}
    assert declared(Rename)["oldUri"] == "string"
    assert declared(Pick)["rows"] == "readonly Row[]"


def test_what_may_be_left_out_says_so() -> None:
    assert declared(Snapshot)["changes?"] == "readonly ChangedPath[]"
    assert declared(Snapshot)["active"] == "Summary | null"
    assert declared(Run)["root?"] == "string | undefined"
    assert declared(Run)["name"] == "string"
    assert declared(FileStat)["permissions?"] == "number"


def test_every_type_that_is_named_is_declared() -> None:
    text = re.sub(r"/\*\*.*?\*/|//.*?$|\"[^\"]*\"", "", MODULE, flags=re.DOTALL | re.MULTILINE)
    known = {"NotificationType", "RequestType"}
    for word in set(re.findall(r"\b[A-Z]\w+\b", text)) - known:
        assert re.search(rf"^export (interface|type) {word}\b", MODULE, re.MULTILINE), word


def test_names_in_the_comments_are_those_of_the_wire() -> None:
    assert "`changesDigest` stays the same" in MODULE
