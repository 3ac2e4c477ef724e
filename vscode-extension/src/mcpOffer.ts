/** Whether the server's environment has an MCP server too, and how it is started. Pure. */

/**
 * The command that starts the MCP server.
 *
 * @param command how the language server was started
 * @param experimental what it said that it can do beside the protocol
 */
export function mcpCommand(
  command: readonly string[],
  experimental: unknown,
): readonly string[] | undefined {
  const at = command.lastIndexOf("lsp");
  if (at < 1 || member(member(experimental, "redraft"), "mcp") !== true) {
    return undefined;
  }
  return command.with(at, "mcp");
}

function member(value: unknown, key: string): unknown {
  return typeof value === "object" && value !== null ? Reflect.get(value, key) : undefined;
}
