import { NotificationUnreadableError } from "./intake-errors.ts";

const CHARSET = /;\s*charset\s*=\s*"?([^\s;"]*)/i;
const READABLE_CHARSETS = new Set(["utf-8", "utf8", "us-ascii"]);
const DECLARATION_START = /^<\?xml[ \t\r\n]/;

/** No declaration is longer; one without an end must not be searched for through the whole body. */
const MAX_DECLARATION_LENGTH = 256;

/** Says whether a charset or XML encoding name is one that is read here: UTF-8 or its subset. */
export function isReadableCharset(name: string): boolean {
  return READABLE_CHARSETS.has(name.toLowerCase());
}

/** Returns the charset a content type names, undefined when it names none. */
export function charsetOf(contentType: string | undefined): string | undefined {
  return contentType === undefined ? undefined : CHARSET.exec(contentType)?.[1];
}

/**
 * Decodes an XML body as UTF-8, without byte order mark, and looks at what stands before the root element.
 *
 * @throws {NotificationUnreadableError} when it is not UTF-8, or when anything but a declaration, comments and
 * white space precedes the root. A document type is found here, because the parser reports one at its end only.
 */
export function decodeXml(bytes: Buffer): string {
  const text = decodeUtf8(bytes);
  checkProlog(text);
  return text;
}

function decodeUtf8(bytes: Buffer): string {
  try {
    return new TextDecoder("utf-8", { fatal: true }).decode(bytes);
  } catch (error) {
    throw new NotificationUnreadableError("ENCODING", { cause: error });
  }
}

function checkProlog(text: string): void {
  let at = afterDeclaration(text);
  for (;;) {
    at = afterSpace(text, at);
    if (!text.startsWith("<!--", at)) {
      break;
    }
    at = afterEnd(text, "-->", at + 4);
  }
  if (text.startsWith("<!", at) || text.startsWith("<?", at)) {
    throw new NotificationUnreadableError("FORBIDDEN_XML");
  }
  if (text[at] !== "<") {
    throw new NotificationUnreadableError("NOT_WELL_FORMED");
  }
}

function afterDeclaration(text: string): number {
  return DECLARATION_START.test(text)
    ? afterEnd(text.slice(0, MAX_DECLARATION_LENGTH), "?>", 6)
    : 0;
}

/** A loop, because a regular expression would remember every one of ten million spaces. */
function afterSpace(text: string, from: number): number {
  let at = from;
  while (isXmlSpace(text.charCodeAt(at))) {
    at += 1;
  }
  return at;
}

/** Space, line feed, carriage return, tab. */
function isXmlSpace(code: number): boolean {
  return code === 0x20 || code === 0x0a || code === 0x0d || code === 0x09;
}

function afterEnd(text: string, end: string, from: number): number {
  const at = text.indexOf(end, from);
  if (at < 0) {
    throw new NotificationUnreadableError("NOT_WELL_FORMED");
  }
  return at + end.length;
}
