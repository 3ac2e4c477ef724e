"""The server as a process: ``redraft mcp`` speaks over its standard input and output."""

from __future__ import annotations

import asyncio
import gc
import logging
import os
import sys
from typing import TYPE_CHECKING

from redraft.faces.pipes import Output, feed, take_pipes
from redraft.faces.where import find_root, pinned
from redraft.faces.workers import Workers

if TYPE_CHECKING:
    from collections.abc import Sequence

    from redraft.commands.roots import Roots

_PATIENCE_S = 30.0


def main(roots: Sequence[str] = ()) -> int:
    """Serve one client until it goes away.

    Args:
        roots: the folders of documents; without any it is the one that the command line would
            take.

    Returns:
        The exit code; 1 if a folder cannot be opened.
    """
    from redraft.disk import beneath, memory

    gc.disable()  # thousands of classes are about to be made and none thrown away
    given, taken = take_pipes()
    logging.basicConfig(format="%(levelname)s %(name)s: %(message)s", level=logging.WARNING)
    opened = _open(roots)
    if opened is None:
        return 1
    beneath.enable()
    memory.share()
    workers = Workers()
    try:
        asyncio.run(_serve(opened, workers, given, taken))
    except KeyboardInterrupt:
        return 130
    finally:
        workers.drain(_PATIENCE_S)
        opened.close()
    return 0


def _open(roots: Sequence[str]) -> Roots | None:
    from redraft.commands.roots import Roots
    from redraft.errors import RedraftError

    cwd = os.getcwd()
    wanted = roots or [find_root(None, cwd, os.environ)]
    try:
        return Roots([find_root(each, cwd, os.environ) for each in wanted])
    except (RedraftError, OSError) as error:
        sys.stderr.write(f"error: {error}\n")
        return None


async def _serve(roots: Roots, workers: Workers, given: int, taken: int) -> None:
    """Serve until the input ends; changes that are under way then are finished."""
    from redraft.faces.mcp.desk import Desk
    from redraft.faces.mcp.server import create_server
    from redraft.faces.mcp.wire import Lines, Messages

    desk = Desk(roots, workers, pinned(os.environ))
    server = create_server(desk)
    gc.freeze()
    gc.enable()
    output = Output(taken)
    messages = Messages(output, workers)
    lines = Lines(messages.refuse)
    await feed(lines, given, taken)
    await server.run(lines.messages, messages, server.create_initialization_options())
    await desk.all_done()
