import { createHash } from "node:crypto";
import { existsSync, readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { basename, extname, join } from "node:path";
import { isFolderPage, listDocs, listPictures } from "./docs-contents.mjs";
import { pageAddress, renderMarkdown } from "./docs-markdown.mjs";
import { docsPage } from "./docs-page.mjs";
import { say } from "./say.mjs";

const require = createRequire(import.meta.url);

/** Where the style of the served documentation lies; its parts are bundled, not copied. */
export const DOCS_LOOK = join("src", "docs", "look");

/**
 * Makes the pages that are served at `/docs` out of the Markdown; nothing is rendered when they are asked for.
 *
 * @returns the files as `{path, contents}`, not yet written; none without sources, undefined after complaints on stderr.
 */
export function renderDocs(root) {
  if (!existsSync(join(root, DOCS_LOOK))) {
    return [];
  }
  const site = join(root, "dist", "src", "docs", "site");
  try {
    const assets = bundleLook(root, join(site, "assets"));
    const around = { style: addressOf(assets, ".css"), mark: addressOf(assets, ".svg") };
    const pictures = readPictures(root, join(site, "assets"));
    const addresses = pictures.map(({ file, path }) => [file, `/docs/assets/${basename(path)}`]);
    const pages = readPages(root, new Map(addresses));
    const files = [...pages, missingPage()].map((page) => ({
      path: join(site, `${page.slug || "index"}.html`),
      contents: docsPage(page, { pages, ...around }),
    }));
    return [...assets, ...pictures, ...files];
  } catch (error) {
    say(`the docs could not be rendered: ${error.message}`);
    return undefined;
  }
}

function bundleLook(root, outdir) {
  const { buildSync } = require("esbuild");
  return buildSync({
    absWorkingDir: root,
    entryPoints: [
      join(root, DOCS_LOOK, "docs.css"),
      join(root, "src", "admin", "page", "mark.svg"),
    ],
    outdir,
    entryNames: "[name]-[hash]",
    bundle: true,
    minify: true,
    target: ["chrome111", "firefox115", "safari16.4"],
    loader: { ".svg": "copy" },
    logLevel: "warning",
    write: false,
  }).outputFiles;
}

/** Named by what they show, like everything that browsers keep. */
function readPictures(root, outdir) {
  return listPictures(root).map((file) => {
    const contents = readFileSync(join(root, file));
    const hash = createHash("sha256").update(contents).digest("hex").slice(0, 8);
    const ending = extname(file);
    return { file, contents, path: join(outdir, `${basename(file, ending)}-${hash}${ending}`) };
  });
}

function addressOf(assets, ending) {
  const { path } = assets.find((asset) => asset.path.endsWith(ending));
  return `/docs/assets/${basename(path)}`;
}

function readPages(root, pictures) {
  const listed = listDocs(root);
  const slugs = new Map(listed.map(({ file, slug }) => [file, slug]));
  const read = listed
    .filter((page) => !isFolderPage(page))
    .map((page) => ({
      ...page,
      ...renderMarkdown(markdownOf(root, page), { ...page, slugs, pictures }),
    }));
  return listed.map(
    (page) =>
      read.find(({ file }) => file === page.file) ?? {
        ...page,
        ...renderMarkdown(listOf(page, read), { file: "README.md", slugs, pictures }),
      },
  );
}

function markdownOf(root, { file, label }) {
  const text = readFileSync(join(root, file), "utf8");
  return file.endsWith(".md")
    ? text
    : `# ${label}\n\nEvery variable of the environment, as \`${file}\` has it: its unit and its default.\n\n\`\`\`sh\n${text}\`\`\`\n`;
}

/** The page of a folder: its documents, by their titles. */
function listOf({ file, label }, read) {
  const inside = read.filter((page) => page.file.startsWith(`${file}/`));
  const lines = inside.map((page) => `- [${page.title}](${page.file})`);
  return `# ${label}\n\nWhat was decided, why, and whom it affects.\n\n${lines.join("\n")}\n`;
}

function missingPage() {
  const html = `<h1>There is no such page</h1>\n<p>Perhaps it was renamed. <a href="${pageAddress("")}">Begin at the overview</a>.</p>\n`;
  return { slug: "not-found", title: "There is no such page", headings: [], html };
}
