// Programs that answer as a Python would, in a temporary folder that stands for PATH.
import { chmod, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { TestContext } from "node:test";

import { SetupFailure, type SetupReason } from "../../src/python/setupFailure";

export async function temporaryFolder(test: TestContext): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), "redraft-"));
  test.after(() => rm(folder, { recursive: true, force: true }));
  return folder;
}

export async function script(folder: string, name: string, body: string): Promise<string> {
  const path = join(folder, name);
  await writeFile(path, `#!/bin/sh\n${body}\n`);
  await chmod(path, 0o755);
  return path;
}

export function fakePython(
  folder: string,
  name: string,
  version: string,
  venv = "venv",
): Promise<string> {
  const path = join(folder, name);
  return script(folder, name, `printf '%s\\n' '${version}' '${path}' '${venv}'`);
}

/** Makes folders as `venv` would, with a Python that fails at pip as it is told and else works. */
export function fakeMaker(folder: string, pip: string): Promise<string> {
  return script(
    folder,
    "python3",
    `
case "$*" in
  *"-m venv"*) for draft; do :; done; mkdir -p "$draft/bin"; cp "$0" "$draft/bin/python" ;;
  *"-m pip"*) ${pip}; touch "\${0%/*}/installed" ;;
  *"import pygls"*) test -e "\${0%/*}/installed" ;;
  *) exit 3 ;;
esac`,
  );
}

export async function waitFor<T>(what: () => Promise<T | undefined>): Promise<T> {
  const end = Date.now() + 10_000;
  for (;;) {
    const found = await what();
    if (found !== undefined) {
      return found;
    }
    if (Date.now() > end) {
      throw new Error("what was waited for has not come");
    }
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
}

export function contentOf(path: string): Promise<string | undefined> {
  return readFile(path, "utf8").then(
    (text) => (text.endsWith("\n") ? text.trim() : undefined),
    () => undefined,
  );
}

export function failsWith(reason: SetupReason, detail?: RegExp): (error: unknown) => boolean {
  return (error) =>
    error instanceof SetupFailure &&
    error.reason === reason &&
    (detail === undefined || detail.test(error.detail));
}
