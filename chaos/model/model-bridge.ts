import type { Redis } from "ioredis";
import { applyPlan } from "../../src/appointments/apply-plan.ts";
import { applyReport } from "../../src/appointments/apply-report.ts";
import { followEvent } from "../../src/appointments/follow-event.ts";
import {
  changeAppointment,
  readAppointment,
  readDelivery,
} from "../../src/books/appointment-book.ts";
import {
  changeRep,
  changeRepFrom,
  type KnownChange,
  type SeeingChange,
} from "../../src/books/change-rep.ts";
import { commitRepChange, readRepState } from "../../src/books/rep-book.ts";
import type { RepState } from "../../src/books/rep-state.ts";
import {
  attemptDelivery,
  type FinishAttemptDeps,
  finishAttempt,
} from "../../src/deliveries/attempt-delivery.ts";
import { firePrompt } from "../../src/deliveries/fire-prompt.ts";
import type { Connection } from "../../src/domain/connection.ts";
import type { CrmEvent } from "../../src/domain/crm-event.ts";
import { type DeliveryRef, deliveryIdOf } from "../../src/domain/delivery.ts";
import type { Device } from "../../src/domain/device.ts";
import type { Prompt, PromptRef } from "../../src/domain/prompt.ts";
import { inTurns, type Turns } from "./turns.ts";

/** One push as the device got it. */
export interface ModelPush {
  readonly webhookId: string;
  readonly prompt: Prompt;
  readonly atMs: number;
}

/** The bridge's own verbs over its own books in a real Redis; the clock and the queues are the model's. */
export class ModelBridge {
  readonly connection: Connection;
  readonly pushes: ModelPush[] = [];
  /** Waiting jobs: a job that runs stays until it is done, as in a queue. */
  readonly promptJobs = new Map<string, { readonly ref: PromptRef; readonly dueAtMs: number }>();
  readonly deliveryJobs = new Map<string, DeliveryRef>();
  readonly #doneDeliveries = new Set<string>();
  readonly #redis: Redis;
  readonly #turns: Turns;
  nowMs: number;
  #drawn = 0;

  constructor(
    connection: Connection,
    {
      redis,
      turns,
      nowMs,
    }: { readonly redis: Redis; readonly turns: Turns; readonly nowMs: number },
  ) {
    this.connection = connection;
    this.#redis = inTurns(redis, turns);
    this.#turns = turns;
    this.nowMs = nowMs;
  }

  /** Follows one event as a worker does. */
  async follow(event: CrmEvent): Promise<void> {
    const { connection } = this;
    const redis = this.#redis;
    const { name } = connection;
    await followEvent(
      {
        connections: new Map([[name, connection]]),
        readStored: (_, recordId) => readAppointment(redis, { connection: name, recordId }),
        readRecord: async () => ({ kind: "unreadable", code: "NO_READER", detail: "" }),
        messageChange: () => undefined,
        applyReport: (_, recordId, reportOf) =>
          applyReport(
            {
              connection: name,
              nowMs: this.nowMs,
              changeAppointment: (decide) =>
                changeAppointment(redis, { connection: name, recordId }, decide),
            },
            recordId,
            reportOf,
          ),
        applyPlan: (_, userId) => this.plan(userId),
        enqueue: async () => undefined,
      },
      event,
    );
  }

