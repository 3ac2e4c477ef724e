import assert from "node:assert/strict";
import { join } from "node:path";
import { type TestContext, describe, test } from "node:test";

import { type Wishes, cleanEnvironment, findPython } from "../../src/python/find";
import { failsWith, fakePython, script, temporaryFolder } from "./fakes";

interface Machine {
  readonly bin: string;
  find(wishes?: Partial<Wishes>): ReturnType<typeof findPython>;
}

async function bareMachine(test: TestContext): Promise<Machine> {
  const bin = await temporaryFolder(test);
  return {
    bin,
    find: (wishes = {}) =>
      findPython({
        setting: "",
        extensionsChoice: () => Promise.resolve(undefined),
        env: { PATH: bin },
        signal: new AbortController().signal,
        log: () => undefined,
        ...wishes,
      }),
  };
}

describe("a Python is found", () => {
  test("as python3 on PATH", async (t) => {
    const machine = await bareMachine(t);
    const executable = await fakePython(machine.bin, "python3", "3.12.4");
    assert.deepEqual(await machine.find(), { executable, version: "3.12.4" });
  });

  test("under a versioned name when the plain ones are too old, lame or silent", async (t) => {
    const machine = await bareMachine(t);
    await fakePython(machine.bin, "python3", "3.9.2");
    await script(machine.bin, "python", "exit 127");
    await fakePython(machine.bin, "python3.14", "3.14.0", "no venv");
    const executable = await fakePython(machine.bin, "python3.11", "3.11.0");
    assert.equal((await machine.find()).executable, executable);
  });

  test("by the Python extension's choice before those on PATH", async (t) => {
    const machine = await bareMachine(t);
    await fakePython(machine.bin, "python3", "3.12.4");
    const chosen = await fakePython(machine.bin, "chosen", "3.13.1");
    const found = await machine.find({ extensionsChoice: () => Promise.resolve(chosen) });
    assert.equal(found.executable, chosen);
  });

  test("on PATH when the Python extension's choice is too old", async (t) => {
    const machine = await bareMachine(t);
    const onPath = await fakePython(machine.bin, "python3", "3.12.4");
    const chosen = await fakePython(machine.bin, "chosen", "3.8.1");
    const found = await machine.find({ extensionsChoice: () => Promise.resolve(chosen) });
    assert.equal(found.executable, onPath);
  });

  test("by the setting before all others", async (t) => {
    const machine = await bareMachine(t);
    await fakePython(machine.bin, "python3", "3.12.4");
    const set = await fakePython(machine.bin, "mine", "3.11.9");
    const chosen = join(machine.bin, "python3");
    const found = await machine.find({
      setting: set,
      extensionsChoice: () => Promise.resolve(chosen),
    });
    assert.equal(found.executable, set);
  });
});

describe("no Python is used", () => {
  test("when there is none", async (t) => {
    await assert.rejects((await bareMachine(t)).find(), failsWith("noPython"));
  });

  test("when all are too old, and each is named", async (t) => {
    const machine = await bareMachine(t);
    await fakePython(machine.bin, "python3", "3.9.2");
    await fakePython(machine.bin, "python", "3.10.14");
    const both = /Python 3\.9\.2 \(.*python3\), Python 3\.10\.14 \(.*python\)/;
    await assert.rejects(machine.find(), failsWith("tooOld", both));
  });

  test("without venv, which is told before one that is too old", async (t) => {
    const machine = await bareMachine(t);
    await fakePython(machine.bin, "python3", "3.9.2");
    await fakePython(machine.bin, "python", "3.11.2", "no venv");
    await assert.rejects(machine.find(), failsWith("noVenv", /^Python 3\.11\.2 \(.*python\)$/));
  });

  test("from PATH when the setting names nothing that works", async (t) => {
    const machine = await bareMachine(t);
    await fakePython(machine.bin, "python3", "3.12.4");
    const nowhere = join(machine.bin, "nowhere");
    await assert.rejects(machine.find({ setting: nowhere }), failsWith("wrongSetting", /nowhere$/));
  });

  test("from PATH when the setting names one that is too old", async (t) => {
    const machine = await bareMachine(t);
    await fakePython(machine.bin, "python3", "3.12.4");
    const old = await fakePython(machine.bin, "old", "3.9.2");
    await assert.rejects(machine.find({ setting: old }), failsWith("tooOld", /3\.9\.2/));
  });

  test("once the search is cancelled, even if the asked one never answers", async (t) => {
    const machine = await bareMachine(t);
    await script(machine.bin, "python3", "exec /bin/sleep 1000");
    const controller = new AbortController();
    const search = machine.find({ signal: controller.signal });
    setImmediate(() => {
      controller.abort();
    });
    await assert.rejects(search, failsWith("cancelled"));
  });
});

test("a Python is not led astray by the variables of other environments", () => {
  const env = {
    PATH: "/bin",
    PYTHONHOME: "/x",
    PYTHONPATH: "/y",
    PIP_TARGET: "/z",
    PIP_PROXY: "p",
  };
  assert.deepEqual(cleanEnvironment(env), { PATH: "/bin", PIP_PROXY: "p", PIP_USER: "0" });
});
