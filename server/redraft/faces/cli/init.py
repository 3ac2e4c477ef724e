"""``redraft init``: shows what it would write for a client, asks, and writes."""

from __future__ import annotations

import os
import shutil
import sys

import click

from redraft.disk.folder import Folder
from redraft.errors import InvalidArguments
from redraft.faces.init.clients import CLIENTS
from redraft.faces.init.plan import carry_out, plan
from redraft.faces.where import find_root


def init_command() -> click.Command:
    """The verb for click."""
    return click.Command(
        "init",
        callback=init,
        params=[
            click.Argument(["client"], required=False),
            click.Option(["--root"], help="The folder; else REDRAFT_ROOT, else the nearest."),
            click.Option(["--yes"], is_flag=True, help="Write without asking."),
            click.Option(["--dry-run"], is_flag=True, help="Show what would be written."),
            click.Option(["--remove"], is_flag=True, help="Take out again what was written."),
        ],
        help="Set up an agent's client in this folder: MCP server, hooks, slash commands.",
    )


def init(client: str | None, root: str | None, *, yes: bool, dry_run: bool, remove: bool) -> int:
    """Run the verb; returns the exit code."""
    if client is None:
        _list()
        return 0
    known = {each.name: each for each in CLIENTS}
    if client not in known:
        raise InvalidArguments([f"there is no client {client[:80]!r}; known: {', '.join(known)}"])
    path = os.path.realpath(find_root(root, os.getcwd(), os.environ))
    with Folder.open(path) as folder:
        changes = plan(folder, known[client], program(), wanted=not remove)
        if not changes:
            print(f"Nothing to do: {known[client].title} is {'not ' * remove}set up in {path}.")
            return 0
        for change in changes:
            print(change.diff())
        print(f"\n{path}:")
        for change in changes:
            print(f"  {change.verb} {change.path}")
        if not _agreed(yes=yes, dry_run=dry_run):
            return 0
        carry_out(folder, changes)
    print("Done. Start the client again, so that it reads them.")
    return 0


def program() -> list[str]:
    """The words that start Redraft for another program, wherever it looks."""
    return ["redraft"] if shutil.which("redraft") else [sys.executable, "-m", "redraft"]


def _agreed(*, yes: bool, dry_run: bool) -> bool:
    if yes and not dry_run:
        return True
    if not dry_run and sys.stdin.isatty() and sys.stdout.isatty():
        if click.confirm("Write these?"):
            return True
        print("Nothing was changed.")
        return False
    print("Nothing was changed." + ("" if dry_run else " To write these, add --yes."))
    return False


def _list() -> None:
    width = max(len(each.name) for each in CLIENTS)
    for each in CLIENTS:
        print(f"redraft init {each.name:{width}}  {each.title}: {each.gives}")
        for file in each.files:
            print(f"{'':{width + 15}}{file.path}")
