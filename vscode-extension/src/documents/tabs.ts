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

export function allTabs(): vscode.Tab[] {
  return vscode.window.tabGroups.all.flatMap(({ tabs }) => tabs);
}

/** A tab that shows a document by itself, in whichever group. */
export function tabWith(uri: vscode.Uri): vscode.Tab | undefined {
  return allTabs().find((tab) => shownIn(tab)?.uri.toString() === uri.toString());
}

/** All documents that a tab shows, also those of comparisons and merges. */
export function urisIn({ input }: vscode.Tab): vscode.Uri[] {
  // Some kinds of tabs have no type for extensions, but tell what they show like the others.
  const uris = (value: unknown): vscode.Uri[] =>
    value instanceof vscode.Uri
      ? [value]
      : typeof value === "object" && value !== null
        ? Object.values(value).flatMap(uris)
        : [];
  return uris(input);
}

/** The document that an argument is or stands for: a row, a lens, a source control, or what a tab shows. */
export function uriIn(value: unknown): vscode.Uri | undefined {
  if (value instanceof vscode.Uri || !isRecord(value)) {
    return value instanceof vscode.Uri ? value : undefined;
  }
  const { uri, resourceUri, rootUri, modified } = value;
  const held = resourceUri ?? uri ?? rootUri ?? modified;
  return typeof held === "string" ? vscode.Uri.parse(held, true) : uriIn(held);
}

/** What the tab in front shows; of a comparison, the changed side. */
export function inFront(): vscode.Uri | undefined {
  return uriIn(vscode.window.tabGroups.activeTabGroup.activeTab?.input);
}

export function isRecord(value: unknown): value is Readonly<Partial<Record<string, unknown>>> {
  return typeof value === "object" && value !== null;
}

export function tabOf(group: vscode.TabGroup, uri: vscode.Uri): vscode.Tab | undefined {
  return group.tabs.find((tab) => shownIn(tab)?.uri.toString() === uri.toString());
}

export function groupAt(column: vscode.ViewColumn): vscode.TabGroup | undefined {
  return vscode.window.tabGroups.all.find((group) => group.viewColumn === column);
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
  await open({ uri, viewType }, { ...how, ...(selection ? { selection } : {}) });
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

/** Bring a tab in front, or open its document if there is none. */
export async function showTab(tab: vscode.Tab | undefined, uri: vscode.Uri): Promise<void> {
  const viewType = shownIn(tab)?.viewType;
  const how = tab && { viewColumn: tab.group.viewColumn, preview: tab.isPreview };
  await open({ uri, viewType }, how ?? { preview: false });
}

async function open({ uri, viewType }: Shown, how: vscode.TextDocumentShowOptions): Promise<void> {
  if (viewType === undefined) {
    await vscode.commands.executeCommand("vscode.open", uri, how);
  } else {
    await vscode.commands.executeCommand("vscode.openWith", uri, viewType, how);
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
