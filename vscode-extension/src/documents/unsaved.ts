/** Unsaved text of sessions, wherever it was typed: in a tab, in a comparison, in another extension's editor. */
import * as vscode from "vscode";

import { isWithin } from "./places";
import { allTabs, closeClean, shownIn, showTab, tabWith } from "./tabs";

/** The documents of a session that hold unsaved text; `home` is its folder. */
export function unsavedIn(home: vscode.Uri): vscode.Uri[] {
  const texts = vscode.workspace.textDocuments.filter(({ isDirty }) => isDirty);
  const others = allTabs().flatMap((tab) => (tab.isDirty ? (shownIn(tab)?.uri ?? []) : []));
  const found = [...texts.map(({ uri }) => uri), ...others].filter((uri) => isWithin(home, uri));
  return [...new Map(found.map((uri) => [uri.toString(), uri])).values()];
}

/** The text of a document that is open; nothing for what is no text. */
export function textOf(uri: vscode.Uri): vscode.TextDocument | undefined {
  return vscode.workspace.textDocuments.find((each) => each.uri.toString() === uri.toString());
}

/** Save what is unsaved among documents. Whether none is left; the editor tells of one that cannot be saved. */
export async function saveAll(uris: readonly vscode.Uri[]): Promise<boolean> {
  const saved = uris.map(async (uri) => {
    const text = textOf(uri);
    if (text) {
      return !text.isDirty || text.save();
    }
    return !tabWith(uri)?.isDirty || (await vscode.workspace.save(uri)) !== undefined;
  });
  return (await Promise.all(saved)).every(Boolean);
}

/** Throw the unsaved text of a session away. Whether none is left. */
export async function revertAll(home: vscode.Uri): Promise<boolean> {
  for (const uri of unsavedIn(home)) {
    const open = tabWith(uri);
    await showTab(open, uri);
    await vscode.commands.executeCommand("workbench.action.files.revert");
    const shown = tabWith(uri);
    if (!open && shown) {
      await closeClean(shown); // It was shown in a comparison alone.
    }
  }
  return unsavedIn(home).length === 0;
}

/** Take unsaved text away together with the tab that shows it, though its session has ended. */
export async function revertAndClose(uri: vscode.Uri): Promise<void> {
  await showTab(tabWith(uri), uri);
  await vscode.commands.executeCommand("workbench.action.revertAndCloseActiveEditor");
}
