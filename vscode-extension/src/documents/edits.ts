/** Edits that are carried out whole, or said not to be. */
import * as vscode from "vscode";

/** @throws Error with what is to be told if the editor could not do it, or a person did not let it */
export async function apply(edit: vscode.WorkspaceEdit, failed: string): Promise<void> {
  if (!(await vscode.workspace.applyEdit(edit))) {
    throw new Error(failed);
  }
}
