/** The messages of the language server beside the commands: its twin is docs/reference/protocol.md. */
import { NotificationType, RequestType } from "vscode-languageclient/node";

import type { Snapshot } from "./wire";

export type { Snapshot };

export interface FileStat {
  readonly type: EntryType;
  readonly ctime: number;
  readonly mtime: number;
  readonly size: number;
  readonly permissions?: number;
}

export type EntryType = "file" | "directory" | "symlink";

export interface FileChange {
  readonly uri: string;
  readonly type: "created" | "changed" | "deleted";
}

/** What `error.data` holds when a request of the file system fails. */
export interface FileSystemFailure {
  readonly code: string;
  readonly reason: string;
  readonly message: string;
}

export const sessionChanged = new NotificationType<Snapshot>("redraft/sessionChanged");
export const filesChanged = new NotificationType<{ readonly changes: readonly FileChange[] }>(
  "redraft/fs/changed",
);

interface At {
  readonly uri: string;
}

export const stat = new RequestType<At, FileStat, FileSystemFailure>("redraft/fs/stat");
export const readDirectory = new RequestType<
  At,
  { readonly entries: readonly { readonly name: string; readonly type: EntryType }[] },
  FileSystemFailure
>("redraft/fs/readDirectory");
export const readFile = new RequestType<At, { readonly content: string }, FileSystemFailure>(
  "redraft/fs/readFile",
);
export const writeFile = new RequestType<
  At & { readonly content: string; readonly create: boolean; readonly overwrite: boolean },
  null,
  FileSystemFailure
>("redraft/fs/writeFile");
export const deleteEntry = new RequestType<
  At & { readonly recursive: boolean },
  null,
  FileSystemFailure
>("redraft/fs/delete");
export const renameEntry = new RequestType<
  { readonly oldUri: string; readonly newUri: string; readonly overwrite: boolean },
  null,
  FileSystemFailure
>("redraft/fs/rename");
export const copyEntry = new RequestType<
  { readonly source: string; readonly destination: string; readonly overwrite: boolean },
  null,
  FileSystemFailure
>("redraft/fs/copy");
export const createDirectory = new RequestType<At, null, FileSystemFailure>(
  "redraft/fs/createDirectory",
);
