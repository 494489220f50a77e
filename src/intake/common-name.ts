/** A backslash takes the next character along; quotes take everything up to the closing one. */
const NAME_PART = /(?:\\.|"(?:\\.|[^"\\])*"|[^,+"\\])+/g;
const COMMON_NAME = /^\s*(?:CN|2\.5\.4\.3)\s*=(.*)$/is;

/**
 * Returns the common name in a certificate subject as proxies write it: `CN=host,O=…` or the bare name.
 *
 * Undefined when there is none or more than one, so that no crafted organization name can stand in for it.
 * The older form with slashes (`/C=US/CN=host`) is ambiguous and has none.
 *
 * @see https://www.rfc-editor.org/rfc/rfc4514
 */
export function commonNameOf(subject: string): string | undefined {
  if (!subject.includes("=")) {
    return subject.trim();
  }
  const names = (subject.match(NAME_PART) ?? [])
    .map((part) => COMMON_NAME.exec(part)?.[1]?.trim())
    .filter((name) => name !== undefined);
  return names.length === 1 ? names[0] : undefined;
}
