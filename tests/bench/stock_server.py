"""The floor of the language server: pygls as it comes, with one command that does nothing."""

from typing import Any

from pygls.lsp.server import LanguageServer

server = LanguageServer("stock", "1")


@server.command("stock.nothing")
def nothing(*_: Any) -> None:
    """Do nothing."""


if __name__ == "__main__":
    server.start_io()
