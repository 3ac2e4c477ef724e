/** What the server last told of each root. Nothing is worked out here. */
import * as vscode from "vscode";

import { inFront } from "./documents/tabs";
import type { Server } from "./server";
import { below, isSessionDocument, isSide, pathOf } from "./uris";
import { news, type ChangedPath, type Snapshot } from "./wire";

/** A root that the window has open, with what its active session changed. */
export interface Root {
  readonly folder: vscode.WorkspaceFolder;
  readonly snapshot: Snapshot | undefined;
  readonly changes: readonly ChangedPath[];
}

type State = Omit<Root, "folder">;
const UNKNOWN: State = { snapshot: undefined, changes: [] };

export class Sessions implements vscode.Disposable {
  private readonly states = new Map<string, State>();
  private readonly emitter = new vscode.EventEmitter<void>();
  private readonly changesEmitter = new vscode.EventEmitter<void>();
  private readonly subscriptions: vscode.Disposable;

  /** Something that is shown of the sessions may have changed: a snapshot, or the root in view. */
  readonly onDidChange = this.emitter.event;
  /** An active session is another one, or changed other documents. */
  readonly onDidChangeChanges = this.changesEmitter.event;

  constructor(server: Server) {
    let front: vscode.WorkspaceFolder | undefined;
    const look = (): void => {
      const { folder } = this.shown() ?? {};
      if (folder !== front) {
        front = folder;
        this.changed();
      }
    };
    const all = (): void => {
      this.changed();
      this.changesEmitter.fire();
    };
    this.subscriptions = vscode.Disposable.from(
      server.onDidCreate((connection) => {
        connection.listen(news.sessionChanged, (snapshot) => {
          this.take(snapshot);
        });
      }),
      server.onDidChangeState((state) => {
        void vscode.commands.executeCommand("setContext", "redraft.ready", state === "running");
        if (state !== "running") {
          this.states.clear(); // A server that starts again tells everything anew.
        }
        all();
      }),
      vscode.window.tabGroups.onDidChangeTabs(look),
      vscode.window.tabGroups.onDidChangeTabGroups(look),
      vscode.workspace.onDidChangeWorkspaceFolders(all),
    );
  }

  /** The root that a document lies in: a real file, a session's document, or a side of one. */
  of(uri: vscode.Uri): Root | undefined {
    const ours = isSessionDocument(uri) || isSide(uri);
    const folder = ours ? this.holding(uri.path) : vscode.workspace.getWorkspaceFolder(uri);
    return folder && this.root(folder);
  }

  all(): Root[] {
    return this.folders().map((folder) => this.root(folder));
  }

  /** The root that is told of: that of the document in front, else one with a session. */
  shown(): Root | undefined {
    const document = inFront();
    const roots = this.all();
    const front = document && this.of(document);
    return front ?? roots.find(({ snapshot }) => snapshot?.active) ?? roots[0];
  }

  dispose(): void {
    vscode.Disposable.from(this.subscriptions, this.emitter, this.changesEmitter).dispose();
  }

  private take(snapshot: Snapshot): void {
    const { folders = [], changes } = snapshot;
    const [before = UNKNOWN] = folders.flatMap((uri) => this.states.get(uri) ?? []);
    const state = { snapshot, changes: changes ?? before.changes };
    folders.forEach((uri) => this.states.set(uri, state));
    this.changed();
    if (changes || snapshot.active?.name !== before.snapshot?.active?.name) {
      this.changesEmitter.fire();
    }
  }

  private changed(): void {
    const { active, crashed, drifted } = this.shown()?.snapshot ?? {};
    const keys = {
      active: Boolean(active),
      changed: Boolean(active?.changeCount),
      retried: Boolean(active?.retryCount),
      drifted: Boolean(drifted?.length),
      crashed: Boolean(crashed?.length),
    };
    for (const [key, value] of Object.entries(keys)) {
      void vscode.commands.executeCommand("setContext", `redraft.${key}`, value);
    }
    this.emitter.fire();
  }

  private folders(): vscode.WorkspaceFolder[] {
    const all = vscode.workspace.workspaceFolders ?? [];
    return all.filter((folder) => folder.uri.scheme === "file");
  }

  private root(folder: vscode.WorkspaceFolder): Root {
    return { folder, ...(this.states.get(folder.uri.toString()) ?? UNKNOWN) };
  }

  private holding(path: string): vscode.WorkspaceFolder | undefined {
    const holding = this.folders().filter(({ uri }) => below(pathOf(uri), path) !== undefined);
    return holding.sort((one, other) => other.uri.path.length - one.uri.path.length)[0];
  }
}
