import { setTimeout as delay } from "node:timers/promises";
import { afterEach, describe, expect, test } from "@jest/globals";
import type { StubOrg } from "../../src/local-mode/stub-org/start-stub-org.ts";
import { createReader, flushDelayMs } from "../../src/salesforce/coalesce-reads.ts";
import { ApiLimitError, OrgUnavailableError } from "../../src/salesforce/org-errors.ts";
import type { RecordRef } from "../../src/salesforce/read-outcome.ts";
import { until } from "../support/until.ts";
import { type AcmeOptions, type AcmeOrg, addVisit, startAcmeOrg } from "./acme-org.ts";

const NOW_MS = Date.parse("2026-11-23T09:00:00Z");
/** Long enough that only a full group can end a test's wait. */
const NEVER_MS = 60_000;

const started: StubOrg[] = [];
afterEach(async () => {
  await Promise.all(started.splice(0).map((stub) => stub.stop()));
});

describe("the reader", () => {
  test("makes one call for all who ask within its moment", async () => {
    const { stub, org, dataCalls } = await acme();
    const reader = createReader(org, { flushAfterMs: 5 });
    const ids = Array.from({ length: 20 }, () => addVisit(stub));
    const results = await Promise.all(ids.map((id) => reader.read(visit(id))));
    expect(results.map(({ outcome }) => outcome)).toMatchObject(
      ids.map((Id) => ({ kind: "found", record: { Id } })),
    );
    expect(dataCalls()).toBe(1);
  });

  test("asks once for what is asked for twice, however its id is written", async () => {
    const { stub, org } = await acme();
    const reader = createReader(org, { flushAfterMs: 5 });
    const id = addVisit(stub);
    const [long, short, again] = await Promise.all([
      reader.read(visit(id)),
      reader.read(visit(id.slice(0, 15))),
      reader.read(visit(id)),
    ]);
    expect(short).toBe(long);
    expect(again).toBe(long);
    expect(soqlOf(stub).split(id)).toHaveLength(2);
  });

  test("does not wait any longer once a group is full", async () => {
    const { stub, org, dataCalls } = await acme();
    const reader = createReader(org, { flushAfterMs: NEVER_MS, maxRefs: 3 });
    const ids = Array.from({ length: 6 }, () => addVisit(stub));
    await Promise.all(ids.map((id) => reader.read(visit(id))));
    expect(dataCalls()).toBe(2);
  });

  test("needs at most five calls for a burst of a thousand", async () => {
    const { stub, org, dataCalls } = await acme();
    const reader = createReader(org);
    const ids = Array.from({ length: 1000 }, () => addVisit(stub));
    await Promise.all(ids.map((id) => reader.read(visit(id))));
    expect(dataCalls()).toBe(2);
  });

  test("a record alone waits for less than a tenth of a second", async () => {
    const { stub, org } = await acme();
    const id = addVisit(stub);
    // A machine that is slow is late with both.
    const tenth = delay(100).then(Date.now);
    const { readAtMs } = await createReader(org).read(visit(id));
    expect(readAtMs).toBeLessThanOrEqual(await tenth);
  });

  test("waits for what is on its way, and a moment for its arrival", async () => {
    const { stub, org, dataCalls } = await acme();
    const ids = [1, 2, 3].map(() => addVisit(stub));
    const late = ids.slice(1);
    let looks = 0;
    const reader = createReader(org, {
      flushAfterMs: 5,
      isMoreComing: async () => {
        looks += 1;
        if (looks === 10) {
          arrived.push(...late.map((id) => reader.read(visit(id))));
        }
        return looks < 9;
      },
    });
    const arrived = [reader.read(visit(ids[0] ?? ""))];
    await arrived[0];
    expect((await Promise.all(arrived)).map(({ outcome }) => outcome.kind)).toEqual(
      ids.map(() => "found"),
    );
    expect(dataCalls()).toBe(1);
  });

  test("does not wait for a backlog of others, nor for a store that does not say", async () => {
    const { stub, org } = await acme();
    const id = addVisit(stub);
    const busy = createReader(org, { isMoreComing: async () => true });
    const enough = delay(700).then(Date.now);
    const { outcome, readAtMs } = await busy.read(visit(id));
    expect(outcome.kind).toBe("found");
    expect(readAtMs).toBeLessThanOrEqual(await enough);
    const blind = createReader(org, { isMoreComing: () => Promise.reject(new Error("gone")) });
    expect((await blind.read(visit(id))).outcome.kind).toBe("found");
  });

  test("says when the look began, later for every later look, even within one millisecond", async () => {
    const { stub, org } = await acme();
    const reader = createReader(org, { flushAfterMs: 1, nowMs: () => NOW_MS });
    const id = addVisit(stub);
    const first = await reader.read(visit(id));
    const second = await reader.read(visit(id));
    expect([first.readAtMs, second.readAtMs]).toEqual([NOW_MS, NOW_MS + 1]);
  });

  test("takes the time before the call, not after it", async () => {
    let nowMs = NOW_MS;
    const { stub, org } = await acme({ deps: { nowMs: () => nowMs } });
    const reader = createReader(org, { flushAfterMs: 1, nowMs: () => nowMs });
    const id = addVisit(stub);
    stub.faults.inject({ kind: "slow", delayMs: 100 }, { path: "/composite" });
    const asked = reader.read(visit(id));
    await until(() => stub.calls.count("composite") === 1, { timeoutMs: 2_000, what: "the call" });
    nowMs += 5_000;
    expect((await asked).readAtMs).toBe(NOW_MS);
  });

  test("tells everyone when the call fails, and starts anew after a pause", async () => {
    let nowMs = NOW_MS;
    const { stub, org } = await acme({ deps: { nowMs: () => nowMs } });
    const reader = createReader(org, { flushAfterMs: 5 });
    const ids = [addVisit(stub), addVisit(stub)];
    stub.faults.inject({ kind: "unavailable-html" }, { path: "/composite" });
    const failed = await Promise.allSettled(ids.map((id) => reader.read(visit(id))));
    expect(failed).toEqual(
      ids.map(() => ({ status: "rejected", reason: expect.any(OrgUnavailableError) })),
    );
    nowMs += 1_000;
    expect((await reader.read(visit(ids[0] ?? ""))).outcome.kind).toBe("found");
  });
});

