import { applyPlan, type PlanOutcome } from "../../src/appointments/apply-plan.ts";
import { planPrompts } from "../../src/appointments/plan-prompts.ts";
import type { ReceiptKey } from "../../src/books/appointment-book.ts";
import type { KnownChange, RepDecision, SeeingChange } from "../../src/books/change-rep.ts";
import { parseRepState, type RepState } from "../../src/books/rep-state.ts";
import {
  type AttemptDeliveryDeps,
  attemptDelivery,
  type DeliveryOutcome,
  type FinishAttemptDeps,
  finishAttempt,
} from "../../src/deliveries/attempt-delivery.ts";
import type { FirstAttempt } from "../../src/deliveries/begin-at-once.ts";
import {
  type FireOutcome,
  type FirePromptDeps,
  firePrompt,
  type MadeAttempt,
} from "../../src/deliveries/fire-prompt.ts";
import {
  type Evidence,
  type RecordedReceipt,
  recordReceipt,
} from "../../src/deliveries/record-receipt.ts";
import type { Appointment } from "../../src/domain/appointment.ts";
import type { Schedule } from "../../src/domain/connection.ts";
import { type Delivery, deliverySchema } from "../../src/domain/delivery.ts";
import type { Device } from "../../src/domain/device.ts";
import type { Prompt } from "../../src/domain/prompt.ts";
import { type Receipt, receiptSchema } from "../../src/domain/receipt.ts";
import type { RecorderTrail } from "../../src/domain/recorder-trail.ts";
import { keyspace } from "../../src/keyspace.ts";
import type { RedisCommand } from "../../src/redis-script.ts";
import { DANA } from "../support/builders.ts";

const REP = { connection: "acme", userId: DANA.userId };
const keyOf = ({ promptId, kind, deviceId, isFurther, recordingId }: ReceiptKey) =>
  JSON.stringify([promptId, kind, deviceId, isFurther === true && recordingId]);
/** What all keys of the connection begin with; the shard of a cluster stands in it, too. */
const ofAcme = () => keyspace.rep("acme", "").slice(0, -"r:".length);
const PROMPTS_FIELD = `p:${DANA.userId}`;

/** The rep's one device. */
export const PHONE: Device = {
  ...REP,
  deviceId: "d1",
  channel: "webhook",
  label: "phone",
  state: "active",
  sealedAddress: "",
  addressHash: "",
  createdAtMs: 0,
};

/** One prompt that reached the phone, with the appointment as it stood at that moment. */
export interface Sent {
  readonly atMs: number;
  readonly prompt: Prompt;
  readonly appointment: Appointment;
}

/** One rep's day in memory: the bridge's own verbs over a book of plain maps, and a clock that a test sets. */
export class RepDay {
  readonly schedule: Schedule;
  nowMs: number;
  readonly sent: Sent[] = [];
  /** Waiting jobs: prompt id and when it is due. */
  readonly jobs = new Map<string, Prompt>();
  readonly #hashes = new Map<string, Map<string, string>>();
  readonly #recordIds = new Set<string>();
  #drawn = 0;

  constructor(schedule: Schedule, nowMs: number) {
    this.schedule = schedule;
    this.nowMs = nowMs;
  }

