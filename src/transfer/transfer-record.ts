import { z } from "zod";
import { deviceSchema } from "../domain/device.ts";
import { holdSchema } from "../domain/hold.ts";
import { operatorNameSchema, operatorRoleSchema } from "../domain/operator.ts";
import { repSchema } from "../domain/rep.ts";

/** The version of an export's lines; an older bridge refuses a newer one. */
export const TRANSFER_VERSION = 1;

const nameSchema = z.string().regex(/^[a-z0-9][a-z0-9-]{0,62}$/, "must be a connection's name");

/** The first line: what this is, and in which form. */
export const transferHeaderSchema = z.object({
  kind: z.literal("siro-bridge-export"),
  version: z.int().min(1),
  exportedAt: z.string(),
});

/** One of the other lines. Secrets and addresses are as they lie in the store: sealed, or a digest. */
export const transferRecordSchema = z.discriminatedUnion("kind", [
  /** A connection that was made in the page, with its secrets. */
  z.object({ kind: z.literal("connection"), name: nameSchema, sealed: z.string().min(1) }),
  z.object({ kind: z.literal("hold"), connection: nameSchema, hold: holdSchema }),
  z.object({ kind: z.literal("rep"), connection: nameSchema, rep: repSchema }),
  z.object({ kind: z.literal("device"), device: deviceSchema }),
  z.object({
    kind: z.literal("person"),
    person: z.object({
      name: operatorNameSchema,
      role: operatorRoleSchema,
      roleFrom: z.enum(["people", "provider"]),
      passwordHash: z.string().optional(),
      subject: z.string().optional(),
      era: z.string(),
      createdAtMs: z.int(),
      lastSignInAtMs: z.int().optional(),
    }),
  }),
  /** For analysis alone: an import leaves it to the poll. */
  z.object({
    kind: z.literal("appointment"),
    connection: nameSchema,
    recordId: z.string(),
    appointment: z.unknown(),
    prompts: z.array(z.unknown()),
    deliveries: z.array(z.unknown()),
    receipts: z.array(z.unknown()),
    timeline: z.array(z.unknown()),
  }),
]);
export type TransferRecord = Readonly<z.infer<typeof transferRecordSchema>>;
