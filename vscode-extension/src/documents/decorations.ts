/** Marks on documents in the Explorer and on tabs: what the session did to each. */
import * as vscode from "vscode";

import type { Review, ReviewedChanges } from "../review/changes";
import type { Row } from "../review/rows";
import { isSessionDocument, SESSION_SCHEME } from "../uris";
import { documentAt, globalFile } from "./places";

type Kind = Row["kind"];

const BADGES: Readonly<Record<Kind, string>> = { modified: "M", created: "A", deleted: "D" };
const COLOURS: Readonly<Record<Kind, string>> = {
  modified: "redraft.modifiedForeground",
  created: "redraft.createdForeground",
  deleted: "redraft.deletedForeground",
};

export function showDecorations(changes: ReviewedChanges): vscode.Disposable {
  const marks = new Marks();
  const refresh = (): void => {
    marks.show(changes.all());
  };
  return vscode.Disposable.from(
    vscode.window.registerFileDecorationProvider(marks),
    changes.onDidChange(refresh),
    vscode.workspace.onDidChangeConfiguration((event) => {
      if (event.affectsConfiguration("redraft.decorations.enabled")) {
        marks.all();
      }
    }),
    marks,
  );
}

class Marks implements vscode.FileDecorationProvider, vscode.Disposable {
  private decorations: ReadonlyMap<string, vscode.FileDecoration> = new Map();
  private active: ReadonlySet<string> = new Set();
  private readonly emitter = new vscode.EventEmitter<vscode.Uri[] | undefined>();

  readonly onDidChangeFileDecorations = this.emitter.event;

  show(reviews: readonly Review[]): void {
    const before = this.decorations;
    this.decorations = new Map(reviews.flatMap(marksOf));
    this.active = new Set(reviews.map(({ session }) => session.toLowerCase()));
    const touched = new Set([...before.keys(), ...this.decorations.keys()]);
    this.emitter.fire([...touched].map((uri) => vscode.Uri.parse(uri)));
  }

  all(): void {
    this.emitter.fire(undefined);
  }

  provideFileDecoration(uri: vscode.Uri): vscode.FileDecoration | undefined {
    if (!isEnabled(uri)) {
      return undefined;
    }
    const mark = this.decorations.get(uri.toString());
    return mark ?? (isSessionDocument(uri) ? this.plain(uri.authority) : undefined);
  }

  dispose(): void {
    this.emitter.dispose();
  }

  /** The mark of a document that is in a session. What sessions that are not active changed is not known here. */
  private plain(session: string): vscode.FileDecoration {
    const tooltip = this.active.has(session.toLowerCase())
      ? vscode.l10n.t("In session {0}, unchanged", session)
      : vscode.l10n.t("In session {0}", session);
    return new vscode.FileDecoration("S", tooltip);
  }
}

function isEnabled(uri: vscode.Uri): boolean {
  const real = uri.scheme === SESSION_SCHEME ? globalFile(uri) : uri;
  return vscode.workspace.getConfiguration("redraft", real).get("decorations.enabled", true);
}

/** The marks of one session: on its documents, and on the real files that they stand for. */
function marksOf({ root, session, rows }: Review): [string, vscode.FileDecoration][] {
  return rows.flatMap((row) => {
    const uris = [
      documentAt(root, session, row.path),
      vscode.Uri.joinPath(root.folder.uri, row.path),
    ];
    const mark = markOf(row, session);
    return uris.map((uri): [string, vscode.FileDecoration] => [uri.toString(), mark]);
  });
}

function markOf({ kind, drifted }: Row, session: string): vscode.FileDecoration {
  const words = {
    modified: vscode.l10n.t("Modified in session {0}", session),
    created: vscode.l10n.t("New in session {0}", session),
    deleted: vscode.l10n.t("Deleted in session {0}", session),
  }[kind];
  const tooltip = drifted ? vscode.l10n.t("{0}, changed in the folder too", words) : words;
  const badge = drifted ? `${BADGES[kind]}!` : BADGES[kind];
  const colour = drifted ? "redraft.driftedForeground" : COLOURS[kind];
  const mark = new vscode.FileDecoration(badge, tooltip, new vscode.ThemeColor(colour));
  mark.propagate = kind !== "created"; // A new document is in no folder yet.
  return mark;
}
