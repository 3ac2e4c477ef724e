import assert from "node:assert/strict";
import { mkdir, readdir, rm, stat, utimes, writeFile } from "node:fs/promises";
import { hostname } from "node:os";
import { join } from "node:path";
import { type TestContext, describe, test } from "node:test";

import * as environments from "../../src/python/environment";
import { contentOf, failsWith, fakeMaker, temporaryFolder, waitFor } from "./fakes";

const NOBODY = `${hostname()}~99999999`;

interface Place {
  readonly root: string;
  readonly home: string;
  readonly log: string[];
  environment(content?: string): Promise<environments.Environment>;
  make(python: string, signal?: AbortSignal): Promise<environments.Environment>;
}

async function place(test: TestContext): Promise<Place> {
  const root = await temporaryFolder(test);
  const wheels = join(root, "server");
  const log: string[] = [];
  await mkdir(wheels);
  const environment = async (content = "one"): Promise<environments.Environment> => {
    await writeFile(join(wheels, "redraft-1.2.3-py3-none-any.whl"), content);
    return environments.environmentOf(wheels, join(root, "storage"));
  };
  return {
    root,
    home: join(root, "storage", "environments"),
    log,
    environment,
    make: async (python, signal = new AbortController().signal) => {
      const wanted = await environment();
      const work = { env: process.env, signal, log: (line: string) => log.push(line) };
      await environments.makeEnvironment(wanted, python, work);
      return wanted;
    },
  };
}

const quiet = (): environments.Work => ({
  env: process.env,
  signal: new AbortController().signal,
  log: () => undefined,
});

describe("an environment", () => {
  test("is named by the wheel's version and content", async (t) => {
    const here = await place(t);
    const [one, two] = [await here.environment("one"), await here.environment("two")];
    assert.match(one.folder, /environments\/1\.2\.3-[0-9a-f]{12}$/);
    assert.notEqual(one.folder, two.folder);
  });

  test("is there once made, and nothing else is", async (t) => {
    const here = await place(t);
    const python = await fakeMaker(here.root, "echo Collecting things");
    assert.equal(await environments.isThere(await here.environment()), false);
    const made = await here.make(python);
    assert.equal(await environments.isThere(made), true);
    assert.equal(await environments.isSound(made, quiet()), true);
    assert.deepEqual(await readdir(here.home), [made.folder.slice(here.home.length + 1)]);
    assert.ok(here.log.includes("Collecting things"));
  });

  test("is not there when its Python was removed from the machine", async (t) => {
    const here = await place(t);
    const made = await here.make(await fakeMaker(here.root, ":"));
    await rm(made.python);
    assert.equal(await environments.isThere(made), false);
  });

  test("is remade when it is broken", async (t) => {
    const here = await place(t);
    const python = await fakeMaker(here.root, ":");
    const made = await here.make(python);
    await rm(join(made.folder, "bin", "installed"));
    assert.equal(await environments.isSound(made, quiet()), false);
    await here.make(python);
    assert.equal(await environments.isSound(made, quiet()), true);
    assert.equal((await readdir(here.home)).length, 1);
  });

  test("is made once whole by two windows at once", async (t) => {
    const here = await place(t);
    const python = await fakeMaker(here.root, ":");
    const [made] = await Promise.all([here.make(python), here.make(python), here.make(python)]);
    assert.equal(await environments.isSound(made, quiet()), true);
    assert.equal((await readdir(here.home)).length, 1);
  });

  test("is remade whole by two windows at once", async (t) => {
    const here = await place(t);
    const python = await fakeMaker(here.root, ":");
    const made = await here.make(python);
    await rm(join(made.folder, "bin", "installed"));
    await Promise.all([here.make(python), here.make(python), here.make(python)]);
    assert.equal(await environments.isSound(made, quiet()), true);
    assert.equal((await readdir(here.home)).length, 1);
  });
});

