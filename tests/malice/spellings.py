"""Names and paths in every bad form, given to every argument that takes one."""

from __future__ import annotations

import shutil
from collections.abc import Iterator

from tests.bad_input import GOOD
from tests.malice.courses import Ask
from tests.malice.ground import Ground, age
from tests.malice.matrix import Bench
from tests.malice.trial import Outcome, ask, in_child, picture, told_inside

from redraft.commands.dispatch import Roots
from redraft.commands.parameters import PATHS, parameters
from redraft.commands.table import COMMANDS

_EVERYWHERE = (
    "", ".", "..", "../draft", "../../x", "a/../../x", "/", "//", "/etc/passwd", "~", "~/x",
    "$HOME",
    "a\0b", "\0", "..\\x", "C:\\x", "C:x", "\\\\host\\share", "CON", "con.md", "nul", "lpt1", "a.",
    "a ", " a", "a/", "a//b", "./a", "x" * 65, "x" * 256, "x/" * 60 + "x", "-rf", "--force",
    "a\nb", "a\rb", "\x1b[2J", "*", "?", "a:b", "a|b", "\u202eexe.md", "שלום", "草稿", "e\u0301",
    "\u00e9", "\ufeffa", "\u200b", "ﬁ", "K", "\ud800", "\U0001f600" * 80, "%2e%2e%2fx",
    "file:///etc/passwd", "file://../x", "redraft://draft/etc/passwd", "redraft://../x",
    "http://x/", "file:///%00", ".active-x", ".workflow", ".WORKFLOW/x", "workspace/x",
    ".git/config", "part/.GIT/x", "leaving", "leaving/victim", "leaving/../x", "{root}/a.md",
    "{root}/../outside/victim", "{root}x/a.md", "file://{root}/../outside/victim",
    "redraft://draft{root}/../outside/victim", "completed", "Completed", "new", "DRAFT", "A.MD",
)  # fmt: skip
_NAMES = ("name", "session", "root", "id")


def spellings(ground: Ground) -> Iterator[Ask]:
    """A command for each argument that takes a name or path, with each form of it."""
    for form in _EVERYWHERE:
        text = form.replace("{root}", str(ground.root))
        for command in COMMANDS:
            known = parameters(command.request)
            good = {name: GOOD[name] for name, each in known.items() if each.required}
            good |= {"path": "a.md"} if "path" in good else {}
            for name, each in known.items():
                if name in PATHS or name in _NAMES:
                    yield Ask(command.verb, good | {name: [text] if each.kind == "list" else text})


def try_spellings(bench: Bench) -> Outcome:
    """Ask all of them of one folder, one after the other, in a process of its own."""
    return in_child(lambda: _try(bench))


def _try(bench: Bench) -> Outcome:
    outcome = Outcome()
    ground = bench.template.copy(bench.template.root.with_name("spelled"))
    (ground.root / "leaving").symlink_to(ground.outside)
    age(ground.beyond)
    before = picture(ground.beyond, shared=False)
    roots = Roots([str(ground.root)])
    try:
        for asked in spellings(ground):
            ask(roots, asked, outcome, secret=True)
    finally:
        roots.close()
    after = picture(ground.beyond, shared=False)
    outcome.failures += [f"{key} was touched" for key in before if before[key] != after[key]]
    outcome.failures += [f"{name} tells the secret" for name in told_inside(ground.root)]
    shutil.rmtree(ground.root)
    return outcome
