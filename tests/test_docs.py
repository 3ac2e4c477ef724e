"""The documentation is true: its examples run, its lists are whole, its links lead somewhere."""

from __future__ import annotations

import json
import re
import tomllib
from dataclasses import fields, replace
from pathlib import Path
from typing import NamedTuple
from urllib.parse import unquote

import pytest
from tests.docs_console import (
    REPOSITORY,
    Example,
    Outcome,
    blocks,
    examples,
    matches,
    pages,
    renewed,
    run_page,
)

from redraft import __version__, errors
from redraft.commands.parameters import usage
from redraft.commands.reference import reference
from redraft.commands.table import BY_LSP, COMMANDS
from redraft.domain import layout
from redraft.faces.lsp.dialogues.messages import MESSAGES
from redraft.faces.lsp.messages import FILES, NEWS
from redraft.faces.lsp.phrasing import phrases
from redraft.faces.lsp.typescript import GROUPS, typescript

PAGES = pages()
_TEST = re.compile(r"`((?:tests|vscode-extension/test)/[\w/]+\.(?:test\.ts|py))(?:::(\w+))?`")
_MARK = re.compile(r"(?<!\n)\[\^([\w-]+)\]")
_HELD = re.compile(r"^\[\^([\w-]+)\]: (.+)$", re.MULTILINE)
# What a run measured or proved says on its page how it was made.
MEASURED = [page for page in PAGES if "Made by `make" in page.read_text("utf-8")]
WITH_EXAMPLES = [page for page in PAGES if "```console" in page.read_text("utf-8")]
LANGUAGES = {"console", "sh", "json", "toml", "lua", "elisp", "text"}
NOT_RUN = {
    # What installs the program, and what runs these tests. `make run` and `make tour` are played by
    # tests of their own, and what `make extension` makes is what the stories install.
    "make run",
    "make tour",
    "make test",
    "make extension",
    f"code --install-extension vscode-extension/redraft-{__version__}.vsix",
    "pipx install .",
    "cp -r docs/sample-book ~/the-unlit-hour",
    "cd ~/the-unlit-hour",
}
_LINK = re.compile(r"(?<!!)\[[^\]]*\]\(([^)\s]+)\)")
_HEADING = re.compile(r"^#{1,6} (.+)$|<a id=\"([^\"]+)\">", re.MULTILINE)
_CODE = re.compile(r"^\| `([a-z_]+)` \|", re.MULTILINE)


class Ran(NamedTuple):
    """An example with what came of it."""

    example: Example
    outcome: Outcome


def name(page: Path) -> str:
    return page.relative_to(REPOSITORY).as_posix()


def read(page: str) -> str:
    return (REPOSITORY / page).read_text("utf-8")


@pytest.mark.slow
@pytest.mark.parametrize("page", WITH_EXAMPLES, ids=name)
def test_every_example_prints_what_its_page_says(page: Path, tmp_path: Path) -> None:
    found = examples(page.read_text("utf-8"))
    outcomes = run_page([example.command for example in found], tmp_path)
    wrong = []
    for example, outcome in zip(found, outcomes, strict=True):
        at = f"{name(page)}:{example.line}: $ {example.command}"
        if not matches(example.expected, outcome.printed):
            wrong.append(f"{at}\nexpected:\n{example.expected}printed:\n{outcome.printed}")
        if (outcome.code != 0) != ("error (" in example.expected) and "||" not in example.command:
            wrong.append(f"{at}\nended with {outcome.code}")
    assert not wrong, "\n" + "\n".join(wrong)


def test_every_block_says_its_language_and_shell_examples_are_run() -> None:
    for page in PAGES:
        for line, language, lines in blocks(page.read_text("utf-8")):
            assert language in LANGUAGES, f"{name(page)}:{line}"
            if language == "sh":
                assert set(lines) <= NOT_RUN, f"{name(page)}:{line}: make it a console block"


def test_every_data_example_can_be_read() -> None:
    for page in PAGES:
        for line, language, lines in blocks(page.read_text("utf-8")):
            text = "\n".join(lines)
            try:
                if language == "json":
                    json.loads(text)
                elif language == "toml":
                    tomllib.loads(text)
            except ValueError as error:
                pytest.fail(f"{name(page)}:{line}: {error}")


def test_every_link_leads_somewhere() -> None:
    lost = []
    for page in PAGES:
        for link in _LINK.findall(page.read_text("utf-8")):
            target, _, anchor = link.partition("#")
            if "://" in target:
                continue
            place = (page.parent / unquote(target)).resolve() if target else page
            if not place.exists():
                lost.append(f"{name(page)}: {link}")
            elif anchor and anchor not in anchors(place):
                lost.append(f"{name(page)}: {link} (no such heading)")
    assert not lost, "\n".join(lost)


