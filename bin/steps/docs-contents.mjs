import { existsSync, readdirSync } from "node:fs";
import { basename, join } from "node:path";

/** Where the documents of decisions lie, and the address of the page that lists them. */
const DECISIONS = "docs/decisions";

/** Where the pictures lie. */
const PICTURES = "docs/images";

/** The list of settings is no Markdown; it is shown as it is. */
const SETTINGS = ".env.example";

/** The order of the pages: a file and the few words that the contents give it. */
const GROUPS = [
  { title: "Start", files: [["README.md", "Overview"]] },
  {
    title: "Set up",
    files: [
      ["docs/salesforce-setup.md", "Salesforce"],
      ["docs/rep-setup.md", "A rep's phone"],
      ["docs/channels.md", "Channels"],
      ["docs/change-events.md", "Change events"],
      ["docs/deployment.md", "Deployment"],
      [SETTINGS, "Settings"],
    ],
  },
  {
    title: "Run",
    files: [
      ["docs/operations.md", "Operations"],
      ["docs/scaling.md", "Scaling"],
      ["docs/failures.md", "Failures"],
      ["docs/reliability.md", "Reliability"],
      ["docs/security.md", "Security"],
      ["docs/performance.md", "Performance"],
    ],
  },
  {
    title: "Look inside",
    files: [
      ["docs/architecture.md", "Architecture"],
      ["docs/glossary.md", "Glossary"],
      ["docs/links.md", "Links library"],
      ["docs/receiver-checklist.md", "Receiver checklist"],
      [DECISIONS, "Decisions"],
      ["CONTRIBUTING.md", "Contributing"],
      ["CHANGELOG.md", "Changes"],
    ],
  },
];

/**
 * All pages in their order as `{group, file, label, slug}`; those without a `label` are not in the contents.
 *
 * A document that nobody gave a place to stands last among those that look inside.
 */
export function listDocs(root) {
  const placed = GROUPS.flatMap(({ title, files }) =>
    files.map(([file, label]) => ({ group: title, file, label, slug: slugOf(file) })),
  );
  const known = new Set(placed.map(({ file }) => file));
  const others = markdownIn(root, "docs")
    .filter((file) => !known.has(file))
    .map((file) => ({ group: "Look inside", file, label: wordsOf(file), slug: slugOf(file) }));
  return [...placed, ...others]
    .filter(({ file }) => existsSync(join(root, file)))
    .flatMap((page) => (page.file === DECISIONS ? [page, ...decisionsIn(root, page)] : [page]));
}

/** The pictures that documents show, as paths from the root. */
export function listPictures(root) {
  const path = join(root, PICTURES);
  const names = existsSync(path) ? readdirSync(path) : [];
  return names
    .filter((name) => /\.(png|svg|webp|jpe?g)$/.test(name))
    .sort()
    .map((name) => `${PICTURES}/${name}`);
}

/** The files that the pages are made of. */
export function docsSources(root) {
  return [...listDocs(root).map(({ file }) => file), ...listPictures(root)].map((file) =>
    join(root, file),
  );
}

/** Whether a page lists the documents of its folder. */
export function isFolderPage({ file }) {
  return file === DECISIONS;
}

function decisionsIn(root, { group }) {
  return markdownIn(root, DECISIONS).map((file) => ({ group, file, slug: slugOf(file) }));
}

function markdownIn(root, dir) {
  const path = join(root, dir);
  const names = existsSync(path) ? readdirSync(path) : [];
  return names
    .filter((name) => name.endsWith(".md"))
    .sort()
    .map((name) => `${dir}/${name}`);
}

/** The part of the address below `/docs`; empty for the first page. */
function slugOf(file) {
  if (file === "README.md") {
    return "";
  }
  return file === SETTINGS
    ? "settings"
    : file
        .replace(/^docs\//, "")
        .replace(/\.md$/, "")
        .toLowerCase();
}

function wordsOf(file) {
  const words = basename(file, ".md").replaceAll("-", " ");
  return words.charAt(0).toUpperCase() + words.slice(1);
}
