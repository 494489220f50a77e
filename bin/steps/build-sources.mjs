import { spawnSync } from "node:child_process";
import {
  copyFileSync,
  existsSync,
  mkdirSync,
  readdirSync,
  renameSync,
  rmdirSync,
  rmSync,
  statSync,
  writeFileSync,
} from "node:fs";
import { dirname, join, relative, sep } from "node:path";
import { fileURLToPath } from "node:url";
import { bundlePage, PAGE_SOURCES, PAGE_TEXTS } from "./bundle-page.mjs";
import { docsSources } from "./docs-contents.mjs";
import { DOCS_LOOK, renderDocs } from "./render-docs.mjs";

const SOURCE_DIRS = ["src", "workers", "bench", "chaos"];
const ASSET = /\.(html|css|js|svg|json|webmanifest|png)$/;

/** Whether a source, a source folder or the compiler's settings changed after `dist` was built. */
export function isBuildStale(root) {
  const builtMs = mtimeMs(join(root, "dist", ".built"));
  const dirs = SOURCE_DIRS.map((dir) => join(root, dir)).filter((dir) => existsSync(dir));
  // A folder's own time tells of a file that was removed.
  const sources = dirs.flatMap((dir) => [dir, ...entriesUnder(dir)]);
  const settings = ["tsconfig.json", "tsconfig.build.json"].map((name) => join(root, name));
  const texts = [...PAGE_TEXTS.map((name) => join(root, name)), ...docsSources(root)];
  const steps = entriesUnder(fileURLToPath(new URL(".", import.meta.url)));
  return [...sources, ...settings, ...texts, ...steps].some((path) => mtimeMs(path) > builtMs);
}

/**
 * Compiles into `dist`, bundles the operators' page, renders the docs, copies the assets beside the code, removes what no
 * source made.
 *
 * A failing build leaves the earlier `dist` as it was, so a running bridge can still restart a child.
 *
 * @returns whether it worked; the compiler's complaints went to stderr.
 */
export function buildSources(root) {
  const dist = join(root, "dist");
  const mark = join(dist, ".building");
  mkdirSync(dist, { recursive: true });
  writeFileSync(mark, "");
  const beganMs = mtimeMs(mark);
  const [page, docs] = [bundlePage(root), renderDocs(root)];
  if (page === undefined || docs === undefined || !compile(root)) {
    rmSync(mark);
    return false;
  }
  writeFiles([...page, ...docs]);
  copyAssets(root, dist);
  removeOlder(dist, beganMs);
  renameSync(mark, join(dist, ".built"));
  return true;
}

function compile(root) {
  const tsc = join(root, "node_modules", "typescript", "bin", "tsc");
  const args = [tsc, "-p", "tsconfig.build.json", "--noEmitOnError"];
  const { status } = spawnSync(process.execPath, args, {
    cwd: root,
    stdio: ["ignore", process.stderr, "inherit"],
  });
  return status === 0;
}

function writeFiles(files) {
  for (const { path, contents } of files) {
    mkdirSync(dirname(path), { recursive: true });
    writeFileSync(path, contents);
  }
}

function copyAssets(root, dist) {
  const bundled = [PAGE_SOURCES, DOCS_LOOK].map((dir) => join(root, dir) + sep);
  const assets = entriesUnder(join(root, "src")).filter(
    (path) => ASSET.test(path) && !bundled.some((dir) => path.startsWith(dir)),
  );
  for (const asset of assets) {
    const target = join(dist, relative(root, asset));
    mkdirSync(dirname(target), { recursive: true });
    copyFileSync(asset, target);
  }
}

function removeOlder(dist, beganMs) {
  // Deepest first, so that a folder is empty before it is looked at.
  for (const path of entriesUnder(dist).toReversed()) {
    if (statSync(path).isDirectory()) {
      removeWhenEmpty(path);
    } else if (mtimeMs(path) < beganMs) {
      rmSync(path);
    }
  }
}

function removeWhenEmpty(dir) {
  if (readdirSync(dir).length === 0) {
    rmdirSync(dir);
  }
}

function entriesUnder(dir) {
  return readdirSync(dir, { recursive: true })
    .map((name) => join(dir, name))
    .sort();
}

function mtimeMs(path) {
  return statSync(path, { throwIfNoEntry: false })?.mtimeMs ?? 0;
}
