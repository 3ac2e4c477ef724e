/** Tabs and the documents in them. */
import * as vscode from "vscode";

/** A document that a tab shows by itself, with the editor that was chosen for it. */
export interface Shown {
  readonly uri: vscode.Uri;
  readonly viewType: string | undefined;
}

/** What a tab shows; nothing for comparisons, merges and all that is no document. */
export function shownIn(tab: vscode.Tab | undefined): Shown | undefined {
  const input = tab?.input;
  if (input instanceof vscode.TabInputText) {
    return { uri: input.uri, viewType: undefined };
  }
  if (input instanceof vscode.TabInputCustom) {
    return { uri: input.uri, viewType: input.viewType };
  }
  if (input instanceof vscode.TabInputNotebook) {
    return { uri: input.uri, viewType: input.notebookType };
  }
  return undefined;
}

export function tabOf(group: vscode.TabGroup, uri: vscode.Uri): vscode.Tab | undefined {
  return group.tabs.find((tab) => shownIn(tab)?.uri.toString() === uri.toString());
}

export function groupAt(column: vscode.ViewColumn): vscode.TabGroup | undefined {
  return vscode.window.tabGroups.all.find((group) => group.viewColumn === column);
}

/** The name that a person knows a document by. */
export function nameOf(uri: vscode.Uri): string {
  return uri.path.slice(uri.path.lastIndexOf("/") + 1);
}

/** The text editor of a tab that comes in front; nothing if it is no text, or something else came. */
export async function textEditorOf(tab: vscode.Tab): Promise<vscode.TextEditor | undefined> {
  const editor = await drawnEditor(tab);
  // The editor tells of the selection after it told of the text: one answer later it has.
  await vscode.commands.executeCommand("setContext", "redraft.looking", true);
  return editor;
}

function drawnEditor(tab: vscode.Tab): Promise<vscode.TextEditor | undefined> {
  const uri = shownIn(tab)?.uri;
  const find = (): vscode.TextEditor | undefined =>
    vscode.window.visibleTextEditors.find(
      ({ document, viewColumn }) =>
        document.uri.toString() === uri?.toString() && viewColumn === tab.group.viewColumn,
    );
  const found = find();
  if (found || uri === undefined || !(tab.input instanceof vscode.TabInputText)) {
    return Promise.resolve(found);
  }
  return new Promise((resolve) => {
    const look = (): void => {
      const editor = find();
      if (editor || !tab.isActive) {
        done(editor);
      }
    };
    const waiting = [
      vscode.window.onDidChangeVisibleTextEditors(look),
      vscode.window.tabGroups.onDidChangeTabs(look),
    ];
    const done = (editor: vscode.TextEditor | undefined): void => {
      vscode.Disposable.from(...waiting).dispose();
      resolve(editor);
    };
    // What is too large or no text never gets a text editor, and the editor says so here.
    vscode.workspace.openTextDocument(uri).then(look, () => {
      done(undefined);
    });
  });
}

/** Show another document in the place of a tab, kept and pinned like it, and close that tab. */
export async function replaceTab(
  tab: vscode.Tab,
  { uri, viewType }: Shown,
  selection?: vscode.Range,
): Promise<void> {
  const { viewColumn: column, tabs } = tab.group;
  const place = tabs.indexOf(tab);
  const isNew = !tabOf(tab.group, uri);
  const how = { viewColumn: column, preserveFocus: true, preview: false };
  if (viewType === undefined) {
    await vscode.commands.executeCommand("vscode.open", uri, {
      ...how,
      ...(selection ? { selection } : {}),
    });
  } else {
    await vscode.commands.executeCommand("vscode.openWith", uri, viewType, how);
  }
  const pinned = tab.isPinned;
  await closeClean(tab);
  const inFront = vscode.window.tabGroups.activeTabGroup;
  if (
    isNew &&
    inFront.viewColumn === column &&
    shownIn(inFront.activeTab)?.uri.toString() === uri.toString()
  ) {
    await keepPlace(inFront, place, pinned);
  }
}

/** Close a tab that a person did not write into. */
export async function closeClean(tab: vscode.Tab): Promise<void> {
  const now = groupAt(tab.group.viewColumn)?.tabs.find((each) => each === tab);
  if (now && !now.isDirty) {
    await vscode.window.tabGroups.close(now, true);
  }
}

async function keepPlace(group: vscode.TabGroup, place: number, pinned: boolean): Promise<void> {
  if (pinned) {
    await vscode.commands.executeCommand("workbench.action.pinEditor");
  }
  const now = group.activeTab ? group.tabs.indexOf(group.activeTab) : place;
  if (now !== place) {
    const to = { to: "position", by: "tab", value: place + 1 };
    await vscode.commands.executeCommand("moveActiveEditor", to);
  }
}
