/** Offers the MCP server to the editor's agent mode: one for each folder, as soon as there is one. */
import * as vscode from "vscode";

import type { Server } from "./server";
import type { Sessions } from "./state";

/** What the server says of itself: the command that starts the MCP server, if it has one. */
interface Experimental {
  readonly redraft?: { readonly mcp?: readonly string[] };
}

export function offerMcp(
  { extension }: vscode.ExtensionContext,
  server: Server,
  sessions: Sessions,
): vscode.Disposable {
  const changed = new vscode.EventEmitter<void>();
  // A server that starts again would else take the tools away from an agent that uses them.
  let command: readonly string[] = [];
  const { version } = extension.packageJSON as { readonly version: string };
  const define = (): vscode.McpStdioServerDefinition[] => {
    const [program, ...args] = command;
    const roots = program === undefined ? [] : sessions.all();
    return roots.map(({ folder }) => {
      const label = roots.length > 1 ? `Redraft (${folder.name})` : "Redraft";
      // Said, because a working folder stands for the nearest folder above it that has sessions.
      const rooted = [...args, "--root", folder.uri.fsPath];
      const { McpStdioServerDefinition } = vscode;
      const definition = new McpStdioServerDefinition(label, program ?? "", rooted, {}, version);
      definition.cwd = folder.uri;
      return definition;
    });
  };
  const changedNow = (): void => {
    changed.fire();
  };
  return vscode.Disposable.from(
    changed,
    vscode.lm.registerMcpServerDefinitionProvider("redraft.mcp", {
      onDidChangeMcpServerDefinitions: changed.event,
      provideMcpServerDefinitions: define,
    }),
    server.onDidChangeState((state) => {
      const offered = (server.experimental as Experimental | undefined)?.redraft?.mcp ?? [];
      if (state === "running" && offered.join("\0") !== command.join("\0")) {
        command = offered;
        changedNow();
      }
    }),
    vscode.workspace.onDidChangeWorkspaceFolders(changedNow),
  );
}
