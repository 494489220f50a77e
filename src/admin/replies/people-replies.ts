import { z } from "zod";
import { operatorRoleSchema } from "../../domain/operator.ts";
import { listOf, moment } from "./shared.ts";

/** Who asks. */
export const meReply = z.object({
  name: z.string(),
  role: operatorRoleSchema,
  signsInWith: z.string(),
});

/** Somebody who may use the operators' window; never with a password. */
export const personReply = z.object({
  name: z.string(),
  role: operatorRoleSchema,
  roleFrom: z.string().optional(),
  createdAt: moment.optional(),
  signsInWith: z.array(z.string()),
  lastSignInAt: moment.optional(),
});

/** Everybody. */
export const peopleReply = listOf(personReply);

/** The browsers in which people are signed in. */
export const sessionsReply = listOf(
  z.object({
    id: z.string(),
    name: z.string(),
    since: moment,
    lastSeen: moment,
    browser: z.string(),
    address: z.string(),
    isThis: z.boolean(),
  }),
);