  state(): RepState {
    const rep = this.#hash(`r:${REP.userId}`);
    const fields = ["rev", "live", "issued", "recorder"].map((field) => rep.get(field) ?? null);
    const time = [String(Math.floor(this.nowMs / 1000)), String((this.nowMs % 1000) * 1000)];
    const visits = [...this.#recordIds].map((recordId) => {
      const hash = this.#hash(`a:${recordId}`);
      return [hash.get("doc") ?? null, hash.get(PROMPTS_FIELD) ?? null];
    });
    return parseRepState([time, fields, visits], DANA.userId);
  }

  store(appointment: Appointment): void {
    const { recordId } = appointment;
    this.#recordIds.add(recordId);
    const doc = {
      appointment,
      version: { occurredAtMs: this.nowMs, eventId: "e" },
      contentHash: "",
      knownUserIds: [REP.userId],
    };
    this.#hash(`a:${recordId}`).set("doc", JSON.stringify(doc));
    this.#bump();
  }

  plan(): Promise<PlanOutcome> {
    return applyPlan(
      {
        schedule: this.schedule,
        readState: async () => this.state(),
        commit: async ({ revision, commands }) => this.#commit(revision, commands),
        enqueue: async (prompts) => {
          for (const prompt of prompts) {
            this.jobs.set(prompt.promptId, prompt);
          }
        },
        dequeue: async (prompts) => {
          for (const { promptId } of prompts) {
            this.jobs.delete(promptId);
          }
        },
        drawToken: () => {
          this.#drawn += 1;
          return String(this.#drawn);
        },
      },
      REP,
    );
  }

  /** What a planner that knows nothing but appointments and history says now. */
  freshPlan() {
    const { visits, issued } = this.state();
    return planPrompts({
      userId: REP.userId,
      appointments: visits.map(({ stored }) => stored.appointment),
      issued,
      schedule: this.schedule,
      nowMs: this.nowMs,
    });
  }

  /** Lets one job run: the prompt's moment, then one attempt that the phone accepts. */
  async run(prompt: Prompt): Promise<FireOutcome> {
    this.jobs.delete(prompt.promptId);
    const outcome = await this.fire(prompt);
    if (outcome.kind === "fired") {
      await this.attempt(prompt);
    }
    return outcome;
  }

  /** Lets a prompt's moment come; `own` replaces parts of the world. */
  fire(
    { promptId, recordId }: Pick<Prompt, "promptId" | "recordId">,
    own: Partial<FirePromptDeps> = {},
  ): Promise<FireOutcome> {
    const deps: FirePromptDeps = {
      changeRep: (change) => this.changeRepSeeing(change),
      isJoining: this.schedule.restartGapSeconds !== null,
      replan: () => this.plan(),
      listDevices: async () => [PHONE],
      ladder: this.schedule.ladder,
      enqueue: async () => undefined,
      rememberToken: async () => undefined,
      ...own,
    };
    return firePrompt(deps, { ...REP, recordId, promptId });
  }

  /** Makes one attempt to bring a prompt to the phone, or to another `device`; `own` replaces parts of the world. */
  attempt(
    { promptId, recordId }: Pick<Prompt, "promptId" | "recordId">,
    { device = PHONE, ...own }: Partial<AttemptDeliveryDeps> & { readonly device?: Device } = {},
  ): Promise<DeliveryOutcome> {
    const { deviceId } = device;
    const deps: AttemptDeliveryDeps = {
      ...this.#finishDeps({ promptId, recordId }, deviceId),
      changeRep: (change) => this.changeRepSeeing(change),
      readDevice: async () => device,
      ...own,
    };
    return attemptDelivery(deps, { ...REP, recordId, promptId, deviceId });
  }

  /** Makes an attempt that began when its prompt went live; `own` replaces parts of the world. */
  async attemptAtOnce(
    { ref, attempt }: FirstAttempt,
    own: Partial<FinishAttemptDeps> = {},
  ): Promise<MadeAttempt> {
    return {
      ref,
      outcome: await finishAttempt(
        { ...this.#finishDeps(ref, ref.deviceId), ...own },
        ref,
        attempt,
      ),
    };
  }

  #finishDeps(prompt: Pick<Prompt, "promptId" | "recordId">, deviceId: string): FinishAttemptDeps {
    return {
      readDelivery: async () => this.delivery(prompt, deviceId),
      changeRepFrom: (change) => this.changeRepFrom(change),
      noteDevice: async () => undefined,
      clearLater: async () => undefined,
      send: async ({ prompt, appointment }) => {
        this.sent.push({ atMs: this.nowMs, prompt, appointment });
        return { kind: "accepted", tookMs: 1, answer: "HTTP 204" };
      },
      nowMs: () => this.nowMs,
      random: () => 0,
    };
  }

  /** Records what somebody says became of a prompt. */
  record(evidence: Evidence): Promise<RecordedReceipt> {
    return recordReceipt(
      {
        connection: REP.connection,
        changeRep: (decide) => this.changeRep(decide),
        readReceipt: async (recordId, key) =>
          this.receipts(recordId).find((one) => keyOf(one) === keyOf(key)),
      },
      evidence,
    );
  }

  /** Siro tells what the rep's recorder did: all of it, oldest first. */
  hear(recorder: RecorderTrail): void {
    this.#hash(`r:${REP.userId}`).set("recorder", JSON.stringify(recorder));
    this.#bump();
  }

  /** All evidence about one appointment's prompts. */
  receipts(recordId: string): readonly Receipt[] {
    return [...this.#hash(`a:${recordId}`)].flatMap(([field, text]) =>
      field.startsWith("e:") ? [receiptSchema.parse(JSON.parse(text))] : [],
    );
  }

  /** Reads, decides and commits, again whenever the state changed meanwhile. */
  async changeRep<Result>(
    decide: (state: RepState) => RepDecision<Result> | Promise<RepDecision<Result>>,
  ): Promise<Result> {
    for (;;) {
      const state = this.state();
      const { result, commands } = await decide(state);
      if (commands.length === 0 || this.#commit(state.revision, commands)) {
        return result;
      }
    }
  }

  /** The same, with what is seen beside the state. */
  changeRepSeeing<Seen, Result>({ see, decide }: SeeingChange<Seen, Result>): Promise<Result> {
    return this.changeRep(async (state) => decide(state, await see()));
  }

  /** The same from a state that was known; if it is outdated it is read. */
  async changeRepFrom<Seen, Result>(change: KnownChange<Seen, Result>): Promise<Result> {
    const { known, seen, decide } = change;
    const { result, commands } = await decide(known, seen);
    return this.#commit(known.revision, commands) ? result : this.changeRepSeeing(change);
  }

  /** All prompts of one appointment, oldest first. */
  promptsOf(recordId: string): readonly Prompt[] {
    const { visits } = this.state();
    return visits.find(({ stored }) => stored.appointment.recordId === recordId)?.prompts ?? [];
  }

  /** How a delivery of a prompt stands, to the phone unless another device is named. */
  delivery(
    { promptId, recordId }: Pick<Prompt, "promptId" | "recordId">,
    deviceId = PHONE.deviceId,
  ): Delivery | undefined {
    const text = this.#hash(`a:${recordId}`).get(`d:${promptId}-${deviceId}`);
    return text === undefined ? undefined : deliverySchema.parse(JSON.parse(text));
  }

  #commit(revision: string, commands: readonly RedisCommand[]): boolean {
    if (revision !== this.state().revision) {
      return false;
    }
    for (const [name, key, ...words] of commands) {
      if (name === "HSET") {
        this.#hash(String(key).replace(ofAcme(), "")).set(String(words[0]), String(words[1]));
      }
    }
    this.#bump();
    return true;
  }

  #bump(): void {
    const rep = this.#hash(`r:${REP.userId}`);
    rep.set("rev", String(Number(rep.get("rev") ?? 0) + 1));
  }

  #hash(key: string): Map<string, string> {
    const found = this.#hashes.get(key) ?? new Map<string, string>();
    this.#hashes.set(key, found);
    return found;
  }
}
