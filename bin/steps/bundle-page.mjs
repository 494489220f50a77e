import { existsSync } from "node:fs";
import { createRequire } from "node:module";
import { join } from "node:path";

const require = createRequire(import.meta.url);

/** Where the sources of the operators' page lie; its parts are bundled, not copied. */
export const PAGE_SOURCES = join("src", "admin", "app");

/** The explanations that the page shows are the ones of the documentation. */
export const PAGE_TEXTS = [join("docs", "failures.md")];

/**
 * Bundles the operators' page: one script, one style sheet, and what is loaded later.
 *
 * @returns the files as `{path, contents}`, not yet written; none without sources, undefined after complaints on stderr.
 */
export function bundlePage(root) {
  const sources = join(root, PAGE_SOURCES);
  if (!existsSync(sources)) {
    return [];
  }
  // Only here: the bootstrap imports this file before anything is installed.
  const { buildSync } = require("esbuild");
  try {
    return buildSync({
      absWorkingDir: root,
      entryPoints: { app: join(sources, "main.tsx"), style: join(sources, "style", "style.css") },
      outdir: join(root, "dist", "src", "admin", "page"),
      tsconfig: join(sources, "tsconfig.json"),
      bundle: true,
      splitting: true,
      minify: true,
      format: "esm",
      target: ["chrome111", "firefox115", "safari16.4"],
      chunkNames: "[name]-[hash]",
      loader: { ".md": "text" },
      logLevel: "warning",
      write: false,
    }).outputFiles;
  } catch {
    return undefined;
  }
}
