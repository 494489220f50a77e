import type { AlertFacts, ConnectionFacts } from "../src/alerts/alert-facts.ts";
import type { AlertState } from "../src/books/alert-book.ts";
import { createDayTally, type DayTally } from "../src/books/day-tally.ts";
import { countDevices } from "../src/books/device-census.ts";
import { readOrgNote } from "../src/books/org-note-book.ts";
import { countParked } from "../src/books/parked-book.ts";
import { readSiroNote } from "../src/books/siro-note-book.ts";
import { checkDurability } from "../src/process-tree/redis-durability.ts";
import { type PromptSigns, promptSigns } from "../src/prompt-signs.ts";
import type { WorkerKit } from "./kit.ts";

const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;
/** Visits that begin within so long of now are watched. */
const AROUND_NOW_MS = 12 * HOUR_MS;
const CENSUS_EVERY_MS = 5 * MINUTE_MS;

type Census = AlertState["census"];
type FactsKit = Pick<WorkerKit, "redis" | "config">;

interface TimedSigns extends PromptSigns {
  readonly untilMs: number;
}

/** The visits around now that this process keeps in mind, by connection. */
const tallies = new WeakMap<FactsKit["redis"], Map<string, DayTally<TimedSigns>>>();

/** Gathers what one look needs to know; `census` is what to remember of the devices. */
export async function readAlertFacts(
  kit: FactsKit,
  before: Census,
): Promise<{ readonly facts: AlertFacts; readonly census: Census }> {
  const nowMs = Date.now();
  const read = await Promise.all(
    [...kit.config.connections.keys()].map((name) =>
      readConnection(kit, { name, nowMs, counted: before[name] ?? [] }),
    ),
  );
  const durability = await checkDurability(kit.redis);
  return {
    facts: {
      nowMs,
      connections: read.map(({ facts }) => facts),
      storeRisks: durability.kind === "at-risk" ? durability.findings : [],
    },
    census: Object.fromEntries(read.map(({ facts, counted }) => [facts.name, counted])),
  };
}

interface Look {
  readonly name: string;
  readonly nowMs: number;
  readonly counted: Census[string];
}

async function readConnection({ redis }: FactsKit, { name, nowMs, ...before }: Look) {
  const [org, siro, parked, parkedLately, devices, signs] = await Promise.all([
    readOrgNote(redis, name),
    readSiroNote(redis, name),
    countParked(redis, name),
    countParked(redis, name, nowMs - 15 * MINUTE_MS),
    countDevices(redis, name),
    tallyOf(redis, name).read(windowAround(nowMs)),
  ]);
  const counted = addCount(before.counted ?? [], { atMs: nowMs, working: devices.working });
  const facts: ConnectionFacts = {
    name,
    salesforceState: org?.state,
    apiShare: org?.apiShare,
    siroState: siro?.state,
    parked,
    parkedLately,
    ...signsOf([...signs], nowMs),
    repsWithoutDevice: devices.withoutDevice,
    workingDevices: devices.working,
    devicesWithinHour: Math.max(devices.working, ...counted.map(({ working }) => working)),
  };
  return { facts, counted };
}

function signsOf(all: readonly PromptSigns[], nowMs: number) {
  const overdue = all.flatMap(({ overdueSinceMs }) => overdueSinceMs ?? []);
  const isWithin = (atMs: number, minutes: number) => atMs > nowMs - minutes * MINUTE_MS;
  return {
    overdueSinceMs: overdue.length === 0 ? undefined : overdue.reduce((a, b) => Math.min(a, b)),
    latelyLateMs: all
      .flatMap(({ accepted }) => accepted)
      .filter(({ atMs }) => isWithin(atMs, 5))
      .map(({ lateMs }) => lateMs),
    notConfirmedLately: all
      .flatMap(({ notConfirmedAtMs }) => notConfirmedAtMs)
      .filter((atMs) => isWithin(atMs, 30)).length,
  };
}

function tallyOf(redis: FactsKit["redis"], connection: string): DayTally<TimedSigns> {
  const known = tallies.get(redis) ?? new Map<string, DayTally<TimedSigns>>();
  tallies.set(redis, known);
  const tally =
    known.get(connection) ??
    createDayTally({
      redis,
      connection,
      nowMs: Date.now,
      factOf: (dossier, nowMs) => {
        const moments = dossier.prompts.flatMap(({ dueAtMs, expiresAtMs }) => [
          dueAtMs,
          expiresAtMs,
        ]);
        const untilMs = Math.min(...moments.filter((ms) => ms > nowMs));
        return { untilMs, ...promptSigns(dossier, nowMs) };
      },
    });
  known.set(connection, tally);
  return tally;
}

/** Whole hours, so that it moves once an hour. */
function windowAround(nowMs: number) {
  const hourMs = Math.floor(nowMs / HOUR_MS) * HOUR_MS;
  return { fromMs: hourMs - AROUND_NOW_MS, untilMs: hourMs + HOUR_MS + AROUND_NOW_MS };
}

function addCount(counted: Census[string], now: NonNullable<Census[string]>[number]) {
  const kept = (counted ?? []).filter(({ atMs }) => atMs > now.atMs - HOUR_MS);
  const last = kept.at(-1);
  return last === undefined || now.atMs - last.atMs >= CENSUS_EVERY_MS ? [...kept, now] : kept;
}
