import type { LinkFindings } from "./link-findings.ts";

const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/i;

/**
 * Gives the conversation type to send, or `undefined`.
 *
 * Siro falls back to the rep's default without an error when the value is malformed or unknown,
 * so a malformed one is refused here and an unknown one is dropped with a warning.
 *
 * @see https://docs.siro.ai/triggering-recordings/deep-links
 */
export function checkConversationType(
  conversationType: unknown,
  known: readonly string[] | undefined,
  findings: LinkFindings,
): string | undefined {
  if (conversationType === undefined || conversationType === null) {
    return undefined;
  }
  if (typeof conversationType !== "string" || !UUID.test(conversationType)) {
    const message = "conversationType must be the UUID of a conversation type, not its name";
    findings.issues.push({ code: "INVALID_CONVERSATION_TYPE", field: "conversationType", message });
    return undefined;
  }
  if (known !== undefined && !isKnown(conversationType, known)) {
    const message = "conversationType is not one of the organization's; a built link leaves it out";
    findings.warnings.push({
      code: "UNKNOWN_CONVERSATION_TYPE",
      field: "conversationType",
      message,
    });
    return undefined;
  }
  return conversationType;
}

function isKnown(conversationType: string, known: readonly string[]): boolean {
  const wanted = conversationType.toLowerCase();
  return known.some((candidate) => candidate.toLowerCase() === wanted);
}
