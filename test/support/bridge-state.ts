import type { Redis } from "ioredis";
import { followEvent } from "../../src/appointments/follow-event.ts";
import { readRepState } from "../../src/books/rep-book.ts";
import { type Connection, connectionSchema } from "../../src/domain/connection.ts";
import type { CrmEvent } from "../../src/domain/crm-event.ts";
import type { Prompt } from "../../src/domain/prompt.ts";
import { createCrmEventsQueue } from "../../src/queues/crm-events.ts";
import type { PromptsQueue } from "../../src/queues/prompts.ts";
import { followDeps } from "../../workers/follow-events.ts";
import { openOrgs } from "../../workers/orgs.ts";
import { createPlanner } from "../../workers/plan-rep.ts";

/** A connection with invented secrets. */
export function aConnection(own: Record<string, unknown> = {}): Connection {
  return connectionSchema.parse({
    name: "acme",
    organizationId: "00D5f000004XyZaEAK",
    webhookSecrets: ["an-invented-webhook-secret-of-40-letters!"],
    integrationConnectionId: "01HACME0000000000000000000",
    ...own,
  });
}

/** Follows events the way a worker does, over a real Redis and the real queues. */
export function follower(redis: Redis, prompts: PromptsQueue, connection: Connection) {
  const connections = new Map([[connection.name, connection]]);
  const deps = followDeps({
    config: { connections },
    redis,
    planRep: createPlanner({ redis, prompts }),
    crmEvents: createCrmEventsQueue(redis),
    orgs: openOrgs(connections.values()),
  });
  return (event: CrmEvent) => followEvent(deps, event);
}

/** The prompts of a rep that still wait for their moment, in the order of their moments. */
export async function waitingPrompts(
  redis: Redis,
  connection: string,
  userId: string,
): Promise<readonly Prompt[]> {
  const { visits } = await readRepState(redis, { connection, userId });
  return visits
    .flatMap(({ prompts }) => prompts)
    .filter(({ state }) => state === "waiting")
    .sort((left, right) => left.dueAtMs - right.dueAtMs);
}
