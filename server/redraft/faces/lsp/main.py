"""The server as a process: ``redraft lsp`` speaks over its standard input and output."""

from __future__ import annotations

import asyncio
import gc
import sys

from redraft.faces.lsp.errors import configure_logging
from redraft.faces.lsp.framing import Frames, Output
from redraft.faces.pipes import feed, take_pipes

TYPE_CHECKING = False
if TYPE_CHECKING:
    from redraft.faces.lsp.parts import Parts
    from redraft.faces.lsp.server import RedraftServer

ALONE_S = 1.0
_PATIENCE_S = 30.0


def main() -> int:
    """Serve one client until it says ``exit`` or goes away; returns the exit code."""
    gc.disable()  # thousands of classes are about to be made and none thrown away
    given, taken = take_pipes()
    configure_logging()
    from redraft.faces.lsp.server import create_server
    from redraft.faces.workers import Workers

    workers = Workers()

    def assemble(server: RedraftServer) -> Parts:
        from redraft.disk import beneath, memory
        from redraft.faces.lsp.folders import OpenRoots
        from redraft.faces.lsp.parts import Parts

        beneath.enable()
        memory.share()
        return Parts(server, OpenRoots(), workers, ALONE_S)

    try:
        return asyncio.run(serve(create_server(assemble), given, taken))
    except KeyboardInterrupt:
        return 130
    finally:
        workers.drain(_PATIENCE_S)


async def serve(server: RedraftServer, given: int, taken: int) -> int:
    """Serve over two file descriptors; returns the exit code.

    Changes that are under way when the client goes away are finished.
    """
    ended: asyncio.Future[int] = asyncio.get_running_loop().create_future()

    def end(code: int) -> None:
        if not ended.done():
            ended.set_result(code)

    output = Output(taken)
    server.protocol.connect(output, end)
    frames = Frames(server.protocol.receive, lambda _: end(1))
    await feed(frames, given, taken)
    code = await ended
    frames.close()
    await server.finish()
    output.close()
    return code


if __name__ == "__main__":
    sys.exit(main())
