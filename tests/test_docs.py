"""The documentation is true: its examples run, its lists are whole, its links lead somewhere."""

from __future__ import annotations

import json
import re
import subprocess
import sys
import tomllib
from pathlib import Path
from urllib.parse import unquote

import pytest
from tests.docs_console import REPOSITORY, Outcome, blocks, examples, matches, pages, renewed, run_page

from redraft import errors
from redraft.commands.reference import reference
from redraft.commands.table import COMMANDS

PAGES = pages()
WITH_EXAMPLES = [page for page in PAGES if "```console" in page.read_text("utf-8")]
LANGUAGES = {"console", "sh", "json", "toml", "lua", "elisp", "text", "ini"}
NOT_RUN = {
    # These install the program, or are this very test; `make run` is played by the tour's tests.
    "make run",
    "make test",
    "make bench",
    'make run BOOK="$HOME/Documents/my novel"',
    "git clone <address of this repository> redraft",
    "cd redraft",
    "pipx install .",
    "pip install .",
    'eval "$(redraft completion bash)"',
}
_LINK = re.compile(r"(?<!!)\[[^\]]*\]\(([^)\s]+)\)")
_HEADING = re.compile(r"^#{1,6} (.+)$", re.M)


def name(page: Path) -> str:
    return page.relative_to(REPOSITORY).as_posix()


@pytest.mark.parametrize("page", WITH_EXAMPLES, ids=name)
def test_every_example_prints_what_its_page_says(page: Path, tmp_path: Path) -> None:
    found = examples(page.read_text("utf-8"))
    outcomes = run_page([example.command for example in found], tmp_path)
    wrong = [
        f"{name(page)}:{e.line}: $ {e.command}\nexpected:\n{e.expected}printed:\n{o.printed}"
        for e, o in zip(found, outcomes, strict=True)
        if not matches(e.expected, o.printed)
    ]
    assert not wrong, "\n" + "\n".join(wrong)


@pytest.mark.parametrize("page", WITH_EXAMPLES, ids=name)
def test_an_example_fails_only_where_its_page_shows_an_error(page: Path, tmp_path: Path) -> None:
    found = examples(page.read_text("utf-8"))
    outcomes = run_page([example.command for example in found], tmp_path)
    wrong = [
        f"{name(page)}:{e.line}: $ {e.command} ended with {o.code}"
        for e, o in zip(found, outcomes, strict=True)
        if (o.code != 0) != ("error (" in e.expected)
    ]
    assert not wrong, "\n" + "\n".join(wrong)
