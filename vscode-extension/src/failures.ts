/** Errors as a person sees them: the message, and what the server suggests as buttons. */
import * as vscode from "vscode";

import { NoServer, RedraftFailure } from "./server";

/** Tell a person what failed; what they cancelled themselves is no failure. */
export async function report(error: unknown): Promise<void> {
  if (error instanceof NoServer || error instanceof vscode.CancellationError) {
    return; // Whoever looked for the server has told why there is none.
  }
  if (!(error instanceof RedraftFailure)) {
    await vscode.window.showErrorMessage(error instanceof Error ? error.message : String(error));
    return;
  }
  const choice = await vscode.window.showErrorMessage(error.message, ...error.suggestions);
  if (choice !== undefined) {
    await vscode.commands.executeCommand("redraft.ui.slash", choice);
  }
}
