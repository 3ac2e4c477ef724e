/** What a session changed, as rows of a list. Pure. */
import type { ChangeKind, Session } from "../wire";

export interface Row {
  readonly path: string;
  readonly kind: ChangeKind;
  /** Whether the folder's file has changed too since the session first touched it. */
  readonly drifted: boolean;
}

/** The rows of a session by path, each document once. */
export function rowsOf({ changes, drifted }: Pick<Session, "changes" | "drifted">): Row[] {
  const kinds: readonly ChangeKind[] = ["modified", "created", "deleted"];
  const moved = new Set(drifted);
  const rows = kinds.flatMap((kind) =>
    changes[kind].map((path) => ({ path, kind, drifted: moved.delete(path) })),
  );
  // What is left came to the folder beneath something that the session had deleted.
  const newcomers = [...moved].map((path) => ({ path, kind: "deleted" as const, drifted: true }));
  return [...rows, ...newcomers].sort((one, other) => (one.path < other.path ? -1 : 1));
}
