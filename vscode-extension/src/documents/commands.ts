/** The commands that lead between a session's document and its global version. */
import * as vscode from "vscode";

import { documentsMeant, sessionOf } from "../meant";
import type { CommandTable, Parts } from "../parts";
import { manageCommands } from "./manage";
import { exists, globalFile, globalSide, nameOf, NOTHING_SCHEME } from "./places";
import { sameSpot } from "./spots";
import { replaceTab, shownIn, tabOf } from "./tabs";

export function documentCommands(parts: Parts): CommandTable {
  const onOne =
    (run: (parts: Parts, document: vscode.Uri) => Promise<void>) =>
    (...args: unknown[]): Promise<void> =>
      run(parts, documentsMeant(parts, args.slice(0, 1)).uris[0]);
  return {
    "redraft.ui.openGlobal": onOne(openGlobal),
    "redraft.ui.openInSession": onOne(openInSession),
    "redraft.ui.compareWithGlobal": onOne(compare),
    ...manageCommands(parts),
  };
}

async function openGlobal(parts: Parts, document: vscode.Uri): Promise<void> {
  if (!(await exists(globalFile(document)))) {
    const message = vscode.l10n.t(
      "{0} is new in the session {1}. There is no global version yet.",
      nameOf(document),
      sessionOf(parts, document),
    );
    void vscode.window.showInformationMessage(message);
    return;
  }
  await show(globalSide(document));
}

async function openInSession(_: Parts, document: vscode.Uri): Promise<void> {
  const group = vscode.window.tabGroups.activeTabGroup;
  const global = tabOf(group, globalFile(document));
  if (global && !global.isDirty && global === group.activeTab) {
    const shown = shownIn(global);
    const selection = await spotFor(document);
    await replaceTab(global, { uri: document, viewType: shown?.viewType }, selection);
  } else {
    await show(document);
  }
}

async function compare(parts: Parts, document: vscode.Uri): Promise<void> {
  const nothing = document.with({ scheme: NOTHING_SCHEME });
  const [inSession, inGlobal] = await Promise.all([exists(document), exists(globalFile(document))]);
  const left = inGlobal ? globalSide(document) : nothing;
  const session = sessionOf(parts, document);
  const title = vscode.l10n.t("{0} (Global ↔ {1})", nameOf(document), session);
  await vscode.commands.executeCommand("vscode.diff", left, inSession ? document : nothing, title);
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
