/** Errors as a person sees them: the message, and what the server suggests as buttons. */
import * as vscode from "vscode";

import { NoServer, RedraftFailure } from "./server";
import { actions, isComplete } from "./suggestions";

/** Tell a person what failed; what they cancelled themselves is no failure. */
export async function report(error: unknown, output: vscode.LogOutputChannel): Promise<void> {
  if (error instanceof NoServer || error instanceof vscode.CancellationError) {
    return; // Whoever looked for the server has told why there is none.
  }
  if (!(error instanceof RedraftFailure)) {
    const show = vscode.l10n.t("Show Output");
    output.error(error instanceof Error ? (error.stack ?? error.message) : String(error));
    const message = error instanceof Error ? error.message : String(error);
    if ((await vscode.window.showErrorMessage(message, show)) === show) {
      output.show();
    }
    return;
  }
  const { root, message, suggestions } = error;
  const choice = await vscode.window.showErrorMessage(
    message,
    ...actions(vscode.l10n, suggestions),
  );
  if (choice?.line !== undefined) {
    const how = { root, run: isComplete(choice.line) };
    await vscode.commands.executeCommand(choice.command, choice.line, how);
  } else if (choice) {
    await vscode.commands.executeCommand(choice.command, { root, session: choice.session });
  }
}
