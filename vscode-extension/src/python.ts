/** Has a Python run the server's own set-up out of its wheel, and tells what came of it. Pure. */
import { spawn } from "node:child_process";
import { createInterface } from "node:readline";

export const OLDEST_PYTHON = "3.11";

export type Reason =
  | "cancelled"
  | "diskFull"
  | "noNetwork"
  | "noPython"
  | "noVenv"
  | "notWorking"
  | "other"
  | "tooOld"
  | "wrongSetting";

/** Why the language server could not be set up; `detail` is what was seen, in one line. */
export class SetupFailure extends Error {
  constructor(
    readonly reason: Reason,
    readonly detail: string,
  ) {
    super(`${reason}: ${detail}`);
  }

  /** Whether another Python may do better. */
  get isOfPython(): boolean {
    return ["noVenv", "notWorking", "tooOld"].includes(this.reason);
  }
}

/** A line of the set-up: see server/redraft/faces/setting_up.py. */
export interface Told {
  readonly python?: string;
  readonly executable?: string;
  readonly log?: string;
  readonly doing?: string;
  readonly what?: string;
  readonly failed?: Reason;
  readonly detail?: string;
}

export interface Listening {
  readonly signal: AbortSignal;
  readonly onTold: (told: Told) => void;
}

/** A program with what it is always given. */
export type Candidate = readonly [program: string, ...args: string[]];

const PATIENCE_MS = 20_000;
const GRACE_MS = 5_000;
/** Runs the set-up, unless this Python is too old to read it. */
const BOOT = `
import json, sys
print(json.dumps({"python": "%d.%d.%d" % sys.version_info[:3], "executable": sys.executable}))
sys.stdout.flush()
if sys.version_info < (${OLDEST_PYTHON.replace(".", ", ")}):
    sys.exit(2)
sys.path.insert(0, sys.argv[1])
from redraft.faces.setting_up import main
main(*sys.argv[1:])
`;

/** The Pythons to try, in this order; one that a person has set is the only one. */
export function candidatesOf(setting: string, extensionsChoice: string | undefined): Candidate[] {
  if (setting !== "") {
    return [[setting]];
  }
  const launcher: Candidate[] = process.platform === "win32" ? [["py", "-3"]] : [];
  const versioned = ["3.14", "3.13", "3.12", "3.11"].map((version): Candidate => [
    `python${version}`,
  ]);
  const chosen: Candidate[] = extensionsChoice === undefined ? [] : [[extensionsChoice]];
  return [...chosen, ["python3"], ["python"], ...launcher, ...versioned];
}

/** Have the environment of a wheel made in a folder by a Python. Gives why that could not be. */
export async function setUpWith(
  [program, ...args]: Candidate,
  wheel: string,
  folder: string,
  { signal, onTold }: Listening,
): Promise<SetupFailure | undefined> {
  const silent = new AbortController();
  const patience = setTimeout(() => {
    silent.abort();
  }, PATIENCE_MS);
  let told: Told = {};
  let last = "";
  const take = (line: string): void => {
    clearTimeout(patience);
    const said = parsed(line);
    last = said.log ?? last;
    told = { ...told, ...said };
    onTold(said);
  };
  const boot = [...args, "-I", "-X", "utf8", "-c", BOOT, wheel, folder];
  const code = await run(program, boot, AbortSignal.any([signal, silent.signal]), take);
  clearTimeout(patience);
  if (signal.aborted) {
    return new SetupFailure("cancelled", "");
  }
  const failure = failureOf(told, code, last);
  onTold({ log: `${[program, ...args].join(" ")}: ${failure?.message ?? "will do"}` });
  return failure;
}

function failureOf(told: Told, code: number | undefined, last: string): SetupFailure | undefined {
  const { python, executable = "", failed, detail = "" } = told;
  if (code === 0) {
    return undefined;
  }
  if (python === undefined) {
    return new SetupFailure("notWorking", last);
  }
  if (failed !== undefined) {
    return new SetupFailure(failed, detail);
  }
  return code === 2
    ? new SetupFailure("tooOld", `Python ${python} (${executable})`)
    : new SetupFailure("other", last);
}

/** The most telling of what was seen: of several alike, all are named. */
export function worst(failures: readonly SetupFailure[], setting: string): SetupFailure {
  const other = failures.find(({ isOfPython }) => !isOfPython);
  if (other) {
    return other;
  }
  for (const reason of ["noVenv", "tooOld"] as const) {
    const alike = failures.filter((failure) => failure.reason === reason);
    if (alike.length > 0) {
      const details = new Set(alike.map(({ detail }) => detail));
      return new SetupFailure(reason, [...details].join(", "));
    }
  }
  return setting === ""
    ? new SetupFailure("noPython", "")
    : new SetupFailure("wrongSetting", setting);
}

function parsed(line: string): Told {
  try {
    const told: unknown = JSON.parse(line);
    return typeof told === "object" && told !== null ? told : { log: line };
  } catch {
    return { log: line };
  }
}

/** Runs a program to its end, which is undefined for one that could not be started. Never rejects. */
function run(
  program: string,
  args: readonly string[],
  signal: AbortSignal,
  take: (line: string) => void,
): Promise<number | undefined> {
  return new Promise((resolve) => {
    if (signal.aborted) {
      resolve(undefined);
      return;
    }
    const isWindows = process.platform === "win32";
    // A group of its own on POSIX, so that what the program starts is ended with it.
    const child = spawn(program, args, {
      detached: !isWindows,
      windowsHide: true,
      stdio: ["ignore", "pipe", "pipe"],
    });
    const end = (): void => {
      const { pid } = child;
      if (pid === undefined) {
        return;
      }
      if (isWindows) {
        spawn("taskkill", ["/pid", String(pid), "/T", "/F"], { windowsHide: true });
        return;
      }
      kill(pid, "SIGTERM"); // It clears away what it began.
      setTimeout(kill, GRACE_MS, pid, "SIGKILL").unref();
    };
    signal.addEventListener("abort", end, { once: true });
    createInterface(child.stdout).on("line", take);
    createInterface(child.stderr).on("line", take);
    child.once("error", (error) => {
      take(error.message);
    });
    child.once("close", (code) => {
      signal.removeEventListener("abort", end);
      // A program that could not be started closes with a negative code.
      resolve(code === null || code < 0 ? undefined : code);
    });
  });
}

function kill(group: number, sign: NodeJS.Signals): void {
  try {
    process.kill(-group, sign);
  } catch {
    // It has ended by itself.
  }
}
