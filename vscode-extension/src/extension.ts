/** Puts the extension together: every part is made here, and gets what it uses. */
import * as vscode from "vscode";

import { registerCommands } from "./commands";
import { followEnds } from "./documents/ended";
import { serveDocuments } from "./documents/fileSystem";
import { showPictures, type MarkdownIt } from "./documents/markdown";
import { Redirect } from "./documents/redirect";
import { showDecorations } from "./documents/decorations";
import { createFindCommand } from "./install";
import { offerMcp } from "./mcp";
import type { Parts } from "./parts";
import { ReviewedChanges } from "./review/changes";
import { showSourceControl } from "./review/scm";
import { NoServer, Server } from "./server";
import { Sessions } from "./state";
import { showStatus } from "./statusBar";

let running: Server | undefined;

/** What other extensions get of this one: the editor's Markdown preview asks for a plugin. */
interface Exported {
  extendMarkdownIt(markdown: MarkdownIt): MarkdownIt;
}

export function activate(context: vscode.ExtensionContext): Exported {
  const output = vscode.window.createOutputChannel("Redraft", { log: true });
  const server = new Server(createFindCommand(context, output), output);
  running = server;
  const sessions = new Sessions(server);
  const parts: Parts = { context, server, sessions };
  context.subscriptions.push(
    output,
    server,
    sessions,
    new Redirect(sessions),
    serveDocuments(server),
    followEnds(parts),
    registerCommands(parts),
    showStatus(parts),
    offerMcp(parts),
  );
  const changes = new ReviewedChanges(parts);
  context.subscriptions.push(changes, showSourceControl(changes), showDecorations(changes));
  server.ready({ interactive: false }).catch((error: unknown) => {
    if (!(error instanceof NoServer)) {
      output.error(String(error));
    }
  });
  return { extendMarkdownIt: showPictures(sessions) };
}

export async function deactivate(): Promise<void> {
  await running?.stop();
}
