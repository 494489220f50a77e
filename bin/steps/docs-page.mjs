import { escapeHtml, pageAddress } from "./docs-markdown.mjs";

/** The whole HTML of one page, among all `pages`; `style` and `mark` are addresses. */
export function docsPage(page, { pages, style, mark }) {
  const contents = contentsOf(page, pages);
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1, viewport-fit=cover">
<title>${escapeHtml(page.slug === "" ? "Siro Bridge docs" : `${page.title} · Siro Bridge docs`)}</title>
<meta name="robots" content="noindex">
<meta name="theme-color" media="(prefers-color-scheme: light)" content="#ffffff">
<meta name="theme-color" media="(prefers-color-scheme: dark)" content="#161f29">
<link rel="icon" type="image/svg+xml" href="${mark}">
<link rel="stylesheet" href="${style}">
</head>
<body>
<a class="skip" href="#text">Skip to the text</a>
<header class="top">
<a class="brand" href="/docs"><img src="${mark}" alt="" width="28" height="28">Siro Bridge <span class="quiet">Docs</span></a>
<a class="way" href="/admin">Operators’ window</a>
</header>
<details class="menu">
<summary>Contents</summary>
<nav aria-label="Contents">${contents}</nav>
</details>
<div class="frame">
<nav class="contents" aria-label="Contents">${contents}</nav>
<main id="text" tabindex="-1">
<article>
${page.html}</article>
${neighborsOf(page, pages)}
</main>
</div>
</body>
</html>
`;
}

function contentsOf(page, pages) {
  const listed = pages.filter(({ label }) => label !== undefined);
  const groups = [...new Set(listed.map(({ group }) => group))];
  return groups
    .map((group) => {
      const entries = listed.filter((one) => one.group === group);
      return `<p class="group">${group}</p><ul>${entries.map((one) => entry(one, page)).join("")}</ul>`;
    })
    .join("");
}

function entry({ slug, label }, page) {
  const isHere = slug === page.slug;
  const isAbove = !isHere && slug !== "" && page.slug.startsWith(`${slug}/`);
  const current = isHere ? ' aria-current="page"' : "";
  const link = `<a href="${pageAddress(slug)}"${current}>${escapeHtml(label)}</a>`;
  return `<li>${link}${isHere ? sections(page) : ""}${isAbove ? here(page) : ""}</li>`;
}

function sections({ headings }) {
  const second = headings.filter(({ level }) => level === 2);
  const items = second.map(({ id, text }) => `<li><a href="#${id}">${withoutLinks(text)}</a></li>`);
  return items.length === 0 ? "" : `<ul>${items.join("")}</ul>`;
}

function here({ slug, title }) {
  return `<ul><li><a href="${pageAddress(slug)}" aria-current="page">${escapeHtml(title)}</a></li></ul>`;
}

function withoutLinks(html) {
  return html.replaceAll(/<\/?a\b[^>]*>/g, "");
}

function neighborsOf(page, pages) {
  const at = pages.indexOf(page);
  const before = at > 0 ? neighbor("prev", "Previous", pages[at - 1]) : "";
  const after = at < 0 || at === pages.length - 1 ? "" : neighbor("next", "Next", pages[at + 1]);
  return before + after === ""
    ? ""
    : `<nav class="neighbors" aria-label="Previous and next page">${before}${after}</nav>`;
}

function neighbor(rel, word, { slug, label, title }) {
  return `<a rel="${rel}" class="${rel}" href="${pageAddress(slug)}"><small>${word}</small><b>${escapeHtml(label ?? title)}</b></a>`;
}
