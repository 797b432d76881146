// Builds what the browser gets: scss, js and img in this folder -> ../static/dist, with a
// content hash in every name, a manifest from logical to built names, and compressed copies.

import { mkdir, readdir, readFile, rename, rm, writeFile } from "node:fs/promises";
import { basename, dirname, extname, join, relative } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { brotliCompress, constants, gzip } from "node:zlib";

import esbuild from "esbuild";
import * as sass from "sass";

const here = dirname(fileURLToPath(import.meta.url));
const root = join(here, "..", "..");
const target = join(here, "..", "static", "dist");

const stylesheets = {
  name: "sass",
  setup(build) {
    build.onLoad({ filter: /\.scss$/ }, ({ path }) => {
      const { css } = sass.compile(path, {
        loadPaths: [join(root, "node_modules")],
        quietDeps: true, // Bootstrap 5 is still written with @import
        silenceDeprecations: ["import", "global-builtin", "color-functions", "if-function"],
      });
      return { contents: css, loader: "css", resolveDir: dirname(path) };
    });
  },
};

async function sources(folder, extension) {
  const names = await readdir(join(here, folder));
  return names
    .filter((name) => extname(name) === extension && !name.startsWith("_"))
    .map((name) => join(here, folder, name));
}

const entryPoints = [
  ...(await sources("scss", ".scss")),
  ...(await sources("js", ".js")),
  ...(await sources("img", ".svg")),
];

// made beside and exchanged at the end, so that nobody ever finds half a build
const made = `${target}.new`;
await rm(made, { recursive: true, force: true });
await mkdir(made, { recursive: true });

const { metafile } = await esbuild.build({
  entryPoints,
  outdir: made,
  outbase: here,
  entryNames: "[name]-[hash]",
  assetNames: "[name]-[hash]",
  bundle: true,
  minify: true,
  format: "esm",
  target: ["es2021", "chrome100", "firefox100", "safari15"],
  charset: "utf8",
  legalComments: "linked", // licences of what is bundled travel with it
  metafile: true,
  logLevel: "warning",
  plugins: [stylesheets],
  loader: { ".svg": "copy", ".png": "file" },
  absWorkingDir: root,
});

const manifest = {};
const sizes = [];
for (const [path, output] of Object.entries(metafile.outputs)) {
  const name = basename(path);
  const entry = output.entryPoint ?? (Object.keys(output.inputs).length === 1 ? Object.keys(output.inputs)[0] : null);
  if (!entry || name.endsWith(".LEGAL.txt")) continue;
  const logical = basename(entry).replace(/\.scss$/, ".css");
  manifest[logical] = name;
  if (/\.(css|js|svg)$/.test(name)) {
    const content = await readFile(join(root, path));
    const [br, gz] = await Promise.all([
      promisify(brotliCompress)(content, { params: { [constants.BROTLI_PARAM_QUALITY]: 11 } }),
      promisify(gzip)(content, { level: 9 }),
    ]);
    await writeFile(join(root, `${path}.br`), br);
    await writeFile(join(root, `${path}.gz`), gz);
    sizes.push([logical, content.length, br.length]);
  }
}
const sorted = Object.fromEntries(Object.entries(manifest).sort());
await writeFile(join(made, "manifest.json"), `${JSON.stringify(sorted, null, 2)}\n`);
await rm(target, { recursive: true, force: true });
await rename(made, target);

console.log(relative(root, target));
for (const [name, plain, small] of sizes.sort()) {
  console.log(`  ${name.padEnd(18)}${String(plain).padStart(9)} B ${String(small).padStart(8)} B compressed`);
}
