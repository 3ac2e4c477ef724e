/** The commands of a session's life. */
import * as vscode from "vscode";

import type { CommandTable, Parts } from "./parts";

export function sessionCommands({ server, sessions }: Parts): CommandTable {
  return {
    "redraft.ui.start": async () => {
      await server.ready({ interactive: true });
      const root = sessions.current();
      const name = await vscode.window.showInputBox({ title: vscode.l10n.t("Start Session") });
      if (root && name) {
        await server.call("session.start", { root: root.folder.uri.fsPath, name });
      }
    },
  };
}
