import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { mkdir, readdir } from "node:fs/promises";
import { type AddressInfo, createServer } from "node:net";
import { devNull } from "node:os";
import { join } from "node:path";
import { type TestContext, test } from "node:test";

import { environmentOf, makeEnvironment } from "../../src/python/environment";
import { findPython } from "../../src/python/find";
import { failsWith, temporaryFolder } from "./fakes";

const WHEEL_THAT_NEEDS_ANOTHER = `
import sys, zipfile
with zipfile.ZipFile(sys.argv[1], "w") as wheel:
    info = "redraft-1.2.3.dist-info/"
    wheel.writestr("redraft.py", "")
    wheel.writestr(info + "METADATA", "Metadata-Version: 2.1\\nName: redraft\\nVersion: 1.2.3\\nRequires-Dist: click\\n")
    wheel.writestr(info + "WHEEL", "Wheel-Version: 1.0\\nGenerator: test\\nRoot-Is-Purelib: true\\nTag: py3-none-any\\n")
    wheel.writestr(info + "RECORD", "")
`;

for (const [way, variable] of [
  ["an index that does not answer", "PIP_INDEX_URL"],
  ["a proxy that does not answer", "PIP_PROXY"],
] as const) {
  test(`real pip before ${way} is told as a network that fails`, async (t) => {
    const env = {
      PATH: process.env["PATH"],
      PIP_CONFIG_FILE: devNull,
      PIP_NO_CACHE_DIR: "1",
      [variable]: `http://127.0.0.1:${await closedPort()}/simple`,
    };
    const making = makeReal(t, env);
    await assert.rejects(making, failsWith("noNetwork", /./));
  });
}

async function makeReal(test: TestContext, env: NodeJS.ProcessEnv): Promise<void> {
  const root = await temporaryFolder(test);
  const wheels = join(root, "server");
  await mkdir(wheels);
  const work = { env, signal: new AbortController().signal, log: () => undefined };
  const extensionsChoice = () => Promise.resolve(undefined);
  const python = await findPython({ ...work, setting: "", extensionsChoice });
  const wheel = join(wheels, "redraft-1.2.3-py3-none-any.whl");
  execFileSync(python.executable, ["-c", WHEEL_THAT_NEEDS_ANOTHER, wheel]);
  const environment = await environmentOf(wheels, root);
  try {
    await makeEnvironment(environment, python.executable, work);
  } finally {
    assert.deepEqual(await readdir(join(root, "environments")), []);
  }
}

async function closedPort(): Promise<number> {
  const server = createServer().listen(0, "127.0.0.1");
  await new Promise((resolve) => server.once("listening", resolve));
  const { port } = server.address() as AddressInfo;
  await new Promise((resolve) => server.close(resolve));
  return port;
}
