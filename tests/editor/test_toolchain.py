"""The tool-chain is installed once, whole, and again when an installation was interrupted."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest
from tests.editor.books import Book
from tests.editor.toolchain import chromium, install
from tests.editor.toolchain.commands import ToolFailedError, run
from tests.editor.toolchain.places import REPOSITORY


@pytest.fixture
def installations(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Counts installations into an empty folder; each works."""
    done: list[str] = []
    monkeypatch.setattr(install, "EDITOR", tmp_path)
    monkeypatch.setattr(install, "_install", lambda: done.append("installed"))
    monkeypatch.setattr(install, "_works", lambda: bool(done))
    return done


def test_a_second_call_installs_nothing(installations: list[str]) -> None:
    install.provide_editor()
    install.provide_editor()
    assert installations == ["installed"]


def test_an_interrupted_installation_is_done_again_though_it_seems_to_work(
    installations: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    def interrupted() -> None:
        installations.append("interrupted")
        raise KeyboardInterrupt

    with monkeypatch.context() as change:
        change.setattr(install, "_install", interrupted)
        with pytest.raises(KeyboardInterrupt):
            install.provide_editor()
    install.provide_editor()
    assert installations == ["interrupted", "installed"]


def test_a_person_without_any_settings_can_install_and_is_left_without(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.delenv("XDG_CONFIG_HOME", raising=False)
    assert install._works()
    assert list(tmp_path.iterdir()) == []


def test_an_installation_that_does_not_start_is_an_error(
    installations: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(install, "_works", lambda: False)
    with pytest.raises(ToolFailedError, match="does not start"):
        install.provide_editor()


def test_another_version_is_installed_anew(
    installations: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    install.provide_editor()
    monkeypatch.setattr(install, "_digest", lambda: "of another version")
    monkeypatch.setattr(install, "_works", lambda: len(installations) > 1)
    install.provide_editor()
    assert installations == ["installed", "installed"]


def test_a_named_chromium_that_does_not_start_is_an_error(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("REDRAFT_CHROMIUM", str(tmp_path / "chromium"))
    with pytest.raises(chromium.NoChromiumError, match="REDRAFT_CHROMIUM names"):
        chromium.find()


def test_a_program_that_only_offers_to_install_chromium_is_passed_over(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    door = tmp_path / "chromium"
    door.write_text("#!/bin/sh\necho 'Please install the chromium snap'\n")
    door.chmod(0o755)
    monkeypatch.delenv("REDRAFT_CHROMIUM", raising=False)
    monkeypatch.setenv("PATH", f"{tmp_path}:/bin:/usr/bin")
    monkeypatch.setattr(chromium, "NAMES", ("chromium",))
    monkeypatch.setattr(chromium, "OWN_CHROMIUM", tmp_path / "none")
    assert chromium.find() is None


def test_where_no_chromium_can_be_had_the_exit_code_says_so(
    installations: list[str], monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def refuse() -> None:
        raise ToolFailedError("no rights")

    monkeypatch.delenv("REDRAFT_CHROMIUM", raising=False)
    monkeypatch.setattr(chromium, "find", lambda: None)
    monkeypatch.setattr(chromium, "_by_apt", refuse)
    monkeypatch.setattr(chromium, "_by_npm", refuse)
    assert install.main() == install.NO_CHROMIUM
    assert "none could be had" in capsys.readouterr().out


def test_a_tool_that_failed_is_tried_again_and_then_quoted(tmp_path: Path) -> None:
    counter = tmp_path / "count"
    script = f"echo x >> {counter}; echo gone wrong >&2; exit 3"
    with pytest.raises(ToolFailedError, match="ended with 3:\ngone wrong"):
        run(["sh", "-c", script], tries=2)
    assert counter.read_text() == "x\nx\n"


def test_a_book_notices_a_changed_time_alone(book: Book) -> None:
    assert book.touched() == []
    known = book.checksum()
    path = book.path("timeline.json")
    path.write_bytes(path.read_bytes())
    assert book.touched() == ["timeline.json: other mtime"]
    assert book.checksum() != known
    book.accept()
    assert book.touched() == []


def test_a_failed_story_keeps_what_the_window_showed(short_path: Path) -> None:
    story = REPOSITORY / "tests" / "editor" / "failing_story.py"
    results = REPOSITORY / "test-results" / "tests-editor-failing_story.py-test_that_fails"
    result = subprocess.run(
        [sys.executable, "-m", "pytest", "-q", "--tb=short", "-p", "no:cacheprovider", str(story)],
        cwd=REPOSITORY,
        capture_output=True,
        text=True,
        check=False,
        timeout=100,
    )
    assert f"kept in {results}" in result.stdout
    assert "1 failed" in result.stdout
    assert "remoteexthost.log" in result.stdout
    assert (results / "window-1.png").read_bytes().startswith(b"\x89PNG")
    assert "Explorer" in (results / "window-1.txt").read_text()
    assert "monaco-workbench" in (results / "window-1.html").read_text()
