import { z } from "zod";
import { promptStateSchema } from "../../domain/prompt.ts";
import { moment } from "./shared.ts";

const number = z.number();
const system = z.object({ state: z.string(), at: moment });

/** How one connection stands; the counts of prompts are of appointments around now. */
const connectionOverview = z.object({
  name: z.string(),
  appointments: number,
  parked: number,
  ...Object.fromEntries(promptStateSchema.options.map((state) => [state, number])),
  late: number,
  today: z.object({
    planned: number,
    due: number,
    sent: number,
    opened: number,
    done: number,
    notSent: number,
    canceled: number,
    parked: number,
  }),
  timeZone: z.string(),
  lateness: z.object({ p50Ms: number, p99Ms: number }).nullable(),
  overdueSince: moment.nullable(),
  coverage: z.object({ confirmed: number, notConfirmed: number, open: number, notSent: number }),
  hold: z.object({ by: z.string(), since: moment }).nullable(),
  salesforce: system
    .extend({ apiShare: number.nullable(), warnings: z.array(z.string()) })
    .nullable(),
  siro: system.nullable(),
});

/** How the whole bridge stands. */
export const overviewReply = z.object({
  asOf: moment,
  connections: z.array(connectionOverview),
  queues: z.record(
    z.string(),
    z.object({
      waiting: number,
      active: number,
      delayed: number,
      failed: number,
      oldestWaitingMs: number,
    }),
  ),
  oldestWaitingMs: number,
  lagMs: number,
  lastErrors: z.array(z.object({ code: z.string(), message: z.string(), at: moment })),
});
