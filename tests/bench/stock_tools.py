"""The floor of the server for agents: the SDK as it comes, with one tool that does nothing."""

from mcp.server.mcpserver import MCPServer

server = MCPServer("stock")


@server.tool()
def nothing() -> None:
    """Do nothing."""


if __name__ == "__main__":
    server.run("stdio")
