/** Puts the extension together: every part is made here, and gets what it uses. */
import * as vscode from "vscode";

import { registerCommands } from "./commands";
import { Dialogues } from "./dialogues";
import { showDecorations } from "./documents/decorations";
import { followEnds } from "./documents/ended";
import { SessionFiles } from "./documents/fileSystem";
import { showPictures, type MarkdownIt } from "./documents/markdown";
import { Redirect } from "./documents/redirect";
import { createFindCommand } from "./install";
import { offerMcp } from "./mcp";
import { Merges } from "./review/merge";
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
  const files = new SessionFiles(server);
  const dialogues = new Dialogues(server);
  const tell = (dialogue: string, uris: readonly vscode.Uri[]): void => {
    void dialogues.begin(dialogue, uris);
  };
  const merges = new Merges(context.storageUri ?? context.globalStorageUri, server);
  context.subscriptions.push(
    output,
    server,
    sessions,
    files,
    merges,
    new Redirect(sessions, output, tell),
    followEnds(server, sessions, files, tell),
    registerCommands(context, server, dialogues, merges),
    showStatus(server, sessions),
    showSourceControl(sessions),
    showDecorations(sessions),
    offerMcp(context, server, sessions),
    vscode.workspace.onDidChangeConfiguration((event) => {
      if (event.affectsConfiguration("redraft.server") && server.state !== "absent") {
        void vscode.commands.executeCommand("redraft.ui.restartServer");
      }
    }),
  );
  server.ready({ interactive: false }).catch((error: unknown) => {
    if (!(error instanceof NoServer)) {
      output.error(String(error));
    }
  });
  return { extendMarkdownIt: showPictures(sessions, files) };
}

export async function deactivate(): Promise<void> {
  await running?.stop();
}
