import assert from "node:assert/strict";
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, test } from "node:test";

import { BUNDLE, EXTENSION, bundle, sources } from "./bundle";

const MANIFEST = read("package.json");

function read(path: string): string {
  return readFileSync(join(EXTENSION, path), "utf8");
}

function parsed(text: string): Readonly<Record<string, unknown>> {
  return JSON.parse(text) as Record<string, unknown>;
}

describe("texts in the code", () => {
  test("the bundle for translators holds what the sources say, and nothing else", async () => {
    assert.equal(readFileSync(BUNDLE, "utf8"), await bundle(), "run: npm run l10n");
  });

  test("no call of the translator is overlooked, and each is given its text as it stands", () => {
    const known = parsed(readFileSync(BUNDLE, "utf8"));
    const lost = sources().flatMap(({ path, text }) =>
      [...text.matchAll(/\bt\(\s*("(?:[^"\\\n]|\\.)*"|.)/g)]
        .map(([, given]) => given ?? "")
        .filter((given) => !given.startsWith('"') || !((JSON.parse(given) as string) in known))
        .map((given) => `${path}: t(${given}`),
    );
    assert.deepEqual(lost, []);
  });
});

describe("texts in the manifest", () => {
  test("each key has its text, and each text is used", () => {
    const used = [...MANIFEST.matchAll(/"%([^%"]+)%"/g)].map(([, key]) => key);
    const texts = Object.keys(parsed(read("package.nls.json")));
    assert.deepEqual([...new Set(used)].sort(), texts.sort());
  });

  test("each command that a text links to is contributed", () => {
    const contributed = [...MANIFEST.matchAll(/"command": "([^"]+)",\s+"category"/g)];
    const ids = new Set(contributed.map(([, id]) => id));
    const linked = [...read("package.nls.json").matchAll(/\(command:(redraft[\w.]+)/g)];
    assert.ok(linked.length > 0);
    assert.deepEqual(
      linked.filter(([, id]) => !ids.has(id)).map(([link]) => link),
      [],
    );
  });

  test("each picture is there", () => {
    const pictures = [...MANIFEST.matchAll(/"(media\/[^"]+)"/g)].map(([, path]) => path ?? "");
    assert.ok(pictures.length > 0);
    assert.deepEqual(
      pictures.filter((path) => !existsSync(join(EXTENSION, path))),
      [],
    );
  });
});
