"""Write the pages that are made from the program: `make docs`."""

from __future__ import annotations

from pathlib import Path

from redraft.commands.reference import reference
from redraft.commands.table import COMMANDS

PAGE = Path(__file__).parent / "reference" / "commands.md"


def main() -> None:
    """Write the page of all commands, and say so."""
    PAGE.write_text(reference(COMMANDS), "utf-8")
    print(f"Wrote {PAGE.relative_to(Path.cwd()) if PAGE.is_relative_to(Path.cwd()) else PAGE}")


if __name__ == "__main__":
    main()
