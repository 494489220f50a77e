import { setTimeout as delay } from "node:timers/promises";
import { untilTrue } from "../src/process-tree/until-true.ts";
import type { Terms } from "./checks/evidence.ts";
import { AckBook, type SentEvent } from "./load/ack-book.ts";
import type { Sender } from "./load/sender.ts";
import { type LoadPlan, type RunningLoad, smaller, startLoad } from "./load/start-load.ts";
import type { Random } from "./seeded-random.ts";
import type { World } from "./world/world.ts";

/** A bound that a scenario states, and what was measured. */
export interface Bound {
  readonly what: string;
  readonly foundMs: number;
  readonly limitMs: number;
  readonly isKept: boolean;
}

/** Under which conditions a scenario runs. */
export interface DrillConditions {
  /** How much slower the machine is than an idle one. */
  readonly factor: number;
  readonly random: Random;
  readonly isSmall: boolean;
}

/** A load that runs. */
export interface Load extends RunningLoad {
  /** Resolves once this share of the events is acknowledged. */
  untilAcked(share: number): Promise<void>;
}

const USUAL_TERMS: Terms = {
  graceMs: 2_000,
  outageMs: 0,
  isUnreachable: () => false,
  parked: {},
  leastStrictShare: 0.6,
};
const STEP_TIMEOUT_MS = 90_000;

/** What a scenario has at hand: the world, a load of events, and a place for what it found. */
export class Drill {
  readonly world: World;
  readonly factor: number;
  readonly random: Random;
  book = new AckBook();
  /** The visits that an org holds: nobody sends an event of them, nobody acknowledges one. */
  readonly orgBook = new AckBook();
  readonly bounds: Bound[] = [];
  readonly findings: string[] = [];
  terms: Terms = USUAL_TERMS;
  proof: Sender["proof"] = "signature";
  readonly #isSmall: boolean;
  readonly #forgotten: SentEvent[] = [];
  #batches = 0;
  #lastDueAtMs = 0;

  constructor(world: World, conditions: DrillConditions) {
    this.world = world;
    this.factor = conditions.factor;
    this.random = conditions.random;
    this.#isSmall = conditions.isSmall;
  }

  /** When the last prompt of everything that was sent is due. */
  get lastDueAtMs(): number {
    return this.#lastDueAtMs;
  }

  /** All that was ever sent, and what the org was made to hold. */
  get everAsked(): readonly SentEvent[] {
    return [...this.#forgotten, ...this.book.events(), ...this.orgBook.events()];
  }

  /** What sends to the bridge of this drill. */
  get sender(): Sender {
    return { url: this.world.url, book: this.book, proof: this.proof };
  }

  /** Changes what the evidence is judged by. */
  agree(terms: Partial<Terms>): void {
    this.terms = { ...this.terms, ...terms };
  }

  /** Starts another book: what was in the store is gone, and nobody can be held to it. */
  forget(): void {
    this.#forgotten.push(...this.book.events());
    this.book = new AckBook();
  }

  /** Draws visits, enrols their reps and begins to send what happened to them, all before it is due. */
  async load(plan: LoadPlan = {}): Promise<Load> {
    const { world, sender, random, factor } = this;
    const { graceMs } = this.terms;
    const batch = this.#batches;
    this.#batches += 1;
    const before = this.book.acked().length;
    const load = await startLoad(
      { ...world, sender, random, factor, graceMs, batch },
      this.#isSmall ? smaller(plan) : plan,
    );
    this.waitUntil(load.overAtMs);
    return {
      ...load,
      untilAcked: (share) =>
        this.until(
          () => this.book.acked().length - before >= load.total * share,
          `${share * 100} % of the events to be acknowledged`,
        ),
    };
  }

  /** Has the evidence gathered only after a moment, epoch milliseconds. */
  waitUntil(atMs: number): void {
    this.#lastDueAtMs = Math.max(this.#lastDueAtMs, atMs);
  }

  /** Waits for something that must come about; what it waits for in vain is a finding. */
  async until(condition: () => boolean | Promise<boolean>, what: string): Promise<void> {
    const safe = async () => {
      try {
        return await condition();
      } catch {
        return false;
      }
    };
    if (!(await untilTrue(safe, STEP_TIMEOUT_MS))) {
      this.findings.push(`waited in vain for ${what}`);
    }
  }

  /** Waits until a moment, epoch milliseconds. */
  async at(atMs: number): Promise<void> {
    await delay(Math.max(0, atMs - Date.now()));
  }

  /** Waits. */
  async pause(ms: number): Promise<void> {
    await delay(ms);
  }

  /** Writes down what a bound was kept by; the limit is widened by the machine's factor. */
  bound(what: string, foundMs: number, limitMs: number): void {
    const widened = Math.round(limitMs * this.factor);
    this.bounds.push({
      what,
      foundMs: Math.round(foundMs),
      limitMs: widened,
      isKept: foundMs <= widened,
    });
  }

  /** A sender that is refused must hear so within two seconds. */
  boundRefusals(): void {
    const refused = this.book.answers.filter(({ status }) => status === 503);
    this.bound("503 to a sender", Math.max(0, ...refused.map(({ tookMs }) => tookMs)), 2_000);
  }

  /** While nothing can be made durable, the bridge says so, and that it lives. */
  async expectNotReady(): Promise<void> {
    const ready = await this.statusOf("/readyz");
    const alive = await this.statusOf("/healthz");
    this.expect(ready === 503, `/readyz answered ${ready}, not 503`);
    this.expect(alive === 200, `/healthz answered ${alive}, not 200`);
  }

  /** Writes down what must hold and does not. */
  expect(isSo: boolean, what: string): void {
    if (!isSo) {
      this.findings.push(what);
    }
  }

  /** Ends one child as `kill -9` does, and waits until another one stands in its place. */
  async killChild(
    child: "web" | "worker" | "redis",
    signal: NodeJS.Signals = "SIGKILL",
  ): Promise<void> {
    const part = child === "worker" ? this.world.worker : this.world.web;
    const pid = part.pidOf(child);
    process.kill(pid, signal);
    await this.until(() => part.pidOf(child) !== pid, `another ${child}`);
  }

  /** Waits until the bridge can make events durable; resolves to how long that took. */
  async untilReady(): Promise<number> {
    const beganMs = performance.now();
    await this.until(
      async () => (await this.statusOf("/readyz")) === 200,
      "the bridge to be ready",
    );
    return performance.now() - beganMs;
  }

  /** The status of a GET; 0 for no answer. */
  async statusOf(path: string): Promise<number> {
    try {
      const signal = AbortSignal.timeout(5_000);
      const answer = await fetch(`${this.world.url}${path}`, { signal });
      await answer.arrayBuffer();
      return answer.status;
    } catch {
      return 0;
    }
  }
}
