/**
 * Solving conflicts in the merge editor.
 *
 * The editor works on files of our own, so the session's document stays as it is until a person completes the
 * merge: closing the editor loses nothing, and what was merged so far is found again.
 */
import * as vscode from "vscode";

import { documentAt } from "../documents/places";
import { args, type Scope } from "../meant";
import type { Parts } from "../parts";
import { readFile } from "../protocol";
import { BASE_SCHEME, GLOBAL_SCHEME, SESSION_SCHEME } from "../uris";

/** What is merged: the changes from `base` to `theirs` and from `base` to `ours`. */
interface Inputs {
  readonly base: Uint8Array;
  readonly theirs: Uint8Array;
  readonly ours: Uint8Array;
}

/** Where a side of a merge lies on disk. */
type Place = (side: keyof Inputs | "result") => vscode.Uri;

/** The documents that a person merges, one after the other. */
interface Merging {
  readonly scope: Scope;
  readonly paths: readonly string[];
  readonly done: Set<string>;
  readonly then: () => Promise<void>;
}

/** The document in the merge editor, and the two versions that its result will stand for. */
interface Opened {
  readonly merging: Merging;
  readonly path: string;
  readonly place: Place;
  readonly folder: Uint8Array;
  readonly session: Uint8Array;
}

/** The editor starts a result that holds such a line with the automatic merge of what does not conflict. */
const UNMERGED = "<<<<<<<";

export class Merges implements vscode.Disposable {
  private opened: Opened | undefined;
  private readonly subscription: vscode.Disposable;

  constructor(private readonly parts: Parts) {
    this.subscription = vscode.workspace.onDidCloseTextDocument(({ uri }) => {
      if (this.opened?.place("result").toString() === uri.toString()) {
        void this.givenUp(this.opened);
      }
    });
  }

  dispose(): void {
    this.subscription.dispose();
  }

  /** Whether there are two versions of a document to merge. */
  async canMerge(scope: Scope, path: string): Promise<boolean> {
    return (await this.read(scope, path, GLOBAL_SCHEME)) !== undefined;
  }

  /**
   * Have a person merge documents, one after the other.
   *
   * @param then what to do when the session holds the results of all
   */
  start(scope: Scope, paths: readonly string[], then: () => Promise<void>): Promise<void> {
    return this.next({ scope, paths, done: new Set(), then });
  }

  /** A person says that the merge in view is complete. */
  async complete(): Promise<void> {
    const { opened } = this;
    if (!opened) {
      return;
    }
    this.show(undefined); // So that closing the editor is not taken for giving up.
    const answer = await vscode.commands.executeCommand<{ successful: boolean } | undefined>(
      "mergeEditor.acceptMerge",
    );
    if (answer?.successful !== true) {
      this.show(opened);
    } else if (await this.take(opened)) {
      opened.merging.done.add(opened.path);
      await this.next(opened.merging);
    }
  }

  private async next(merging: Merging): Promise<void> {
    const { scope, paths, done, then } = merging;
    const path = paths.find((each) => !done.has(each));
    if (path === undefined) {
      await then();
      return;
    }
    const sides = [BASE_SCHEME, GLOBAL_SCHEME, SESSION_SCHEME];
    const found = await Promise.all(sides.map((side) => this.read(scope, path, side)));
    const [base, theirs, ours] = found.map((side) => side ?? new Uint8Array());
    if (base && theirs && ours) {
      await this.open(merging, path, { base, theirs, ours });
    }
  }

  private async open(merging: Merging, path: string, inputs: Inputs): Promise<void> {
    const { scope } = merging;
    const versions = await this.versions(scope, path);
    const { storageUri, globalStorageUri } = this.parts.context;
    const top = vscode.Uri.joinPath(storageUri ?? globalStorageUri, "merge", scope.session);
    const place: Place = (side) => vscode.Uri.joinPath(top, side, path);
    await lay(inputs, place);
    this.show({ merging, path, place, ...versions });
    await vscode.commands.executeCommand("_open.mergeEditor", {
      base: place("base"),
      input1: { uri: place("theirs"), title: vscode.l10n.t("Folder") },
      input2: { uri: place("ours"), title: vscode.l10n.t("Session {0}", scope.session) },
      output: place("result"),
    });
  }

