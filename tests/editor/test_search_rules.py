"""What the editor's own search program finds in a root, by the flags that the editor gives it."""

from __future__ import annotations

import platform
import subprocess
from pathlib import Path

from tests.domain.desk import two_sessions
from tests.editor.toolchain.places import VSCODE

from redraft.domain import searching

MACHINE = {"x86_64": "x64", "aarch64": "arm64"}.get(platform.machine(), platform.machine())
RIPGREP = next(VSCODE.glob(f"node_modules/@vscode/ripgrep*/bin/linux-{MACHINE}/rg"))
SEARCH = (
    "--hidden --no-require-git --ignore-case --no-ignore-parent --follow --crlf --fixed-strings"
    " --no-config --no-ignore-global --files-with-matches"
)


def test_the_editors_search_finds_global_and_the_active_sessions_copies(tmp_path: Path) -> None:
    desk = two_sessions(tmp_path / "a book")

    def found() -> set[str]:
        command = [str(RIPGREP), *SEARCH.split(), "--", "needle", "."]
        done = subprocess.run(command, cwd=desk.path, capture_output=True, check=True)
        return {line.removeprefix("./") for line in done.stdout.decode().splitlines()}

    assert found() == {"a.md"}
    searching.follow(desk.root)
    two = {".workflow/two/files/a.md", ".workflow/two/files/drafts/[x] é.md"}
    assert found() == {"a.md"} | two
    desk.run("session switch", name="one")
    searching.follow(desk.root)
    assert found() == {"a.md"} | {path.replace("two", "one") for path in two}
    desk.run("session pause")
    searching.follow(desk.root)
    assert found() == {"a.md"}
    desk.close()
