import { afterAll, afterEach, beforeAll, describe, expect, test } from "@jest/globals";
import { changeAppointment } from "../../src/books/appointment-book.ts";
import { keyspace } from "../../src/keyspace.ts";
import type { StubOrg } from "../../src/local-mode/stub-org/start-stub-org.ts";
import {
  aVisit,
  openPipelineStage,
  type PipelineStage,
  type StageRep,
} from "../support/pipeline-stage.ts";
import { until } from "../support/until.ts";

const ACME = "acme";
const PROMPTS = 200;
const PER_MESSAGE = 100;
const LONG_AGO_MS = 11 * 60_000;
const MOMENT_IN_MS = 10_000;
/** How long a prompt may wait for its confirmation, and what a busy machine needs to send them all. */
const MOST_LATE_MS = 4_500;

let stage: PipelineStage;
let org: StubOrg;
beforeAll(async () => {
  stage = await openPipelineStage({
    acme: { reconcile: { everySeconds: 0 }, schedule: { startLeadSeconds: 0 } },
  });
  ({ org } = stage);
});
afterEach(async () => {
  org.faults.clear();
  org.usage.used = 0;
  stage.pass(300_000);
  await stage.redis.del(keyspace.orgNote(ACME));
});
afterAll(async () => {
  await stage.close();
});

interface Burst {
  readonly momentMs: number;
  readonly ids: readonly string[];
  readonly reps: readonly StageRep[];
}

/** Visits of as many reps that all start at one moment, and that nobody has looked at for long. */
async function aBurst(): Promise<Burst> {
  const reps: StageRep[] = [];
  for (let at = 0; at < PROMPTS; at += 1) {
    reps.push(await stage.aRep());
  }
  const momentMs = Math.ceil((Date.now() + MOMENT_IN_MS) / 1000) * 1000;
  const SchedStartTime = new Date(momentMs);
  const ids = reps.map((rep) =>
    aVisit(org, { from: 0, until: 60, reps: [rep], own: { SchedStartTime } }),
  );
  for (let at = 0; at < ids.length; at += PER_MESSAGE) {
    await stage.tell("ServiceAppointment", ids.slice(at, at + PER_MESSAGE));
  }
  await until(async () => (await Promise.all(ids.map((id) => stage.dossier(id)))).every(Boolean), {
    timeoutMs: 20_000,
    what: "all visits to be known",
  });
  const burst = { momentMs, ids, reps };
  await readLongAgo(burst);
  expect(Date.now()).toBeLessThan(momentMs);
  return burst;
}

async function readLongAgo({ ids }: Burst): Promise<void> {
  for (const recordId of ids) {
    await changeAppointment(stage.redis, { connection: ACME, recordId }, (stored) => {
      if (stored === undefined) {
        throw new Error("the visit is not known");
      }
      const version = { ...stored.version, readAtMs: Date.now() - LONG_AGO_MS };
      return { result: undefined, next: { ...stored, version }, commands: [] };
    });
  }
}

/** How late the start of each visit went out, in order. */
async function latenessOf({ momentMs, ids, reps }: Burst): Promise<readonly number[]> {
  await until(() => reps.every((rep) => rep.actions().length > 0), {
    timeoutMs: 60_000,
    what: "all starts to arrive",
  });
  const dossiers = await Promise.all(ids.map((id) => stage.dossier(id)));
  return dossiers
    .flatMap((dossier) => dossier?.prompts.filter(({ action }) => action === "start") ?? [])
    .map(({ firedAtMs = Number.NaN }) => firedAtMs - momentMs)
    .sort((left, right) => left - right);
}

describe("many prompts of one moment whose visits nobody has looked at for long", () => {
  test.each([400, 1_500])("wait together, once, for an org that takes %d ms", async (delayMs) => {
    const burst = await aBurst();
    org.faults.inject({ kind: "slow", delayMs }, { times: "forever" });
    org.calls.reset();
    const lateness = await latenessOf(burst);
    expect(lateness).toHaveLength(PROMPTS);
    expect(lateness.at(-1)).toBeLessThan(MOST_LATE_MS);
    expect(org.calls.dataCalls).toBeLessThanOrEqual(3);
  }, 120_000);

  test("ask for nothing once four fifths of the day's calls are used", async () => {
    const burst = await aBurst();
    org.usage.used = Math.round(org.usage.limit * 0.8);
    await stage.tell("ServiceAppointment", burst.ids.slice(0, 1));
    await readLongAgo(burst);
    org.calls.reset();
    await latenessOf(burst);
    expect(org.calls.dataCalls).toBe(0);
  }, 120_000);
});
