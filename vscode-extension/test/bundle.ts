/** The English texts that translators start from: `npm run l10n` writes them. */
import { readFileSync, readdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";

import { getL10nJson } from "@vscode/l10n-dev";

export const EXTENSION = join(__dirname, "..");
export const BUNDLE = join(EXTENSION, "l10n", "bundle.l10n.json");
/** What the server says, as `make docs` writes it. */
const SERVER = join(EXTENSION, "l10n", "server.json");
// Files that do not import the editor are handed its translator under this name.
const TRANSLATOR = 'import { l10n } from "vscode";\n';

export interface Source {
  readonly path: string;
  readonly text: string;
}

export function sources(): Source[] {
  return readdirSync(join(EXTENSION, "src"), { recursive: true, encoding: "utf8" })
    .filter((path) => path.endsWith(".ts"))
    .map((path) => ({ path, text: readFileSync(join(EXTENSION, "src", path), "utf8") }));
}

/** The texts of all sources and of the server, as they stand in the bundle. */
export async function bundle(): Promise<string> {
  const found = await getL10nJson(
    sources().map(({ text }) => ({ extension: ".ts", contents: TRANSLATOR + text })),
  );
  const server = JSON.parse(readFileSync(SERVER, "utf8")) as string[];
  Object.assign(found, Object.fromEntries(server.map((text) => [text, text])));
  const sorted = Object.entries(found).sort(([one], [other]) => (one < other ? -1 : 1));
  return `${JSON.stringify(Object.fromEntries(sorted), undefined, 2)}\n`;
}

if (require.main === module) {
  void bundle().then((texts) => {
    writeFileSync(BUNDLE, texts);
  });
}
