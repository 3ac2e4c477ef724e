/** Taking back one change against global, from the gutter. */
import * as vscode from "vscode";

import { apply } from "../documents/edits";
import { globalSide } from "../documents/places";
import { revertOf, type LineChange } from "./lines";

/** Make the lines of one change those of global again: an edit like one typed, to be undone and saved. */
export async function revertChange(
  uri: vscode.Uri,
  changes: readonly LineChange[],
  index: number,
): Promise<void> {
  const change = changes[index];
  if (!change) {
    return;
  }
  const document = await vscode.workspace.openTextDocument(uri);
  const original = await vscode.workspace.openTextDocument(globalSide(uri));
  const { from, to, lines } = revertOf(change, linesOf(original), linesOf(document));
  const eol = document.eol === vscode.EndOfLine.CRLF ? "\r\n" : "\n";
  const edit = new vscode.WorkspaceEdit();
  const range = document.validateRange(new vscode.Range(from, 0, to, Number.MAX_SAFE_INTEGER));
  edit.replace(uri, range, lines.join(eol));
  await apply(edit, vscode.l10n.t("The change could not be taken back."));
}

function linesOf(document: vscode.TextDocument): string[] {
  return document.getText().split(/\r\n|\r|\n/);
}
