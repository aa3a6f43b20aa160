// Bundles the browser side: each module and each style sheet directly in assets/ becomes one file with a hashed name.
//
// static/dist/manifest.json maps an entry's name to its files: {"explore": {"js": "explore-4F2K7QZD.js",
// "css": "explore-ZZ31KQ0P.css"}}; a key is absent where the entry has no such file. Shared code lands in chunks that
// the modules import by themselves. LICENSES.txt has the licence of every library that the bundles hold parts of.
import { mkdir, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { basename, extname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { build } from "esbuild";

const root = fileURLToPath(new URL(".", import.meta.url));
const assets = join(root, "src/plangraph/web/assets");
const dist = join(root, "src/plangraph/web/static/dist");

const entries = (await readdir(assets, { withFileTypes: true }))
  .filter((item) => item.isFile() && [".js", ".css"].includes(extname(item.name)))
  .map((item) => join(assets, item.name))
  .sort();

await mkdir(dist, { recursive: true });

const { metafile } = await build({
  absWorkingDir: root,
  entryPoints: entries,
  outdir: dist,
  entryNames: "[name]-[hash]",
  chunkNames: "chunk-[hash]",
  bundle: true,
  splitting: true,
  format: "esm",
  target: ["es2022"],
  minify: true,
  charset: "utf8",
  legalComments: "none", // LICENSES.txt has them whole
  metafile: true,
  logLevel: "warning",
});

const manifest = {};
for (const [file, output] of Object.entries(metafile.outputs)) {
  if (!output.entryPoint) continue;
  const kind = extname(file).slice(1);
  const name = basename(output.entryPoint, extname(output.entryPoint));
  manifest[name] = { ...manifest[name], [kind]: basename(file) };
}
const sorted = Object.fromEntries(Object.entries(manifest).sort(([a], [b]) => (a < b ? -1 : 1)));
await writeFile(join(dist, "manifest.json"), `${JSON.stringify(sorted, null, 2)}\n`);

// What an earlier build left goes last, so that a running server misses nothing until its pages are asked for anew.
const made = new Set([...Object.keys(metafile.outputs).map((file) => basename(file)), "manifest.json", "LICENSES.txt"]);
for (const file of await readdir(dist)) if (!made.has(file)) await rm(join(dist, file));

const packages = new Set();
for (const input of Object.keys(metafile.inputs)) {
  const match = /(?:^|.*\/)node_modules\/((?:@[^/]+\/)?[^/]+)\//.exec(input);
  if (match) packages.add(match[0]);
}
const notices = [];
for (const folder of [...packages].sort()) {
  const { name, version, license } = JSON.parse(await readFile(join(root, folder, "package.json"), "utf8"));
  const file = (await readdir(join(root, folder))).find((entry) => /^(licen[cs]e|copying)(\.|$)/i.test(entry));
  const text = file ? await readFile(join(root, folder, file), "utf8") : "";
  notices.push(`${name} ${version} (${license})\n\n${text.trim()}\n`);
}
await writeFile(join(dist, "LICENSES.txt"), notices.join(`\n${"-".repeat(72)}\n\n`));
