/** Documents of a session that has ended lead to the global ones; unsaved text is asked about first. */
import * as vscode from "vscode";

import type { Parts } from "../parts";
import { below, isSessionDocument } from "../uris";
import { exists, globalFile, inSession } from "./places";
import { sameSpot } from "./spots";
import { closeClean, groupAt, nameOf, replaceTab, shownIn, tabOf } from "./tabs";

/** Look after documents whose session ends, whoever ended it. */
export function followEnds({ server, sessions }: Parts): vscode.Disposable {
  let looking = Promise.resolve();
  const look = (): void => {
    looking = looking.then(leadOut).catch((error: unknown) => {
      server.output.error(String(error));
    });
  };
  const roots = (): string[] => sessions.all().map(({ folder }) => folder.uri.path);
  return vscode.Disposable.from(
    server.onDidChangeFiles((changes) => {
      const gone = changes.filter(({ type }) => type === "deleted");
      const paths = gone.map(({ uri }) => vscode.Uri.parse(uri, true).path);
      if (paths.some((path) => roots().some((root) => below(root, path) === ""))) {
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
    const open = vscode.window.tabGroups.all.flatMap(({ tabs }) => tabs.filter(isOfASession));
    const homes = open.flatMap((tab) => {
      const uri = shownIn(tab)?.uri;
      const root = uri && sessions.of(uri);
      return root ? [inSession(uri.authority, root.folder.uri.path).toString()] : [];
    });
    for (const home of new Set(homes)) {
      const uri = vscode.Uri.parse(home, true);
      if (!(await exists(uri))) {
        await sessionEnded(uri);
      }
    }
  }
}

/** Save or discard the unsaved text of a session, as the person chooses. Whether they did. */
export async function settleUnsaved(session: string): Promise<boolean> {
  const unsaved = vscode.window.tabGroups.all.flatMap(({ tabs }) =>
    tabs.filter((tab) => tab.isDirty && authorityOf(tab) === session.toLowerCase()),
  );
  if (unsaved.length === 0) {
    return true;
  }
  const save = vscode.l10n.t("Save All");
  const discard = vscode.l10n.t("Don't Save");
  const answer = await vscode.window.showWarningMessage(
    vscode.l10n.t("Save the unsaved text in {0} first?", session),
    { modal: true, detail: names(unsaved) },
    save,
    discard,
  );
  if (answer === save) {
    const saved = await Promise.all(documentsIn(unsaved).map((document) => document.save()));
    return saved.every(Boolean);
  }
  if (answer === discard) {
    for (const tab of unsaved) {
      await inFront(tab, "workbench.action.files.revert");
    }
  }
  return answer === discard;
}

async function sessionEnded(home: vscode.Uri): Promise<void> {
  const unsaved: vscode.Tab[] = [];
  for (const group of vscode.window.tabGroups.all) {
    const front = shownIn(group.activeTab)?.uri;
    const ended = group.tabs.filter((tab) => isBelow(home, tab));
    const clean = ended.filter((tab) => !tab.isDirty);
    unsaved.push(...ended.filter((tab) => tab.isDirty));
    const spots = await Promise.all(clean.map(spotInGlobal));
    for (const [index, tab] of clean.entries()) {
      await toGlobal(tab, spots[index]);
    }
    if (front && clean.length > 0) {
      await bringBack(group.viewColumn, front);
    }
  }
  if (unsaved.length > 0) {
    await askAbout(home.authority, unsaved);
  }
}

async function toGlobal(tab: vscode.Tab, selection: vscode.Range | undefined): Promise<void> {
  const shown = shownIn(tab);
  if (shown && (await exists(globalFile(shown.uri)))) {
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
  if (tab && !tab.isActive) {
    await show(tab);
  }
}

async function askAbout(session: string, unsaved: readonly vscode.Tab[]): Promise<void> {
  const keep = vscode.l10n.t("Keep My Text");
  const discard = vscode.l10n.t("Discard");
  const answer = await vscode.window.showWarningMessage(
    vscode.l10n.t(
      "The session {0} has ended. Unsaved text is left in: {1}. Keep it in the global version?",
      session,
      names(unsaved),
    ),
    keep,
    discard,
  );
  if (answer === undefined) {
    return; // The text stays where it is; closing its tab asks once more.
  }
  for (const tab of unsaved) {
    const uri = shownIn(tab)?.uri;
    const [document] = documentsIn([tab]);
    if (answer === keep && document) {
      await carryOver(document);
    }
    await inFront(tab, "workbench.action.revertAndCloseActiveEditor");
    if (answer === discard && uri && (await exists(globalFile(uri)))) {
      await vscode.commands.executeCommand("vscode.open", globalFile(uri), { preview: false });
    }
  }
}

/** Put unsaved text into the global document, unsaved as it is. */
async function carryOver(document: vscode.TextDocument): Promise<void> {
  const file = globalFile(document.uri);
  const there = (await exists(file)) ? file : file.with({ scheme: "untitled" });
  const target = await vscode.workspace.openTextDocument(there);
  const edit = new vscode.WorkspaceEdit();
  const all = new vscode.Range(0, 0, target.lineCount, 0);
  edit.replace(target.uri, target.validateRange(all), document.getText());
  await vscode.workspace.applyEdit(edit);
  await vscode.window.showTextDocument(target, { preview: false });
}

async function inFront(tab: vscode.Tab, command: string): Promise<void> {
  await show(tab);
  await vscode.commands.executeCommand(command);
}

async function show(tab: vscode.Tab): Promise<void> {
  const shown = shownIn(tab);
  if (shown) {
    const how = { viewColumn: tab.group.viewColumn, preview: tab.isPreview };
    await vscode.commands.executeCommand("vscode.open", shown.uri, how);
  }
}

function isOfASession(tab: vscode.Tab): boolean {
  const uri = shownIn(tab)?.uri;
  return uri !== undefined && isSessionDocument(uri);
}

function authorityOf(tab: vscode.Tab): string | undefined {
  return isOfASession(tab) ? shownIn(tab)?.uri.authority.toLowerCase() : undefined;
}

function isBelow(home: vscode.Uri, tab: vscode.Tab): boolean {
  const path = shownIn(tab)?.uri.path;
  return (
    authorityOf(tab) === home.authority && path !== undefined && Boolean(below(home.path, path))
  );
}

function documentsIn(tabs: readonly vscode.Tab[]): vscode.TextDocument[] {
  const uris = tabs.map((tab) => shownIn(tab)?.uri.toString());
  return vscode.workspace.textDocuments.filter(({ uri }) => uris.includes(uri.toString()));
}

function names(tabs: readonly vscode.Tab[]): string {
  return tabs
    .flatMap((tab) => shownIn(tab)?.uri ?? [])
    .map(nameOf)
    .join(", ");
}
