"""The extension's manifest, its handlers and the server's commands belong together."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from redraft.commands.table import BY_LSP
from redraft.faces.lsp.command_ids import PLAIN, PREFIX
from redraft.faces.lsp.dialogues.table import DIALOGUES

EXTENSION = Path(__file__).parents[2] / "vscode-extension"
MANIFEST: dict[str, Any] = json.loads((EXTENSION / "package.json").read_text("utf-8"))
CONTRIBUTED: list[dict[str, Any]] = MANIFEST["contributes"]["commands"]
IDS = [each["command"] for each in CONTRIBUTED]
SOURCES = {
    path: path.read_text("utf-8")
    for path in sorted((EXTENSION / "src").rglob("*.ts"))
    if path.name != "wire.ts"
}

# Each can be given as a slash command all the same.
WITHOUT_A_CALL = {
    "resolve": "the URI of a document says which file and session it is",
    "migrate": "a registry of older sessions is taken over on sight, by whatever comes first",
    "adopt": "it is for programs that cannot write into a session themselves",
    "session.diff": "the editor draws differences itself",
}

# Begun by a button, or by the extension itself.
INNER = {"runLine", "askToLead", "tellEnded", "tellUnsaved", "tellWhyNot"}

_CALL = re.compile(r"\bcall\(\s*\"([\w.]+)\"")
_HANDLER = re.compile(r"^\s*(?:async )?\"(_?redraft\.[\w.]+)\"\s*[:(]", re.MULTILINE)
_KEY = re.compile(r"^%([\w.-]+)%$")


DIALOGUE_SOURCES = {
    path: path.read_text("utf-8")
    for path in sorted((EXTENSION.parent / "server/redraft/faces/lsp/dialogues").glob("*.py"))
}


def found(pattern: re.Pattern[str], sources: dict[Path, str] = SOURCES) -> list[str]:
    """All that a pattern names in the extension's sources, or in the dialogues'."""
    return [match[1] for text in sources.values() for match in pattern.finditer(text)]


def leaves(value: Any, key: str = "") -> Iterator[tuple[str, str]]:
    """Every text in the manifest, with the key that it stands under."""
    if isinstance(value, str):
        yield key, value
    elif isinstance(value, list):
        for item in value:
            yield from leaves(item, key)
    elif isinstance(value, dict):
        for name, item in value.items():
            yield from leaves(item, name)


def test_every_command_of_the_server_is_called_or_has_a_reason_not_to_be() -> None:
    called = set(found(_CALL, DIALOGUE_SOURCES))
    assert BY_LSP.keys() - called == WITHOUT_A_CALL.keys()
    assert called <= BY_LSP.keys()


def test_every_contributed_command_is_a_dialogue_or_has_a_handler_and_no_other_is_there() -> None:
    own = [each for each in found(_HANDLER) if each.startswith("redraft.")]
    dialogues = [f"redraft.ui.{name}" for name in DIALOGUES if name not in INNER]
    assert sorted([*own, *dialogues]) == sorted(IDS)


def test_what_a_dialogue_has_the_editor_do_is_there_to_be_done() -> None:
    done = set(found(re.compile(r"\"(_redraft\.\w+)\""), DIALOGUE_SOURCES))
    assert done == {each for each in found(_HANDLER) if each.startswith("_redraft.")}


def test_no_command_of_the_extension_has_an_id_of_the_server() -> None:
    # The language client registers the server's ids itself: a second registration throws.
    own = "redraft.ui."
    assert not {f"{PREFIX}{name}" for name in BY_LSP} & set(IDS)
    assert [each for each in IDS if not each.startswith(own)] == []
    assert not [name for name in BY_LSP if f"{PREFIX}{name}".startswith(own)]


def test_each_command_stands_in_the_manifest_once() -> None:
    assert len(IDS) == len(set(IDS))


def test_what_the_code_lenses_run_is_contributed() -> None:
    assert {f"{PREFIX}{name}" for name in PLAIN} <= set(IDS)


def test_commands_stand_under_session_and_retry_only() -> None:
    assert {each.get("category") for each in CONTRIBUTED} == {"Session", "Retry"}


def test_menus_keys_and_welcomes_name_contributed_commands_only() -> None:
    contributes = MANIFEST["contributes"]
    named = {
        text
        for place in ("menus", "keybindings")
        for key, text in leaves(contributes.get(place, []))
        if key == "command" and text.startswith("redraft.")
    }
    texts = (EXTENSION / "package.nls.json").read_text("utf-8") + json.dumps(contributes)
    named |= set(re.findall(r"command:(redraft\.[\w.]+)", texts))
    assert named
    assert named - set(IDS) == set()


def test_commands_that_the_code_runs_are_contributed() -> None:
    ran = set(found(re.compile(r"\"(redraft\.ui\.\w+)\"")))
    assert ran - set(IDS) == set()


def test_every_text_of_the_manifest_is_in_the_file_of_texts_and_none_is_left_over() -> None:
    texts = json.loads((EXTENSION / "package.nls.json").read_text("utf-8"))
    used = {match[1] for _, text in leaves(MANIFEST) if (match := _KEY.match(text))}
    assert used == texts.keys()


def test_titles_are_for_translation() -> None:
    assert [each["command"] for each in CONTRIBUTED if not _KEY.match(each["title"])] == []


def test_what_changes_documents_in_the_session_stands_beside_the_editors_own() -> None:
    menus = MANIFEST["contributes"]["menus"]
    explorer, tab = (
        {each["command"].removeprefix("redraft.ui.") for each in menus[menu]}
        for menu in ("explorer/context", "editor/title/context")
    )
    texts = json.loads((EXTENSION / "package.nls.json").read_text("utf-8"))
    assert explorer >= {"newFile", "newFolder", "renameInSession", "deleteInSession"}
    assert tab >= {"renameInSession", "deleteInSession"}
    for name in ("newFile", "newFolder", "renameInSession", "deleteInSession"):
        assert texts[name].endswith(" in Session...")


def test_a_sessions_folder_is_offered_where_the_window_has_several_only() -> None:
    menus = MANIFEST["contributes"]["menus"].items()
    offered = [
        (menu, each.get("when", ""))
        for menu, items in menus
        for each in items
        if each.get("command") == "redraft.ui.addFolder"
    ]
    assert [menu for menu, _ in offered] == ["commandPalette"]
    assert "workbenchState == workspace" in offered[0][1]
