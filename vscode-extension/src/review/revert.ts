/** Taking back one change against global, from the gutter. */
import * as vscode from "vscode";

import { revertOf, type LineChange } from "./lines";
import { globalOf } from "./targets";

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
  const original = await vscode.workspace.openTextDocument(globalOf(uri));
  const eol = document.eol === vscode.EndOfLine.CRLF ? "\r\n" : "\n";
  const { start, end, text } = revertOf(change, linesOf(original), linesOf(document), eol);
  const edit = new vscode.WorkspaceEdit();
  edit.replace(uri, new vscode.Range(...start, ...end), text);
  await vscode.workspace.applyEdit(edit);
}

function linesOf(document: vscode.TextDocument): string[] {
  return Array.from({ length: document.lineCount }, (_, line) => document.lineAt(line).text);
}