describe("a set-up that fails leaves nothing and says why:", () => {
  const cases = [
    ["noNetwork", "echo 'WARNING: Retrying after connection broken by NewConnectionError'; exit 1"],
    ["noNetwork", "echo 'ERROR: Could not find a version (ProxyError(nothing))'; exit 1"],
    ["diskFull", "echo 'ERROR: Could not install: [Errno 28] No space left on device' >&2; exit 1"],
    ["other", "echo 'ERROR: No matching distribution found for click'; echo; exit 1"],
  ] as const;
  for (const [reason, pip] of cases) {
    test(`${reason}: ${pip}`, async (t) => {
      const here = await place(t);
      const python = await fakeMaker(here.root, pip);
      const detail = reason === "other" ? /^No matching distribution found for click$/ : /./;
      await assert.rejects(here.make(python), failsWith(reason, detail));
      assert.deepEqual(await readdir(here.home), []);
    });
  }

  test("a storage that cannot be written", async (t) => {
    const here = await place(t);
    await writeFile(join(here.root, "storage"), "a file in the way");
    await assert.rejects(here.make(await fakeMaker(here.root, ":")), failsWith("other", /storage/));
  });
});

test("a cancelled set-up ends all it started and leaves nothing", async (t) => {
  const here = await place(t);
  const pids = join(here.root, "pids");
  const pip = `/bin/sleep 1000 & echo $$ $! > '${pids}'; wait`;
  const controller = new AbortController();
  const making = here.make(await fakeMaker(here.root, pip), controller.signal);
  const started = (await waitFor(() => contentOf(pids))).split(" ").map(Number);
  controller.abort();
  await assert.rejects(making, failsWith("cancelled"));
  assert.equal(started.length, 2);
  for (const pid of started) {
    await waitFor(() => isGone(pid));
  }
  assert.deepEqual(await readdir(here.home), []);
});

test("a set-up killed half-way is not taken for whole, and the next one clears it away", async (t) => {
  const here = await place(t);
  const wanted = await here.environment();
  const half = join(here.home, `.making-${NOBODY}-0123abcd`);
  await mkdir(join(half, "bin"), { recursive: true });
  assert.equal(await environments.isThere(wanted), false);
  await here.make(await fakeMaker(here.root, ":"));
  await environments.removeUnused(wanted);
  assert.equal((await readdir(here.home)).length, 1);
  assert.equal(await environments.isThere(wanted), true);
});

describe("when environments are cleared away", () => {
  async function withOthers(test: TestContext, ...others: string[]): Promise<string[]> {
    const here = await place(test);
    const made = await here.make(await fakeMaker(here.root, ":"));
    for (const other of others) {
      await mkdir(join(here.home, other), { recursive: true });
    }
    const longAgo = new Date(Date.now() - 30 * 24 * 3600 * 1000);
    for (const old of others.filter((name) => name.includes("elsewhere~2"))) {
      await utimes(join(here.home, old), longAgo, longAgo);
    }
    await environments.removeUnused(made);
    assert.ok((await stat(made.python)).isFile());
    return (await readdir(here.home)).filter((name) => !made.folder.endsWith(name)).sort();
  }

  test("other versions that nobody uses go", async (t) => {
    const old = `1.0.0-0123456789ab/.used-by/${NOBODY}`;
    assert.deepEqual(await withOthers(t, "1.1.0-0123456789ab", old), []);
  });

  test("those of a running window stay", async (t) => {
    const used = `1.0.0-0123456789ab/.used-by/${hostname()}~${process.pid}`;
    assert.deepEqual(await withOthers(t, used), ["1.0.0-0123456789ab"]);
  });

  test("another machine's stay until they are old", async (t) => {
    const young = "1.0.0-0123456789ab/.used-by/elsewhere~1";
    const old = "1.1.0-0123456789ab/.used-by/elsewhere~2";
    assert.deepEqual(await withOthers(t, young, old), ["1.0.0-0123456789ab"]);
  });

  test("what is not ours stays", async (t) => {
    assert.deepEqual(await withOthers(t, "notes", "1.2.3"), ["1.2.3", "notes"]);
  });
});

function isGone(pid: number): Promise<true | undefined> {
  try {
    process.kill(pid, 0);
    return Promise.resolve(undefined);
  } catch {
    return Promise.resolve(true);
  }
}
