/** The source control view: one list of changes for each root with an active session. */
import * as vscode from "vscode";
import { l10n } from "vscode";

import { documentAt, globalSide } from "../documents/places";
import type { Root, Sessions } from "../state";
import { SESSION_SCHEME } from "../uris";
import type { ChangedPath } from "../wire";

export function showSourceControl(sessions: Sessions): vscode.Disposable {
  const shown = new Map<string, SessionControl>();
  const refresh = (): void => {
    const wanted = new Map<string, readonly [Root, string]>();
    for (const root of sessions.all()) {
      const session = root.snapshot?.active?.name;
      if (session !== undefined) {
        wanted.set(documentAt(root, session, "").toString(), [root, session]);
      }
    }
    for (const [key, control] of shown) {
      if (!wanted.has(key)) {
        control.dispose();
        shown.delete(key);
      }
    }
    for (const [key, [root, session]] of wanted) {
      const control = shown.get(key) ?? new SessionControl(root, session);
      shown.set(key, control);
      control.show(root, session);
    }
  };
  return vscode.Disposable.from(sessions.onDidChangeChanges(refresh), {
    dispose: () => {
      vscode.Disposable.from(...shown.values()).dispose();
    },
  });
}

class SessionControl implements vscode.Disposable {
  private readonly control: vscode.SourceControl;
  private readonly drifted: vscode.SourceControlResourceGroup;
  private readonly changed: vscode.SourceControlResourceGroup;
  private created: ReadonlySet<string> = new Set();

  constructor(root: Root, session: string) {
    // With a root of another scheme the editor would not ask for the original of a session's document.
    const top = documentAt(root, session, "");
    this.control = vscode.scm.createSourceControl("redraft", l10n.t("Session {0}", session), top);
    this.control.inputBox.visible = false;
    const { control } = this;
    this.drifted = control.createResourceGroup("drifted", l10n.t("Changed in the Folder Too"));
    this.changed = control.createResourceGroup("changed", l10n.t("Changes"));
    this.drifted.hideWhenEmpty = true;
    this.control.quickDiffProvider = { provideOriginalResource: (uri) => this.original(uri) };
  }

  show(root: Root, session: string): void {
    const created = root.changes.filter(({ kind }) => kind === "created");
    this.created = new Set(created.map(({ path }) => documentAt(root, session, path).toString()));
    for (const group of [this.drifted, this.changed]) {
      group.resourceStates = root.changes
        .filter(({ drifted }) => drifted === (group === this.drifted))
        .map((change) => stateOf(change, root.folder.uri));
    }
    this.control.count = root.changes.length;
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

/**
 * A row. It names the real file, because the editor writes only those relative to the folder. Its command is given the
 * URI alone: so the editor sees that a row is the same as before, and a button that is pressed just then knows its row.
 */
function stateOf(
  { path, kind }: ChangedPath,
  folder: vscode.Uri,
): vscode.SourceControlResourceState {
  const resourceUri = vscode.Uri.joinPath(folder, path);
  const title = l10n.t("Open Changes");
  return {
    resourceUri,
    contextValue: kind,
    command: { command: "redraft.ui.openChange", title, arguments: [resourceUri] },
    decorations: { strikeThrough: kind === "deleted" },
  };
}