def anchors(page: Path) -> set[str]:
    """The anchors of a page's headings, as the usual renderers make them."""
    found = set()
    for heading, mark in _HEADING.findall(page.read_text("utf-8")):
        kept = re.sub(r"[^\w\- ]", "", heading.lower())
        found.add(mark or kept.replace(" ", "-"))
    return found


def test_every_page_is_linked_from_the_readme() -> None:
    links = set(_LINK.findall(read("README.md")))
    missing = [name(p) for p in PAGES if name(p) != "README.md" and name(p) not in links]
    assert not missing


def test_every_test_that_a_page_names_is_there() -> None:
    named = {(name(p), *t) for p in PAGES for t in _TEST.findall(p.read_text("utf-8"))}
    assert any(page == "README.md" and test for page, _, test in named)
    for page, module, test in named:
        assert (REPOSITORY / module).is_file(), f"{page} names {module}"
        defines = rf"^\s*(?:(?:async )?def|class) {test}\b|^{test} ="
        text = (REPOSITORY / module).read_text("utf-8")
        assert not test or re.search(defines, text, re.MULTILINE), f"{page} names {module}::{test}"


@pytest.mark.parametrize("page", [page for page in PAGES if page not in MEASURED], ids=name)
def test_what_a_page_claims_is_marked_with_the_tests_that_hold_it(page: Path) -> None:
    text = page.read_text("utf-8")
    marks = list(dict.fromkeys(_MARK.findall(text)))
    held = dict(_HELD.findall(text))
    assert marks
    assert list(held) == marks, "each mark has one line of tests, in the order of the marks"
    for tests in held.values():
        assert all(_TEST.fullmatch(test) for test in tests.split(", ")), tests
    assert text.count("\n[^") == len(held)
    assert text.rstrip().splitlines()[-len(held) :] == [f"[^{k}]: {v}" for k, v in held.items()]


def test_the_readme_shows_the_two_commands() -> None:
    lines = read("README.md").splitlines()
    assert "make run" in lines
    assert "make test" in lines
    targets = re.findall(r"^(\w+):", read("Makefile"), re.MULTILINE)
    assert {"run", "test"} <= set(targets)


def test_the_reference_of_commands_is_fresh() -> None:
    assert read("docs/reference/commands.md") == reference(COMMANDS), "run: make docs"


def test_the_types_and_texts_of_the_extension_are_fresh() -> None:
    assert read("vscode-extension/src/wire.ts") == typescript(GROUPS), "run: make docs"
    texts = json.loads(read("vscode-extension/l10n/server.json"))
    assert texts == phrases(), "run: make docs, then npm run l10n"


def test_every_message_beside_the_protocol_is_explained() -> None:
    text = read("docs/reference/protocol.md")
    methods = [each.method for each in (*FILES, *NEWS, *MESSAGES)]
    assert [method for method in methods if f"`{method}`" not in text] == []


def test_the_reference_changes_with_the_table() -> None:
    other = replace(COMMANDS[0], title="Begin something else")
    assert reference([other]) != reference([COMMANDS[0]])


@pytest.mark.parametrize("command", COMMANDS, ids=lambda command: command.verb)
def test_the_reference_shows_a_command_whole(command: object) -> None:
    [row] = [each for each in COMMANDS if each is command]
    text = reference(COMMANDS)
    assert f"`{usage(row)}`" in text
    assert row.lsp is None or f"`redraft.{row.lsp}`" in text
    assert all(f"/{example}\n" in text for example in row.examples)
    own = {field.name for field in fields(row.request)} - {"session", "root", "name"}
    assert all(f"| `{argument}` |" in text for argument in own)


def test_the_page_of_errors_lists_exactly_the_codes_there_are() -> None:
    codes = {
        kind.code
        for kind in vars(errors).values()
        if isinstance(kind, type) and issubclass(kind, errors.RedraftError)
    }
    listed = _CODE.findall(read("docs/reference/errors.md"))
    assert sorted(listed) == sorted(codes)


def test_the_page_of_the_layout_names_every_place_there_is() -> None:
    text = read("docs/reference/on-disk.md")
    places = {
        value.rpartition("/")[2]
        for key, value in vars(layout).items()
        if key.isupper() and isinstance(value, str)
    }
    assert not {place for place in places if place not in text}


def test_the_page_of_the_layout_names_every_step_of_a_journal() -> None:
    from redraft.domain.journal_form import FORMS

    text = read("docs/reference/on-disk.md")
    assert not {verb for verb in FORMS if f"`{verb} " not in text}


