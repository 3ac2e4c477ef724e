/** Which documents of a session a command is about, wherever it was started from. */
import * as vscode from "vscode";

import type { Parts } from "../parts";
import type { Root } from "../state";
import { below, GLOBAL_SCHEME, SESSION_SCHEME } from "../uris";

/** A session in its root. `paths` are given where only some of its documents are meant. */
export interface Scope {
  readonly root: string;
  readonly session: string;
  readonly paths?: readonly string[];
}

/** The document of a session at a path, or with another scheme a side of it. */
export function documentUri(
  root: Root,
  session: string,
  path: string,
  scheme = SESSION_SCHEME,
): vscode.Uri {
  return vscode.Uri.joinPath(root.folder.uri, path).with({ scheme, authority: session });
}

export function globalOf(uri: vscode.Uri): vscode.Uri {
  return uri.with({ scheme: GLOBAL_SCHEME });
}

/** The session that an argument of a command names, else the active one. */
export function sessionScope({ sessions }: Parts, argument: unknown): Scope | undefined {
  const { session: named, root: where } = isRecord(argument) ? argument : {};
  const root =
    sessions.all().find(({ folder }) => folder.uri.fsPath === where) ?? sessions.current();
  const session = typeof named === "string" ? named : root?.snapshot?.active?.name;
  return root && session !== undefined ? { root: root.folder.uri.fsPath, session } : undefined;
}

/** The documents that a command's arguments or the editor in view stand for, of one session. */
export function documentScope(parts: Parts, args: readonly unknown[]): Scope | undefined {
  const uris = documentUris(parts, args);
  const [first] = uris;
  const root = first && parts.sessions.of(first);
  if (!root) {
    return undefined;
  }
  const active = root.snapshot?.active?.name ?? "";
  // URIs are written in lower case by some libraries; the server knows the name as it was given.
  const isActive = active.toLowerCase() === first.authority.toLowerCase();
  const paths = uris
    .filter((uri) => uri.authority === first.authority)
    .map((uri) => below(root.folder.uri.path, uri.path) ?? "");
  return {
    root: root.folder.uri.fsPath,
    session: isActive ? active : first.authority,
    paths: [...new Set(paths)],
  };
}

/** The session's documents that URIs, rows, lenses or tabs stand for; without any, the tab in view. */
export function documentUris({ sessions }: Parts, args: readonly unknown[]): vscode.Uri[] {
  const given = args.flat().map(uriIn);
  const tab = vscode.window.tabGroups.activeTabGroup.activeTab;
  const uris = given.some((uri) => uri !== undefined) ? given : [uriIn(tab?.input)];
  return uris.flatMap((uri) => {
    const root = uri && sessions.of(uri);
    const active = root?.snapshot?.active?.name;
    if (!uri || uri.scheme === SESSION_SCHEME || active === undefined) {
      return uri?.scheme === SESSION_SCHEME ? [uri] : [];
    }
    const path = below(root?.folder.uri.path ?? "", uri.path);
    return root && path ? [documentUri(root, active, path)] : [];
  });
}

function uriIn(value: unknown): vscode.Uri | undefined {
  if (value instanceof vscode.Uri || !isRecord(value)) {
    return value instanceof vscode.Uri ? value : undefined;
  }
  const { uri, resourceUri, modified } = value;
  return typeof uri === "string" ? vscode.Uri.parse(uri) : uriIn(resourceUri ?? uri ?? modified);
}

function isRecord(value: unknown): value is Readonly<Partial<Record<string, unknown>>> {
  return typeof value === "object" && value !== null;
}
