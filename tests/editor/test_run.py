"""``make run``: it serves, and when it is told to end nothing of it is left."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, expect
from tests.conftest import SAMPLE_BOOK, picture
from tests.editor import run
from tests.editor.profile import VSIX
from tests.editor.server import processes_with
from tests.editor.toolchain.places import REPOSITORY
from tests.editor.waiting import eventually
from tests.editor.workbench import LOADING, STATUS


@pytest.fixture
def served(short_path: Path) -> Iterator[tuple[subprocess.Popen[str], str]]:
    """A running ``make run`` and the address that it printed; all its files lie in the folder."""
    with subprocess.Popen(
        [sys.executable, "-m", "tests.editor.run", "--book", SAMPLE_BOOK, "--in-browser"],
        cwd=REPOSITORY,
        env=os.environ | {"TMPDIR": str(short_path)},
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        text=True,
    ) as process:
        assert process.stdout
        line = next(line for line in process.stdout if "http" in line)
        yield process, line.split(": ", 1)[1].strip()
        process.kill()


def test_it_opens_the_book_and_leaves_no_process_after_a_ctrl_c(
    served: tuple[subprocess.Popen[str], str], short_path: Path, browser: Browser
) -> None:
    before = picture(SAMPLE_BOOK)
    process, address = served
    with browser.new_page() as page:
        page.goto(address)
        status = page.locator(f'.statusbar-item[id="{STATUS}"]')
        expect(status).to_be_visible(timeout=LOADING)
        expect(page).to_have_title("sample-book - code-server")

    process.send_signal(signal.SIGINT)

    assert process.wait(30) == 0
    assert processes_with(str(short_path)) == []
    assert list(short_path.iterdir()) == []
    assert picture(SAMPLE_BOOK) == before


def test_nothing_is_left_when_it_is_killed(
    served: tuple[subprocess.Popen[str], str], short_path: Path
) -> None:
    process, address = served
    health = address.split("/?")[0] + "/healthz"
    with urllib.request.urlopen(health) as answer:  # noqa: S310 - the address is our own
        assert answer.status == 200

    process.kill()

    eventually(lambda: not processes_with(str(short_path)), "code-server ends with its keeper")


def test_what_was_written_into_the_copy_outlives_the_end(
    served: tuple[subprocess.Popen[str], str], short_path: Path
) -> None:
    process, _ = served
    copy = next(short_path.glob("redraft-*/sample-book"))
    (copy / "timeline.json").write_text("{}\n")

    process.send_signal(signal.SIGTERM)

    assert process.wait(30) == 0
    assert [path.parent for path in short_path.iterdir()] == [short_path]
    assert (copy / "timeline.json").read_text() == "{}\n"


def test_the_installed_vs_code_gets_a_profile_of_its_own(short_path: Path) -> None:
    said = short_path / "said"
    code = short_path / "bin" / "code"
    code.parent.mkdir()
    code.write_text(f'#!/bin/sh\nprintf "%s\\n" "$@" -- >> {said}\n')
    code.chmod(0o755)
    env = {k: v for k, v in os.environ.items() if k != "VSCODE_IPC_HOOK_CLI"}
    subprocess.run(
        [sys.executable, "-m", "tests.editor.run", "--book", SAMPLE_BOOK],
        cwd=REPOSITORY,
        env=env
        | {
            "PATH": f"{code.parent}{os.pathsep}{env['PATH']}",
            "TMPDIR": str(short_path),
            "DISPLAY": ":0",
        },
        check=True,
        stdout=subprocess.DEVNULL,
        timeout=60,
    )
    install, window = said.read_text().split("--\n")[:2]
    for words in (install.splitlines(), window.splitlines()):
        assert words[words.index("--user-data-dir") + 1].startswith(f"{short_path}/rd-")
        assert words[words.index("--extensions-dir") + 1].startswith(f"{short_path}/rd-")
    assert install.splitlines()[-2:] == ["--install-extension", str(VSIX)]
    assert window.splitlines()[-2] == "--wait"
    assert window.splitlines()[-1].endswith("/sample-book")
    assert sorted(path.name for path in short_path.iterdir()) == ["bin", "said"]


def test_a_folder_that_is_not_there_is_refused() -> None:
    result = subprocess.run(
        [sys.executable, "-m", "tests.editor.run", "--book", "/no/such/novel"],
        cwd=REPOSITORY,
        capture_output=True,
        text=True,
        check=False,
    )
    assert result.returncode == run.BAD_USAGE
    assert result.stderr == "error: there is no folder '/no/such/novel'.\n"


def test_an_installed_vs_code_is_used_only_where_it_opens_a_window_of_its_own(
    short_path: Path,
) -> None:
    code = short_path / "code"
    code.write_text("#!/bin/sh\n")
    code.chmod(0o755)
    path = {"PATH": str(short_path)}

    assert run._installed_code(path | {"DISPLAY": ":0"}) == str(code)
    assert run._installed_code(path) is None
    assert run._installed_code(path | {"DISPLAY": ":0", "VSCODE_IPC_HOOK_CLI": "/x"}) is None
    assert run._installed_code({"PATH": "/nowhere", "DISPLAY": ":0"}) is None
