/**
 * The code of an error of Node.js or of a library, such as ENOENT; undefined when it has none.
 *
 * Looks at the value itself, not at its class: errors of another realm are no instances of ours.
 */
export function errorCode(error: unknown): string | undefined {
  return typeof error === "object" && error !== null && "code" in error
    ? String(error.code)
    : undefined;
}
