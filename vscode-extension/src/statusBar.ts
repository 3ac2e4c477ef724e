/** The one item in the status bar. */
import * as vscode from "vscode";

import type { Parts } from "./parts";
import { LINKED, statusText } from "./statusText";

export function showStatus({ server, sessions }: Parts): vscode.Disposable {
  const item = vscode.window.createStatusBarItem("session", vscode.StatusBarAlignment.Left, 50);
  item.name = "Redraft";
  const show = (): void => {
    const roots = sessions.all();
    if (roots.length === 0) {
      item.hide();
      return;
    }
    const root = sessions.shown();
    const said = statusText(vscode.l10n, {
      state: server.state,
      snapshot: root?.snapshot,
      folder: roots.length > 1 ? root?.folder.name : undefined,
      language: vscode.env.language,
    });
    item.text = said.text;
    const target = { root: root?.folder.uri.fsPath };
    item.command = { command: said.command, title: "", arguments: [target] };
    item.backgroundColor =
      said.severity === "none"
        ? undefined
        : new vscode.ThemeColor(`statusBarItem.${said.severity}Background`);
    item.tooltip = new vscode.MarkdownString(said.tooltip, true);
    item.tooltip.isTrusted = { enabledCommands: LINKED };
    item.accessibilityInformation = {
      label: `Redraft: ${said.text.replace(/\$\([^)]*\)\s*/, "")}`,
      role: "button",
    };
    item.show();
  };
  show();
  return vscode.Disposable.from(item, sessions.onDidChange(show));
}
