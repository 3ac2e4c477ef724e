/** What the active session of each root changed, as the server last told it. */
import * as vscode from "vscode";

import type { Parts } from "../parts";
import type { Root } from "../state";
import { rowsOf, type Row } from "./rows";

export interface Review {
  readonly root: Root;
  readonly session: string;
  readonly rows: readonly Row[];
}

const QUIET_MS = 100;

export class ReviewedChanges implements vscode.Disposable {
  private reviews: readonly Review[] = [];
  private asked = 0;
  private timer: NodeJS.Timeout | undefined;
  private readonly emitter = new vscode.EventEmitter<void>();
  private readonly subscriptions: vscode.Disposable;

  readonly onDidChange = this.emitter.event;

  constructor(private readonly parts: Parts) {
    const later = (): void => {
      clearTimeout(this.timer);
      this.timer = setTimeout(() => void this.refresh(), QUIET_MS);
    };
    const { server } = parts;
    this.subscriptions = vscode.Disposable.from(
      server.onDidChangeSession(later),
      server.onDidChangeFiles(later),
      server.onDidChangeState(later),
      vscode.workspace.onDidChangeWorkspaceFolders(later),
    );
  }

  all(): readonly Review[] {
    return this.reviews;
  }

  dispose(): void {
    clearTimeout(this.timer);
    this.subscriptions.dispose();
    this.emitter.dispose();
  }

  private async refresh(): Promise<void> {
    const { server, sessions } = this.parts;
    const asking = ++this.asked;
    const roots = server.state === "running" ? sessions.all() : [];
    const answers = await Promise.all(roots.map((root) => this.ask(root)));
    if (asking !== this.asked) {
      return; // A newer question is under way: only its answer counts.
    }
    const before = JSON.stringify(this.reviews.map(essence));
    this.reviews = answers.filter((review) => review !== undefined);
    if (JSON.stringify(this.reviews.map(essence)) !== before) {
      this.emitter.fire(); // What is drawn anew without need moves away from under the mouse.
    }
  }

  private async ask(root: Root): Promise<Review | undefined> {
    const session = root.snapshot?.active?.name;
    if (session === undefined) {
      return undefined;
    }
    try {
      const args = { root: root.folder.uri.fsPath, session };
      const status = await this.parts.server.call("session.status", args);
      return { root, session, rows: rowsOf(status) };
    } catch {
      return undefined; // The session or the server has just gone: its notification follows.
    }
  }
}

function essence({ root, session, rows }: Review): unknown {
  return [root.folder.uri.toString(), session, rows];
}
