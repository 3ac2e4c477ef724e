// Bundles the extension, and the language client that it loads later: `node esbuild.mjs [--watch]`.
import { context } from "esbuild";

const bundle = await context({
  entryPoints: ["src/extension.ts", "src/serverConnection.ts"],
  outdir: "dist",
  bundle: true,
  minify: !process.argv.includes("--watch"),
  sourcemap: process.argv.includes("--watch"),
  format: "cjs",
  platform: "node",
  target: "node20",
  // The library has files of its own; none is called as ours is.
  external: ["vscode", "./serverConnection"],
  // Loaded as Node loads CommonJS: only so does the editor hand out its API in it.
  supported: { "dynamic-import": false },
  // The library's ES modules bundle smaller than its CommonJS ones.
  mainFields: ["module", "main"],
  logLevel: "warning",
});

if (process.argv.includes("--watch")) {
  await bundle.watch();
} else {
  await bundle.rebuild();
  await bundle.dispose();
}
