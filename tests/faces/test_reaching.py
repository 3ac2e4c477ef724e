"""How a process reaches a document, as the system sees it: by no path that can hold a link.

``strace`` tells. Where it cannot be had, this is left out.
"""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
from collections.abc import Callable, Coroutine
from pathlib import Path
from typing import Any

import pytest
from tests.faces.lsp.editor import COMMAND, ENVIRONMENT
from tests.faces.lsp.wire import wire
from tests.faces.mcp.agents import CHAPTER, Plain

FOLDER, _, NAME = CHAPTER.rpartition("/")
WATCH = ("strace", "-f", "-e", "trace=open,openat,openat2", "-o")
LINKLESS = "RESOLVE_NO_SYMLINKS"
Reader = Callable[[Path, Path], Coroutine[Any, Any, None]]

pytestmark = pytest.mark.skipif(
    shutil.which("strace") is None, reason="strace is not here (Debian: strace)"
)


async def by_mcp(book: Path, trace: Path) -> None:
    with Plain(book, *WATCH, str(trace)) as agent:
        agent.tool("read_document", path=CHAPTER)


async def by_lsp(book: Path, trace: Path) -> None:
    async with wire(*WATCH, str(trace), *COMMAND) as editor:
        await editor.initialize(book)
        assert "error" not in await editor.ask(
            "redraft/fs/readFile", {"uri": (book / CHAPTER).as_uri()}
        )
        await editor.leave()


@pytest.mark.parametrize("read", [by_mcp, by_lsp])
async def test_a_server_opens_a_document_in_one_call_that_follows_no_link(
    read: Reader, book: Path, tmp_path: Path
) -> None:
    trace = tmp_path / "trace"
    await read(book, trace)
    opened = [line for line in trace.read_text().splitlines() if NAME in line]
    assert any("RESOLVE_BENEATH" in line and f'"{CHAPTER}"' in line for line in opened)
    assert [line for line in opened if f'{CHAPTER}"' not in line or LINKLESS not in line] == []


def test_a_short_lived_program_opens_one_folder_after_the_other(book: Path, tmp_path: Path) -> None:
    trace = tmp_path / "trace"
    command = [*WATCH, str(trace), sys.executable, "-m", "redraft", "read", CHAPTER]
    subprocess.run(command, cwd=book, env=ENVIRONMENT, check=True, capture_output=True)
    text = trace.read_text()
    assert LINKLESS not in text
    for name in (FOLDER, NAME):
        opened = [line for line in text.splitlines() if f'"{name}"' in line]
        assert opened
        assert all(re.search(r"openat\(\d+, .*O_NOFOLLOW", line) for line in opened)
    assert f'"{CHAPTER}"' not in text
