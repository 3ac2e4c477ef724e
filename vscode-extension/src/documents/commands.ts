/** What the server has the editor do with documents. */
import * as vscode from "vscode";

import { takeOut } from "./ended";
import { globalFile, nameOf } from "./places";
import { sameSpot } from "./spots";
import { allTabs, closeClean, replaceTab, shownIn, tabOf } from "./tabs";
import { revertAll, saveAll, unsavedIn } from "./unsaved";

export const documentCommands = {
  "_redraft.unsaved": (home: vscode.Uri) => unsavedIn(home).map(nameOf),
  "_redraft.save": saveAll,
  "_redraft.saveAll": (home: vscode.Uri) => saveAll(unsavedIn(home)),
  "_redraft.revertAll": revertAll,
  "_redraft.takeOut": takeOut,
  "_redraft.show": show,
  "_redraft.openInSession": openInSession,
  "_redraft.setRedirect": (value: string) =>
    vscode.workspace
      .getConfiguration("redraft")
      .update("redirect", value, vscode.ConfigurationTarget.Global),
  "_redraft.closeDifferences": async (title: string) => {
    await Promise.all(
      allTabs()
        .filter(({ label }) => label.startsWith(title))
        .map(closeClean),
    );
  },
  "_redraft.addFolder": (uri: vscode.Uri, name: string) => {
    const count = vscode.workspace.workspaceFolders?.length ?? 0;
    return vscode.workspace.updateWorkspaceFolders(count, 0, { uri, name });
  },
};

/** Show a session's document, in the place of the global file if that is in front. */
async function openInSession(document: vscode.Uri): Promise<void> {
  const group = vscode.window.tabGroups.activeTabGroup;
  const global = tabOf(group, globalFile(document));
  if (global && !global.isDirty && global === group.activeTab) {
    const selection = await spotFor(document);
    await replaceTab(global, { uri: document, viewType: shownIn(global)?.viewType }, selection);
  } else {
    await show(document);
  }
}

/** Show a version of the document in front, at the same line. */
async function show(uri: vscode.Uri): Promise<void> {
  const selection = await spotFor(uri);
  const how = { preview: false, ...(selection ? { selection } : {}) };
  await vscode.commands.executeCommand("vscode.open", uri, how);
}

async function spotFor(uri: vscode.Uri): Promise<vscode.Range | undefined> {
  const editor = vscode.window.activeTextEditor;
  return editor?.document.uri.path === uri.path ? sameSpot(editor, uri) : undefined;
}
