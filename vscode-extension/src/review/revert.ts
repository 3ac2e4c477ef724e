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
  const eol = document.eol === vscode.EndOfLine.CRLF ? "\r\n" : "\n";
  const { start, end, text } = revertOf(change, linesOf(original), linesOf(document), eol);
  const edit = new vscode.WorkspaceEdit();
  edit.replace(uri, new vscode.Range(...start, ...end), text);
  await apply(edit, vscode.l10n.t("The change could not be taken back."));
}

function linesOf(document: vscode.TextDocument): string[] {
  return Array.from({ length: document.lineCount }, (_, line) => document.lineAt(line).text);
}
