/** Documents of a session that has ended lead to the global ones; unsaved text is asked about first. */
import * as vscode from "vscode";

import type { Server } from "../server";
import type { Sessions } from "../state";
import { below, GLOBAL_SCHEME, isSessionDocument, isSide, pathOf } from "../uris";
import { exists, globalFile, homeOf, isMerged, isWithin, nameOf } from "./places";
import type { Tell } from "./redirect";
import { sameSpot } from "./spots";
import { allTabs, closeClean, groupAt, replaceTab, shownIn, showTab, tabOf, urisIn } from "./tabs";
import { apply } from "./edits";
import type { SessionFiles } from "./fileSystem";
import { revertAndClose, textOf, unsavedIn } from "./unsaved";

/** Look after documents whose session ends, whoever ended it. */
export function followEnds(
  server: Server,
  sessions: Sessions,
  files: SessionFiles,
  tell: Tell,
): vscode.Disposable {
  let looking = Promise.resolve();
  const look = (): void => {
    looking = looking.then(leadOut).catch((error: unknown) => {
      server.output.error(String(error));
    });
  };
  const roots = (): string[] => sessions.all().map(({ folder }) => pathOf(folder.uri));
  return vscode.Disposable.from(
    files.onDidChangeFile((events) => {
      const gone = events.filter(({ type }) => type === vscode.FileChangeType.Deleted);
      if (gone.some(({ uri }) => roots().some((root) => below(root, uri.path) === ""))) {
        look();
      }
    }),
    server.onDidChangeState((state) => {
      if (state === "running") {
        look(); // A window that was reloaded may show documents of a session that ended meanwhile.
      }
    }),
  );

  async function leadOut(): Promise<void> {
    const shown = [
      ...allTabs().flatMap(urisIn),
      ...vscode.workspace.textDocuments.map(({ uri }) => uri),
      ...(vscode.workspace.workspaceFolders ?? []).map(({ uri }) => uri),
    ];
    const homes = shown.flatMap((uri) => {
      const root = isSessionDocument(uri) || isSide(uri) ? sessions.of(uri) : undefined;
      return root ? [homeOf({ root, session: uri.authority }).toString()] : [];
    });
    for (const home of new Set(homes)) {
      const uri = vscode.Uri.parse(home, true);
      if (!(await exists(uri))) {
        await leave(uri);
        if (unsavedIn(uri).length > 0) {
          tell("tellEnded", [uri]);
        }
      }
    }
  }
}

/** Lead the tabs of a session that hold no unsaved text to the global documents, in their places. */
async function leave(home: vscode.Uri): Promise<void> {
  const folders = vscode.workspace.workspaceFolders ?? [];
  const view = folders.find(({ uri }) => uri.toString() === home.toString());
  if (view) {
    vscode.workspace.updateWorkspaceFolders(view.index, 1);
  }
  for (const group of vscode.window.tabGroups.all) {
    const front = shownIn(group.activeTab)?.uri;
    const ended = group.tabs.filter(
      (tab) =>
        !tab.isDirty && urisIn(tab).some((uri) => isWithin(home, uri) || isMerged(home, uri)),
    );
    const spots = await Promise.all(ended.map(spotInGlobal));
    for (const [index, tab] of ended.entries()) {
      await toGlobal(tab, spots[index]);
    }
    if (front && ended.length > 0) {
      await bringBack(group.viewColumn, front);
    }
  }
}

async function toGlobal(tab: vscode.Tab, selection: vscode.Range | undefined): Promise<void> {
  const shown = shownIn(tab);
  const leads = shown && [GLOBAL_SCHEME, "redraft"].includes(shown.uri.scheme);
  if (leads && (await exists(globalFile(shown.uri)))) {
    const { uri, viewType } = shown;
    await replaceTab(tab, { uri: globalFile(uri), viewType }, selection);
  } else {
    await closeClean(tab);
  }
}

/** The place in the global text that a tab shows; nothing if the tab is behind another one. */
async function spotInGlobal(tab: vscode.Tab): Promise<vscode.Range | undefined> {
  const uri = shownIn(tab)?.uri;
  const editor = vscode.window.visibleTextEditors.find(
    ({ document, viewColumn }) =>
      document.uri.toString() === uri?.toString() && viewColumn === tab.group.viewColumn,
  );
  try {
    return editor && (await sameSpot(editor, globalFile(editor.document.uri)));
  } catch {
    return undefined; // There is no such global document.
  }
}

/** Show again what was in front of a group, or its global version. */
async function bringBack(column: vscode.ViewColumn, uri: vscode.Uri): Promise<void> {
  const group = groupAt(column);
  const tab = group && (tabOf(group, uri) ?? tabOf(group, globalFile(uri)));
  const shown = shownIn(tab)?.uri;
  if (shown && !tab?.isActive) {
    await showTab(tab, shown);
  }
}

/**
 * Take the unsaved text of a session that has ended out of its documents.
 *
 * @param keeps put it into the global ones, unsaved as it is; else it is thrown away
 */
export async function takeOut(home: vscode.Uri, keeps: boolean): Promise<void> {
  for (const uri of unsavedIn(home)) {
    if (keeps) {
      await carryOver(uri);
    }
    await revertAndClose(uri);
    if (!keeps && (await exists(globalFile(uri)))) {
      await vscode.commands.executeCommand("vscode.open", globalFile(uri), { preview: false });
    }
  }
  await leave(home); // The comparisons that showed unsaved text.
}

/** Put unsaved text into the global document, unsaved as it is. @throws if that cannot be done: it stays then */
async function carryOver(uri: vscode.Uri): Promise<void> {
  const document = textOf(uri);
  const file = globalFile(uri);
  if (!document) {
    throw new Error(vscode.l10n.t("{0} is no text. Save it under another name.", nameOf(uri)));
  }
  const there = (await exists(file)) ? file : file.with({ scheme: "untitled" });
  const target = await vscode.workspace.openTextDocument(there);
  const edit = new vscode.WorkspaceEdit();
  const all = new vscode.Range(0, 0, target.lineCount, 0);
  edit.replace(target.uri, target.validateRange(all), document.getText());
  await apply(edit, vscode.l10n.t("The text of {0} could not be kept.", nameOf(uri)));
  await vscode.window.showTextDocument(target, { preview: false });
}
