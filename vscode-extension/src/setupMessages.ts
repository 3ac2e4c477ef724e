/** What a person is told when the language server could not be set up, and what can be done then. */
import * as vscode from "vscode";

import { OLDEST_PYTHON, type SetupFailure } from "./python";

const PYTHON_PAGE = "https://www.python.org/downloads/";

/** Tell why, with what helps as buttons. Nothing is said of what the person cancelled. */
export async function tellSetupFailure(
  failure: SetupFailure,
  output: vscode.LogOutputChannel,
): Promise<void> {
  if (failure.reason === "cancelled") {
    output.info("The set-up was cancelled.");
    return;
  }
  const message = messageOf(failure);
  output.error(message.replace(/\[(.*?)\]\(.*?\)/g, "$1"));
  const help = helpFor(failure);
  const show = vscode.l10n.t("Show Output");
  let choice: string | undefined = show;
  while (choice === show) {
    choice = await vscode.window.showErrorMessage(message, ...help.keys(), show);
    if (choice === show) {
      output.show(); // The other buttons are still wanted after a look at the log.
    }
  }
  await help.get(choice ?? "")?.();
}

function messageOf({ reason, detail }: SetupFailure): string {
  switch (reason) {
    case "noPython":
      return vscode.l10n.t(
        "Redraft needs Python {0} or later, and found none. [Install it]({1}) or choose where it is.",
        OLDEST_PYTHON,
        PYTHON_PAGE,
      );
    case "tooOld":
      return vscode.l10n.t(
        "Redraft needs Python {0} or later. Found: {1}. [Install a newer one]({2}) or choose where it is.",
        OLDEST_PYTHON,
        detail,
        PYTHON_PAGE,
      );
    case "noVenv":
      return vscode.l10n.t(
        "{0} cannot make virtual environments. On Debian and Ubuntu, run 'sudo apt install python3-venv', then retry.",
        detail,
      );
    case "wrongSetting":
      return vscode.l10n.t(
        "The Python of the setting 'redraft.server.python' cannot be run: {0}",
        detail,
      );
    case "noNetwork":
      return vscode.l10n.t(
        "Redraft could not download the packages it needs. Check the network and the proxy, then retry.",
      );
    case "diskFull":
      return vscode.l10n.t(
        "The disk is full. Redraft needs about 100 MB to be set up. Make room, then retry.",
      );
    default:
      return vscode.l10n.t("Redraft could not be set up: {0}", detail);
  }
}

function helpFor({ reason }: SetupFailure): Map<string, () => PromiseLike<unknown>> {
  const help = new Map([[vscode.l10n.t("Retry"), retry]]);
  if (["noPython", "noVenv", "tooOld"].includes(reason)) {
    help.set(vscode.l10n.t("Choose Python..."), choosePython);
  }
  if (reason === "wrongSetting") {
    help.set(vscode.l10n.t("Open Settings"), openSettings);
  }
  return help;
}

function openSettings(): PromiseLike<unknown> {
  // A remote window shows the settings of its machine on a page of their own.
  const place = vscode.env.remoteName === undefined ? "openSettings" : "openRemoteSettings";
  const query = "redraft.server.python";
  return vscode.commands.executeCommand(`workbench.action.${place}`, { query });
}

function retry(): PromiseLike<unknown> {
  return vscode.commands.executeCommand("redraft.ui.restartServer");
}

async function choosePython(): Promise<void> {
  const chosen = await vscode.window.showOpenDialog({
    title: vscode.l10n.t("Choose Python {0} or Later", OLDEST_PYTHON),
    openLabel: vscode.l10n.t("Use This Python"),
  });
  const path = chosen?.[0]?.fsPath;
  if (path !== undefined) {
    const configuration = vscode.workspace.getConfiguration("redraft");
    const here = configuration.inspect("server.python")?.workspaceValue !== undefined;
    const { Global, Workspace } = vscode.ConfigurationTarget;
    await configuration.update("server.python", path, here ? Workspace : Global);
    await retry();
  }
}
