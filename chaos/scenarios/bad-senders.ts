import { Queue } from "bullmq";
import { Webhook } from "standardwebhooks";
import { QUEUE_PREFIX } from "../../src/queues/queue-settings.ts";
import type { Drill } from "../drill.ts";
import { outboundMessage, postSoap, someNotifications } from "../load/soap.ts";
import { eventOf } from "../load/visits.ts";
import type { Scenario } from "../scenario.ts";
import { ACME, BRAVO } from "../world/tenants.ts";

const DAY_MS = 86_400_000;
const LARGE_BYTES = 10 * 1024 * 1024;

/** Bodies that are poison, forged, or of another version. */
export const BAD_SENDERS: readonly Scenario[] = [
  {
    name: "poison-bodies",
    faults: [22],
    fault:
      "broken XML, an entity bomb, an external entity, 10 MB, another charset, 101 notifications, 1 bad of 100",
    load: "32 visits, 4 versions each",
    injection: "each of them five times while events come in",
    recovery: "none is acknowledged but the last: 99 are taken, the bad one is parked",
    run: async (drill) => {
      drill.agree({ parked: { NO_READER: 99, BAD_RECORD_ID: 1 } });
      const load = await drill.load();
      await load.untilAcked(0.2);
      const pid = drill.world.web.pidOf("web");
      for (const { what, body, contentType } of poisons()) {
        for (let time = 0; time < 5; time += 1) {
          const { status, isAck } = await postSoap(drill.world.url, body, contentType);
          drill.expect(!isAck && status !== 202, `${what} was acknowledged (${status})`);
        }
      }
      const { isAck } = await postSoap(drill.world.url, oneBadOfMany());
      drill.expect(isAck, "a message with one bad notification was not acknowledged");
      drill.expect(drill.world.web.pidOf("web") === pid, "the receiver died of a body");
      await load.sent;
    },
  },
  {
    name: "forged-senders",
    faults: [33],
    fault:
      "two tenants use the same ids; another organization's id; a body replayed after a day; wrong proofs",
    load: "32 visits, 4 versions each",
    injection: "the first tenant's events, word for word, at the other's door; forgeries at both",
    recovery:
      "each tenant has its own visit of that id; forgeries are refused before they are read",
    run: async (drill) => {
      const load = await drill.load();
      await load.untilAcked(0.3);
      await postTwins(drill, load.visits);
      await expectForgeriesRefused(drill);
      await load.sent;
    },
  },
  {
    name: "mixed-versions",
    faults: [31],
    fault: "jobs of an older and of a newer version wait in the queues",
    load: "32 visits, 4 versions each",
    injection: "jobs with unknown kinds, without what is needed, and with more than is known",
    recovery:
      "what cannot be read is parked whole (PAYLOAD_UNREADABLE); what has more than is known is worked on",
    run: async (drill) => {
      drill.agree({ parked: { PAYLOAD_UNREADABLE: 4 } });
      const load = await drill.load();
      await load.untilAcked(0.3);
      await injectJobs(drill);
      await load.sent;
    },
  },
];

interface Poison {
  readonly what: string;
  readonly body: string | Buffer;
  readonly contentType?: string;
}

function poisons(): readonly Poison[] {
  const good = outboundMessage(ACME, someNotifications(1));
  const doctype = (inside: string) =>
    good.replace("<soapenv:Envelope", `<!DOCTYPE x [${inside}]><soapenv:Envelope`);
  const bomb = Array.from(
    { length: 9 },
    (_, at) => `<!ENTITY a${at + 1} "${`&a${at};`.repeat(10)}">`,
  );
  return [
    { what: "half a message", body: good.slice(0, good.length / 2) },
    { what: "an entity bomb", body: doctype(`<!ENTITY a0 "x">${bomb.join("")}`) },
    { what: "an external entity", body: doctype('<!ENTITY x SYSTEM "file:///etc/passwd">') },
    { what: "10 MB", body: good + " ".repeat(LARGE_BYTES) },
    { what: "another charset", body: good, contentType: "text/xml; charset=utf-16" },
    { what: "101 notifications", body: outboundMessage(ACME, someNotifications(101)) },
    { what: "bytes", body: Buffer.from([0xff, 0xfe, 0x00, 0x80, 0x3c]) },
  ];
}

