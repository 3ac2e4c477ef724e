/** Places in a text, and the same places in another version of it. */
import * as vscode from "vscode";

import { nearestLine } from "./lines";

/** The place in another document that holds the line of a selection; nothing if that is no text. */
export async function sameSpot(
  { document, selection }: vscode.TextEditor,
  uri: vscode.Uri,
): Promise<vscode.Range | undefined> {
  const there = await vscode.workspace.openTextDocument(uri);
  const { start, end } = selection;
  const lines = there.getText().split(/\r\n|\r|\n/);
  const moved = nearestLine(lines, document.lineAt(start).text, start.line) - start.line;
  return there.validateRange(new vscode.Range(start.translate(moved), end.translate(moved)));
}

/**
 * Where global texts were left, to tell a line that a person asked for from one that the editor remembers.
 *
 * A text is left at the start of its line: whoever opens it there without a selection asked for no line.
 */
export class Spots {
  private readonly left = new Set<string>();

  wasAskedFor({ document, selection }: vscode.TextEditor): boolean {
    const { line, character } = selection.start;
    const plain = selection.isEmpty && character === 0;
    return !(plain && (line === 0 || this.left.has(`${document.uri.toString()}#${line}`)));
  }

  leave(editor: vscode.TextEditor): void {
    const { line } = editor.selection.start;
    editor.selection = new vscode.Selection(line, 0, line, 0);
    this.left.add(`${editor.document.uri.toString()}#${line}`);
  }
}
