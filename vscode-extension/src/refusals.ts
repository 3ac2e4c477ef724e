/** Why the server did not do what it was asked. */
import * as vscode from "vscode";
import { ConnectionError, ErrorCodes, ResponseError } from "vscode-languageclient/node";

/** A command that the server refused: `code` is one of the stable words of docs/reference/errors.md. */
export class RedraftFailure extends Error {
  constructor(
    readonly code: string,
    message: string,
    readonly suggestions: readonly string[],
    readonly data: Readonly<Record<string, unknown>>,
    /** The folder that the command was about, if it named one. */
    readonly root: string | undefined,
  ) {
    super(message);
  }
}

/** There is no server to ask. A person who asked for something has been told why already. */
export class NoServer extends Error {}

/** Whether a request failed because the server is gone: what it did before is not known. */
export function isLost(error: unknown): boolean {
  const { MessageWriteError, ConnectionInactive } = ErrorCodes;
  return (
    error instanceof ConnectionError ||
    (error instanceof ResponseError &&
      error.code >= MessageWriteError &&
      error.code <= ConnectionInactive)
  );
}

export function interrupted(): string {
  return vscode.l10n.t(
    "The language server ended while it worked, and is started again. Nothing is lost. See what was done, then repeat.",
  );
}

/** What the server refused, from its answer; any other error as it is. */
export function asFailure(error: unknown, root: string | undefined): unknown {
  const data: unknown = error instanceof ResponseError ? error.data : undefined;
  if (!isRecord(data) || typeof data["code"] !== "string") {
    return error;
  }
  const suggestions = Array.isArray(data["suggestions"]) ? data["suggestions"] : [];
  return new RedraftFailure(
    data["code"],
    String(data["message"]),
    suggestions.filter((each): each is string => typeof each === "string"),
    data,
    root,
  );
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null;
}
