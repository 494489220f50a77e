import { rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { Stage } from "../../bench/stage.ts";
import type { Drill } from "../drill.ts";
import { sendOnce } from "../load/sender.ts";
import type { Scenario } from "../scenario.ts";
import { type ChaosRedis, mountSmallDisk, startChaosRedis } from "../world/chaos-redis.ts";

const BACK_MS = 5_000;
const BATCH = 20;
const BALLAST_BYTES = 24 * 1024 * 1024;

/** A store that is away for long, full, read-only, or another one from one moment to the next. */
export const REFUSING_STORE: readonly Scenario[] = [
  {
    name: "redis-down",
    faults: [5],
    fault: "Redis is down for long",
    load: "32 visits, 4 versions each, sent all the time",
    injection: "killed at 30 % of the events, started again after 20 s",
    recovery:
      "only 503, within 2 s; not ready, but alive; no memory is piled up; ready again within 5 s",
    run: async (drill) => {
      drill.agree({ outageMs: 20_000 });
      const load = await drill.load({ restMs: 24_000 });
      await load.untilAcked(0.3);
      await drill.world.redis?.kill();
      await drill.pause(10_000);
      await drill.expectNotReady();
      await drill.pause(10_000);
      await drill.world.redis?.start();
      drill.bound("ready after the restart", await drill.untilReady(), BACK_MS);
      await load.sent;
      drill.boundRefusals();
      expectOnly503(drill);
    },
  },
  {
    name: "redis-full",
    faults: [7],
    fault: "Redis runs out of memory in the middle of a batch",
    load: "32 visits, 4 versions each, and requests of 20 events",
    injection: "maxmemory a few KiB above what is used, for 4 s",
    recovery: "no batch is acknowledged that is not whole; sent again, nothing is doubled",
    run: async (drill) => {
      drill.agree({ outageMs: 4_000 });
      const { redis } = drill.world;
      const load = await drill.load({ restMs: 8_000 });
      await load.untilAcked(0.3);
      await leaveRoom(redis, 40 * 1024);
      const lines = load.visits.flatMap((visit) =>
        visit.versions.map((version) => drill.book.open(visit, version)),
      );
      const ofOne = lines.filter(({ visit }) => visit.connection === lines[0]?.visit.connection);
      for (let at = 0; at < 5; at += 1) {
        await sendOnce(drill.sender, ofOne.slice(at * BATCH, (at + 1) * BATCH));
      }
      await drill.pause(2_000);
      await redis?.admin.config("SET", "maxmemory", "0");
      drill.bound("ready with room again", await drill.untilReady(), BACK_MS);
      await load.sent;
      drill.expect(
        drill.book.answers.some(({ status }) => status === 503),
        "nothing was refused: the fault was not made",
      );
      drill.boundRefusals();
    },
  },
  {
    name: "redis-read-only",
    faults: [8],
    fault: "Redis turns into a read-only replica",
    load: "32 visits, 4 versions each",
    injection: "REPLICAOF another server for 4 s, then a primary again",
    recovery: "503, no silent success; workers go on by themselves",
    run: async (drill) => {
      drill.agree({ outageMs: 4_000 });
      const load = await drill.load({ restMs: 8_000 });
      await load.untilAcked(0.3);
      // A port at which nobody answers: what it has stays, and nothing can be written.
      await drill.world.redis?.admin.replicaof("127.0.0.1", "1");
      await drill.pause(2_000);
      await drill.expectNotReady();
      await drill.pause(2_000);
      await drill.world.redis?.admin.replicaof("NO", "ONE");
      drill.bound("ready as a primary again", await drill.untilReady(), BACK_MS);
      await load.sent;
      drill.boundRefusals();
    },
  },
  {
    name: "redis-failover",
    faults: [8],
    fault: "a replica takes the primary's place, as in a Sentinel's or a cloud's planned failover",
    load: "32 visits, 4 versions each",
    injection:
      "FAILOVER at 40 % of the events; the address leads to the new primary a second later",
    recovery: "503 meanwhile, no silent success on the old one; workers resume by themselves",
    run: async (drill) => {
      drill.agree({ outageMs: BACK_MS });
      const { redis, stage, webRoad, workerRoad } = drill.world;
      const replica = await startChaosRedis(stage);
      await replica.admin.replicaof("127.0.0.1", String(redis?.port));
      await drill.until(
        async () => (await replica.admin.info("replication")).includes("master_link_status:up"),
        "the replica to follow",
      );
      const load = await drill.load({ restMs: 8_000 });
      await load.untilAcked(0.4);
      await redis?.admin.call("FAILOVER", "TO", "127.0.0.1", String(replica.port));
      await drill.until(
        async () => (await replica.admin.info("replication")).includes("role:master"),
        "the replica to be the primary",
      );
      await drill.pause(1_000);
      webRoad?.pointAt(replica.port);
      workerRoad?.pointAt(replica.port);
      webRoad?.reset();
      workerRoad?.reset();
      drill.bound("ready on the new primary", await drill.untilReady(), BACK_MS);
      await load.sent;
      drill.boundRefusals();
    },
  },
  {
    name: "disk-full",
    faults: [11],
    fault: "the disk under Redis is full, so Redis ends",
    load: "32 visits, 4 versions each",
    injection:
      "a small file system is filled at 40 % of the events; emptied and started again after 6 s",
    recovery: "503 while nothing can be kept; nothing acknowledged is missing",
    cannot: () => whyNoSmallDisk(),
    world: { redis: { isOnSmallDisk: true } },
    run: async (drill) => {
      drill.agree({ outageMs: 8_000 });
      const { redis } = drill.world;
      const ballast = join(redis?.dir ?? "", "ballast");
      const load = await drill.load({ restMs: 14_000 });
      await load.untilAcked(0.4);
      fill(ballast);
      await drill.until(() => redis?.isUp() === false, "Redis to give up");
      await drill.expectNotReady();
      await drill.pause(4_000);
      rmSync(ballast);
      await redis?.start();
      drill.bound("ready with room again", await drill.untilReady(), BACK_MS);
      await load.sent;
      drill.boundRefusals();
    },
  },
];

function expectOnly503(drill: Drill): void {
  const other = drill.book.answers.filter(({ status }) => status !== 202 && status !== 503);
  drill.expect(other.length === 0, `${other.length} answers were neither 202 nor 503`);
}

async function leaveRoom(redis: ChaosRedis | undefined, bytes: number): Promise<void> {
  const memory = (await redis?.admin.info("memory")) ?? "";
  const used = Number(/^used_memory:(\d+)/m.exec(memory)?.[1] ?? 0);
  await redis?.admin.config("SET", "maxmemory", String(used + bytes));
}

/** Fills a file system to the brim: what is left after the ballast goes in small pieces. */
function fill(path: string): void {
  for (let bytes = BALLAST_BYTES; bytes >= 512; bytes /= 2) {
    try {
      writeFileSync(path, Buffer.alloc(bytes, 1), { flag: "a" });
    } catch {
      // Full, or nearly: a smaller piece may still fit.
    }
  }
}

/** Says why no small file system can be had here. */
function whyNoSmallDisk(): string | undefined {
  const stage = new Stage();
  try {
    mountSmallDisk(stage, stage.makeFolder());
    return undefined;
  } catch {
    return "no small file system can be mounted by this user";
  } finally {
    void stage.end();
  }
}
