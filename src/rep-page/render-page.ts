import { escapeHtml } from "../http/escape-html.ts";
import type { Reply } from "../http/route.ts";
import { PAGE_HEADERS } from "./page-headers.ts";

/** What a rep reads: a heading, one sentence, and at most one button. Plain text; it is escaped here. */
export interface RepPage {
  /** Names the page in tabs, histories and previews; the heading where that may stand there. */
  readonly title?: string;
  readonly heading: string;
  readonly text: string;
  readonly button?: { readonly label: string; readonly href: string };
}

const HEADERS = {
  ...PAGE_HEADERS,
  "content-type": "text/html; charset=utf-8",
  "cache-control": "no-store",
  "content-security-policy":
    "default-src 'none'; style-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
};

/** Renders a page for a phone: no script, nothing from elsewhere, never stored. */
export function renderPage(status: number, page: RepPage): Reply {
  const { heading, title = heading, text, button } = page;
  const link =
    button === undefined
      ? ""
      : `<a class="button" href="${escapeHtml(button.href)}">${escapeHtml(button.label)}</a>`;
  const body = `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="theme-color" media="(prefers-color-scheme: light)" content="#f3f5f8">
<meta name="theme-color" media="(prefers-color-scheme: dark)" content="#0e141b">
<title>${escapeHtml(title)}</title>
<link rel="stylesheet" href="/rep-assets/rep.css">
</head>
<body class="lone"><main><h1>${escapeHtml(heading)}</h1><p>${escapeHtml(text)}</p>${link}</main></body>
</html>
`;
  return { status, headers: HEADERS, body };
}
