import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { Marked, type Token } from "marked";
import { getHeadingList, gfmHeadingId } from "marked-gfm-heading-id";

/** Everything that is written for readers, as paths from the root. */
export const DOCUMENTS: readonly string[] = [
  "README.md",
  "CONTRIBUTING.md",
  "CHANGELOG.md",
  ...readdirSync("docs", { recursive: true, encoding: "utf8" })
    .filter((name) => name.endsWith(".md"))
    .map((name) => join("docs", name))
    .sort(),
];

/** A fenced block of a document. */
export interface Block {
  /** The document. */
  readonly file: string;
  /** What is written behind the fence, such as `sh`; empty for none. */
  readonly language: string;
  readonly text: string;
}

/** The addresses of all links of a document, pictures included. */
export function linksOf(file: string): readonly string[] {
  return tokensOf(file).flatMap((token) =>
    token.type === "link" || token.type === "image" ? [String(token["href"])] : [],
  );
}

/** The fenced blocks of a document, in lists, too. */
export function blocksOf(file: string): readonly Block[] {
  return tokensOf(file).flatMap((token) =>
    token.type === "code" ? [{ file, language: token["lang"] ?? "", text: token["text"] }] : [],
  );
}

/** The ids that GitHub gives the headings of a document. */
export function headingIdsOf(file: string): readonly string[] {
  const marked = new Marked(gfmHeadingId());
  marked.parser(marked.lexer(readFileSync(file, "utf8")));
  return getHeadingList().map(({ id }) => id);
}

function tokensOf(file: string): readonly Token[] {
  const marked = new Marked();
  const found: Token[] = [];
  marked.walkTokens(marked.lexer(readFileSync(file, "utf8")), (token) => {
    found.push(token);
  });
  return found;
}
