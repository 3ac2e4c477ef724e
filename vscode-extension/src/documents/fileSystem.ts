/** The file system behind documents of sessions and their read-only sides: the editor's calls are the server's requests. */
import * as vscode from "vscode";

import type { RequestType } from "../messages";
import { NoServer, ServerError, type Server } from "../server";
import { below, SESSION_SCHEME, SIDES } from "../uris";
import { files, news, type EntryType, type FileChange } from "../wire";
import { NOTHING_SCHEME } from "./places";

const TYPES: Readonly<Record<EntryType, vscode.FileType>> = {
  file: vscode.FileType.File,
  directory: vscode.FileType.Directory,
  symlink: vscode.FileType.SymbolicLink,
};
const CHANGES: Readonly<Record<FileChange["type"], vscode.FileChangeType>> = {
  created: vscode.FileChangeType.Created,
  changed: vscode.FileChangeType.Changed,
  deleted: vscode.FileChangeType.Deleted,
};
/** Pages without a file: the empty side of a comparison, and answers to read. */
const PAGES = [NOTHING_SCHEME, "redraft-answer"];

interface Overwrite {
  readonly overwrite: boolean;
}

export class SessionFiles implements vscode.FileSystemProvider, vscode.Disposable {
  private readonly emitter = new vscode.EventEmitter<vscode.FileChangeEvent[]>();
  private readonly registered: vscode.Disposable;

  readonly onDidChangeFile = this.emitter.event;

  constructor(private readonly server: Server) {
    const isCaseSensitive = process.platform === "linux";
    const schemes = [SESSION_SCHEME, ...SIDES].map((scheme) =>
      vscode.workspace.registerFileSystemProvider(scheme, this, {
        isCaseSensitive,
        isReadonly: scheme !== SESSION_SCHEME,
      }),
    );
    const pages = PAGES.map((scheme) =>
      vscode.workspace.registerTextDocumentContentProvider(scheme, {
        provideTextDocumentContent: ({ query }) => query,
      }),
    );
    const listening = server.onDidCreate((connection) => {
      connection.listen(news.changed, ({ changes }) => {
        this.changed(changes);
      });
    });
    this.registered = vscode.Disposable.from(...schemes, ...pages, listening, this.emitter);
  }

  dispose(): void {
    this.registered.dispose();
  }

  /** The server tells of every document that is in use, asked or not. */
  watch(): vscode.Disposable {
    return new vscode.Disposable(() => undefined);
  }

  async stat(uri: vscode.Uri): Promise<vscode.FileStat> {
    const { type, ...rest } = await this.ask(files.stat, { uri: uri.toString() }, true);
    return { type: TYPES[type], ...rest };
  }

  async readDirectory(uri: vscode.Uri): Promise<[string, vscode.FileType][]> {
    const { entries } = await this.ask(files.readDirectory, { uri: uri.toString() }, true);
    return entries.map(({ name, type }) => [name, TYPES[type]]);
  }

  async readFile(uri: vscode.Uri): Promise<Uint8Array> {
    const { content } = await this.ask(files.readFile, { uri: uri.toString() }, true);
    return Buffer.from(content, "base64");
  }

  async writeFile(
    uri: vscode.Uri,
    bytes: Uint8Array,
    how: Overwrite & { readonly create: boolean },
  ): Promise<void> {
    const view = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    const content = view.toString("base64");
    await this.ask(files.writeFile, { uri: uri.toString(), content, ...how }, how.overwrite);
  }

  async delete(uri: vscode.Uri, { recursive }: { readonly recursive: boolean }): Promise<void> {
    await this.ask(files.delete, { uri: uri.toString(), recursive });
  }

  async rename(from: vscode.Uri, to: vscode.Uri, { overwrite }: Overwrite): Promise<void> {
    const uris = { oldUri: from.toString(), newUri: to.toString() };
    await this.ask(files.rename, { ...uris, overwrite });
  }

  async copy(from: vscode.Uri, to: vscode.Uri, { overwrite }: Overwrite): Promise<void> {
    const uris = { source: from.toString(), destination: to.toString() };
    await this.ask(files.copy, { ...uris, overwrite });
  }

  async createDirectory(uri: vscode.Uri): Promise<void> {
    await this.ask(files.createDirectory, { uri: uri.toString() });
  }

  /** Tell the editor what changed; with a folder, also each open document in it. */
  private changed(changes: readonly FileChange[]): void {
    const events = changes.flatMap(({ uri: text, type }) => {
      const uri = vscode.Uri.parse(text, true);
      const inside = vscode.workspace.textDocuments.filter(
        ({ uri: open }) => sameSession(open, uri) && below(uri.path, open.path),
      );
      return [uri, ...inside.map((document) => document.uri)].map((each) => ({
        type: CHANGES[type],
        uri: each,
      }));
    });
    this.emitter.fire(events);
  }

  private async ask<P, R>(type: RequestType<P, R>, params: P, repeatable = false): Promise<R> {
    try {
      return await this.server.ask(type, params, { repeatable });
    } catch (error) {
      throw inTheEditorsWords(error);
    }
  }
}

function sameSession(one: vscode.Uri, other: vscode.Uri): boolean {
  return (
    one.scheme === other.scheme && one.authority.toLowerCase() === other.authority.toLowerCase()
  );
}

function inTheEditorsWords(error: unknown): unknown {
  if (error instanceof NoServer) {
    return vscode.FileSystemError.Unavailable(error.message);
  }
  if (!(error instanceof ServerError)) {
    return error;
  }
  const { code } = (error.data ?? {}) as { readonly code?: string };
  switch (code) {
    case "FileNotFound":
    case "FileExists":
    case "FileNotADirectory":
    case "FileIsADirectory":
    case "NoPermissions":
      return vscode.FileSystemError[code](error.message);
    default:
      return vscode.FileSystemError.Unavailable(error.message);
  }
}