function oneBadOfMany(): string {
  const bad = { id: "04l5f9bad000001", recordId: "not-an-id" };
  return outboundMessage(ACME, [...someNotifications(99), bad]);
}

/** The same event and record ids, at the other tenant's door: other visits, of other reps. */
async function postTwins(
  drill: Drill,
  visits: Awaited<ReturnType<Drill["load"]>>["visits"],
): Promise<void> {
  const farMs = Date.now() + DAY_MS;
  for (const visit of visits.filter(({ connection }) => connection === ACME.name)) {
    const [version] = visit.versions;
    if (version !== undefined) {
      const twin = { ...version, startAtMs: farMs, endAtMs: farMs + 3_600_000 };
      const status = await postJson(drill, BRAVO.name, {
        body: JSON.stringify(eventOf(visit, twin)),
        headers: { authorization: `Bearer ${BRAVO.webhookSecret}` },
      });
      drill.expect(status === 202, `a twin was answered ${status}`);
    }
  }
}

async function expectForgeriesRefused(drill: Drill): Promise<void> {
  const foreign = { organizationId: "00D5f00000FoReiEAK" };
  const { isAck } = await postSoap(
    drill.world.url,
    outboundMessage(foreign, someNotifications(1, 700)),
  );
  drill.expect(!isAck, "another organization's message was acknowledged");
  const body = JSON.stringify({ events: [] });
  const yesterday = new Date(Date.now() - DAY_MS);
  const id = `msg_${yesterday.getTime()}`;
  const old = {
    "webhook-id": id,
    "webhook-timestamp": String(Math.floor(yesterday.getTime() / 1000)),
    "webhook-signature": new Webhook(ACME.signingSecret).sign(id, yesterday, body),
  };
  const wrong = { authorization: `Bearer ${BRAVO.webhookSecret}` };
  for (const [what, headers] of [
    ["a body replayed after a day", old],
    ["the other tenant's secret", wrong],
    ["no proof", {}],
  ] as const) {
    const status = await postJson(drill, ACME.name, { body, headers });
    drill.expect(status === 401, `${what} was answered ${status}, not 401`);
  }
}

async function postJson(
  { world }: Drill,
  connection: string,
  { body, headers }: { readonly body: string; readonly headers: Record<string, string> },
): Promise<number> {
  const answer = await fetch(`${world.url}/webhooks/events/${connection}`, {
    method: "POST",
    headers: { "content-type": "application/json", ...headers },
    body,
  });
  await answer.arrayBuffer();
  return answer.status;
}

/** Speaks to the queues as another version would; this is the only place that does. */
async function injectJobs({ world }: Drill): Promise<void> {
  const connection = world.redis?.admin;
  if (connection === undefined) {
    return;
  }
  const add = async (name: string, job: string, data: object) => {
    const queue = new Queue(name, { connection, prefix: QUEUE_PREFIX });
    await queue.add(job, data);
    await queue.close();
  };
  await add("crm-events", "record-changed-v9", {
    kind: "record-changed-v9",
    connection: ACME.name,
  });
  await add("crm-events", "record-changed", { connection: ACME.name, recordId: "08p5f0000000001" });
  await add("prompts", "start", { connection: ACME.name });
  await add("deliveries", "deliver-v9", { connection: ACME.name, promptId: "p1" });
  await add("prompts", "start", {
    ...{ connection: ACME.name, userId: "u", recordId: "r", promptId: "pNobodys" },
    ofALaterVersion: true,
  });
}
