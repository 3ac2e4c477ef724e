/** The commands that lead between a session's document and its global version. */
import * as vscode from "vscode";

import type { CommandTable, Parts } from "../parts";
import type { Sessions } from "../state";
import { manageCommands } from "./manage";
import { exists, globalFile, globalSide, NOTHING_SCHEME, sessionUri } from "./places";
import { sameSpot } from "./spots";
import { nameOf, replaceTab, shownIn, tabOf } from "./tabs";

/** What menus and code lenses hand over. */
export type Target = vscode.Uri | { readonly uri: string } | undefined;

/** The session's document that is meant: the one handed over, else the one in front. */
export function targetOf(sessions: Sessions, target: Target): vscode.Uri {
  const front = shownIn(vscode.window.tabGroups.activeTabGroup.activeTab)?.uri;
  const given = target === undefined || target instanceof vscode.Uri ? target : parsed(target.uri);
  const uri = given ?? front;
  const found = uri && sessionUri(sessions, uri);
  if (!found) {
    throw new Error(vscode.l10n.t("Start or switch to a session first, then open a document."));
  }
  return found;
}

export function documentCommands(parts: Parts): CommandTable {
  const { sessions } = parts;
  return {
    "redraft.ui.openGlobal": (target: Target) => openGlobal(targetOf(sessions, target)),
    "redraft.ui.openInSession": (target: Target) => openInSession(targetOf(sessions, target)),
    "redraft.ui.compareWithGlobal": (target: Target) => compare(targetOf(sessions, target)),
    ...manageCommands(parts),
  };
}

async function openGlobal(document: vscode.Uri): Promise<void> {
  if (!(await exists(globalFile(document)))) {
    const message = vscode.l10n.t(
      "{0} is new in the session {1}. There is no global version yet.",
      nameOf(document),
      document.authority,
    );
    void vscode.window.showInformationMessage(message);
    return;
  }
  await show((await isText(document)) ? globalSide(document) : globalFile(document));
}

async function openInSession(document: vscode.Uri): Promise<void> {
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

async function compare(document: vscode.Uri): Promise<void> {
  const nothing = document.with({ scheme: NOTHING_SCHEME });
  const [inSession, inGlobal] = await Promise.all([exists(document), exists(globalFile(document))]);
  // What is no text has no read-only side; an editor for pictures cannot change it anyway.
  const text = !inSession || (await isText(document));
  const left = inGlobal ? (text ? globalSide(document) : globalFile(document)) : nothing;
  const title = vscode.l10n.t("{0} (Global ↔ {1})", nameOf(document), document.authority);
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

async function isText(uri: vscode.Uri): Promise<boolean> {
  try {
    await vscode.workspace.openTextDocument(uri);
    return true;
  } catch {
    return false;
  }
}

function parsed(uri: string): vscode.Uri {
  return vscode.Uri.parse(uri, true);
}
