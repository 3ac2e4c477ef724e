/** What the server last told of each root. Nothing is worked out here. */
import { realpathSync } from "node:fs";

import * as vscode from "vscode";

import type { Snapshot } from "./protocol";
import type { Server } from "./server";
import { inFront } from "./documents/tabs";
import { below, isSessionDocument, isSide, pathOf } from "./uris";

/** A root that the window has open, with its newest snapshot. */
export interface Root {
  readonly folder: vscode.WorkspaceFolder;
  readonly snapshot: Snapshot | undefined;
}

export class Sessions implements vscode.Disposable {
  private readonly snapshots = new Map<string, Snapshot>();
  private readonly emitter = new vscode.EventEmitter<void>();
  private readonly subscriptions: vscode.Disposable[];

  /** Something that is shown of the sessions may have changed: a snapshot, or the root in view. */
  readonly onDidChange = this.emitter.event;

  constructor(server: Server) {
    let front: vscode.WorkspaceFolder | undefined;
    const look = (): void => {
      const { folder } = this.shown() ?? {};
      if (folder !== front) {
        front = folder;
        this.changed();
      }
    };
    this.subscriptions = [
      server.onDidChangeSession((snapshot) => {
        this.snapshots.set(snapshot.root, snapshot);
        this.changed();
      }),
      server.onDidChangeState((state) => {
        void vscode.commands.executeCommand("setContext", "redraft.ready", state === "running");
        if (state !== "running") {
          this.snapshots.clear(); // A server that starts again tells everything anew, from revision 1.
        }
        this.changed();
      }),
      vscode.window.tabGroups.onDidChangeTabs(look),
      vscode.window.tabGroups.onDidChangeTabGroups(look),
      vscode.workspace.onDidChangeWorkspaceFolders(() => {
        this.changed();
      }),
    ];
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

  /** The root that a person means: that of the document in front, else the only one. */
  current(): Root | undefined {
    const document = inFront();
    const roots = this.all();
    return (document && this.of(document)) ?? (roots.length === 1 ? roots[0] : undefined);
  }

  /** The root that is told of while none is meant: one with a session. */
  shown(): Root | undefined {
    const roots = this.all();
    return this.current() ?? roots.find(({ snapshot }) => snapshot?.active) ?? roots[0];
  }

  dispose(): void {
    vscode.Disposable.from(...this.subscriptions, this.emitter).dispose();
  }

  private changed(): void {
    const { active, crashed } = this.shown()?.snapshot ?? {};
    const keys = {
      active: Boolean(active),
      changed: Boolean(active?.changeCount),
      retried: Boolean(active?.retryCount),
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
    return { folder, snapshot: this.snapshots.get(resolved(folder.uri.fsPath)) };
  }

  private holding(path: string): vscode.WorkspaceFolder | undefined {
    const holding = this.folders().filter(
      (folder) => below(pathOf(folder.uri), path) !== undefined,
    );
    return holding.sort((one, other) => other.uri.path.length - one.uri.path.length)[0];
  }
}

/** The server tells of roots with links resolved. */
function resolved(path: string): string {
  try {
    return realpathSync.native(path);
  } catch {
    return path; // The folder is gone: then there is no snapshot of it either.
  }
}
