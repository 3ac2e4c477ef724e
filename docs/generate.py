"""Write what is made from the program: `make docs`."""

from __future__ import annotations

from pathlib import Path

from redraft.commands.reference import reference
from redraft.commands.table import COMMANDS
from redraft.commands.typescript import typescript

DOCS = Path(__file__).parent
PAGE = DOCS / "reference" / "commands.md"
WIRE = DOCS.parent / "vscode-extension" / "src" / "wire.ts"


def main() -> None:
    """Write the page of all commands and the extension's types, and say so."""
    for place, text in ((PAGE, reference(COMMANDS)), (WIRE, typescript(COMMANDS))):
        place.write_text(text, "utf-8")
        print(
            f"Wrote {place.relative_to(Path.cwd()) if place.is_relative_to(Path.cwd()) else place}"
        )


if __name__ == "__main__":
    main()
