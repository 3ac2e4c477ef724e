/** What a person is told when the language server could not be set up, and what can be done then. */
import * as vscode from "vscode";

import { OLDEST_PYTHON } from "./python/find";
import type { SetupFailure } from "./python/setupFailure";

const PYTHON_PAGE = "https://www.python.org/downloads/";

type Deed = () => PromiseLike<unknown>;

/** Tell why, with what helps as buttons. Nothing is said of what the person cancelled. */
export async function tellSetupFailure(
  failure: SetupFailure,
  output: vscode.LogOutputChannel,
): Promise<void> {
  if (failure.reason === "cancelled") {
    return;
  }
  const deeds = deedsFor(failure);
  const show = vscode.l10n.t("Show Output");
  const choice = await vscode.window.showErrorMessage(messageOf(failure), ...deeds.keys(), show);
  if (choice === show) {
    output.show();
    // The other buttons are still wanted after a look at the log.
    await tellSetupFailure(failure, output);
  } else if (choice !== undefined) {
    await deeds.get(choice)?.();
  }
}

function messageOf({ reason, detail }: SetupFailure): string {
  switch (reason) {
    case "noPython":
      return vscode.l10n.t(
        "Redraft needs Python {0} or later, and found none. Install it or choose where it is.",
        OLDEST_PYTHON,
      );
    case "tooOld":
      return vscode.l10n.t("Redraft needs Python {0} or later. Found: {1}.", OLDEST_PYTHON, detail);
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

function deedsFor({ reason }: SetupFailure): Map<string, Deed> {
  const deeds = new Map<string, Deed>([[vscode.l10n.t("Retry"), retry]]);
  if (["noPython", "noVenv", "tooOld", "wrongSetting"].includes(reason)) {
    deeds.set(vscode.l10n.t("Choose Python..."), choosePython);
  }
  if (reason === "noPython" || reason === "tooOld") {
    deeds.set(vscode.l10n.t("Get Python"), () =>
      vscode.env.openExternal(vscode.Uri.parse(PYTHON_PAGE)),
    );
  }
  if (reason === "wrongSetting") {
    deeds.set(vscode.l10n.t("Open Settings"), () =>
      vscode.commands.executeCommand("workbench.action.openSettings", "redraft.server.python"),
    );
  }
  return deeds;
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
    await configuration.update("server.python", path, vscode.ConfigurationTarget.Global);
    await retry();
  }
}
