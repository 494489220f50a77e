import { z } from "zod";
import { keptPersonSchema } from "../books/operator-book.ts";
import { connectionNameSchema } from "../domain/connection.ts";
import { deviceSchema } from "../domain/device.ts";
import { holdSchema } from "../domain/hold.ts";
import { operatorNameSchema } from "../domain/operator.ts";
import { repSchema } from "../domain/rep.ts";

/** The version of an export's lines; an older bridge refuses a newer one. */
export const TRANSFER_VERSION = 1;

/** The first line: what this is, and in which form. */
export const transferHeaderSchema = z.object({
  kind: z.literal("siro-bridge-export"),
  version: z.int().min(1),
  exportedAt: z.string(),
});

/** One of the other lines. Secrets and addresses are as they lie in the store: sealed, or a digest. */
export const transferRecordSchema = z.discriminatedUnion("kind", [
  /** A connection that was made in the page, with its secrets. */
  z.object({
    kind: z.literal("connection"),
    name: connectionNameSchema,
    sealed: z.string().min(1),
  }),
  z.object({ kind: z.literal("hold"), connection: connectionNameSchema, hold: holdSchema }),
  z.object({ kind: z.literal("rep"), connection: connectionNameSchema, rep: repSchema }),
  z.object({ kind: z.literal("device"), device: deviceSchema }),
  z.object({
    kind: z.literal("person"),
    person: keptPersonSchema.extend({ name: operatorNameSchema }),
  }),
  /** For analysis alone: an import leaves it to the poll. */
  z.object({
    kind: z.literal("appointment"),
    connection: connectionNameSchema,
    recordId: z.string(),
    appointment: z.unknown(),
    prompts: z.array(z.unknown()),
    deliveries: z.array(z.unknown()),
    receipts: z.array(z.unknown()),
    timeline: z.array(z.unknown()),
  }),
]);
export type TransferRecord = Readonly<z.infer<typeof transferRecordSchema>>;
