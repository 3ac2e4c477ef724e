import assert from "node:assert/strict";
import { chmod, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type TestContext, describe, test } from "node:test";

import { candidatesOf, setUpWith, SetupFailure, worst, type Told } from "../src/python";

const NEVER = new AbortController().signal;

async function script(test: TestContext, body: string): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), "redraft-"));
  test.after(() => rm(folder, { recursive: true, force: true }));
  const path = join(folder, "python3");
  await writeFile(path, `#!/bin/sh\n${body}\n`);
  await chmod(path, 0o755);
  return path;
}

/** Says that it is a Python, and what else it is given to say. */
function python(test: TestContext, version: string, rest: string): Promise<string> {
  return script(test, `echo '{"python": "${version}", "executable": "/p"}'; ${rest}`);
}

async function seen(
  program: string,
  signal = NEVER,
): Promise<{ readonly failure: SetupFailure | undefined; readonly told: readonly Told[] }> {
  const told: Told[] = [];
  const onTold = (each: Told): void => void told.push(each);
  const failure = await setUpWith([program], "a.whl", "/folder", { signal, onTold });
  return { failure, told };
}

describe("the Pythons that are tried", () => {
  test("are those on PATH, after the Python extension's choice", () => {
    const names = candidatesOf("", "/chosen").map(([program]) => program);
    assert.deepEqual(names.slice(0, 3), ["/chosen", "python3", "python"]);
    assert.ok(names.includes("python3.11"));
  });

  test("are the one of the setting alone", () => {
    assert.deepEqual(candidatesOf("/mine", "/chosen"), [["/mine"]]);
  });
});

describe("a set-up", () => {
  test("hears what is done, and ends without a failure", async (t) => {
    const rest = `echo '{"doing": "getting", "what": "click"}'; echo plain; echo 7`;
    const { failure, told } = await seen(await python(t, "3.12.4", rest));
    assert.equal(failure, undefined);
    assert.deepEqual(told.slice(1, 4), [
      { doing: "getting", what: "click" },
      { log: "plain" },
      { log: "7" },
    ]);
  });

  for (const [what, body, reason, detail] of [
    ["a Python that is too old", "exit 2", "tooOld", "Python 3.12.4 (/p)"],
    ["what the set-up said", `echo '{"failed": "noVenv", "detail": "x"}'; exit 1`, "noVenv", "x"],
    ["a traceback", "echo 'ImportError: no' >&2; exit 1", "other", "ImportError: no"],
  ] as const) {
    test(`fails with ${what}`, async (t) => {
      const { failure } = await seen(await python(t, "3.12.4", body));
      assert.deepEqual([failure?.reason, failure?.detail], [reason, detail]);
    });
  }

  test("does not begin with what is no Python", async (t) => {
    const { failure } = await seen(await script(t, "echo no; exit 127"));
    assert.deepEqual([failure?.reason, failure?.detail], ["notWorking", "no"]);
    assert.equal((await seen("/nowhere/python3")).failure?.reason, "notWorking");
  });

  test("ends with all that it started when it is cancelled", async (t) => {
    const pids = join(await mkdtemp(join(tmpdir(), "redraft-")), "pids");
    t.after(() => rm(join(pids, ".."), { recursive: true, force: true }));
    const rest = `/bin/sleep 1000 & echo $$ $! > '${pids}'; echo '{"doing": "waiting"}'; wait`;
    const controller = new AbortController();
    const onTold = ({ doing }: Told): void => {
      if (doing) {
        controller.abort();
      }
    };
    const how = { signal: controller.signal, onTold };
    const program = await python(t, "3.12.4", rest);
    const failure = await setUpWith([program], "a.whl", "/folder", how);
    assert.equal(failure?.reason, "cancelled");
    for (const pid of (await readFile(pids, "utf8")).trim().split(" ").map(Number)) {
      while (isAlive(pid)) {
        await new Promise((resolve) => setTimeout(resolve, 10));
      }
    }
    assert.equal((await seen(program, AbortSignal.abort())).failure?.reason, "cancelled");
  });
});

describe("of several failures", () => {
  const old = (version: string): SetupFailure => new SetupFailure("tooOld", `Python ${version}`);
  const broken = new SetupFailure("notWorking", "exit 127");

  test("those that another Python would not mend are told first", () => {
    const network = new SetupFailure("noNetwork", "");
    assert.equal(worst([old("3.9.2"), network], ""), network);
  });

  test("a missing venv is told before a Python that is too old", () => {
    const bare = new SetupFailure("noVenv", "Python 3.11.2");
    assert.deepEqual(worst([old("3.9.2"), broken, bare], "").reason, "noVenv");
  });

  test("all that are too old are named, each once", () => {
    const failure = worst([old("3.9.2"), old("3.10.14"), old("3.9.2"), broken], "");
    assert.equal(failure.detail, "Python 3.9.2, Python 3.10.14");
  });

  test("none that works means that there is no Python, or a wrong setting", () => {
    assert.equal(worst([broken], "").reason, "noPython");
    assert.deepEqual(worst([broken], "/mine").detail, "/mine");
  });
});

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}