def test_the_page_of_the_protocol_names_every_request_of_the_file_system() -> None:
    text = read("docs/reference/protocol.md")
    source = read("server/redraft/faces/lsp/files.py")
    requests = re.findall(r'^            "(\w+)": ', source, re.MULTILINE)
    assert len(requests) == 8
    assert not {request for request in requests if f"`redraft/fs/{request}`" not in text}


def test_the_page_of_the_server_for_agents_shows_an_echo_and_names_every_resource() -> None:
    from pydantic import TypeAdapter

    from redraft.faces.mcp.echo import Echo
    from redraft.faces.mcp.resources import ALL, templates

    text = read("docs/reference/mcp.md")
    [shown] = ["\n".join(lines) for _, language, lines in blocks(text) if language == "json"]
    TypeAdapter(Echo).validate_json(shown)
    uris = [each.uri_template.removesuffix("{?root}") for each in templates()]
    named = [uri.replace("{session}", "<name>").replace("{+path}", "<path>") for uri in uris]
    assert all(f"`{uri}`" in text for uri in (ALL, *named))


def test_commands_named_in_the_pages_exist() -> None:
    shell_only = {"lsp", "mcp", "completion", "hook", "init", "exec"}
    verbs = {command.verb.split()[0] for command in COMMANDS} | shell_only
    for page in PAGES:
        text = page.read_text("utf-8")
        used = set(re.findall(r"`redraft ([a-z]+)\b", text))
        assert used <= verbs, name(page)
        used = set(re.findall(r"`redraft\.((?!ui\b)[a-z]+(?:\.[a-z]+)?)`", text))
        assert used <= set(BY_LSP) | settings(), name(page)


def settings() -> set[str]:
    """The names of the extension's settings, without ``redraft.``."""
    manifest = json.loads(read("vscode-extension/package.json"))
    found = manifest["contributes"]["configuration"]["properties"]
    return {each.removeprefix("redraft.") for each in found}


@pytest.mark.parametrize("page", ["vscode-extension/README.md", "docs/how-to/use-in-vscode.md"])
def test_the_pages_of_the_extension_list_exactly_the_settings_there_are(page: str) -> None:
    assert set(re.findall(r"^\| `redraft\.([\w.]+)` ", read(page), re.MULTILINE)) == settings()


def test_each_command_that_the_pages_of_the_extension_name_is_in_the_palette() -> None:
    texts = json.loads(read("vscode-extension/package.nls.json"))
    manifest = json.loads(read("vscode-extension/package.json"))
    titles = {
        f"{command['category']}: {texts[command['title'].strip('%')]}"
        for command in manifest["contributes"]["commands"]
    }
    for page in ("vscode-extension/README.md", "docs/how-to/use-in-vscode.md"):
        text = " ".join(read(page).split())
        named = set(re.findall(r"\*\*((?:Session|Retry): [^*]+)\*\*", text))
        assert named, page
        assert named <= titles, page


# The tool itself ----------------------------------------------------------------------------------

PAGE = """# Page

```console
$ redraft one
● one  ACTIVE
...
$ redraft two
at 2026-11-21T08:15:00.123456Z
```
"""


def test_examples_are_found_with_what_they_print() -> None:
    assert examples(PAGE) == [
        Example(4, "redraft one", "● one  ACTIVE\n...\n"),
        Example(7, "redraft two", "at 2026-11-21T08:15:00.123456Z\n"),
    ]


def test_a_block_without_a_command_is_an_error() -> None:
    with pytest.raises(ValueError, match="line 2"):
        examples("```console\nno command\n```\n")


@pytest.mark.parametrize(
    ("expected", "printed", "same"),
    [
        ("one\n", "one\n", True),
        ("one\n", "two\n", False),
        ("one\n", "one\ntwo\n", False),
        ("one\n...\n", "one\ntwo\nthree\n", True),
        ("one ... three\n", "one two three\n", True),
        ("one ... three\n", "one\ntwo three\n", False),
        ("", "", True),
        ("", "one\n", False),
        ("kept 20261121T081500123456Z\n", "kept 20270101T000000000000Z\n", True),
        ("  7.4 KB  x\n", " 12 B  x\n", True),
        ("7 changes\n", "8 changes\n", False),
    ],
    ids=str,
)
def test_only_what_must_differ_may_differ(expected: str, printed: str, same: bool) -> None:
    assert matches(expected, printed) is same


def test_a_page_is_renewed_only_where_it_is_wrong() -> None:
    kept = Outcome("● one  ACTIVE\n  and more\n", 0)
    assert renewed(PAGE, [kept, Outcome("at 2027-01-01T00:00:00.000000Z\n", 0)]) == PAGE
    changed = renewed(PAGE, [kept, Outcome("never\n", 0)])
    assert changed == PAGE.replace("at 2026-11-21T08:15:00.123456Z", "never")
