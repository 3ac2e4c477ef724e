"""The rings, read from the source: who may import whom, who may print, who may change the disk."""

from __future__ import annotations

import ast
import re
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import NamedTuple, TypeGuard

import pytest

SERVER = Path(__file__).parent.parent / "server"
MODULES = sorted((SERVER / "redraft").rglob("*.py"))

RINGS = {"errors": 0, "disk": 1, "domain": 2, "commands": 3, "faces": 4, "__main__": 4}
CORE = ("errors", "disk", "domain", "commands")
FACE_LIBRARIES = {"pygls", "lsprotocol", "mcp", "click", "rich"}

DANGEROUS_OS = {
    "chmod",
    "chown",
    "copy_file_range",
    "fchmod",
    "fchown",
    "ftruncate",
    "lchmod",
    "lchown",
    "link",
    "makedirs",
    "mkdir",
    "mkfifo",
    "mknod",
    "open",
    "posix_fallocate",
    "remove",
    "removedirs",
    "removexattr",
    "rename",
    "renames",
    "replace",
    "rmdir",
    "setxattr",
    "symlink",
    "truncate",
    "unlink",
    "utime",
}
DISK_MODULES = {"fcntl", "ctypes", "msvcrt"}
HARMLESS_SHUTIL = {"get_terminal_size", "which", "disk_usage"}
PATH_WRITERS = {"write_text", "write_bytes", "symlink_to", "hardlink_to", "lchmod"}
WRITING_MODE = re.compile(r"[rwaxbt+]*[wax+][rwaxbt+]*")


class Module(NamedTuple):
    """A parsed module, named by its dotted path."""

    path: str
    dotted: str
    tree: ast.Module

    @property
    def ring(self) -> str:
        """The ring it lies in; the package's own ``__init__`` is in none."""
        parts = self.dotted.split(".")
        return parts[1] if len(parts) > 1 else ""

    def at(self, node: ast.expr | ast.stmt) -> str:
        """Where a node stands, to be clicked on."""
        return f"{self.path}:{node.lineno}"


def load(path: Path) -> Module:
    inner = path.relative_to(SERVER).with_suffix("")
    dotted = ".".join(inner.parts).removesuffix(".__init__")
    return Module(f"server/{inner}.py", dotted, ast.parse(path.read_text("utf-8"), str(path)))


