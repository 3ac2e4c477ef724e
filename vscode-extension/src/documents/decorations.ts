/** Marks on documents in the Explorer and on tabs: what the session did to each. */
import * as vscode from "vscode";
import { l10n } from "vscode";

import type { Root, Sessions } from "../state";
import { isSessionDocument, SESSION_SCHEME } from "../uris";
import type { ChangedPath } from "../wire";
import { documentAt, globalFile } from "./places";

const BADGES = { modified: "M", created: "A", deleted: "D" };

export function showDecorations(sessions: Sessions): vscode.Disposable {
  const marks = new Marks();
  return vscode.Disposable.from(
    vscode.window.registerFileDecorationProvider(marks),
    sessions.onDidChangeChanges(() => {
      marks.show(sessions.all());
    }),
    vscode.workspace.onDidChangeConfiguration((event) => {
      if (event.affectsConfiguration("redraft.decorations.enabled")) {
        marks.emitter.fire(undefined);
      }
    }),
    marks.emitter,
  );
}

class Marks implements vscode.FileDecorationProvider {
  private decorations: ReadonlyMap<string, vscode.FileDecoration> = new Map();
  private active: ReadonlySet<string> = new Set();
  readonly emitter = new vscode.EventEmitter<vscode.Uri[] | undefined>();

  readonly onDidChangeFileDecorations = this.emitter.event;

  show(roots: readonly Root[]): void {
    const before = this.decorations;
    this.decorations = new Map(roots.flatMap(marksOf));
    this.active = new Set(
      roots.flatMap(({ snapshot }) => snapshot?.active?.name.toLowerCase() ?? []),
    );
    const touched = new Set([...before.keys(), ...this.decorations.keys()]);
    this.emitter.fire([...touched].map((uri) => vscode.Uri.parse(uri)));
  }

  provideFileDecoration(uri: vscode.Uri): vscode.FileDecoration | undefined {
    if (!isEnabled(uri)) {
      return undefined;
    }
    const mark = this.decorations.get(uri.toString());
    return mark ?? (isSessionDocument(uri) ? this.plain(uri.authority) : undefined);
  }

  /** The mark of a document that is in a session. What sessions that are not active changed is not known here. */
  private plain(session: string): vscode.FileDecoration {
    const tooltip = this.active.has(session.toLowerCase())
      ? l10n.t("In session {0}, unchanged", session)
      : l10n.t("In session {0}", session);
    return new vscode.FileDecoration("S", tooltip);
  }
}

function isEnabled(uri: vscode.Uri): boolean {
  const real = uri.scheme === SESSION_SCHEME ? globalFile(uri) : uri;
  return vscode.workspace.getConfiguration("redraft", real).get("decorations.enabled", true);
}

/** The marks of a root's active session: on its documents, and on the real files that they stand for. */
function marksOf(root: Root): [string, vscode.FileDecoration][] {
  const session = root.snapshot?.active?.name ?? "";
  return root.changes.flatMap((change) => {
    const { path } = change;
    const uris = [documentAt(root, session, path), vscode.Uri.joinPath(root.folder.uri, path)];
    const mark = markOf(change, session);
    return uris.map((uri): [string, vscode.FileDecoration] => [uri.toString(), mark]);
  });
}

function markOf({ kind, drifted }: ChangedPath, session: string): vscode.FileDecoration {
  const words = {
    modified: l10n.t("Modified in session {0}", session),
    created: l10n.t("New in session {0}", session),
    deleted: l10n.t("Deleted in session {0}", session),
  }[kind];
  const tooltip = drifted ? l10n.t("{0}, changed in the folder too", words) : words;
  const badge = drifted ? `${BADGES[kind]}!` : BADGES[kind];
  const colour = `redraft.${drifted ? "drifted" : kind}Foreground`;
  const mark = new vscode.FileDecoration(badge, tooltip, new vscode.ThemeColor(colour));
  mark.propagate = kind !== "created"; // A new document is in no folder yet.
  return mark;
}
