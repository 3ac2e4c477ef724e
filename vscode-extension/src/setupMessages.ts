/** What a person is told when the language server could not be set up, and what can be done then. */
import * as vscode from "vscode";
import { l10n } from "vscode";

import { OLDEST_PYTHON, type Reason, type SetupFailure } from "./python";

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
  const show = l10n.t("Show Output");
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
  const messages: Partial<Record<Reason, string>> = {
    noPython: l10n.t(
      "Redraft needs Python {0} or later, and found none. [Install it]({1}) or choose where it is.",
      OLDEST_PYTHON,
      PYTHON_PAGE,
    ),
    tooOld: l10n.t(
      "Redraft needs Python {0} or later. Found: {1}. [Install a newer one]({2}) or choose where it is.",
      OLDEST_PYTHON,
      detail,
      PYTHON_PAGE,
    ),
    noVenv: l10n.t(
      "{0} cannot make virtual environments. On Debian and Ubuntu, run 'sudo apt install python3-venv', then retry.",
      detail,
    ),
    wrongSetting: l10n.t(
      "The Python of the setting 'redraft.server.python' cannot be run: {0}",
      detail,
    ),
    noNetwork: l10n.t(
      "Redraft could not download the packages it needs. Check the network and the proxy, then retry.",
    ),
    diskFull: l10n.t(
      "The disk is full. Redraft needs about 100 MB to be set up. Make room, then retry.",
    ),
  };
  return messages[reason] ?? l10n.t("Redraft could not be set up: {0}", detail);
}

function helpFor({ reason }: SetupFailure): Map<string, () => PromiseLike<unknown>> {
  const help = new Map([[l10n.t("Retry"), retry]]);
  if (["noPython", "noVenv", "tooOld"].includes(reason)) {
    help.set(l10n.t("Choose Python..."), choosePython);
  }
  if (reason === "wrongSetting") {
    help.set(l10n.t("Open Settings"), openSettings);
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
  const [chosen] =
    (await vscode.window.showOpenDialog({
      title: l10n.t("Choose Python {0} or Later", OLDEST_PYTHON),
      openLabel: l10n.t("Use This Python"),
    })) ?? [];
  if (chosen) {
    const configuration = vscode.workspace.getConfiguration("redraft");
    const here = configuration.inspect("server.python")?.workspaceValue !== undefined;
    const { Global, Workspace } = vscode.ConfigurationTarget;
    await configuration.update("server.python", chosen.fsPath, here ? Workspace : Global);
    await retry();
  }
}
