/** One part of a mail: its headers by lower-case name, decoded, and its text. */
export interface MailPart {
  readonly headers: ReadonlyMap<string, string>;
  readonly text: string;
  /** The parts inside a multipart. */
  readonly parts: readonly MailPart[];
}

/** Reads a raw mail (RFC 5322, RFC 2045, RFC 2047) as far as these tests need it. */
export function readMail(raw: string): MailPart {
  const end = raw.indexOf("\r\n\r\n");
  const headers = readHeaders(raw.slice(0, end));
  const body = raw.slice(end + 4);
  const boundary = /boundary="?([^";]+)"?/.exec(headers.get("content-type") ?? "")?.[1];
  if (boundary === undefined) {
    return { headers, text: decodeBody(body, headers), parts: [] };
  }
  const pieces = `\r\n${body}`.split(`\r\n--${boundary}`).slice(1, -1);
  return { headers, text: "", parts: pieces.map((piece) => readMail(piece.replace(/^\r\n/, ""))) };
}

/** The mail itself and everything in it. */
export function allParts(part: MailPart): readonly MailPart[] {
  return [part, ...part.parts.flatMap(allParts)];
}

/** The first part of a media type. */
export function partOf(mail: MailPart, type: string): MailPart | undefined {
  return allParts(mail).find(({ headers }) => headers.get("content-type")?.startsWith(type));
}

function readHeaders(text: string): ReadonlyMap<string, string> {
  const lines = text.replaceAll(/\r\n[ \t]+/g, " ").split("\r\n");
  return new Map(
    lines.map((line) => {
      const colon = line.indexOf(":");
      return [line.slice(0, colon).toLowerCase(), decodeWords(line.slice(colon + 1).trim())];
    }),
  );
}

function decodeWords(text: string): string {
  return text
    .replaceAll(/\?= +=\?/g, "?==?")
    .replaceAll(/=\?utf-8\?([QB])\?([^?]*)\?=/gi, (_word, kind: string, coded: string) =>
      kind.toUpperCase() === "B"
        ? Buffer.from(coded, "base64").toString("utf8")
        : fromQuoted(coded.replaceAll("_", " ")),
    );
}

function decodeBody(body: string, headers: ReadonlyMap<string, string>): string {
  switch (headers.get("content-transfer-encoding")?.toLowerCase()) {
    case "base64":
      return Buffer.from(body, "base64").toString("utf8");
    case "quoted-printable":
      return fromQuoted(body.replaceAll("=\r\n", ""));
    default:
      return body;
  }
}

function fromQuoted(text: string): string {
  const bytes = text.replaceAll(/=([0-9A-F]{2})/gi, (_code, hex: string) =>
    String.fromCharCode(Number.parseInt(hex, 16)),
  );
  return Buffer.from(bytes, "latin1").toString("utf8");
}
