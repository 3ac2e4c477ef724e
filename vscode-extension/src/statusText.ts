/** What the status bar says. Pure. */
import type { Snapshot } from "./protocol";
import type { ServerState } from "./server";

export interface StatusText {
  readonly text: string;
  readonly severity: "none" | "warning" | "error";
}

export function statusText(state: ServerState, snapshot: Snapshot | undefined): StatusText {
  if (state === "failed") {
    return { text: "$(error) Redraft", severity: "error" };
  }
  const active = snapshot?.active;
  return { text: active ? `$(book) ${active.name}` : "$(book) No session", severity: "none" };
}
