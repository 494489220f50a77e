import type { LinkFindings } from "./link-findings.ts";

const ELLIPSIS = "…";

/**
 * Gives the title to send: trimmed and at most `maxLength` UTF-16 units; `undefined` when it is empty.
 *
 * A longer title is cut between graphemes, so no emoji or accent is torn, and ends in an ellipsis.
 */
export function checkTitle(
  title: unknown,
  maxLength: number,
  findings: LinkFindings,
): string | undefined {
  if (title === undefined || title === null) {
    return undefined;
  }
  if (typeof title !== "string" || !title.isWellFormed()) {
    const message = "title must be a text without lone surrogates";
    findings.issues.push({ code: "INVALID_TITLE", field: "title", message });
    return undefined;
  }
  return shorten(title.trim(), maxLength, findings) || undefined;
}

function shorten(title: string, maxLength: number, findings: LinkFindings): string {
  if (title.length <= maxLength) {
    return title;
  }
  const message = `title is longer than ${maxLength} characters; a built link carries it cut`;
  findings.warnings.push({ code: "TITLE_TRUNCATED", field: "title", message });
  return cutBetweenGraphemes(title, maxLength - ELLIPSIS.length).trimEnd() + ELLIPSIS;
}

/** In UTF-16 units. */
const LONGEST_CHARACTER = 2;

function cutBetweenGraphemes(text: string, maxLength: number): string {
  let end = 0;
  // Where the cut may fall is known from what comes before it and the one character behind it.
  const start = text.slice(0, maxLength + LONGEST_CHARACTER);
  for (const { index, segment } of new Intl.Segmenter().segment(start)) {
    if (index + segment.length > maxLength) {
      break;
    }
    end = index + segment.length;
  }
  return text.slice(0, end);
}
