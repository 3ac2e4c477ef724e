"""First use: the language server sets itself up, or says what is missing and what to do."""

from __future__ import annotations

import json
import sys
from pathlib import Path

import pytest
from playwright.sync_api import expect
from tests.editor.books import Book
from tests.editor.conftest import Opens
from tests.editor.pictures import take
from tests.editor.waiting import eventually
from tests.editor.workbench import Workbench

NOT_SET_UP = {"redraft.server.command": None}
DOWNLOADING = 90_000
"""Milliseconds for pip to get and install what the server needs."""
MAKER = """#!/bin/bash
# Stands for a Python: its environments run the Python of the tests, once pip was asked.
PATH=/usr/bin:/bin
case "$*" in
    *setting_up*) {boot} ;;
    *"-m venv"*) for draft; do :; done; mkdir -p "$draft/bin"; cp "$0" "$draft/bin/python" ;;
    *"-m pip"*) echo 'Collecting click'; {pip}; touch "${{0%/*}}/installed" ;;
    *) test -e "${{0%/*}}/installed" && exec '{real}' "$@" ;;
esac
"""
# The set-up runs in the Python of the tests, and takes that for the one that it was asked of.
GOOD = f'exec -a "$0" \'{sys.executable}\' "$@"'
BARE = (
    f"exec -a \"$0\" '{sys.executable}' -I -c "
    '"import sys; sys.modules[\'ensurepip\'] = None; exec(sys.argv.pop(1))" "${@:5}"'
)
OLD = """echo '{"python": "3.9.2", "executable": "'"$0"'"}'; exit 2"""


@pytest.fixture
def programs(tmp_path: Path) -> Path:
    """A folder that stands for PATH, with nothing in it."""
    folder = tmp_path / "bin"
    folder.mkdir()
    return folder


def add_python(folder: Path, *, boot: str = GOOD, pip: str = ":") -> Path:
    path = folder / "python3"
    path.write_text(MAKER.format(boot=boot, pip=pip, real=sys.executable))
    path.chmod(0o755)
    return path


def only(programs: Path) -> dict[str, str | None]:
    """The environment of a VS Code that finds no other programs, nor asks a login shell."""
    return {"PATH": str(programs), "VSCODE_CLI": "1"}


def environments(window: Workbench) -> list[Path]:
    home = window.server.user_data / "User/globalStorage/redraft.redraft/environments"
    return sorted(home.iterdir()) if home.exists() else []


def running(window: Workbench) -> list[int]:
    """The language servers of all windows."""
    return window.server.processes("-m redraft lsp")


def started(window: Workbench) -> str:
    """What the extension host says once all that start by themselves have done so; else nothing."""
    texts = [text for name, text in window.server.logs().items() if "remoteexthost" in name]
    return "".join(texts) if "onStartupFinished" in "".join(texts) else ""


def start_session(window: Workbench, name: str) -> None:
    window.command("Session: Start...")
    window.quick.wait(title="Start Session (1/2)")
    window.quick.accept(name)
    window.quick.wait(title="Start Session (2/2)")
    window.quick.accept()
    eventually(lambda: window.book.active() == [name], f"the marker of {name} is there")


def test_first_use_sets_the_server_up_once_and_every_window_uses_it(
    editor_factory: Opens, book: Book
) -> None:
    window = editor_factory(book, settings=NOT_SET_UP)
    assert environments(window) == []
    window.command("Session: Start...")
    progress = window.toast("Setting up Redraft")
    expect(progress.get_by_role("button", name="Cancel")).to_be_visible()
    expect(progress).to_contain_text("getting")
    take(window, "first-use")
    window.quick.wait(title="Start Session (1/2)", patience=DOWNLOADING)
    expect(progress).to_have_count(0)
    window.quick.accept("first")
    window.quick.wait(title="Start Session (2/2)")
    window.quick.accept()
    eventually(lambda: book.active() == ["first"], "the marker is there")
    [made] = environments(window)
    assert made.name.startswith("0.1.0-")

    window.reload()
    eventually(lambda: len(running(window)) == 1, "the server runs again")
    other = window.second_window()
    eventually(lambda: len(running(other)) == 2, "each window has its server")
    assert environments(window) == [made]
    assert book.touched() == []


def test_without_a_python_the_message_leads_on_until_one_is_there(
    editor_factory: Opens, book: Book, programs: Path
) -> None:
    window = editor_factory(book, settings=NOT_SET_UP, env=only(programs))
    window.command("Session: Start...")
    message = window.toast("Redraft needs Python 3.11 or later")
    expect(message).to_be_visible()
    expect(window.toast("Setting up Redraft")).to_have_count(0)
    take(window, "no-python")

    def output_is_shown() -> bool:
        # A window that has just begun may let the first wish pass; the button is still there.
        window.press_in_toast("Redraft needs Python", "Show Output")
        try:
            output = window.page.locator(".part.panel .view-lines")
            expect(output).to_contain_text("python3", timeout=5000)
        except AssertionError:
            return False
        return True

    eventually(output_is_shown, "the output tells what was tried")
    expect(message).to_be_visible()
    assert environments(window) == []

    add_python(programs)
    window.press_in_toast("Redraft needs Python", "Retry")
    eventually(lambda: len(running(window)) == 1, "the server runs")
    expect(message).to_have_count(0)
    start_session(window, "found")


