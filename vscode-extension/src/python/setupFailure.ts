/** Why the language server could not be set up, told from what Python, pip and the disk said. */

export type SetupReason =
  | "cancelled"
  | "diskFull"
  | "noNetwork"
  | "noPython"
  | "noVenv"
  | "other"
  | "tooOld"
  | "wrongSetting";

export class SetupFailure extends Error {
  constructor(
    readonly reason: SetupReason,
    /** What was seen, for the message: one line, as the program said it. */
    readonly detail: string,
  ) {
    super(`${reason}: ${detail}`);
    this.name = "SetupFailure";
  }
}

const SIGNS: readonly (readonly [SetupReason, RegExp])[] = [
  [
    "diskFull",
    /No space left on device|Disk quota exceeded|not enough space on the disk|ENOSPC|EDQUOT/i,
  ],
  ["noVenv", /No module named '?(venv|ensurepip|pip)\b|ensurepip is not available/i],
  [
    "noNetwork",
    /NewConnectionError|ConnectTimeout|ReadTimeout|RemoteDisconnected|ProxyError|SSLError|CERTIFICATE_VERIFY_FAILED|Max retries exceeded|connection (broken|refused|reset|error|timed out)|network is unreachable|name or service not known|name resolution|getaddrinfo|failed to (connect|resolve)|could not (connect|resolve)|timed? ?out/i,
  ],
];

/** Names the failure of a step by the lines it wrote. */
export function failureOf(lines: readonly string[]): SetupFailure {
  const written = lines.join("\n");
  const reason = SIGNS.find(([, sign]) => sign.test(written))?.[0] ?? "other";
  return new SetupFailure(reason, lastWord(lines));
}

function lastWord(lines: readonly string[]): string {
  const spoken = lines.map((line) => line.trim()).filter((line) => line !== "");
  const error = spoken.findLast((line) => /^(error|fatal)\b/i.test(line));
  return (error ?? spoken.at(-1) ?? "").replace(/^error:\s*/i, "");
}
