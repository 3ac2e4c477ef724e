"""Write what is made from the program: `make docs`."""

from __future__ import annotations

import json
from pathlib import Path

from redraft.commands.reference import reference
from redraft.commands.table import COMMANDS
from redraft.faces.lsp.phrasing import phrases
from redraft.faces.lsp.typescript import GROUPS, typescript

DOCS = Path(__file__).parent
EXTENSION = DOCS.parent / "vscode-extension"
PAGE = DOCS / "reference" / "commands.md"
WIRE = EXTENSION / "src" / "wire.ts"
TEXTS = EXTENSION / "l10n" / "server.json"


def generated() -> dict[Path, str]:
    """The page of all commands, the extension's types, and what the server says in it."""
    return {
        PAGE: reference(COMMANDS),
        WIRE: typescript(GROUPS),
        TEXTS: json.dumps(phrases(), indent=2, ensure_ascii=False) + "\n",
    }


def main() -> None:
    """Write them, and say so."""
    for place, text in generated().items():
        place.write_text(text, "utf-8")
        print(f"Wrote {place.relative_to(DOCS.parent)}")


if __name__ == "__main__":
    main()
