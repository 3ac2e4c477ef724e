"""The rows about real VS Code in a real browser: what a person waits for.

The page itself looks at its clock: from the press of a button or key until the change is drawn.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from itertools import cycle
from pathlib import Path

from playwright.sync_api import Browser, Locator, expect, sync_playwright
from tests.bench.ground import Ground
from tests.bench.measure import Pair, Row, Sample
from tests.editor.books import Book
from tests.editor.documents import expect_tabs, expect_version
from tests.editor.server import CodeServer
from tests.editor.toolchain import built_in, chromium
from tests.editor.workbench import Workbench

_CHAPTERS = [f"part-1-the-lamp/chapter-0{n}.md" for n in (1, 2, 3, 4)]
_SESSIONS = ("colder-sea", "warmer-sea")
# Texts and addresses that elements are waited for, each with the moment when it was there.
_WATCH = """([event, wanted]) => {
    window.seen = {};
    const look = () => {
        for (const [name, [selector, attribute, start]] of Object.entries(wanted)) {
            const there = [...document.querySelectorAll(selector)].some((element) =>
                (attribute ? element.getAttribute(attribute) : element.textContent)
                    ?.trim().startsWith(start));
            if (there && window.began) window.seen[name] ??= performance.now() - window.began;
        }
    };
    window.began = 0;
    addEventListener(event, () => { window.began = performance.now(); },
        { capture: true, once: true });
    window.watcher?.disconnect();
    window.watcher = new MutationObserver(look);
    window.watcher.observe(document.body,
        { subtree: true, childList: true, characterData: true, attributes: true });
}"""
_EDITOR = ".editor-group-container.active .editor-instance .monaco-editor"
_ACTIVATION = ".runtime-extensions-editor .monaco-list-row"


@contextmanager
def activation(ground: Ground, n: int) -> Iterator[Pair]:
    with _windows(ground, n) as (window,):

        def took(extension: str) -> float:
            window.command("Developer: Show Running Extensions")
            row = window.page.locator(_ACTIVATION).filter(has_text=extension).first
            said = row.locator(".activation-time").inner_text()
            window.page.keyboard.press("Control+W")
            return int(re.sub(r"\D", "", said)) / 1e3

        def fresh(extension: str) -> Sample:
            def sample() -> float:
                window.reload()
                return took(extension)

            return sample

        yield Pair(fresh("Merge Conflict"), fresh("Redraft"))


@contextmanager
def switch(ground: Ground, n: int) -> Iterator[Pair]:
    with _windows(ground, n) as (window,):
        languages, sessions = cycle(("Plain Text", "Markdown")), cycle(_SESSIONS)
        window.open_file("chapter-01.md")

        def floor() -> float:
            language = next(languages)
            window.command("Change Language Mode")
            status = '.statusbar-item[id="status.editor.mode"]'
            row = window.quick.labelled(language)
            return _clicked(window, row, f"{status} .statusbar-item-label", language)

        def ours() -> float:
            session = next(sessions)
            window.command("Session: Switch to...")
            status = '.statusbar-item[id="redraft.redraft.session"]'
            return _clicked(window, window.quick.row(session), status, session)

        yield Pair(floor, ours)


def _clicked(window: Workbench, row: Locator, selector: str, start: str) -> float:
    window.quick.fill(start)
    expect(row).to_be_visible()
    window.page.evaluate(_WATCH, ["mousedown", {"there": [selector, None, start]}])
    row.click()
    return _moment(window, "there")


@contextmanager
def opening(ground: Ground, n: int) -> Iterator[Pair]:
    with _windows(ground, n, 0) as (drafting, plain):
        yield Pair(_opening(plain, "file"), _opening(drafting, "redraft"))


@contextmanager
def flash(ground: Ground, n: int) -> Iterator[Pair]:
    """How long the global text is to be seen on the way to the session's."""
    with _windows(ground, n, 0) as (drafting, plain):
        yield Pair(_opening(plain, "file"), _opening(drafting, "redraft", since="file"))


def _opening(window: Workbench, scheme: str, *, since: str | None = None) -> Sample:
    chapters = cycle(_CHAPTERS)
    session = _SESSIONS[1] if scheme == "redraft" else None

    def sample() -> float:
        chapter = next(chapters)
        name = chapter.rsplit("/", 1)[-1]
        window.quick.summon("Control+P", name)
        expect(window.quick.items.first).to_contain_text(name)  # which is what Enter opens
        schemes = {"redraft": "redraft://", "file": "vscode-remote://"}
        wanted = {each: [_EDITOR, "data-uri", start] for each, start in schemes.items()}
        window.page.evaluate(_WATCH, ["keydown", wanted])
        window.page.keyboard.press("Enter")
        took = _moment(window, scheme)
        expect_version(window, chapter, session)
        expect_tabs(window, name)  # what was passed on the way is closed by now
        if since is not None:
            took -= window.page.evaluate(f"window.seen.{since} ?? window.seen.{scheme}") / 1e3
        window.page.keyboard.press("Control+W")
        expect(window.page.locator(".tabs-container .tab")).to_have_count(0)
        return took

    return sample


def _moment(window: Workbench, name: str) -> float:
    window.page.wait_for_function(f"() => window.seen.{name} !== undefined")
    milliseconds: float = window.page.evaluate(f"window.seen.{name}")
    return milliseconds / 1e3


@contextmanager
def _windows(ground: Ground, *sessions: int) -> Iterator[list[Workbench]]:
    """Windows on books of their own; one with a number has two sessions with so many changes."""
    with ExitStack() as stack:
        playwright = stack.enter_context(sync_playwright())
        browser = stack.enter_context(
            playwright.chromium.launch(
                executable_path=chromium.find(), args=["--no-sandbox", "--disable-dev-shm-usage"]
            )
        )
        yield [_window(stack, browser, ground, changes) for changes in sessions]


def _window(stack: ExitStack, browser: Browser, ground: Ground, changes: int) -> Workbench:
    book = Book(Path(ground.folder()) / "the-unlit-hour")
    for session in _SESSIONS if changes else ():
        book.start(session, *_CHAPTERS[:changes])
    server = stack.enter_context(CodeServer(switches=built_in.switches()))
    context = stack.enter_context(browser.new_context(viewport={"width": 1280, "height": 800}))
    context.set_default_timeout(30_000)
    window = Workbench(context.new_page(), server, book)
    window.open()
    return window


ROWS = [
    Row(
        name="editor-activation",
        title="VS Code: the extension's activation, as the editor reports it",
        floor="activation of VS Code's own Merge Conflict",
        about="changes",
        sizes=(4,),
        slow=True,
        prepare=activation,
        limit=50e-3,
        least=8,
        most=12,
    ),
    Row(
        name="editor-switch",
        title="VS Code: from a click on a session to its name in the status bar",
        floor="from a click on a language to its name there",
        about="changes",
        sizes=(4,),
        slow=True,
        prepare=switch,
        limit=200e-3,
        least=12,
        most=20,
    ),
    Row(
        name="editor-open",
        title="VS Code: from Enter to the session's text, led from the global one",
        floor="opening a document without a session",
        about="changes",
        sizes=(4,),
        slow=True,
        prepare=opening,
        least=12,
        most=20,
    ),
    Row(
        name="editor-flash",
        title="VS Code: how long the global text is seen on that way",
        floor="opening a document without a session",
        about="changes",
        sizes=(4,),
        slow=True,
        prepare=flash,
        least=12,
        most=20,
    ),
]
