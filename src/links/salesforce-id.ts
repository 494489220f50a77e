const SUFFIX_ALPHABET = "ABCDEFGHIJKLMNOPQRSTUVWXYZ012345";

/** Says whether a text has the shape of a Salesforce id: 15 or 18 letters and digits. */
export function looksLikeSalesforceId(id: string): boolean {
  return /^[A-Za-z0-9]{15}(?:[A-Za-z0-9]{3})?$/.test(id);
}

/**
 * Gives the 18-character form of a 15-character Salesforce id; any other text comes back unchanged.
 *
 * @see https://help.salesforce.com/s/articleView?id=000383751 for the checksum
 */
export function longSalesforceId(id: string): string {
  if (id.length !== 15 || !looksLikeSalesforceId(id)) {
    return id;
  }
  const suffix = [0, 5, 10].map((start) => suffixCharacter(id.slice(start, start + 5)));
  return id + suffix.join("");
}

function suffixCharacter(group: string): string {
  const bits = [...group].map((character, at) => (/[A-Z]/.test(character) ? 1 << at : 0));
  return SUFFIX_ALPHABET.charAt(bits.reduce((sum, bit) => sum + bit, 0));
}
