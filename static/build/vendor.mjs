// Writes static/vendor/ anew from node_modules, and VENDOR.json with what stands there.
// Run by `make vendor` after `npm ci`; the result is committed, so nobody else needs node.
import { createHash } from "node:crypto";
import { mkdir, readFile, rm, writeFile } from "node:fs/promises";
import path from "node:path";
import { build } from "esbuild";

const vendor = "static/vendor";

// What is copied as it stands: npm package, then [file in the package, file under static/vendor].
const copied = {
  "@tabler/core": [["dist/css/tabler.min.css", "tabler/tabler.min.css"]],
  "htmx.org": [
    ["dist/htmx.min.js", "htmx/htmx.min.js"],
    ["LICENSE", "htmx/LICENSE"],
  ],
  echarts: [
    ["LICENSE", "echarts/LICENSE"],
    ["NOTICE", "echarts/NOTICE"],
  ],
  zrender: [["LICENSE", "echarts/LICENSE.zrender"]],
};

async function packaged(name) {
  return JSON.parse(await readFile(`node_modules/${name}/package.json`, "utf8"));
}

async function put(file, bytes) {
  const target = path.join(vendor, file);
  await mkdir(path.dirname(target), { recursive: true });
  await writeFile(target, bytes);
}

// A source map is not shipped, and the static files storage refuses a reference to a missing file.
function withoutSourceMap(text) {
  return text.replace(/\/\*# sourceMappingURL=.*?\*\/|\/\/# sourceMappingURL=.*$/gm, "").trimEnd() + "\n";
}

async function copyAll() {
  for (const [name, files] of Object.entries(copied)) {
    for (const [from, to] of files) {
      const text = await readFile(`node_modules/${name}/${from}`, "utf8");
      await put(to, withoutSourceMap(text));
    }
  }
}

async function bundleECharts() {
  const { version } = await packaged("echarts");
  const result = await build({
    entryPoints: ["static/build/echarts.mjs"],
    bundle: true,
    minify: true,
    write: false,
    format: "iife",
    globalName: "echarts",
    target: "es2020",
    legalComments: "none",
    banner: { js: `/*! Apache ECharts ${version}, Apache-2.0; zrender, BSD-3-Clause; tslib, 0BSD: see LICENSE and NOTICE */` },
  });
  await put("echarts/echarts.min.js", result.outputFiles[0].contents);
}

async function describe() {
  const files = {
    "@tabler/core": ["tabler/tabler.min.css"],
    "htmx.org": ["htmx/htmx.min.js", "htmx/LICENSE"],
    echarts: ["echarts/echarts.min.js", "echarts/LICENSE", "echarts/NOTICE"],
    zrender: ["echarts/LICENSE.zrender"],
  };
  const entries = [];
  for (const [name, paths] of Object.entries(files)) {
    const { version, license } = await packaged(name);
    for (const file of paths) {
      const sha256 = createHash("sha256").update(await readFile(path.join(vendor, file))).digest("hex");
      entries.push({ file, name, version, licence: license, sha256 });
    }
  }
  await put("VENDOR.json", JSON.stringify(entries, null, 2) + "\n");
}

await rm(vendor, { recursive: true, force: true });
await copyAll();
await bundleECharts();
await describe();
