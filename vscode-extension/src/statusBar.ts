/** The one item in the status bar: what the server says of the session, or how the server is. */
import * as vscode from "vscode";
import { l10n } from "vscode";

import type { Server } from "./server";
import type { Sessions } from "./state";
import type { Shown } from "./wire";

/** The commands that a tooltip may link to: no other link in it works. */
const LINKED = [
  "commit",
  "compareAll",
  "menu",
  "recover",
  "restartServer",
  "showOutput",
  "start",
  "switch",
].map((name) => `redraft.ui.${name}`);

export function showStatus(server: Server, sessions: Sessions): vscode.Disposable {
  const item = vscode.window.createStatusBarItem("session", vscode.StatusBarAlignment.Left, 50);
  item.name = "Redraft";
  const show = (): void => {
    const root = sessions.shown();
    if (!root) {
      item.hide();
      return;
    }
    const { text, severity, tooltip } = said(server, root.snapshot?.shown);
    item.text = text;
    // A server that is to be set up, or does not run, is started by a click.
    const starts = ["absent", "failed"].includes(server.state);
    item.command = {
      command: starts ? "redraft.ui.restartServer" : "redraft.ui.menu",
      title: "",
      arguments: [{ root: root.folder.uri.fsPath }],
    };
    const colour = `statusBarItem.${severity}Background`;
    item.backgroundColor = severity === "none" ? undefined : new vscode.ThemeColor(colour);
    item.tooltip = new vscode.MarkdownString(tooltip, true);
    item.tooltip.isTrusted = { enabledCommands: LINKED };
    item.accessibilityInformation = {
      label: `Redraft: ${text.replace(/\$\([^)]*\)\s*/, "")}`,
      role: "button",
    };
    item.show();
  };
  show();
  return vscode.Disposable.from(item, sessions.onDidChange(show));
}

function said({ state }: Server, shown: Shown | undefined): Shown {
  switch (state) {
    case "absent":
      return {
        text: `$(book) ${l10n.t("Set Up Redraft")}`,
        severity: "none",
        tooltip: l10n.t("Redraft's language server is not set up yet. Click to set it up."),
      };
    case "failed": {
      const restart = `[${l10n.t("Restart")}](command:redraft.ui.restartServer)`;
      const output = `[${l10n.t("Show Output")}](command:redraft.ui.showOutput)`;
      const gone = l10n.t(
        "Redraft's language server does not run. Your sessions are safe on disk.",
      );
      return {
        text: `$(error) ${l10n.t("Redraft stopped")}`,
        severity: "error",
        tooltip: `${gone}\n\n${restart} · ${output}`,
      };
    }
    case "running":
    case "starting": {
      const tooltip = l10n.t("Redraft's language server is starting...");
      return shown ?? { text: "$(loading~spin) Redraft", severity: "none", tooltip };
    }
  }
}