  /** Makes one rep's plan. */
  async plan(userId: string): Promise<void> {
    const rep = { connection: this.connection.name, userId };
    await applyPlan(
      {
        schedule: this.connection.schedule,
        readState: async () => this.#atModelTime(await readRepState(this.#redis, rep)),
        commit: (change) => commitRepChange(this.#redis, rep, change),
        enqueue: (added) => this.#turns.step(async () => this.#addPrompts(added)),
        dequeue: (dropped) => this.#turns.step(async () => this.#dropPrompts(dropped)),
        drawToken: () => {
          this.#drawn += 1;
          return String(this.#drawn);
        },
      },
      rep,
    );
  }

  /** Lets a prompt's moment come; its job is gone when that is done. */
  async fire(ref: PromptRef): Promise<void> {
    const outcome = await firePrompt(
      {
        changeRep: (change) => this.#changeRepSeeing(ref, change),
        isJoining: this.connection.schedule.restartGapSeconds !== null,
        replan: () => this.plan(ref.userId),
        listDevices: async () => [deviceOf(ref)],
        ladder: this.connection.schedule.ladder,
        enqueue: (planned) => this.#turns.step(async () => this.#addDeliveries(planned)),
        attemptAtOnce: async (first) => ({
          ref: first.ref,
          outcome: await finishAttempt(this.#finishDeps(first.ref), first.ref, first.attempt),
        }),
        rememberToken: async () => undefined,
      },
      ref,
    );
    if (outcome.kind === "too-early") {
      throw new Error(`${ref.promptId} ran before its moment`);
    }
    this.promptJobs.delete(ref.promptId);
  }

  /** Makes one attempt; the device takes everything. */
  async attempt(ref: DeliveryRef): Promise<void> {
    const deliveryId = deliveryIdOf(ref.promptId, ref.deviceId);
    await attemptDelivery(
      {
        ...this.#finishDeps(ref),
        changeRep: (change) => this.#changeRepSeeing(ref, change),
        readDevice: async () => deviceOf(ref),
      },
      ref,
    );
    this.deliveryJobs.delete(deliveryId);
    this.#doneDeliveries.add(deliveryId);
  }

  #addPrompts(prompts: readonly Prompt[]): void {
    for (const { promptId, userId, recordId, dueAtMs } of prompts) {
      const ref = { connection: this.connection.name, userId, recordId, promptId };
      this.promptJobs.set(promptId, { ref, dueAtMs });
    }
  }

  #dropPrompts(prompts: readonly Prompt[]): void {
    for (const { promptId } of prompts) {
      this.promptJobs.delete(promptId);
    }
  }

  #addDeliveries(refs: readonly DeliveryRef[]): void {
    for (const { connection, userId, recordId, promptId, deviceId } of refs) {
      const deliveryId = deliveryIdOf(promptId, deviceId);
      if (!this.#doneDeliveries.has(deliveryId)) {
        const ref = { connection, userId, recordId, promptId, deviceId };
        this.deliveryJobs.set(deliveryId, ref);
      }
    }
  }

  #finishDeps(ref: DeliveryRef): FinishAttemptDeps {
    return {
      changeRepFrom: (change) => this.#changeRepFrom(ref, change),
      readDelivery: () => readDelivery(this.#redis, ref, deliveryIdOf(ref.promptId, ref.deviceId)),
      noteDevice: async () => undefined,
      clearLater: async () => undefined,
      send: ({ prompt, delivery }) =>
        this.#turns.step(async () => {
          this.pushes.push({ webhookId: delivery.deliveryId, prompt, atMs: this.nowMs });
          return { kind: "accepted", tookMs: 1, answer: "HTTP 204" } as const;
        }),
      nowMs: () => this.nowMs,
      random: () => 0,
    };
  }

  #changeRepSeeing<Seen, Result>(
    rep: PromptRef,
    { see, decide }: SeeingChange<Seen, Result>,
  ): Promise<Result> {
    return changeRep(this.#redis, rep, async (state) =>
      decide(this.#atModelTime(state), await see()),
    );
  }

  #changeRepFrom<Seen, Result>(rep: PromptRef, change: KnownChange<Seen, Result>): Promise<Result> {
    return changeRepFrom(this.#redis, rep, {
      ...change,
      decide: (state, seen) => change.decide(this.#atModelTime(state), seen),
    });
  }

  #atModelTime(state: RepState): RepState {
    return { ...state, nowMs: this.nowMs };
  }
}

function deviceOf({ connection, userId }: PromptRef): Device {
  return {
    connection,
    userId,
    deviceId: `d-${userId}`,
    channel: "webhook",
    label: "phone",
    state: "active",
    sealedAddress: "",
    addressHash: "",
    createdAtMs: 0,
  };
}
