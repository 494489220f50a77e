import { escapeHtml } from "../http/escape-html.ts";
import type { Reply } from "../http/route.ts";

/** What a rep reads: a heading, one sentence, and at most one button. Plain text; it is escaped here. */
export interface RepPage {
  readonly heading: string;
  readonly text: string;
  readonly button?: { readonly label: string; readonly href: string };
}

const HEADERS = {
  "content-type": "text/html; charset=utf-8",
  "cache-control": "no-store",
  "referrer-policy": "no-referrer",
  "x-content-type-options": "nosniff",
  "x-robots-tag": "noindex",
  "content-security-policy":
    "default-src 'none'; style-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
};

/** Renders a page for a phone: no script, nothing from elsewhere, never stored. */
export function renderPage(status: number, { heading, text, button }: RepPage): Reply {
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
<title>${escapeHtml(heading)}</title>
<link rel="stylesheet" href="/rep-assets/rep.css">
</head>
<body class="lone"><main><h1>${escapeHtml(heading)}</h1><p>${escapeHtml(text)}</p>${link}</main></body>
</html>
`;
  return { status, headers: HEADERS, body };
}
