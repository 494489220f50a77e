import { spreadOf } from "../../bench/statistics.ts";
import type { Drill } from "../drill.ts";
import { AckBook } from "../load/ack-book.ts";
import { sendAll } from "../load/sender.ts";
import { outboundMessage, postSoap, someNotifications } from "../load/soap.ts";
import { drawVisits } from "../load/visits.ts";
import type { Scenario } from "../scenario.ts";
import { ACME } from "../world/tenants.ts";

const HOUR_MS = 3_600_000;
const BURST_LATE_MS = 4_000;
const FLOOD_VISITS = 1_000;
const FLOOD_BATCH = 40;
const FLOOD_PER_SECOND = 250;
const PARKED_MESSAGES = 3;
const PER_MESSAGE = 100;
const PAGE_MS = 1_000;
const TABS = 20;
const TAB_EVERY_MS = 1_000;

/** Too much at once. */
export const BURSTS: readonly Scenario[] = [
  {
    name: "same-millisecond",
    faults: [26],
    fault: "200 prompts are due in the same millisecond",
    load: "200 visits of as many reps",
    injection: "the moment itself",
    recovery: "every one comes, the 99th percentile within 4 s",
    run: async (drill) => {
      const plan = { count: 100, versions: 1, canceledShare: 0, spreadMs: 0, ratePerSecond: 60 };
      const load = await drill.load({
        ...plan,
        isOneMoment: true,
        lastsMs: HOUR_MS,
        isStopAwaited: false,
      });
      await load.sent;
      await drill.until(
        () => drill.world.sink.arrivals.length >= load.visits.length,
        "all of them to come",
      );
      const lateMs = drill.world.sink.arrivals.map(({ atMs, dueAtMs }) => atMs - dueAtMs);
      drill.bound("p99 late", spreadOf(lateMs).p99, BURST_LATE_MS);
    },
  },
  {
    name: "flood",
    faults: [27],
    fault: "one tenant sends 250 events a second for four seconds",
    load: "32 visits of both tenants, due while the flood is worked on",
    injection: "1,000 other events of the first tenant, two seconds before the prompts are due",
    recovery: "the other tenant's prompts are not late; the flood is taken in, all of it",
    run: async (drill) => {
      const load = await drill.load({ restMs: 4_000 });
      await load.sent;
      await drill.at(load.beginAtMs - 2_000);
      await flood(drill);
    },
  },
  {
    name: "replay-during-load",
    faults: [30],
    fault:
      "an operator replays 300 parked entries while prompts are due, and cancels a second replay",
    load: "32 visits, 4 versions each",
    injection: "300 messages that nobody can read, parked, then replayed twice",
    recovery:
      "the prompts' p99 stands; what still cannot be read is parked again under the same id",
    run: async (drill) => {
      drill.agree({ parked: { NO_READER: PARKED_MESSAGES * PER_MESSAGE } });
      const { desk, url } = drill.world;
      for (let at = 0; at < PARKED_MESSAGES; at += 1) {
        const body = outboundMessage(ACME, someNotifications(PER_MESSAGE, at * PER_MESSAGE));
        const { isAck } = await postSoap(url, body);
        drill.expect(isAck, "a message that nobody can read was not acknowledged");
      }
      const load = await drill.load();
      await load.sent;
      await drill.at(load.beginAtMs);
      const filter = { connection: ACME.name, reason: "NO_READER" };
      const dry = await desk.call("/parked/replay", {
        method: "POST",
        body: { ...filter, dryRun: true },
      });
      const wanted = PARKED_MESSAGES * PER_MESSAGE;
      drill.expect(
        dry.body?.count === wanted,
        `a dry run counts ${dry.body?.count}, not ${wanted}`,
      );
      const first = await desk.call("/parked/replay", { method: "POST", body: filter });
      drill.expect(first.status === 202, `the replay was answered ${first.status}`);
      const second = await desk.call("/parked/replay", { method: "POST", body: filter });
      const batchId = String(second.body?.batchId);
      const canceled = await desk.call(`/parked/replays/${batchId}`, { method: "DELETE" });
      drill.expect(canceled.status === 202, `canceling was answered ${canceled.status}`);
    },
  },
  {
    name: "busy-dashboard",
    faults: [32],
    fault: "20 operators look at a bridge with 300 parked entries, each once a second",
    load: "32 visits, 4 versions each",
    injection: "overview, lists, search and reps, from the first event to the last prompt",
    recovery: "pages within 1 s at the 95th percentile, nothing is late",
    run: async (drill) => {
      drill.agree({ parked: { NO_READER: PARKED_MESSAGES * PER_MESSAGE } });
      for (let at = 0; at < PARKED_MESSAGES; at += 1) {
        const body = outboundMessage(ACME, someNotifications(PER_MESSAGE, at * PER_MESSAGE));
        await postSoap(drill.world.url, body);
      }
      const load = await drill.load();
      const looking = lookAtEverything(drill, load.overAtMs);
      await load.sent;
      const tookMs = await looking;
      drill.bound("p95 of the pages", spreadOf(tookMs).p95, PAGE_MS);
    },
  },
];

/** Visits of one tenant, far ahead, for reps that have no device. */
async function flood(drill: Drill): Promise<void> {
  const { world, random, factor } = drill;
  const visits = drawVisits({
    ...{ random, count: FLOOD_VISITS, versions: 1, spreadMs: HOUR_MS, lastsMs: HOUR_MS },
    beginAtMs: Date.now() + 5 * HOUR_MS,
    batch: FLOOD_BATCH,
  }).filter(({ connection }) => connection === ACME.name);
  const book = new AckBook();
  const postings = visits.flatMap((visit) => visit.versions.map((version) => ({ visit, version })));
  await sendAll({ url: world.url, book, proof: "signature" }, postings, {
    ratePerSecond: FLOOD_PER_SECOND,
    giveUpAtMs: Date.now() + 60_000 * factor,
  });
  const missing = postings.length - book.acked().length;
  drill.expect(missing === 0, `${missing} events of the flood were never acknowledged`);
}

const PAGES = [
  "/overview",
  "/appointments?limit=50",
  `/appointments?connection=${ACME.name}&q=visit`,
  "/parked?limit=50",
  `/reps/${ACME.name}`,
] as const;

async function lookAtEverything({ world, at }: Drill, untilMs: number): Promise<readonly number[]> {
  const tookMs: number[] = [];
  const tab = async (number: number) => {
    await at(Date.now() + (number * TAB_EVERY_MS) / TABS);
    for (let look = number; Date.now() < untilMs; look += 1) {
      const beganMs = performance.now();
      await world.desk.call(PAGES[look % PAGES.length] ?? "/overview");
      tookMs.push(performance.now() - beganMs);
      await at(Date.now() + TAB_EVERY_MS);
    }
  };
  await Promise.all(Array.from({ length: TABS }, (_, number) => tab(number)));
  return tookMs;
}
