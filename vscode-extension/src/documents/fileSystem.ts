/** The file system behind `redraft:` documents: the editor's calls are the server's requests. */
import * as vscode from "vscode";
import { ResponseError, type RequestType } from "vscode-languageclient/node";

import * as protocol from "../protocol";
import { NoServer, type Server } from "../server";
import { below, SESSION_SCHEME, SIDES } from "../uris";
import { NOTHING_SCHEME } from "./places";

const TYPES: Readonly<Record<protocol.EntryType, vscode.FileType>> = {
  file: vscode.FileType.File,
  directory: vscode.FileType.Directory,
  symlink: vscode.FileType.SymbolicLink,
};
const CHANGES: Readonly<Record<protocol.FileChange["type"], vscode.FileChangeType>> = {
  created: vscode.FileChangeType.Created,
  changed: vscode.FileChangeType.Changed,
  deleted: vscode.FileChangeType.Deleted,
};

class SessionFileSystem implements vscode.FileSystemProvider {
  private readonly emitter = new vscode.EventEmitter<vscode.FileChangeEvent[]>();
  readonly onDidChangeFile = this.emitter.event;

  constructor(private readonly server: Server) {}

  /** Tell the editor what changed; with a folder, also each open document in it. */
  changed(changes: readonly protocol.FileChange[]): void {
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

  /** The server tells of every document that is in use, asked or not. */
  watch(): vscode.Disposable {
    return new vscode.Disposable(() => undefined);
  }

  async stat(uri: vscode.Uri): Promise<vscode.FileStat> {
    const { type, ...rest } = await this.ask(protocol.stat, { uri: uri.toString() }, true);
    return { type: TYPES[type], ...rest };
  }

  async readDirectory(uri: vscode.Uri): Promise<[string, vscode.FileType][]> {
    const { entries } = await this.ask(protocol.readDirectory, { uri: uri.toString() }, true);
    return entries.map(({ name, type }) => [name, TYPES[type]]);
  }

  async readFile(uri: vscode.Uri): Promise<Uint8Array> {
    const { content } = await this.ask(protocol.readFile, { uri: uri.toString() }, true);
    return Buffer.from(content, "base64");
  }

  async writeFile(
    uri: vscode.Uri,
    bytes: Uint8Array,
    how: { readonly create: boolean; readonly overwrite: boolean },
  ): Promise<void> {
    const view = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    const content = view.toString("base64");
    await this.ask(protocol.writeFile, { uri: uri.toString(), content, ...how }, how.overwrite);
  }

  async delete(uri: vscode.Uri, { recursive }: { readonly recursive: boolean }): Promise<void> {
    await this.ask(protocol.deleteEntry, { uri: uri.toString(), recursive });
  }

  async rename(
    from: vscode.Uri,
    to: vscode.Uri,
    { overwrite }: { readonly overwrite: boolean },
  ): Promise<void> {
    const uris = { oldUri: from.toString(), newUri: to.toString() };
    await this.ask(protocol.renameEntry, { ...uris, overwrite });
  }

  async copy(
    from: vscode.Uri,
    to: vscode.Uri,
    { overwrite }: { readonly overwrite: boolean },
  ): Promise<void> {
    const uris = { source: from.toString(), destination: to.toString() };
    await this.ask(protocol.copyEntry, { ...uris, overwrite });
  }

  async createDirectory(uri: vscode.Uri): Promise<void> {
    await this.ask(protocol.createDirectory, { uri: uri.toString() });
  }

  private async ask<P, R>(
    type: RequestType<P, R, protocol.FileSystemFailure>,
    params: P,
    repeatable = false,
  ): Promise<R> {
    try {
      return await this.server.request(type, params, repeatable);
    } catch (error) {
      throw inTheEditorsWords(error);
    }
  }
}

/** Serve `redraft:` to the editor, and the read-only sides for comparing. */
export function serveDocuments(server: Server): vscode.Disposable {
  const files = new SessionFileSystem(server);
  const isCaseSensitive = process.platform === "linux";
  const schemes = [SESSION_SCHEME, ...SIDES].map((scheme) =>
    vscode.workspace.registerFileSystemProvider(scheme, files, {
      isCaseSensitive,
      isReadonly: scheme !== SESSION_SCHEME,
    }),
  );
  return vscode.Disposable.from(
    ...schemes,
    vscode.workspace.registerTextDocumentContentProvider(NOTHING_SCHEME, {
      provideTextDocumentContent: () => "",
    }),
    server.onDidChangeFiles((changes) => {
      files.changed(changes);
    }),
  );
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
  if (!(error instanceof ResponseError)) {
    return error;
  }
  const { code } = (error.data ?? {}) as Partial<protocol.FileSystemFailure>;
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
