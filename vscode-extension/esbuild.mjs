// Bundles the extension into one file: `node esbuild.mjs [--watch]`.
import { context } from "esbuild";

const bundle = await context({
  entryPoints: ["src/extension.ts"],
  outfile: "dist/extension.js",
  bundle: true,
  minify: !process.argv.includes("--watch"),
  sourcemap: process.argv.includes("--watch"),
  format: "cjs",
  platform: "node",
  target: "node20",
  external: ["vscode"],
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
