import type { z } from "zod";
import { InputInvalidError } from "./input-errors.ts";

/**
 * Parses what a caller sent.
 *
 * @throws {InputInvalidError} listing every reason by its dotted path.
 */
export function parseInput<Schema extends z.ZodType>(
  schema: Schema,
  input: unknown,
): z.output<Schema> {
  const parsed = schema.safeParse(input);
  if (parsed.success) {
    return parsed.data;
  }
  const issues = parsed.error.issues.map(({ path, message }) => ({
    path: path.map(String).join("."),
    message,
  }));
  throw new InputInvalidError(issues, { cause: parsed.error });
}