describe("while the org's calls become scarce", () => {
  test.each([
    [0, 50],
    [0.59, 50],
    [0.6, 250],
    [0.79, 250],
    [0.8, 1000],
    [1, 1000],
  ])("at a share of %d the first of a group waits %d ms for others", (share, expectedMs) => {
    expect(flushDelayMs(share, 0.6)).toBe(expectedMs);
  });

  test("groups are gathered for longer, so that fewer calls are made", async () => {
    const { stub, org } = await acme();
    const reader = createReader(org, { flushAfterMs: 1 });
    const id = addVisit(stub);
    useUp(stub, 0.6);
    await reader.read(visit(id));
    const beganAtMs = performance.now();
    await reader.read(visit(id));
    expect(performance.now() - beganAtMs).toBeGreaterThanOrEqual(249);
  });

  test("nothing is read once 95 % are used, until the org may have calls again", async () => {
    let nowMs = NOW_MS;
    const { stub, org, dataCalls } = await acme({ deps: { nowMs: () => nowMs } });
    const reader = createReader(org, { flushAfterMs: 1, maxRefs: 1 });
    const id = addVisit(stub);
    useUp(stub, 0.95);
    await reader.read(visit(id));
    const calls = dataCalls();
    await expect(reader.read(visit(id))).rejects.toBeInstanceOf(ApiLimitError);
    await expect(reader.read(visit(id))).rejects.toMatchObject({
      retry: "later",
      retryAfterMs: 300_000,
    });
    expect(dataCalls()).toBe(calls);
    nowMs += 300_000;
    useUp(stub, 0.1);
    expect((await reader.read(visit(id))).outcome.kind).toBe("found");
  });
});

async function acme(options: AcmeOptions = {}): Promise<AcmeOrg> {
  const one = await startAcmeOrg(options);
  started.push(one.stub);
  return one;
}

function visit(recordId: string): RecordRef {
  return { recordType: "ServiceAppointment", recordId };
}

function soqlOf({ calls }: StubOrg): string {
  return calls.entries.flatMap(({ soql }) => soql).join();
}

/** Sets how much of the day is used; the org tells it with the next answer. */
function useUp({ usage }: StubOrg, share: number): void {
  usage.limit = 100_000;
  usage.used = 100_000 * share;
}
