/** Where a document lies, and which document of a session stands for it. Pure: nothing of the editor is used here. */

/** The parts of a URI that these functions look at; the editor's `Uri` has them all. */
export interface Place {
  readonly scheme: string;
  readonly authority: string;
  readonly path: string;
}

export const SESSION_SCHEME = "redraft";
export const GLOBAL_SCHEME = "redraft-global";
export const BASE_SCHEME = "redraft-base";
export const RETRY_SCHEME = "redraft-retry";
export const SIDES: readonly string[] = [GLOBAL_SCHEME, BASE_SCHEME, RETRY_SCHEME];

/** Folders of the root whose files are not documents of the book, or steer the editor itself. */
const NOT_REDIRECTED: readonly string[] = ["workspace", ".git", ".vscode"];
const COPY = /^\.workflow\/([A-Za-z0-9][A-Za-z0-9_-]{0,63})\/files\/(.+)$/s;

/** Whether a URI names a session's version of a document. */
export function isSessionDocument(place: Place): boolean {
  return place.scheme === SESSION_SCHEME;
}

/** Whether a URI names one of the read-only sides for comparing. */
export function isSide(place: Place): boolean {
  return SIDES.includes(place.scheme);
}

/** The path of a document in URIs of sessions: that of its file, a Windows share's with the name of its machine. */
export function pathOf({ scheme, authority, path }: Place): string {
  return scheme === "file" && authority !== "" ? `//${authority}${path}` : path;
}

/**
 * What lies at `place` below the folder `root`, with `/` between the names.
 *
 * Both are paths as URIs have them. Answers "" for the folder itself, and nothing for what lies outside.
 */
export function below(
  root: string,
  place: string,
  anyCase = process.platform !== "linux",
): string | undefined {
  const folder = root.endsWith("/") ? root : `${root}/`;
  const [start, whole] = anyCase ? [folder.toLowerCase(), place.toLowerCase()] : [folder, place];
  return `${whole}/` === start || whole.startsWith(start) ? place.slice(folder.length) : undefined;
}

/** A document of a session: the session's name and the path that its URI has. */
export interface SessionDocument {
  readonly session: string;
  readonly path: string;
}

/**
 * The session's document that stands for a real file.
 *
 * @param root the path of the root's folder, as its URI has it
 * @param active the session that is active in the root, if there is one
 * @param file the path of the real file, as its URI has it
 * @returns the document; nothing if the file is in no session
 */
export function sessionDocument(
  root: string,
  active: string | undefined,
  file: string,
): SessionDocument | undefined {
  const inner = below(root, file);
  if (inner === undefined || inner === "") {
    return undefined;
  }
  const [, session, path] = COPY.exec(inner) ?? [];
  if (session !== undefined && path !== undefined) {
    const folder = root.endsWith("/") ? root : `${root}/`;
    return session.toLowerCase() === "completed" ? undefined : { session, path: folder + path };
  }
  const isOwn = inner.split("/", 1)[0] === ".workflow";
  return active === undefined || isOwn ? undefined : { session: active, path: file };
}

/** Whether opening a real file leads to its session document by itself. */
export function isRedirected(root: string, file: string): boolean {
  const top = below(root, file)?.split("/", 1)[0] ?? "";
  return !NOT_REDIRECTED.includes(top);
}
