/** Offers the MCP server to the editor's agent mode: one for each folder, as soon as there is one. */
import * as vscode from "vscode";

import { mcpCommand } from "./mcpOffer";
import type { Parts } from "./parts";

export function offerMcp({ context, server, sessions }: Parts): vscode.Disposable {
  const changed = new vscode.EventEmitter<void>();
  // A server that starts again would else take the tools away from an agent that uses them.
  let command: readonly string[] | undefined;
  const version = String(Reflect.get(Object(context.extension.packageJSON), "version"));
  const define = (): vscode.McpStdioServerDefinition[] => {
    const [program, ...args] = command ?? [];
    if (program === undefined) {
      return [];
    }
    const roots = sessions.all();
    return roots.map(({ folder }) => {
      const label = roots.length > 1 ? `Redraft (${folder.name})` : "Redraft";
      // Said, because a working folder stands for the nearest folder above it that has sessions.
      const rooted = [...args, "--root", folder.uri.fsPath];
      const definition = new vscode.McpStdioServerDefinition(label, program, rooted, {}, version);
      definition.cwd = folder.uri;
      return definition;
    });
  };
  return vscode.Disposable.from(
    changed,
    vscode.lm.registerMcpServerDefinitionProvider("redraft.mcp", {
      onDidChangeMcpServerDefinitions: changed.event,
      provideMcpServerDefinitions: define,
    }),
    server.onDidChangeState((state) => {
      if (state !== "running") {
        return;
      }
      const { command: started, experimental } = server.introduction ?? {};
      const offered = started && mcpCommand(started, experimental);
      if (offered?.join("\0") !== command?.join("\0")) {
        command = offered;
        changed.fire();
      }
    }),
    vscode.workspace.onDidChangeWorkspaceFolders(() => {
      changed.fire();
    }),
  );
}
