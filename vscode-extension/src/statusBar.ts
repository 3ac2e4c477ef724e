/** The one item in the status bar. */
import * as vscode from "vscode";

import type { Parts } from "./parts";
import { statusText } from "./statusText";

export function showStatus({ server, sessions }: Parts): vscode.Disposable {
  const item = vscode.window.createStatusBarItem("session", vscode.StatusBarAlignment.Left, 50);
  item.name = "Redraft";
  item.command = "redraft.ui.menu";
  const show = (): void => {
    item.text = statusText(server.state, sessions.current()?.snapshot).text;
    item.show();
  };
  show();
  return vscode.Disposable.from(item, sessions.onDidChange(show));
}
