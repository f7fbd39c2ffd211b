// Writes static/vendor/ anew from node_modules, and VENDOR.json with what stands there.
// Run by `make vendor` after `npm ci`; the result is committed, so nobody else needs node.
import { createHash } from "node:crypto";
import { mkdir, readFile, rm, writeFile } from "node:fs/promises";
import path from "node:path";
import { PurgeCSS } from "purgecss";

const vendor = "static/vendor";

// What is copied as it stands: npm package, then [file in the package, file under static/vendor].
const copied = {
  "htmx.org": [
    ["dist/htmx.min.js", "htmx/htmx.min.js"],
    ["LICENSE", "htmx/LICENSE"],
  ],
  "@fontsource-variable/source-sans-3": [
    ["files/source-sans-3-latin-wght-normal.woff2", "source-sans-3/latin.woff2"],
    ["files/source-sans-3-latin-ext-wght-normal.woff2", "source-sans-3/latin-ext.woff2"],
    ["LICENSE", "source-sans-3/LICENSE"],
  ],
  "source-sans": [
    ["TTF/SourceSans3-Regular.ttf", "source-sans/SourceSans3-Regular.ttf"],
    ["TTF/SourceSans3-Semibold.ttf", "source-sans/SourceSans3-Semibold.ttf"],
    ["LICENSE.md", "source-sans/LICENSE.md"],
  ],
};

// Classes of Tabler that no template of ours names: those of crispy-forms' templates, and of its layouts.
const named = [
  /^(form-(control|select|check|check-input|check-label|check-inline|label|text))$/,
  /^((in)?valid-feedback|is-(in)?valid|row|col-md|mb-3|mb-0|input-group(-text)?|text-danger)$/,
];

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
      const bytes = await readFile(`node_modules/${name}/${from}`);
      await put(to, /\.(woff2|ttf)$/.test(from) ? bytes : withoutSourceMap(bytes.toString("utf8")));
    }
  }
}

// Tabler without the rules of what we do not use: it is a fifth of what it was, on every first visit.
async function cutTabler() {
  const css = withoutSourceMap(await readFile("node_modules/@tabler/core/dist/css/tabler.min.css", "utf8"));
  const [cut] = await new PurgeCSS().purge({
    content: ["templates/**/*.html", "static/js/*.js"],
    css: [{ raw: css }],
    safelist: { standard: named },
    variables: true,
    keyframes: true,
    fontFace: true,
  });
  await put("tabler/tabler.min.css", cut.css);
}

async function describe() {
  const files = {
    "@tabler/core": ["tabler/tabler.min.css"],
    "@fontsource-variable/source-sans-3": [
      "source-sans-3/latin.woff2",
      "source-sans-3/latin-ext.woff2",
      "source-sans-3/LICENSE",
    ],
    "source-sans": [
      "source-sans/SourceSans3-Regular.ttf",
      "source-sans/SourceSans3-Semibold.ttf",
      "source-sans/LICENSE.md",
    ],
    "htmx.org": ["htmx/htmx.min.js", "htmx/LICENSE"],
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
await cutTabler();
await describe();
