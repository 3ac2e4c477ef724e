// Makes the VSIX: `PYTHON=<path> node package.mjs`. The server's wheel is built from the folder above.
import { execFileSync } from "node:child_process";
import { copyFileSync, existsSync, readFileSync, readdirSync, rmSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

const here = dirname(fileURLToPath(import.meta.url));
const above = dirname(here);
const { name, version } = JSON.parse(readFileSync(join(here, "package.json"), "utf8"));
const run = (program, ...args) => execFileSync(program, args, { cwd: here, stdio: "inherit" });

function buildWheel() {
  const own = join(above, ".venv", "bin", "python");
  const python = process.env.PYTHON ?? (existsSync(own) ? own : "python3");
  const wheels = join(here, "server");
  rmSync(wheels, { recursive: true, force: true });
  const pip = ["-m", "pip", "wheel", "--quiet", "--disable-pip-version-check", "--no-deps"];
  run(python, ...pip, "--wheel-dir", wheels, above);
  const [wheel] = readdirSync(wheels);
  if (!wheel.startsWith(`redraft-${version}-`)) {
    throw new Error(`The extension is ${version}, and its server ${wheel}: make them equal.`);
  }
}

buildWheel();
copyFileSync(join(above, "LICENSE"), join(here, "LICENSE.txt"));
copyFileSync(join(above, "CHANGELOG.md"), join(here, "CHANGELOG.md"));
run(process.execPath, "esbuild.mjs");
const vsce = join(here, "node_modules", "@vscode", "vsce", "vsce");
const flags = ["--no-dependencies", "--allow-missing-repository", "--no-rewrite-relative-links"];
run(process.execPath, vsce, "package", ...flags, "--out", join(here, `${name}-${version}.vsix`));
