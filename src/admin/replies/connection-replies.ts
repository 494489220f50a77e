import { z } from "zod";
import { crmObject, listOf, moment, namedRep } from "./shared.ts";

const hold = z.object({ by: z.string(), since: moment });
const settings = z.record(z.string(), z.unknown());

const listedConnection = z.object({
  name: z.string(),
  source: z.enum(["page", "file"]),
  hidesStored: z.boolean(),
  organizationId: z.string().nullable(),
  hasSalesforce: z.boolean(),
  hasSiro: z.boolean(),
  hold: hold.nullable(),
  problem: z.string().nullable(),
  changedAt: moment.nullable(),
  changedBy: z.string().nullable(),
  /** That they are set, never what they are. */
  secrets: z.array(z.object({ path: z.string(), count: z.number(), changedAt: moment.nullable() })),
});

/** All connections. */
export const connectionsReply = z.object({
  items: z.array(listedConnection),
  isLocalMode: z.boolean(),
});

/** One connection with its settings, the secrets left out. */
export const connectionReply = listedConnection.extend({
  settings,
  revision: z.string().nullable(),
  addresses: z.object({ events: z.string(), outboundMessages: z.string(), siro: z.string() }),
});

/** A connection that was changed; a secret that was made is told once. */
export const savedConnectionReply = z.object({
  connection: connectionReply,
  shownOnce: z.record(z.string(), z.string()),
});

/** What was found when a connection was tested. */
export const findingsReply = z.object({
  findings: z.array(
    z.object({
      check: z.string(),
      connection: z.string().optional(),
      level: z.enum(["ok", "warn", "fail"]),
      message: z.string(),
      whatToDo: z.string().optional(),
    }),
  ),
});

/** The hold that stands. */
export const holdReply = z.object({ hold: hold.nullable() });

/** Messages that nobody could read, the newest first. */
export const unreadableReply = listOf(
  z.object({
    at: moment,
    reason: z.string(),
    body: z.string().nullable().meta({
      description: "Its first 64 kB as UTF-8; null where it cannot be opened with this SECRET_KEY",
    }),
  }),
);

/** The rules of a connection that can be tried. */
export const rulesReply = z.object({
  connection: z.string(),
  hasSalesforce: z.boolean(),
  rules: settings,
});

const side = z.object({
  outcome: z.string(),
  why: z.array(z.string()),
  status: z.string(),
  startAt: moment,
  endAt: moment,
  title: z.string(),
  reps: z.array(namedRep),
  crmObjects: z.array(crmObject),
  prompts: z.array(
    z.object({
      action: z.string(),
      userId: z.string(),
      dueAt: moment,
      expiresAt: moment,
      reason: z.string(),
      endsRecordId: z.string().optional(),
    }),
  ),
  links: z.array(
    z.object({
      action: z.string(),
      url: z.string().nullable(),
      reasons: z.string().optional(),
      returnsTo: z.string().nullable(),
    }),
  ),
});

/** What other rules would have made of the last appointments. */
export const whatIfReply = z.object({
  connection: z.string(),
  asked: z.number(),
  settings: z.object({ write: settings, takeOut: z.array(z.string()) }),
  totals: z.record(z.string(), z.number()),
  notes: z.array(
    z.object({ level: z.enum(["warn", "plain"]), text: z.string(), code: z.string().optional() }),
  ),
  items: z.array(
    z.object({
      recordType: z.string(),
      recordId: z.string(),
      title: z.string(),
      startAt: moment,
      reps: z.array(namedRep),
      verdict: z.enum(["same", "different", "unread"]),
      sentences: z.array(z.string()),
      before: side.optional(),
      after: side.optional(),
    }),
  ),
});
