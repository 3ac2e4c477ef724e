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
  const root = sessions.current();
  const named = isRecord(argument) ? argument["session"] : undefined;
  const session = typeof named === "string" ? named : root?.snapshot?.active?.name;
  return root && session !== undefined ? { root: root.folder.uri.fsPath, session } : undefined;
}

/** The documents that rows of the source control view, a URI or the editor in view stand for. */
export function documentScope({ sessions }: Parts, args: readonly unknown[]): Scope | undefined {
  const uris = documentUris(args);
  const [first] = uris;
  const root = first && sessions.of(first);
  if (!root) {
    return undefined;
  }
  const active = root.snapshot?.active?.name;
  // URIs are written in lower case by some libraries; the server knows the name as it was given.
  const session =
    active?.toLowerCase() === first.authority.toLowerCase() ? active : first.authority;
  const paths = uris
    .filter((uri) => uri.authority === first.authority)
    .map((uri) => below(root.folder.uri.path, uri.path) ?? "")
    .filter((path) => path !== "");
  return { root: root.folder.uri.fsPath, session, paths };
}

export function documentUris(args: readonly unknown[]): vscode.Uri[] {
  const named = args.flat().map(uriIn);
  const given =
    named.length > 0 ? named : [uriIn(vscode.window.tabGroups.activeTabGroup.activeTab?.input)];
  const uris = given.filter((uri) => uri?.scheme === SESSION_SCHEME) as vscode.Uri[];
  return [...new Map(uris.map((uri) => [uri.toString(), uri])).values()];
}

function uriIn(value: unknown): vscode.Uri | undefined {
  if (value instanceof vscode.Uri) {
    return value;
  }
  if (typeof value === "string") {
    return vscode.Uri.parse(value);
  }
  if (!isRecord(value)) {
    return undefined;
  }
  return uriIn(value["resourceUri"] ?? value["uri"] ?? value["modified"]);
}

export function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null;
}
