/** Runs a program to its end, line by line, and ends its whole tree when it is no longer wanted. */
import { type ChildProcess, spawn } from "node:child_process";
import { createInterface } from "node:readline";

export interface RunOptions {
  readonly env: NodeJS.ProcessEnv;
  readonly signal: AbortSignal;
  readonly onLine?: (line: string) => void;
}

export interface Ran {
  /** undefined if the program could not be started or was ended before it was done. */
  readonly code: number | undefined;
  readonly lines: readonly string[];
}

/** Runs the program; never rejects. */
export function run(program: string, args: readonly string[], options: RunOptions): Promise<Ran> {
  const lines: string[] = [];
  const take = (line: string): void => {
    lines.push(line);
    options.onLine?.(line);
  };
  return new Promise((resolve) => {
    if (options.signal.aborted) {
      resolve({ code: undefined, lines });
      return;
    }
    // A group of its own on POSIX, so that what the program starts can be ended with it.
    const detached = process.platform !== "win32";
    const child = spawn(program, args, {
      env: options.env,
      detached,
      windowsHide: true,
      stdio: ["ignore", "pipe", "pipe"],
    });
    const end = (): void => {
      endTree(child);
    };
    options.signal.addEventListener("abort", end, { once: true });
    createInterface(child.stdout).on("line", take);
    createInterface(child.stderr).on("line", take);
    child.once("error", (error) => {
      take(error.message);
    });
    child.once("close", (code) => {
      options.signal.removeEventListener("abort", end);
      // A program that could not be started closes with a negative code.
      resolve({ code: code === null || code < 0 ? undefined : code, lines });
    });
  });
}

function endTree(child: ChildProcess): void {
  if (child.pid === undefined) {
    return;
  }
  if (process.platform === "win32") {
    spawn("taskkill", ["/pid", String(child.pid), "/T", "/F"], { windowsHide: true });
    return;
  }
  try {
    process.kill(-child.pid, "SIGKILL");
  } catch {
    // It ended by itself in this moment.
  }
}
