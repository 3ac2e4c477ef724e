/** The source control view: one list of changes for each root with an active session. */
import * as vscode from "vscode";

import { documentAt, globalSide } from "../documents/places";
import { args, documentsMeant, type Home } from "../meant";
import type { Parts } from "../parts";
import { SESSION_SCHEME } from "../uris";
import type { Review, ReviewedChanges } from "./changes";
import type { Changes } from "../wire";
import { rowsOf, type Row } from "./rows";

export function showSourceControl(changes: ReviewedChanges): vscode.Disposable {
  const shown = new Map<string, SessionControl>();
  const refresh = (): void => {
    const wanted = new Map(changes.all().map((review) => [keyOf(review), review]));
    for (const [key, control] of shown) {
      if (!wanted.has(key)) {
        control.dispose();
        shown.delete(key);
      }
    }
    for (const [key, review] of wanted) {
      const control = shown.get(key) ?? new SessionControl(review);
      shown.set(key, control);
      control.show(review);
    }
  };
  return vscode.Disposable.from(changes.onDidChange(refresh), {
    dispose: () => {
      shown.forEach((control) => {
        control.dispose();
      });
    },
  });
}

function keyOf({ root, session }: Review): string {
  return documentAt(root, session, "").toString();
}

class SessionControl implements vscode.Disposable {
  private readonly control: vscode.SourceControl;
  private readonly drifted: vscode.SourceControlResourceGroup;
  private readonly changed: vscode.SourceControlResourceGroup;
  private created: ReadonlySet<string> = new Set();

  constructor({ root, session }: Review) {
    // With a root of another scheme the editor would not ask for the original of a session's document.
    const top = documentAt(root, session, "");
    const label = vscode.l10n.t("Session {0}", session);
    this.control = vscode.scm.createSourceControl("redraft", label, top);
    this.control.inputBox.visible = false;
    this.drifted = this.control.createResourceGroup(
      "drifted",
      vscode.l10n.t("Changed in the Folder Too"),
    );
    this.changed = this.control.createResourceGroup("changed", vscode.l10n.t("Changes"));
    this.drifted.hideWhenEmpty = true;
    this.control.quickDiffProvider = { provideOriginalResource: (uri) => this.original(uri) };
  }

  show(review: Review): void {
    const { root, session, rows } = review;
    const created = rows.filter(({ kind }) => kind === "created");
    this.created = new Set(created.map(({ path }) => documentAt(root, session, path).toString()));
    const states = (drifted: boolean): vscode.SourceControlResourceState[] =>
      rows
        .filter((row) => row.drifted === drifted)
        .map((row) => stateOf(row, vscode.Uri.joinPath(root.folder.uri, row.path)));
    this.drifted.resourceStates = states(true);
    this.changed.resourceStates = states(false);
    this.control.count = rows.length;
  }

  dispose(): void {
    this.control.dispose();
  }

  private original(uri: vscode.Uri): vscode.Uri | undefined {
    const isOurs =
      uri.scheme === SESSION_SCHEME && uri.authority === this.control.rootUri?.authority;
    return isOurs && !this.created.has(uri.toString()) ? globalSide(uri) : undefined;
  }
}

/** A row. It names the real file, because the editor writes only those relative to the folder. */
function stateOf(row: Row, resourceUri: vscode.Uri): vscode.SourceControlResourceState {
  const state = { resourceUri, contextValue: row.kind };
  const title = vscode.l10n.t("Open Changes");
  return {
    ...state,
    command: { command: "redraft.ui.openChange", title, arguments: [state] },
    decorations: { strikeThrough: row.kind === "deleted" },
  };
}

/** What a row of the view hands to its commands. */
export type RowState = Pick<vscode.SourceControlResourceState, "resourceUri" | "contextValue">;

/** The difference of a row. */
export async function openChange(parts: Parts, row: RowState): Promise<void> {
  const [uri] = documentsMeant(parts, [row]).uris;
  await vscode.commands.executeCommand("redraft.ui.compareWithGlobal", uri);
}

/** The document of a row; of one that is deleted, what the folder has. */
export async function openRow(parts: Parts, row: RowState): Promise<void> {
  const [uri] = documentsMeant(parts, [row]).uris;
  if (row.contextValue === "deleted") {
    await vscode.commands.executeCommand("redraft.ui.openGlobal", uri);
    return;
  }
  // Kept, not as a preview: the editor forgets a preview of a scheme of ours once it is replaced.
  await vscode.commands.executeCommand("vscode.open", uri, { preview: false });
}

/** All differences of a session in one editor. */
export async function compareAll(parts: Parts, home: Home): Promise<void> {
  const { changes } = await parts.server.call("session.status", args(home));
  const title = vscode.l10n.t("Session {0} (Global ↔ Session)", home.session);
  await openDifferences(title, home, changes);
}

export async function openDifferences(
  title: string,
  { root, session }: Home,
  changes: Changes,
): Promise<void> {
  const rows = rowsOf({ changes, drifted: [] }).map(({ kind, path }) => {
    const uri = documentAt(root, session, path);
    const before = kind === "created" ? undefined : globalSide(uri);
    return [uri, before, kind === "deleted" ? undefined : uri];
  });
  await vscode.commands.executeCommand("vscode.changes", title, rows);
}
