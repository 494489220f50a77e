import type { Redis } from "ioredis";
import { readRepState } from "../../src/books/rep-book.ts";
import type { Connection } from "../../src/domain/connection.ts";
import type { CrmEvent } from "../../src/domain/crm-event.ts";
import { Choices, type History } from "./history.ts";
import { type DatedChange, datedChanges, expectedLines, type ModelWorld } from "./model.ts";
import { ModelBridge } from "./model-bridge.ts";
import { Turns } from "./turns.ts";

const REPS = [0, 1, 2] as const;
const REPEAT_ODDS = 4;
const TWICE_ODDS = 3;
/** A job is run again so often at most; after that nobody dies any more. */
const CALM_AFTER = 60;

/** What a history must come to, and what it came to. */
export interface HistoryOutcome {
  readonly expected: readonly string[];
  readonly planned: readonly string[];
  readonly delivered: readonly string[];
  /** Pushes that came before their moment, or twice under different ids. */
  readonly wrong: readonly string[];
}

/** Lives through one history: events in any order, twice, with deaths between any two steps, then the day itself. */
export async function runHistory(
  redis: Redis,
  history: History,
  { connection, ...world }: ModelWorld & { readonly connection: Connection },
): Promise<HistoryOutcome> {
  const choices = new Choices(history.choices);
  const turns = new Turns(choices);
  const bridge = new ModelBridge(connection, { redis, turns, nowMs: world.baseMs });
  const run = { world, choices, turns, bridge };
  const changes = datedChanges(history, world);
  await followAll(run, arrivalOrder(run, changes));
  const planned = await plannedLines(redis, run);
  await liveThrough(run);
  return {
    expected: expectedLines(changes, world),
    planned,
    delivered: deliveredLines(run),
    wrong: wrongPushes(run),
  };
}

interface Run {
  readonly world: ModelWorld;
  readonly choices: Choices;
  readonly turns: Turns;
  readonly bridge: ModelBridge;
}

/** Every event at least once, some twice, any one before any other. */
function arrivalOrder(
  { choices, world, bridge }: Run,
  changes: readonly DatedChange[],
): readonly CrmEvent[] {
  const again = changes.filter(() => choices.isRare(REPEAT_ODDS));
  const left = [...changes, ...again].map((change) => eventOf(change, world, bridge));
  const order: CrmEvent[] = [];
  while (left.length > 0) {
    order.push(...left.splice(choices.pick(left.length), 1));
  }
  return order;
}

/** Two workers take events side by side; whoever dies leaves its event to another run. */
async function followAll(run: Run, events: readonly CrmEvent[]): Promise<void> {
  const open = [...events];
  for (let rounds = 0; open.length > 0; rounds += 1) {
    calmDown(run, rounds);
    const some = open.splice(0, 1 + run.choices.pick(2));
    const died = await run.turns.runAll(some.map((event) => () => run.bridge.follow(event)));
    // What came late may come last: a job that is run again waits behind the others.
    open.push(...some.filter((_, at) => died[at]));
  }
}

/** The clock goes from moment to moment; jobs that are due run, some in both workers at once. */
async function liveThrough(run: Run): Promise<void> {
  const { bridge } = run;
  for (let rounds = 0; ; rounds += 1) {
    calmDown(run, rounds);
    const due = dueJobs(bridge);
    const first = due[run.choices.pick(due.length)];
    if (first === undefined) {
      const nextMs = Math.min(...[...bridge.promptJobs.values()].map(({ dueAtMs }) => dueAtMs));
      if (!Number.isFinite(nextMs)) {
        return;
      }
      bridge.nowMs = nextMs;
    } else {
      const isTwice = run.choices.isRare(TWICE_ODDS);
      await run.turns.runAll(isTwice ? [first, first] : [first]);
    }
  }
}

function dueJobs(bridge: ModelBridge): readonly (() => Promise<void>)[] {
  const fires = [...bridge.promptJobs.values()]
    .filter(({ dueAtMs }) => dueAtMs <= bridge.nowMs)
    .map(
      ({ ref }) =>
        () =>
          bridge.fire(ref),
    );
  const attempts = [...bridge.deliveryJobs.values()].map((ref) => () => bridge.attempt(ref));
  return [...attempts, ...fires];
}

function calmDown({ turns }: Run, rounds: number): void {
  if (rounds === CALM_AFTER) {
    turns.calmDown();
  }
}

async function plannedLines(redis: Redis, { bridge, world }: Run): Promise<readonly string[]> {
  const states = await Promise.all(
    REPS.map((rep) =>
      readRepState(redis, { connection: bridge.connection.name, userId: userIdOf(rep, world) }),
    ),
  );
  return states
    .flatMap(({ visits }) => visits.flatMap(({ prompts }) => prompts))
    .filter(({ state }) => state === "waiting")
    .map((prompt) => lineOf(prompt, world))
    .toSorted();
}

function deliveredLines({ bridge, world }: Run): readonly string[] {
  return [...new Set(bridge.pushes.map(({ prompt }) => lineOf(prompt, world)))].toSorted();
}

function wrongPushes({ bridge, world }: Run): readonly string[] {
  const ids = new Map<string, string>();
  return bridge.pushes.flatMap(({ prompt, webhookId, atMs }) => {
    const line = lineOf(prompt, world);
    const known = ids.get(line) ?? webhookId;
    ids.set(line, known);
    const isEarly = atMs < prompt.dueAtMs;
    return known === webhookId && !isEarly ? [] : [`${line} as ${webhookId}`];
  });
}

function lineOf(
  prompt: {
    readonly recordId: string;
    readonly userId: string;
    readonly action: string;
    readonly dueAtMs: number;
  },
  { tag, baseMs }: ModelWorld,
): string {
  const visit = prompt.recordId.slice(tag.length + 1);
  const rep = prompt.userId.slice(tag.length + 1);
  return `${visit} rep ${rep} ${prompt.action} ${prompt.dueAtMs - baseMs}`;
}

function userIdOf(rep: number, { tag }: ModelWorld): string {
  return `${tag}-${rep}`;
}

function eventOf(change: DatedChange, world: ModelWorld, { connection }: ModelBridge): CrmEvent {
  const { visit, status, rep, number, occurredAtMs, startAtMs, endAtMs } = change;
  return {
    kind: "record-changed",
    connection: connection.name,
    eventId: `${world.tag}-${String(number).padStart(2, "0")}`,
    source: "json",
    receivedAtMs: world.baseMs,
    recordType: "ServiceAppointment",
    recordId: `${world.tag}-${visit}`,
    occurredAtMs,
    appointment: {
      status,
      startAt: startAtMs,
      endAt: endAtMs,
      title: "",
      crmObjects: [],
      reps: [{ userId: userIdOf(rep, world) }],
    },
  };
}
