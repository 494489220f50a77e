import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { writeFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "@jest/globals";
import { planPrompts } from "../../src/appointments/plan-prompts.ts";
import type { Appointment } from "../../src/domain/appointment.ts";
import { scheduleSchema } from "../../src/domain/connection.ts";
import { canonicalRecordId } from "../../src/domain/crm-record-id.ts";
import { ACME, type BridgeProcess, readJson, startBridge } from "../support/bridge-process.ts";
import { recordId } from "../support/outbound-message.ts";
import { until } from "../support/until.ts";
import { startWebhookSink, type WebhookSink } from "../support/webhook-sink.ts";

const REPS = 25;
const VISITS_PER_REP = 4;
const VERSIONS = 5;
/** Long enough to post everything through three kills, before the first visit begins. */
const BEGIN_AFTER_MS = 35_000;
const SCHEDULE = { startLeadSeconds: 1, restartGapSeconds: 1 };

let bridge: BridgeProcess;
let sink: WebhookSink;

beforeAll(async () => {
  sink = await startWebhookSink();
  bridge = await startBridge({ connection: { schedule: SCHEDULE } });
}, 90_000);

afterAll(async () => {
  await bridge.cleanUp();
  await sink.stop();
});

interface Version {
  readonly event: { readonly eventId: string; readonly recordId: string };
  readonly appointment: Appointment;
  readonly version: number;
}

/** Each attempt at the test has reps and visits of its own: what was posted before would be duplicates. */
let attempt = 0;

interface BurstRep {
  readonly userId: string;
  readonly email: string;
  readonly name: string;
  readonly path: string;
}

function someReps(): readonly BurstRep[] {
  return Array.from({ length: REPS }, (_, at) => ({
    userId: canonicalRecordId(`005000000001${String(attempt * REPS + at).padStart(3, "0")}`),
    email: `burst${at}@example.com`,
    name: `Burst ${at}`,
    path: `/burst/${attempt}/${at}`,
  }));
}

/** Five versions of a hundred visits; the last one counts. */
function someHistories(reps: readonly BurstRep[], beginsAtMs: number): readonly Version[] {
  return reps.flatMap(({ path: _, ...person }, repAt) =>
    Array.from({ length: VISITS_PER_REP }, (_, visitAt) =>
      Array.from({ length: VERSIONS }, (_, version) => {
        const record = canonicalRecordId(
          recordId("08p", 5000 + attempt * 1000 + repAt * 10 + visitAt),
        );
        const startAtMs = beginsAtMs + visitAt * 3000 + ((version * 7 + repAt) % 3) * 300;
        const appointment: Appointment = {
          recordType: "ServiceAppointment",
          recordId: record,
          status: (version + repAt + visitAt) % 7 === 0 ? "canceled" : "scheduled",
          startAtMs,
          endAtMs: startAtMs + 2000,
          title: `Visit ${visitAt}`,
          crmObjects: [],
          reps: [person],
        };
        return { appointment, version, event: eventOf(appointment, version, beginsAtMs) };
      }),
    ).flat(),
  );
}

function eventOf(appointment: Appointment, version: number, beginsAtMs: number) {
  const { startAtMs, endAtMs, recordType, recordId: record, ...rest } = appointment;
  return {
    eventId: `${record}-v${version}`,
    recordType,
    recordId: record,
    occurredAt: new Date(beginsAtMs - 3_600_000 + version * 1000).toISOString(),
    appointment: {
      ...rest,
      startAt: new Date(startAtMs).toISOString(),
      endAt: new Date(endAtMs).toISOString(),
    },
  };
}

function shuffled<T>(items: readonly T[]): T[] {
  return items
    .map((item) => ({ item, rank: Math.random() }))
    .sort((left, right) => left.rank - right.rank)
    .map(({ item }) => item);
}

/** Another process that posts all events, shuffled, some twice. */
function startPoster(name: string, histories: readonly Version[]) {
  const events = shuffled([...histories, ...histories.slice(0, 50)]).map(({ event }) => event);
  const file = join(bridge.dataDir, `${name}.json`);
  writeFileSync(file, JSON.stringify(events));
  const url = `${bridge.url}/webhooks/events/${ACME.name}`;
  const script = resolve("test/fixtures/post-events.mjs");
  const child = spawn(process.execPath, [script, url, ACME.webhookSecret, file], {
    stdio: ["ignore", "pipe", "inherit"],
  });
  let output = "";
  child.stdout.on("data", (chunk) => {
    output += chunk;
  });
  return {
    child,
    acked: () => output.split("\n").filter((line) => line !== ""),
    total: events.length,
  };
}

async function ended(child: ChildProcess): Promise<void> {
  if (child.exitCode === null) {
    await once(child, "exit");
  }
}

describe("kill -9 while two processes post the same events", () => {
  test("nothing acked is missing, and every device gets exactly the newest plan's prompts", async () => {
    attempt += 1;
    const reps = someReps();
    for (const rep of reps) {
      await bridge.enrolSink(rep, sink, rep.path);
    }
    const arrived = () => sink.arrived.filter(({ path }) => path.startsWith(`/burst/${attempt}/`));
    const beginsAtMs = Date.now() + BEGIN_AFTER_MS;
    const histories = someHistories(reps, beginsAtMs);
    const posters = [startPoster("one", histories), startPoster("two", histories)];
    const ackedTotal = () => posters.reduce((sum, poster) => sum + poster.acked().length, 0);
    for (const [threshold, victim] of [
      [200, "worker"],
      [500, "web"],
      [800, "redis"],
    ] as const) {
      await until(() => ackedTotal() >= threshold, {
        timeoutMs: 25_000,
        what: `${threshold} acks before the ${victim} is killed; ${ackedTotal()} came`,
      });
      process.kill(bridge.childPid(victim), "SIGKILL");
    }
    await Promise.all(posters.map(({ child }) => ended(child)));
    expect(Date.now()).toBeLessThan(beginsAtMs - 1000);
    const acked = new Set(posters.flatMap((poster) => poster.acked()));
    expect(acked.size).toBe(REPS * VISITS_PER_REP * VERSIONS);

    const newest = histories.filter(({ version }) => version === VERSIONS - 1);
    for (const { appointment } of newest) {
      await until(
        async () => {
          const path = `/appointments/${ACME.name}/${appointment.recordId}`;
          const known = await readJson(await bridge.api(path));
          return (
            known.status === appointment.status &&
            Date.parse(known.startAt) === appointment.startAtMs
          );
        },
        { timeoutMs: 20_000, what: `${appointment.recordId} to reach its newest state` },
      );
    }

    const expected = reps.map((rep) =>
      planPrompts({
        userId: rep.userId,
        appointments: newest
          .map(({ appointment }) => appointment)
          .filter((appointment) => appointment.reps[0]?.userId === rep.userId),
        issued: [],
        schedule: scheduleSchema.parse(SCHEDULE),
        nowMs: beginsAtMs - 5000,
      })
        .map(({ action, appointment, dueAtMs }) => `${action} ${appointment.recordId} ${dueAtMs}`)
        .sort(),
    );
    const total = expected.reduce((sum, lines) => sum + lines.length, 0);
    await until(() => arrived().length >= total, {
      timeoutMs: 60_000,
      what: `${total} prompts; ${arrived().length} arrived`,
    });
    for (const [at, lines] of expected.entries()) {
      const got = arrived().filter(({ path }) => path === reps[at]?.path);
      expect(
        got
          .map(
            ({ data }) => `${data.action} ${data.appointment.recordId} ${Date.parse(data.dueAt)}`,
          )
          .sort(),
      ).toEqual(lines);
    }
  }, 150_000);
});
