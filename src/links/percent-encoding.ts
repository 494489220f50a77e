/**
 * Percent-encodes everything but letters, digits and `- . _ ~`; a space becomes `%20`, never `+`.
 *
 * Stricter than `encodeURIComponent`, which leaves `! ' ( ) *` raw: mail and text-message
 * clients end a link at some of them.
 *
 * @throws {URIError} when the text holds a lone surrogate; check `isWellFormed` first.
 * @see https://www.rfc-editor.org/rfc/rfc3986#section-2.3
 */
export function percentEncode(text: string): string {
  return encodeURIComponent(text).replace(/[!'()*]/g, percentEncodeCharacter);
}

/**
 * Percent-decodes once, or gives `undefined` when the encoding is broken. A `+` stays a plus.
 *
 * `URLSearchParams` would turn `+` into a space and mend broken bytes in silence.
 */
export function percentDecode(text: string): string | undefined {
  try {
    return decodeURIComponent(text);
  } catch (error) {
    if (error instanceof URIError) {
      return undefined;
    }
    throw error;
  }
}

function percentEncodeCharacter(character: string): string {
  return `%${character.charCodeAt(0).toString(16).toUpperCase()}`;
}
