/**
 * Merging two versions of a document in the merge editor.
 *
 * The editor works on files of our own, so the session's document stays as it is until a person completes the
 * merge: closing the editor loses nothing, and what was merged so far is found again.
 */
import * as vscode from "vscode";

import { mergeFolder } from "../documents/places";
import type { Server } from "../server";

/** The document in the merge editor, and who waits for its result. */
interface Opened {
  readonly result: vscode.Uri;
  readonly ours: vscode.Uri;
  readonly done: (content: string | null) => void;
}

/** The editor starts a result that holds such a line with the automatic merge of what does not conflict. */
const UNMERGED = "<<<<<<<";

export class Merges implements vscode.Disposable {
  private opened: Opened | undefined;
  private readonly subscriptions: vscode.Disposable;

  constructor(
    private readonly storage: vscode.Uri,
    server: Server,
  ) {
    this.subscriptions = vscode.Disposable.from(
      vscode.workspace.onDidCloseTextDocument(({ uri }) => {
        if (this.opened?.result.toString() === uri.toString()) {
          this.end(null);
        }
      }),
      server.onDidChangeState(() => {
        this.end(null); // Who waited for the result is gone.
      }),
    );
  }

  dispose(): void {
    this.subscriptions.dispose();
  }

  /**
   * Have a person merge a document.
   *
   * @param home the session's folder
   * @param path the document in it
   * @param sides what it was, what the folder has and what the session has, in base64
   * @param titles what the folder's and the session's side are called
   * @returns the result in base64; nothing if the merge was given up
   */
  async merge(
    home: vscode.Uri,
    path: string,
    sides: readonly string[],
    titles: readonly string[],
  ): Promise<string | null> {
    const top = mergeFolder(this.storage, home);
    const place = (side: string): vscode.Uri => vscode.Uri.joinPath(top, side, path);
    const [base, theirs, ours, result] = ["base", "theirs", "ours", "result"].map(place);
    if (!base || !theirs || !ours || !result) {
      return null;
    }
    const contents = sides.map((side) => Buffer.from(side, "base64"));
    await lay([base, theirs, ours], contents, result);
    const merged = new Promise<string | null>((done) => {
      this.opened = { result, ours, done };
    });
    this.tell();
    await vscode.commands.executeCommand("_open.mergeEditor", {
      base,
      input1: { uri: theirs, title: titles[0] },
      input2: { uri: ours, title: titles[1] },
      output: result,
    });
    return merged;
  }

  /** A person says that the merge in view is complete. */
  async complete(): Promise<void> {
    const { opened } = this;
    if (!opened) {
      return;
    }
    this.opened = undefined; // So that closing the editor is not taken for giving up.
    const answer = await vscode.commands.executeCommand<{ successful: boolean } | undefined>(
      "mergeEditor.acceptMerge",
    );
    this.opened = opened;
    if (answer?.successful === true) {
      const content = await vscode.workspace.fs.readFile(opened.result);
      await vscode.workspace.fs.delete(opened.ours); // So that nobody goes on with this one.
      this.end(Buffer.from(content).toString("base64"));
    }
  }

  private end(content: string | null): void {
    this.opened?.done(content);
    this.opened = undefined;
    this.tell();
  }

  /** Whether something is being merged, for the button in the merge editor's title. */
  private tell(): void {
    void vscode.commands.executeCommand("setContext", "redraft.merging", this.opened !== undefined);
  }
}

/** Lay the files of a merge out, unless one of the very same versions was begun already. */
async function lay(
  places: readonly vscode.Uri[],
  contents: readonly Buffer[],
  result: vscode.Uri,
): Promise<void> {
  const { fs } = vscode.workspace;
  const kept = places.map(async (place, at) => contents[at]?.equals(await fs.readFile(place)));
  if ((await Promise.all(kept).catch(() => [false])).every(Boolean)) {
    return;
  }
  const ours = contents.at(-1) ?? Buffer.from("");
  const eol = ours.includes(13) ? "\r\n" : "\n";
  const begun = Buffer.concat([ours, Buffer.from(eol + UNMERGED)]);
  const files = [...places, result].map((place, at) => [place, contents[at] ?? begun] as const);
  for (const [place, content] of files) {
    await fs.writeFile(place, content);
  }
}
