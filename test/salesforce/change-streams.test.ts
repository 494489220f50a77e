import { status } from "@grpc/grpc-js";
import { afterEach, beforeEach, describe, expect, test } from "@jest/globals";
import { readOrgNote } from "../../src/books/org-note-book.ts";
import { createReconcileQueue, type ReconcileQueue } from "../../src/queues/reconcile.ts";
import { type ChangeStreams, startChangeStreams } from "../../workers/change-streams.ts";
import { noteConnected } from "../../workers/note-org.ts";
import { type Orgs, openOrgs } from "../../workers/orgs.ts";
import { until } from "../support/until.ts";
import { aChange } from "./change-bus.ts";
import { type ChangeStage, openChangeStage } from "./change-stage.ts";

let stage: ChangeStage;
let reconcile: ReconcileQueue;
let streams: ChangeStreams | undefined;
const lines: object[] = [];

beforeEach(async () => {
  lines.length = 0;
  stage = await openChangeStage();
  reconcile = createReconcileQueue(stage.redis);
});

afterEach(async () => {
  await streams?.stop(2000);
  await reconcile.queue.close();
  await stage.close();
});

async function start(own: Record<string, unknown> = {}): Promise<Orgs> {
  const orgs = openOrgs([stage.connection(own)]);
  const tell = (line: object) => void lines.push(line);
  streams = await startChangeStreams({
    redis: stage.redis,
    crmEvents: stage.crmEvents,
    orgs,
    reconcile,
    log: { info: tell, warn: tell },
    tuning: { endpoint: stage.pubsub.url, refusedWaitMs: 40, renewMs: 50, firstWaitMs: 20 },
  });
  return orgs;
}

async function note() {
  return readOrgNote(stage.redis, "acme");
}

describe("the change streams of a worker", () => {
  test("follow a connection that asks for them, and say so once", async () => {
    await start();
    await stage.untilStreams(1);
    stage.pubsub.publish(aChange(1));
    await stage.untilStored(1);
    expect(lines).toEqual([
      {
        event: "changes.connected",
        connection: "acme",
        channel: "/data/ChangeEvents",
        from: "LATEST",
      },
    ]);
    await until(async () => (await note())?.state === "connected", {
      timeoutMs: 5000,
      what: "the note",
    });
  });

  test("leave alone a connection that does not ask", async () => {
    await start({ changeEvents: undefined });
    await streams?.stop(1000);
    expect(await stage.redis.keys("*changes*")).toEqual([]);
    expect(stage.org.forms).toEqual([]);
  });

  test("tell operators what is wrong, also beside a poll that goes well, until it is mended", async () => {
    stage.pubsub.judge = () => ({ code: status.PERMISSION_DENIED });
    const orgs = await start();
    await until(async () => (await note())?.state === "CHANGE_EVENTS_REFUSED", {
      timeoutMs: 5000,
      what: "the note of the trouble",
    });
    const opened = orgs.get("acme");
    if (opened !== undefined) {
      await noteConnected(stage, opened);
    }
    expect((await note())?.warnings).toContain("Change events: CHANGE_EVENTS_REFUSED");
    stage.pubsub.judge = () => undefined;
    await until(
      async () => {
        const now = await note();
        return now?.state === "connected" && now.warnings.length === 0;
      },
      { timeoutMs: 5000, what: "the note that all is well" },
    );
    expect(lines).toContainEqual({
      event: "changes.trouble",
      connection: "acme",
      channel: "/data/ChangeEvents",
      code: "CHANGE_EVENTS_REFUSED",
      detail: "status 7",
    });
  });

  test("an overflow becomes a reconcile job; those who ask together share it", async () => {
    await start();
    await stage.untilStreams(1);
    const overflow = { type: "GAP_OVERFLOW", ids: [] };
    stage.pubsub.publish(aChange(1, overflow), aChange(2, overflow), aChange(3, overflow));
    await stage.untilPosition(3);
    const jobs = await reconcile.queue.getJobs(["delayed", "waiting"]);
    expect(jobs.length).toBeGreaterThanOrEqual(1);
    expect(jobs.length).toBeLessThanOrEqual(2);
    expect(jobs[0]?.data).toMatchObject({ connection: "acme" });
    expect(jobs[0]?.opts.delay).toBeLessThanOrEqual(2000);
  });

  test("stop, and leave the lease to another process at once", async () => {
    await start();
    await stage.untilStreams(1);
    expect(await stage.book.holdLease(1000)).toBe(false);
    await streams?.stop(2000);
    expect(await stage.book.holdLease(1000)).toBe(true);
    expect(stage.pubsub.streams[0]?.isOver).toBe(true);
  });

  test("stop in time, even while Redis does not answer", async () => {
    await start();
    await stage.untilStreams(1);
    await stage.server.kill();
    const beganMs = performance.now();
    await streams?.stop(300);
    expect(performance.now() - beganMs).toBeLessThan(1500);
    await stage.server.restart();
  });
});