def imports(module: Module) -> Iterator[tuple[ast.stmt, str]]:
    """Every import, also inside functions and for type checkers only, as dotted names."""
    for node in ast.walk(module.tree):
        if isinstance(node, ast.Import):
            yield from ((node, alias.name) for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            base = "." * node.level + (node.module or "")
            yield from ((node, f"{base}.{alias.name}") for alias in node.names)


def outward_imports(module: Module) -> list[str]:
    """Imports of a ring further out, of the errors' leaf by itself, or relative ones."""
    found = []
    rank = RINGS.get(module.ring, 0)
    for node, name in imports(module):
        if name.startswith("."):
            found.append(f"{module.at(node)}: relative import {name!r}: write it out")
        top, _, rest = name.partition(".")
        target = rest.partition(".")[0]
        if top != "redraft" or target not in RINGS:
            continue
        if RINGS[target] > rank or module.ring == "errors":
            found.append(f"{module.at(node)}: {module.ring or 'redraft'} imports outwards: {name}")
    return found


def face_imports(module: Module) -> list[str]:
    """Imports of the libraries that only faces may know, anywhere in the core."""
    if module.ring not in CORE:
        return []
    return [
        f"{module.at(node)}: the core imports {name}: that belongs into redraft/faces"
        for node, name in imports(module)
        if name.partition(".")[0] in FACE_LIBRARIES
    ]


def prints(module: Module) -> list[str]:
    """Uses of ``print`` where standard output is the wire."""
    if module.dotted.startswith("redraft.faces.cli"):
        return []
    return [
        f"{module.at(node)}: print outside of redraft/faces/cli"
        for node in ast.walk(module.tree)
        if isinstance(node, ast.Name) and node.id == "print"
    ]


def disk_calls(module: Module) -> list[str]:
    """What can change the file system and is named outside the disk ring."""
    if module.ring == "disk":
        return []
    advice = "only redraft/disk may change the file system"
    found = [
        f"{module.at(node)}: import of {name}: {advice}"
        for node, name in imports(module)
        if name.partition(".")[0] in DISK_MODULES or is_dangerous(name)
    ]
    names = known_modules(module)
    spared = {id(node.func) for node in ast.walk(module.tree) if opens_nothing(node)}
    for node in ast.walk(module.tree):
        if (
            isinstance(node, ast.Attribute)
            and isinstance(node.value, ast.Name)
            and is_dangerous(f"{names.get(node.value.id, '')}.{node.attr}")
            and id(node) not in spared
        ):
            found.append(f"{module.at(node)}: {ast.unparse(node)}: {advice}")
        if isinstance(node, ast.Call) and (how := writes(node)):
            found.append(f"{module.at(node)}: {how}: {advice}")
    return found


def opens_nothing(node: ast.AST) -> TypeGuard[ast.Call]:
    """Whether this is ``os.open(os.devnull, …)``, which is how a closed pipe is put to rest."""
    return (
        isinstance(node, ast.Call)
        and bool(node.args)
        and ast.unparse(node.func) == "os.open"
        and ast.unparse(node.args[0]) == "os.devnull"
    )


def is_dangerous(name: str) -> bool:
    """Whether a dotted name is a call that changes the file system."""
    top, _, last = name.partition(".")
    if top == "shutil":
        return bool(last) and last not in HARMLESS_SHUTIL
    return top in {"os", "posix", "nt"} and (last in DANGEROUS_OS or last == "*")


def known_modules(module: Module) -> dict[str, str]:
    """The names under which a module knows other modules."""
    return {
        alias.asname or alias.name.partition(".")[0]: (
            alias.name if alias.asname else alias.name.partition(".")[0]
        )
        for node in ast.walk(module.tree)
        if isinstance(node, ast.Import)
        for alias in node.names
    }


def writes(call: ast.Call) -> str | None:
    """How a call opens or writes a file, if it does so for writing."""
    function = call.func
    if isinstance(function, ast.Attribute) and function.attr in PATH_WRITERS:
        return f".{function.attr}()"
    bare = isinstance(function, ast.Name) and function.id == "open"
    if not bare and not (isinstance(function, ast.Attribute) and function.attr == "open"):
        return None
    # open(path, mode) has its mode second, as has io.open; path.open(mode) has it first.
    candidates = [*call.args[1 if bare else 0 : 2]]
    candidates += [keyword.value for keyword in call.keywords if keyword.arg == "mode"]
    for mode in candidates:
        if isinstance(mode, ast.Constant):
            if isinstance(mode.value, str) and WRITING_MODE.fullmatch(mode.value):
                return f"open(…, {mode.value!r})"
        elif bare:
            return "open() with a computed mode"
    return None


RULES: dict[str, Callable[[Module], list[str]]] = {
    "imports outwards": outward_imports,
    "imports a face's library": face_imports,
    "prints": prints,
    "changes the disk": disk_calls,
}

VIOLATIONS = [
    ("imports outwards", "domain/x.py", "from redraft.commands import table"),
    ("imports outwards", "disk/x.py", "def f():\n    import redraft.domain.root"),
    ("imports outwards", "commands/x.py", "from redraft import faces"),
    ("imports outwards", "errors.py", "from redraft.disk import calls"),
    ("imports outwards", "domain/x.py", "from . import root"),
    ("imports a face's library", "commands/x.py", "def f():\n    from rich.table import Table"),
    ("imports a face's library", "errors.py", "import lsprotocol.types"),
    ("prints", "faces/lsp/x.py", "print('hello')"),
    ("prints", "domain/x.py", "log = print"),
    ("changes the disk", "domain/x.py", "import os\nos.replace('a', 'b')"),
    ("changes the disk", "domain/x.py", "import os as o\nremove = o.unlink"),
    ("changes the disk", "faces/cli/x.py", "from os import rename"),
    ("changes the disk", "commands/x.py", "import shutil\nshutil.rmtree('a')"),
    ("changes the disk", "faces/cli/x.py", "from shutil import copytree"),
    ("changes the disk", "domain/x.py", "def f():\n    import ctypes"),
    ("changes the disk", "domain/x.py", "open('a', 'r+')"),
    ("changes the disk", "domain/x.py", "open('a', mode=mode)"),
    ("changes the disk", "domain/x.py", "path.open('wb')"),
    ("changes the disk", "domain/x.py", "path.write_text('')"),
]
HARMLESS = """
import os
import shutil
from redraft.errors import RedraftError
from redraft.disk import calls
os.stat("a"); os.lstat("a"); os.scandir("."); os.path.join("a", "b")
os.open(os.devnull, os.O_WRONLY)
shutil.get_terminal_size()
open("a"); open("a", "rb"); open("a", encoding="utf-8")
view.open("chapter.md"); view.rename("a", "b"); calls.unlink(None, "a"); text.replace("a", "b")
"""


def source(path: str, text: str) -> Module:
    dotted = f"redraft.{path}".removesuffix(".py").replace("/", ".")
    return Module(path, dotted, ast.parse(text))


@pytest.mark.parametrize("rule", RULES)
def test_no_module(rule: str) -> None:
    found = [line for path in MODULES for line in RULES[rule](load(path))]
    assert not found, "\n" + "\n".join(found)


def test_every_module_lies_in_a_known_ring() -> None:
    strays = [module.path for module in map(load, MODULES) if module.ring not in ("", *RINGS)]
    assert MODULES
    assert not strays, f"outside of every ring: {', '.join(strays)}"


@pytest.mark.parametrize(("rule", "path", "text"), VIOLATIONS)
def test_a_violation_is_found(rule: str, path: str, text: str) -> None:
    [finding] = RULES[rule](source(path, text))
    assert finding.startswith(f"{path}:{text.count(chr(10)) + 1}: ")


def test_what_is_allowed_is_not_reported() -> None:
    module = source("domain/x.py", HARMLESS)
    assert [line for rule in RULES.values() for line in rule(module)] == []
