import { z } from "zod";
import { type Connection, connectionSchema } from "./connection.ts";
import { canonicalRecordId } from "./crm-record-id.ts";

/** A connection that was made in the operators' window, as it is kept: sealed as a whole. */
export const storedConnectionSchema = z.object({
  /** As an operator wrote them, with their secrets; defaults are filled in whenever they are used. */
  settings: z.record(z.string(), z.unknown()),
  createdAtMs: z.int(),
  changedAtMs: z.int(),
  changedBy: z.string(),
  /** When each secret was last changed, by its path; epoch milliseconds. */
  secretDates: z.record(z.string(), z.int()),
});
export type StoredConnection = Readonly<z.infer<typeof storedConnectionSchema>>;

/** The connection that settings describe, or what is wrong with them, by path. */
export type ConnectionReading =
  | { readonly kind: "usable"; readonly connection: Connection }
  | {
      readonly kind: "refused";
      readonly issues: readonly { readonly path: string; readonly message: string }[];
    };

/** Reads settings by the rules of the connections file. */
export function readSettings(settings: unknown): ConnectionReading {
  const parsed = connectionSchema.safeParse(settings);
  if (!parsed.success) {
    const issues = parsed.error.issues.map(({ path, message }) => ({
      path: path.map(String).join("."),
      message: plainly(message),
    }));
    return { kind: "refused", issues };
  }
  const organizationId = canonicalRecordId(parsed.data.organizationId);
  return { kind: "usable", connection: { ...parsed.data, organizationId } };
}

/** What a schema says of a missing or a mistyped value, for who fills in a form. */
function plainly(message: string): string {
  if (/received undefined$/.test(message)) {
    return "is needed";
  }
  const [, wanted] = /^Invalid input: expected (\w+), received/.exec(message) ?? [];
  return wanted === undefined ? message : `must be a ${wanted === "int" ? "whole number" : wanted}`;
}
