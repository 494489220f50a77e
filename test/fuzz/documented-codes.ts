import { readFileSync } from "node:fs";
import { resolve } from "node:path";
import { BridgeError } from "../../src/errors.ts";

const CODES = new Set(
  [...readFileSync(resolve("docs/failures.md"), "utf8").matchAll(/^### ([A-Z_]+)$/gm)].map(
    ([, code]) => code,
  ),
);

/** Says whether a failure page tells an operator what to do about this code. */
export function isDocumented(code: string): boolean {
  return CODES.has(code);
}

/** Says whether an error is one that the bridge means: of its own kind, with a code that is explained. */
export function isMeant(error: unknown): boolean {
  return error instanceof BridgeError && isDocumented(error.code);
}
