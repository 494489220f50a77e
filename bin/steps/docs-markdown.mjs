import { createRequire } from "node:module";
import { posix } from "node:path";

const require = createRequire(import.meta.url);

/** A link with a scheme leads elsewhere. */
const ELSEWHERE = /^(https?|mailto):/;

/** Words that are a document's file name are shown as its name alone. */
const FILE_NAME = /^(?:docs\/)?([\w-]+)\.md$/;

/**
 * Turns the Markdown of one document into `{html, title, headings}`.
 *
 * Headings have the ids that GitHub gives them. Links between documents lead to their pages; what is no page stays
 * plain text. HTML in the Markdown is shown as text. `pictures` has the address of each picture that is there.
 */
export function renderMarkdown(markdown, { file, slugs, pictures }) {
  // Only here: the bootstrap imports this file before anything is installed.
  const { Marked } = require("marked");
  const { gfmHeadingId, getHeadingList } = require("marked-gfm-heading-id");
  const marked = new Marked(gfmHeadingId(), {
    renderer: {
      html: ({ text }) => escapeHtml(text),
      image({ href, text }) {
        const address = pictures.get(posix.join(posix.dirname(file), href));
        const alt = escapeHtml(text);
        return address === undefined ? alt : `<img src="${address}" alt="${alt}" loading="lazy">`;
      },
      link({ href, tokens }) {
        const words = this.parser.parseInline(tokens).replace(FILE_NAME, "$1");
        const address = addressOf(href, { file, slugs });
        return address === undefined ? words : `<a href="${escapeHtml(address)}">${words}</a>`;
      },
    },
  });
  const body = marked.parse(markdown);
  const headings = getHeadingList().map(({ level, text, id }) => ({ level, text, id }));
  const title = plain(headings.find(({ level }) => level === 1)?.text ?? file);
  return { html: withScrolling(withAnchors(body)), title, headings };
}

/** Makes text safe in HTML, between tags and in attributes. */
export function escapeHtml(text) {
  const names = { "&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;", "'": "&#39;" };
  return text.replaceAll(/[&<>"']/g, (sign) => names[sign]);
}

function addressOf(href, { file, slugs }) {
  if (ELSEWHERE.test(href) || href.startsWith("#")) {
    return href;
  }
  const [path, anchor] = href.split("#");
  const target = posix.join(posix.dirname(file), path).replace(/\/$/, "");
  const slug = slugs.get(target);
  return slug === undefined
    ? undefined
    : `${pageAddress(slug)}${anchor === undefined ? "" : `#${anchor}`}`;
}

/** The address of a page. */
export function pageAddress(slug) {
  return slug === "" ? "/docs" : `/docs/${slug}`;
}

function withAnchors(html) {
  return html.replaceAll(
    /<h([2-4]) id="([^"]*)">(.*?)<\/h\1>/g,
    (...[, level, id, text]) =>
      `<h${level} id="${id}">${text} <a class="anchor" href="#${id}" aria-label="Link to ${escapeHtml(plain(text))}">#</a></h${level}>`,
  );
}

/** What is wider than a screen scrolls by itself, by the keyboard, too. */
function withScrolling(html) {
  return html
    .replaceAll("<pre>", '<pre class="scroll" tabindex="0" role="group" aria-label="Example">')
    .replaceAll(
      "<table>",
      '<div class="scroll" tabindex="0" role="group" aria-label="Table"><table>',
    )
    .replaceAll("</table>", "</table></div>");
}

function plain(html) {
  return html
    .replaceAll(/<[^>]*>/g, "")
    .replaceAll("&lt;", "<")
    .replaceAll("&gt;", ">")
    .replaceAll("&quot;", '"')
    .replaceAll("&#39;", "'")
    .replaceAll("&amp;", "&");
}
