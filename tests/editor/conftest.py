"""What every story may ask for: a book, and real VS Code opened on it.

Stories run apart from the other tests (``make stories``): Playwright's loop and asyncio's tests do
not share a process.
"""

from __future__ import annotations

import re
import shutil
import tempfile
from collections.abc import Generator, Iterator
from pathlib import Path
from typing import Any, Protocol

import pytest
from playwright.sync_api import Browser, Error, Playwright, expect, sync_playwright
from tests.editor.books import Book
from tests.editor.profile import VSIX, Settings
from tests.editor.server import CodeServer
from tests.editor.toolchain import built_in, chromium
from tests.editor.toolchain.places import REPOSITORY
from tests.editor.workbench import STATUS, THEMES, Workbench

RESULTS = REPOSITORY / "test-results"
WINDOWS = pytest.StashKey[list[Workbench]]()
PATIENCE = 20_000
"""Milliseconds that a thing may take to be seen; it is there at once on a quiet machine."""

expect.set_options(timeout=PATIENCE)


class Opens(Protocol):
    """Opens VS Code as a story wants it; see :func:`editor_factory`."""

    def __call__(
        self,
        book: Book | None = None,
        *,
        settings: Settings | None = None,
        env: dict[str, str | None] | None = None,
        theme: str = "light",
        vsix: Path | None = VSIX,
        trust_everything: bool = True,
        ready: str | None = STATUS,
        workspace: Path | None = None,
    ) -> Workbench: ...


@pytest.fixture(scope="session")
def playwright() -> Iterator[Playwright]:
    """Playwright itself."""
    with sync_playwright() as running:
        yield running


@pytest.fixture(scope="session")
def browser(playwright: Playwright) -> Iterator[Browser]:
    """One Chromium for all stories of this process; each window has a profile of its own."""
    program = chromium.find()
    assert program, "no Chromium: `make stories` looks for one"
    # Its sandbox does not work in most containers; only our own pages are shown.
    args = ["--no-sandbox", "--disable-dev-shm-usage", "--font-render-hinting=none"]
    with playwright.chromium.launch(executable_path=program, args=args) as running:
        yield running


@pytest.fixture
def short_path() -> Iterator[Path]:
    """A folder whose path leaves room for what people see of it."""
    with tempfile.TemporaryDirectory(prefix="rd-", ignore_cleanup_errors=True) as folder:
        yield Path(folder).resolve()


@pytest.fixture
def book(short_path: Path) -> Book:
    """A fresh copy of the sample book."""
    return Book(short_path / "the-unlit-hour")


@pytest.fixture
def editor_factory(
    request: pytest.FixtureRequest, browser: Browser, short_path: Path
) -> Iterator[Opens]:
    """A function that opens VS Code with other settings, another environment or another book."""
    servers: list[CodeServer] = []
    contexts: list[Any] = []
    windows = request.node.stash.setdefault(WINDOWS, [])

    def open_editor(
        book: Book | None = None,
        *,
        settings: Settings | None = None,
        env: dict[str, str | None] | None = None,
        theme: str = "light",
        vsix: Path | None = VSIX,
        trust_everything: bool = True,
        ready: str | None = STATUS,
        workspace: Path | None = None,
    ) -> Workbench:
        wanted = {"workbench.colorTheme": THEMES[theme], **(settings or {})}
        server = CodeServer(
            settings=wanted,
            env=env,
            vsix=vsix,
            trust_everything=trust_everything,
            switches=built_in.switches(),
        )
        servers.append(server)
        server.start()
        context = browser.new_context(
            viewport={"width": 1280, "height": 800},
            color_scheme="dark" if theme == "dark" else "light",
            permissions=["clipboard-read", "clipboard-write"],
            reduced_motion="reduce",
            # Compressing for every window anew would take longer than the way from here to here.
            extra_http_headers={"Accept-Encoding": "identity"},
        )
        contexts.append(context)
        context.set_default_timeout(PATIENCE)
        opened = Workbench(context.new_page(), server, book or Book(short_path / "the-unlit-hour"))
        windows.append(opened)
        opened.open(ready=ready, workspace=workspace)
        return opened

    yield open_editor
    for context in contexts:
        try:
            context.close()
        except Error:  # the browser has gone first, as in an interrupted run
            pass
    for server in servers:
        server.close()


@pytest.fixture
def editor(editor_factory: Opens, book: Book) -> Workbench:
    """VS Code with the extension, opened on the book, in a fresh profile."""
    return editor_factory(book)


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(
    item: pytest.Item, call: pytest.CallInfo[None]
) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """Keep what is needed to understand a failure while the window is still there."""
    report = yield
    if report.failed and (windows := item.stash.get(WINDOWS, [])):
        folder = RESULTS / re.sub(r"[^\w.-]+", "-", item.nodeid).strip("-")
        if report.when != "teardown":
            _keep(folder, windows)
        report.sections.append(("what the window showed", f"kept in {folder}"))
        for window in windows:
            for name, text in window.server.logs().items():
                if name == "server.log" or "Redraft" in name or "remoteexthost" in name:
                    report.sections.append((name, text[-4000:]))
    return report


def _keep(folder: Path, windows: list[Workbench]) -> None:
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    for number, window in enumerate(windows, 1):
        pages = window.page.context.pages
        for other, page in enumerate(pages, 1):
            stem = f"window-{number}" + (f"-{other}" if len(pages) > 1 else "")
            try:
                page.screenshot(path=folder / f"{stem}.png", timeout=5000)
                (folder / f"{stem}.html").write_text(page.content())
            except Error as gone:
                (folder / f"{stem}.txt").write_text(str(gone))
        (folder / f"window-{number}.txt").write_text(window.describe())
        for name, text in window.server.logs().items():
            (folder / f"window-{number}-{name.replace('/', '-')}").write_text(text)
