/** What a command is about: the folder, the session and the documents that its arguments stand for. */
import * as vscode from "vscode";
import { l10n } from "vscode";

import { nameOf, sessionUri } from "./documents/places";
import { inFront, isRecord, uriIn } from "./documents/tabs";
import type { Parts } from "./parts";
import type { Root } from "./state";
import { below, isSessionDocument, isSide, pathOf } from "./uris";

/** A folder, and a session in it, as buttons and other commands name them. */
export interface Target {
  readonly root?: string | undefined;
  readonly session?: string | undefined;
}

/** A session in its folder. */
export interface Home {
  readonly root: Root;
  readonly session: string;
}

/** A session, or those of its documents that `paths` names. */
export interface Scope extends Home {
  readonly paths?: readonly string[];
}

/** Documents of one session. */
export interface Documents extends Home {
  readonly uris: readonly [vscode.Uri, ...vscode.Uri[]];
}

/** The folder that is meant, and the session if one is named, with the server at work. */
export async function about(
  parts: Parts,
  argument?: unknown,
): Promise<{ readonly root: string; readonly session: string | undefined }> {
  await parts.server.ready({ interactive: true });
  const root = await rootMeant(parts, argument);
  return { root: root.folder.uri.fsPath, session: sessionNamed(root, argument) };
}

/** The session that is named, else the active one of the folder that is meant. */
export async function sessionMeant(parts: Parts, argument?: unknown): Promise<Home> {
  const root = await rootMeant(parts, argument);
  const session = sessionNamed(root, argument) ?? root.snapshot?.active?.name;
  if (session === undefined) {
    throw new Error(l10n.t("Start or switch to a session first."));
  }
  return { root, session };
}

/** The folder that is named, else that of the document in front, else the only one, else what a person picks. */
export async function rootMeant({ sessions }: Parts, argument?: unknown): Promise<Root> {
  const roots = sessions.all();
  const path = textIn(argument, "root");
  if (path !== undefined) {
    const named = roots.find(({ folder, snapshot }) =>
      [folder.uri.fsPath, snapshot?.root].includes(path),
    );
    if (!named) {
      throw new Error(l10n.t("The folder {0} is not open.", path));
    }
    return named;
  }
  const uri = uriIn(argument);
  return (uri && sessions.of(uri)) ?? sessions.current() ?? pickRoot(roots);
}

async function pickRoot(roots: readonly Root[]): Promise<Root> {
  if (roots.length === 0) {
    throw new Error(l10n.t("Open a folder first: sessions belong to a folder."));
  }
  const rows = roots.map((root) => ({
    label: `$(root-folder) ${root.folder.name}`,
    description: root.snapshot?.active?.name ?? l10n.t("No session"),
    root,
  }));
  const placeHolder = l10n.t("Select the folder whose session you mean");
  const row = await vscode.window.showQuickPick(rows, { placeHolder });
  if (!row) {
    throw new vscode.CancellationError();
  }
  return row.root;
}

/**
 * The session's documents that URIs, rows, lenses or tabs stand for; without any, the one in front.
 *
 * Those of other sessions than the first one's are left out.
 */
export function documentsMeant({ sessions }: Parts, args: readonly unknown[]): Documents {
  const given = args.flat().flatMap((each) => uriIn(each) ?? []);
  const front = given.length > 0 ? given : [inFront()].flatMap((uri) => uri ?? []);
  const found = front.flatMap((uri) => sessionUri(sessions, uri) ?? []);
  const [first] = found;
  const root = first && sessions.of(first);
  if (!root) {
    const [asked] = front;
    throw new Error(
      asked && !sessions.of(asked)
        ? l10n.t("{0} is in no folder that is open, so no session has it.", nameOf(asked))
        : l10n.t("Start or switch to a session first, then open a document."),
    );
  }
  const uris = found.filter((uri) => uri.authority === first.authority);
  const session = spelled(root, first.authority);
  return { root, session, uris: [first, ...uris.filter((uri) => String(uri) !== String(first))] };
}

/** The same by their paths in the folder. */
export function pathsOf({ root, uris }: Documents): string[] {
  const top = pathOf(root.folder.uri);
  return [...new Set(uris.map((uri) => below(top, uri.path) ?? ""))];
}

/** The same for a command of the server. */
export function args({ root, session }: Home): { readonly root: string; readonly session: string } {
  return { root: root.folder.uri.fsPath, session };
}

/** A session as dialogs name it: with its folder, where the window has several. */
export function titleOf({ root, session }: Home): string {
  const several = (vscode.workspace.workspaceFolders?.length ?? 0) > 1;
  return several ? l10n.t("{0} in {1}", session, root.folder.name) : session;
}

/** The session of a document, by the name that it was given: a URI has lost its capitals. */
export function sessionOf({ sessions }: Parts, document: vscode.Uri): string {
  const root = sessions.of(document);
  return root ? spelled(root, document.authority) : document.authority;
}

function sessionNamed(root: Root, argument: unknown): string | undefined {
  const uri = uriIn(argument);
  const isOurs = uri && (isSessionDocument(uri) || isSide(uri));
  return textIn(argument, "session") ?? (isOurs ? spelled(root, uri.authority) : undefined);
}

function spelled({ snapshot }: Root, authority: string): string {
  const active = snapshot?.active?.name;
  return active?.toLowerCase() === authority.toLowerCase() ? active : authority;
}

function textIn(value: unknown, key: string): string | undefined {
  const text = isRecord(value) ? value[key] : undefined;
  return typeof text === "string" ? text : undefined;
}
