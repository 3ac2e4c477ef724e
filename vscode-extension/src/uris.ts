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
const SIDES: readonly string[] = [GLOBAL_SCHEME, BASE_SCHEME, RETRY_SCHEME];

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

/**
 * What lies at `place` below the folder `root`, with `/` between the names.
 *
 * Both are paths as URIs have them. Answers "" for the folder itself, and nothing for what lies outside.
 */
export function below(root: string, place: string): string | undefined {
  const folder = root.endsWith("/") ? root.slice(0, -1) : root;
  if (place === folder || place === `${folder}/`) {
    return "";
  }
  return place.startsWith(`${folder}/`) ? place.slice(folder.length + 1) : undefined;
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
 * @returns the document; nothing if the file is to be opened as it is
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
  const copy = COPY.exec(inner);
  if (copy?.[1] !== undefined && copy[2] !== undefined) {
    const folder = root.endsWith("/") ? root : `${root}/`;
    return copy[1].toLowerCase() === "completed"
      ? undefined
      : { session: copy[1], path: folder + copy[2] };
  }
  const top = inner.split("/", 1)[0] ?? "";
  if (active === undefined || top === ".workflow" || NOT_REDIRECTED.includes(top)) {
    return undefined;
  }
  return { session: active, path: file };
}
