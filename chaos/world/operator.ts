import { z } from "zod";
import { DEVICE_SECRET, type Sink } from "./sink.ts";
import { ADMIN_TOKEN } from "./tenants.ts";

const ENROLLED_AT_ONCE = 8;

const promptSchema = z.object({
  promptId: z.string(),
  action: z.string(),
  userId: z.string(),
  dueAt: z.string(),
  expiresAt: z.string(),
  state: z.string(),
  reason: z.string(),
});

/** One appointment as the bridge tells it. */
export const recordSchema = z.object({
  status: z.string(),
  startAt: z.string().nullable(),
  reps: z.array(z.object({ userId: z.string() })),
  prompts: z.array(promptSchema),
  deliveries: z.array(
    z.object({ promptId: z.string(), state: z.string(), attempts: z.int(), updatedAt: z.string() }),
  ),
  timeline: z.array(
    z.object({
      at: z.string(),
      kind: z.string(),
      text: z.string(),
      eventId: z.string().optional(),
    }),
  ),
});
export type BridgeRecord = z.infer<typeof recordSchema>;

const depthSchema = z.object({
  waiting: z.int(),
  active: z.int(),
  delayed: z.int(),
  failed: z.int(),
});

const overviewSchema = z.object({
  queues: z.record(z.string(), depthSchema),
  lastErrors: z.array(z.looseObject({ at: z.string() })),
});
export type BridgeOverview = z.infer<typeof overviewSchema>;

const parkedSchema = z.object({
  id: z.string(),
  connection: z.string(),
  reason: z.string(),
  detail: z.string(),
  recordId: z.string().nullable(),
  kind: z.string(),
  lastParkedAt: z.string(),
});
export type ParkedLine = z.infer<typeof parkedSchema>;

const parkedPageSchema = z.looseObject({
  items: z.array(parkedSchema),
  total: z.int(),
  nextCursor: z.string().nullish(),
});

/** A rep with a device. */
export interface EnrolledRep {
  readonly connection: string;
  readonly userId: string;
}

/** Speaks for an operator: everything here goes through the operators' calls. */
export class OperatorDesk {
  readonly #url: string;

  constructor(url: string) {
    this.#url = url;
  }

  /** Calls the operators' API; the answer's body is read as JSON. */
  async call(path: string, init: { method?: string; body?: unknown } = {}) {
    const { method = "GET", body } = init;
    const answer = await fetch(`${this.#url}/admin/api${path}`, {
      method,
      headers: { authorization: `Bearer ${ADMIN_TOKEN}`, "content-type": "application/json" },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    const text = await answer.text();
    return { status: answer.status, body: text === "" ? undefined : JSON.parse(text) };
  }

  /** Reads one appointment; undefined when the bridge does not know it. */
  async record(connection: string, recordId: string): Promise<BridgeRecord | undefined> {
    const { status, body } = await this.call(`/appointments/${connection}/${recordId}`);
    return status === 404 ? undefined : recordSchema.parse(body);
  }

  /** Reads how the bridge stands. */
  async overview(): Promise<BridgeOverview> {
    return overviewSchema.parse((await this.call("/overview")).body);
  }

  /** Reads all that is parked. */
  async parked(): Promise<readonly ParkedLine[]> {
    const found: ParkedLine[] = [];
    let cursor: string | null | undefined = "";
    while (cursor !== null && cursor !== undefined) {
      const from = cursor === "" ? "" : `&cursor=${encodeURIComponent(cursor)}`;
      const page = parkedPageSchema.parse((await this.call(`/parked?limit=100${from}`)).body);
      found.push(...page.items);
      cursor = page.nextCursor;
    }
    return found;
  }

  /** Hands one piece of parked work back; says whether the bridge took it. */
  async replay(id: string): Promise<boolean> {
    const path = `/parked/${encodeURIComponent(id)}/replay`;
    return (await this.call(path, { method: "POST" })).status < 300;
  }

  /** Makes reps known, each with one device at the sink. */
  async enrol(reps: readonly EnrolledRep[], sink: Sink): Promise<void> {
    for (let at = 0; at < reps.length; at += ENROLLED_AT_ONCE) {
      const some = reps.slice(at, at + ENROLLED_AT_ONCE);
      await Promise.all(some.map((rep) => this.#enrolRep(rep, sink)));
    }
  }

  async #enrolRep({ connection, userId }: EnrolledRep, sink: Sink): Promise<void> {
    const rep = { userId, email: "rep@example.com", name: "A rep" };
    await this.call(`/reps/${connection}`, { method: "POST", body: rep });
    const address = { url: `${sink.url}/${connection}/${userId}`, secret: DEVICE_SECRET };
    const { status } = await this.call(`/reps/${connection}/${userId}/devices`, {
      method: "POST",
      body: { channel: "webhook", address },
    });
    if (status !== 201) {
      throw new Error(`a device could not be enrolled: ${status}`);
    }
  }
}
