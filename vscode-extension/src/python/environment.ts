/**
 * The private environment: made aside under a name of its own and published by one rename, so that
 * it is whole wherever it exists. A moved virtual environment still works by `bin/python -m ...`;
 * only the scripts beside it, which nobody here starts, hold its old path.
 */
import { createHash, randomUUID } from "node:crypto";
import { access, mkdir, readFile, readdir, rename, rm, stat, writeFile } from "node:fs/promises";
import { hostname } from "node:os";
import { basename, dirname, join } from "node:path";

import { cleanEnvironment } from "./find";
import { run } from "./run";
import { SetupFailure, failureOf } from "./setupFailure";

export interface Environment {
  readonly folder: string;
  readonly python: string;
  readonly wheel: string;
}

export interface Work {
  readonly env: NodeJS.ProcessEnv;
  readonly signal: AbortSignal;
  readonly log: (line: string) => void;
}

const PUBLISHED = /^\d[\w.]*-[0-9a-f]{12}$/;
const DRAFT = /^\.making-(.+)-[0-9a-f]{8}$/;
const USERS = ".used-by";
const OWNER = `${hostname()}~${process.pid}`;
const ELSEWHERE_MS = 14 * 24 * 3600 * 1000;
const CHECK = "import pygls, redraft.faces.lsp.server";
const PIP = "-m pip install --disable-pip-version-check --no-input --progress-bar off --retries 2";

/** Where the environment of the one wheel in a folder belongs, named by its version and content. */
export async function environmentOf(wheels: string, storage: string): Promise<Environment> {
  const wheel = (await readdir(wheels)).find((name) => name.endsWith(".whl"));
  if (wheel === undefined) {
    throw new SetupFailure("other", `${wheels} holds no wheel`);
  }
  const content = await readFile(join(wheels, wheel));
  const digest = createHash("sha256").update(content).digest("hex").slice(0, 12);
  const folder = join(storage, "environments", `${wheel.split("-")[1] ?? "0"}-${digest}`);
  return { folder, python: pythonIn(folder), wheel: join(wheels, wheel) };
}

/** Whether it is there and its Python has not been removed under it. */
export async function isThere(environment: Environment): Promise<boolean> {
  return access(environment.python).then(
    () => true,
    () => false,
  );
}

/** Whether its packages can be imported: slower than `isThere`, and sure. */
export async function isSound(environment: Environment, work: Work): Promise<boolean> {
  const ran = await run(environment.python, ["-I", "-c", CHECK], { ...work, onLine: work.log });
  return ran.code === 0;
}

/** Says that this process uses it, so that no other removes it. */
export async function markUsed(environment: Environment): Promise<void> {
  await mkdir(join(environment.folder, USERS), { recursive: true });
  await writeFile(join(environment.folder, USERS, OWNER), "");
}

/** Makes the environment with the given Python, or fails and leaves nothing. */
export async function makeEnvironment(
  environment: Environment,
  python: string,
  work: Work,
): Promise<void> {
  const draft = asideOf(environment);
  try {
    await mkdir(dirname(draft), { recursive: true });
    await step(python, ["-I", "-m", "venv", draft], work);
    const pip = [...PIP.split(" "), "--prefer-binary", environment.wheel];
    await step(pythonIn(draft), ["-I", "-X", "utf8", ...pip], work);
    await step(pythonIn(draft), ["-I", "-c", CHECK], work);
    await publish(draft, environment, work);
  } catch (error) {
    throw error instanceof SetupFailure ? error : failureOf([String(error)]);
  } finally {
    await rm(draft, { recursive: true, force: true }).catch(() => undefined);
  }
}

/** Removes the environments of other versions and the leftovers of killed set-ups, unless in use. */
export async function removeUnused(environment: Environment): Promise<void> {
  const home = dirname(environment.folder);
  for (const name of await readdir(home)) {
    const path = join(home, name);
    if (path !== environment.folder && (await isAbandoned(path))) {
      await rm(path, { recursive: true, force: true }).catch(() => undefined);
    }
  }
}

async function step(program: string, args: readonly string[], work: Work): Promise<void> {
  work.log(`> ${program} ${args.join(" ")}`);
  const env = cleanEnvironment(work.env);
  const ran = await run(program, args, { env, signal: work.signal, onLine: work.log });
  if (work.signal.aborted) {
    throw new SetupFailure("cancelled", "");
  }
  if (ran.code !== 0) {
    throw failureOf(ran.lines);
  }
}

async function publish(
  draft: string,
  environment: Environment,
  work: Work,
  attempts = 3,
): Promise<void> {
  const old = asideOf(environment);
  try {
    await rename(draft, environment.folder);
  } catch (error) {
    // Another window was faster, or what lies there is broken and makes way.
    if (await isSound(environment, work)) {
      return;
    }
    if (attempts === 0) {
      throw error;
    }
    work.log(`Replacing ${environment.folder}: ${String(error)}`);
    await rename(environment.folder, old).catch(() => undefined);
    await publish(draft, environment, work, attempts - 1);
    await rm(old, { recursive: true, force: true }).catch(() => undefined);
  }
}

async function isAbandoned(path: string): Promise<boolean> {
  const owner = DRAFT.exec(basename(path))?.[1];
  if (owner !== undefined) {
    return !(await mayLive(owner, path));
  }
  if (!PUBLISHED.test(basename(path))) {
    return false;
  }
  const users = await readdir(join(path, USERS)).catch(() => []);
  const alive = await Promise.all(users.map((user) => mayLive(user, join(path, USERS, user))));
  return !alive.includes(true);
}

/** A home folder may be shared by machines: of another's processes only the age can tell. */
async function mayLive(owner: string, path: string): Promise<boolean> {
  const [host, pid] = owner.split("~");
  if (host !== hostname()) {
    const since = await stat(path).then(
      (found) => found.mtimeMs,
      () => 0,
    );
    return Date.now() - since < ELSEWHERE_MS;
  }
  try {
    process.kill(Number(pid), 0);
    return true;
  } catch (error) {
    return error instanceof Error && "code" in error && error.code === "EPERM";
  }
}

function asideOf(environment: Environment): string {
  return join(dirname(environment.folder), `.making-${OWNER}-${randomUUID().slice(0, 8)}`);
}

function pythonIn(folder: string): string {
  return process.platform === "win32"
    ? join(folder, "Scripts", "python.exe")
    : join(folder, "bin", "python");
}