  /** Put a result into the session, as a change of the folder's version that it was merged with. */
  private async take(opened: Opened): Promise<boolean> {
    const { merging, path } = opened;
    const ours = await vscode.workspace.fs.readFile(opened.place("result"));
    const now = await this.versions(merging.scope, path);
    for (const side of ["folder", "session"] as const) {
      if (!same(now[side], opened[side])) {
        await this.again(merging, path, { base: opened[side], theirs: now[side], ours });
        return false;
      }
    }
    // A document that is discarded and written again has the folder's present version as its base, so the
    // commit takes it as it is. Merging it once more could bring back what a person decided against.
    await this.parts.server.call("session.discard", {
      ...args(merging.scope),
      paths: [path],
    });
    await vscode.workspace.fs.writeFile(uriOf(merging.scope, path), ours);
    const base = await this.read(merging.scope, path, BASE_SCHEME);
    if (base && !same(base, now.folder)) {
      await this.again(merging, path, { base: now.folder, theirs: base, ours });
      return false;
    }
    await vscode.workspace.fs.delete(opened.place("ours")); // So that nobody goes on with this one.
    return true;
  }

  private async again(merging: Merging, path: string, inputs: Inputs): Promise<void> {
    void vscode.window.showWarningMessage(
      vscode.l10n.t("{0} was changed while you merged it. Merge that change too.", path),
    );
    await this.open(merging, path, inputs);
  }

  private async versions(
    scope: Scope,
    path: string,
  ): Promise<{ readonly folder: Uint8Array; readonly session: Uint8Array }> {
    const folder = await this.read(scope, path, GLOBAL_SCHEME);
    const session = await this.read(scope, path, SESSION_SCHEME);
    if (!folder || !session) {
      throw new Error(vscode.l10n.t("{0} is gone, so it cannot be merged. Commit again.", path));
    }
    return { folder, session };
  }

  /** The bytes of a document or of one of its sides; nothing if there is none. */
  private async read(scope: Scope, path: string, scheme: string): Promise<Uint8Array | undefined> {
    try {
      const uri = uriOf(scope, path, scheme).toString();
      const { content } = await this.parts.server.request(readFile, { uri });
      return Buffer.from(content, "base64");
    } catch {
      return undefined;
    }
  }

  private async givenUp({ merging, path }: Opened): Promise<void> {
    this.show(undefined);
    const goOn = vscode.l10n.t("Go On Merging");
    const said = vscode.l10n.t(
      "{0} is not merged yet, so nothing was committed. Its versions in session {1} and in the folder are as they were.",
      path,
      merging.scope.session,
    );
    if ((await vscode.window.showInformationMessage(said, goOn)) === goOn) {
      await this.next(merging);
    }
  }

  /** Remember what is being merged, and tell the button in the merge editor's title. */
  private show(opened: Opened | undefined): void {
    this.opened = opened;
    void vscode.commands.executeCommand("setContext", "redraft.merging", opened !== undefined);
  }
}

function uriOf({ root, session }: Scope, path: string, scheme?: string): vscode.Uri {
  return documentAt(root, session, path, scheme);
}

function same(one: Uint8Array, other: Uint8Array): boolean {
  return Buffer.compare(one, other) === 0;
}

/** Lay the files of a merge out, unless one of the very same versions was begun already. */
async function lay(inputs: Inputs, place: Place): Promise<void> {
  const { fs } = vscode.workspace;
  const sides = Object.entries(inputs) as [keyof Inputs, Uint8Array][];
  const kept = sides.map(async ([side, content]) => same(await fs.readFile(place(side)), content));
  const isBegun = (await Promise.all(kept).catch(() => [false])).every(Boolean);
  if (isBegun) {
    return;
  }
  const eol = inputs.ours.includes(13) ? "\r\n" : "\n";
  const result = Buffer.concat([inputs.ours, Buffer.from(eol + UNMERGED)]);
  for (const [side, content] of [...sides, ["result", result] as const]) {
    await fs.writeFile(place(side), content);
  }
}