def test_too_old_a_python_is_named_with_its_place(
    editor_factory: Opens, book: Book, programs: Path
) -> None:
    old = add_python(programs, boot=OLD)
    window = editor_factory(book, settings=NOT_SET_UP, env=only(programs))
    window.command("Session: Start...")
    message = window.toast("Redraft needs Python 3.11 or later")
    expect(message).to_contain_text(f"Found: Python 3.9.2 ({old})")
    assert environments(window) == []


def test_a_folder_without_sessions_downloads_nothing_and_one_with_sessions_is_served(
    editor_factory: Opens, book: Book, programs: Path
) -> None:
    add_python(programs)
    window = editor_factory(book, settings=NOT_SET_UP, env=only(programs))
    window.command("Session: Show Output")
    assert (environments(window), running(window)) == ([], [])
    book.cli("session", "start", "by-hand")
    window.reload()
    eventually(lambda: len(running(window)) == 1, "the server runs")
    expect(window.status()).to_contain_text("by-hand")


def test_a_broken_environment_is_made_again(
    editor_factory: Opens, book: Book, programs: Path
) -> None:
    add_python(programs)
    window = editor_factory(book, settings=NOT_SET_UP, env=only(programs))
    start_session(window, "kept")
    [made] = environments(window)
    (made / "bin" / "installed").unlink()
    window.reload()
    eventually((made / "bin" / "installed").exists, "it is made again")
    expect(window.status()).to_contain_text("kept")
    expect(window.toast("does not run")).to_have_count(0)
    assert environments(window) == [made]


def test_a_cancelled_set_up_leaves_nothing_and_can_be_begun_again(
    editor_factory: Opens, book: Book, programs: Path
) -> None:
    add_python(programs, pip="exec sleep 1000")
    window = editor_factory(book, settings=NOT_SET_UP, env=only(programs))
    window.command("Session: Start...")
    progress = window.toast("Setting up Redraft: getting click...")
    expect(progress).to_be_visible()
    assert len(window.server.processes("sleep 1000")) == 1
    progress.get_by_role("button", name="Cancel").click()
    expect(progress).to_have_count(0)
    eventually(lambda: environments(window) == [], "nothing is left on disk")
    eventually(lambda: window.server.processes("sleep 1000") == [], "pip was ended")
    add_python(programs)
    start_session(window, "after-all")


def test_bare_debian_is_told_which_package_to_install(
    editor_factory: Opens, book: Book, programs: Path
) -> None:
    add_python(programs, boot=BARE)
    window = editor_factory(book, settings=NOT_SET_UP, env=only(programs))
    window.command("Session: Start...")
    message = window.toast("cannot make virtual environments")
    expect(message).to_contain_text("sudo apt install python3-venv")


def test_without_a_network_the_message_says_so_and_retry_goes_on(
    editor_factory: Opens, book: Book, programs: Path
) -> None:
    words = "ERROR: Failed to establish a new connection: NewConnectionError"
    add_python(programs, pip=f"echo '{words}'; exit 1")
    window = editor_factory(book, settings=NOT_SET_UP, env=only(programs))
    window.command("Session: Start...")
    expect(window.toast("could not download the packages")).to_be_visible()
    assert environments(window) == []
    add_python(programs)
    window.press_in_toast("could not download the packages", "Retry")
    eventually(lambda: len(running(window)) == 1, "the server runs")


def test_a_wrong_setting_is_an_error_and_leads_to_the_settings(
    editor_factory: Opens, book: Book, programs: Path
) -> None:
    add_python(programs)
    settings = {**NOT_SET_UP, "redraft.server.python": "/nowhere/python3"}
    window = editor_factory(book, settings=settings, env=only(programs))
    window.command("Session: Start...")
    message = "The Python of the setting 'redraft.server.python' cannot be run: /nowhere/python3"
    expect(window.toast(message)).to_be_visible()
    assert environments(window) == []
    window.press_in_toast(message, "Open Settings")
    expect(window.page.locator(".settings-editor")).to_contain_text("Server: Python")


def test_in_restricted_mode_nothing_is_started(
    editor_factory: Opens, book: Book, programs: Path
) -> None:
    add_python(programs)
    book.cli("session", "start", "by-hand")
    settings = {**NOT_SET_UP, "security.workspace.trust.enabled": True}
    window = editor_factory(
        book, settings=settings, env=only(programs), trust_everything=False, ready=None
    )
    said = eventually(lambda: started(window), "the other extensions have started")
    assert "redraft" not in said
    expect(window.status()).to_have_count(0)
    assert (environments(window), running(window)) == ([], [])

    window.page.locator(".part.banner").get_by_role("button", name="Manage").click()
    window.page.locator(".workspace-trust-editor").get_by_role("button", name="Trust").first.click()
    eventually(lambda: len(running(window)) == 1, "the server runs in the trusted folder")
    expect(window.status()).to_contain_text("by-hand")


def test_a_python_can_be_chosen_in_a_dialog(
    editor_factory: Opens, book: Book, programs: Path, tmp_path: Path
) -> None:
    mine = add_python(tmp_path)
    window = editor_factory(book, settings=NOT_SET_UP, env=only(programs))
    window.command("Session: Start...")
    window.press_in_toast("Redraft needs Python", "Choose Python...")
    window.quick.wait(title="Choose Python 3.11 or Later")
    expect(window.quick.row("characters")).to_be_visible()  # it lists its first folder late
    window.quick.fill(str(mine))
    expect(window.quick.row("python3")).to_be_visible()
    window.page.get_by_role("button", name="Use This Python").click()
    eventually(lambda: len(running(window)) == 1, "the server runs")
    kept = json.loads((window.server.user_data / "Machine" / "settings.json").read_text())
    assert kept["redraft.server.python"] == str(mine)
