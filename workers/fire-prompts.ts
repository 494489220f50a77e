import type { Job } from "bullmq";
import { changeRepSeeing } from "../src/books/change-rep.ts";
import { listDevices } from "../src/books/device-book.ts";
import { readHold } from "../src/books/hold-book.ts";
import { latenessCommands } from "../src/books/lateness-book.ts";
import { rememberPromptToken } from "../src/books/prompt-token-book.ts";
import { extendWatchCommands, judgeAtCommand } from "../src/books/siro-watch-book.ts";
import type { DeliveryOutcome } from "../src/deliveries/attempt-delivery.ts";
import { type FireOutcome, firePrompt } from "../src/deliveries/fire-prompt.ts";
import { watchOfPrompt } from "../src/deliveries/watch-span.ts";
import type { Connection } from "../src/domain/connection.ts";
import { type Prompt, type PromptRef, promptRefSchema } from "../src/domain/prompt.ts";
import type { RedisCommand } from "../src/redis-script.ts";
import { attemptAtOnce, parkDelivery } from "./attempt-deliveries.ts";
import { isLimited } from "./attempt-rates.ts";
import { confirmVisit } from "./confirm-visit.ts";
import { isTakenOver } from "./is-taken-over.ts";
import type { JobOutcome } from "./job-outcome.ts";
import type { WorkerKit } from "./kit.ts";
import { putOffHeld } from "./put-off-held.ts";
import type { SettledWork } from "./settle.ts";

/**
 * A job may run before its plan is committed; after so many looks without a prompt it never was.
 *
 * Looks, not time: clocks of machines differ, and Redis may have been away between the job and the plan.
 */
const MOST_LOOKS = 100;
const LOOK_AGAIN_MS = 100;

/** Queue adapter of `prompts`: parse the job, let the prompt's moment come, speak of the outcome. */
export function firePrompts(kit: WorkerKit, job: Job, token: string | undefined): SettledWork {
  const ref = promptRefSchema.parse(job.data);
  const { connection, recordId } = ref;
  return {
    token,
    run: async () => {
      if (!kit.config.connections.has(connection)) {
        return { kind: "done", note: { connection, prompt: "connection not configured" } };
      }
      await confirmUnlessHeld(kit, ref);
      // Two runs of one job must not both make the attempt: then it is a delivery's job, of which there is one.
      const endTurn = (await isTakenOver(job, token))
        ? undefined
        : await kit.turns?.take(connection);
      try {
        const outcome = await fire(kit, ref, endTurn !== undefined);
        return outcome.kind === "held"
          ? await putOffHeld(kit, job, { connection, afterMs: outcome.afterMs })
          : outcomeOf(kit, job, outcome);
      } finally {
        endTurn?.();
      }
    },
    parkedAs: (reason, detail) => ({
      kind: "park",
      connection,
      recordId,
      reason,
      detail,
      work: { kind: "prompt", prompt: ref },
    }),
  };
}

/** Nobody is asked about a visit whose prompts are not sent anyway. */
async function confirmUnlessHeld(kit: WorkerKit, ref: PromptRef): Promise<void> {
  if (kit.orgs.has(ref.connection) && (await readHold(kit.redis, ref.connection)) === undefined) {
    await confirmVisit(kit, ref);
  }
}

function fire(kit: WorkerKit, ref: PromptRef, hasTurn: boolean): Promise<FireOutcome> {
  const { config, redis, deliveries } = kit;
  const connection = config.connections.get(ref.connection);
  return firePrompt(
    {
      isJoining: connection?.schedule.restartGapSeconds !== null,
      replan: async () => connection && kit.planRep({ connection, userId: ref.userId }),
      changeRep: (change) => changeRepSeeing(redis, ref, change),
      readHold: () => readHold(redis, ref.connection),
      listDevices: () => listDevices(redis, ref),
      ladder: connection?.schedule.ladder ?? [],
      enqueue: (planned) => deliveries.addPlanned(planned),
      attemptAtOnce: hasTurn ? (first) => attemptAtOnce(kit, first) : undefined,
      isLimited: (device) => isLimited(kit, device),
      watch: (prompt) => [
        ...latenessCommands(ref.connection, prompt),
        ...(connection === undefined ? [] : watchCommands(connection, prompt)),
      ],
      rememberToken: (prompt) => rememberPromptToken(redis, prompt, ref),
    },
    ref,
  );
}

/** Where Siro can be asked, a prompt whose moment comes is watched, and a start is judged later. */
function watchCommands({ name, siro }: Connection, prompt: Prompt): readonly RedisCommand[] {
  if (siro?.apiToken === undefined) {
    return [];
  }
  const ref = { connection: name, ...prompt };
  const { action, firedAtMs = 0 } = prompt;
  const isJudged = action !== "stop" && siro.confirmMinutes > 0;
  return [
    ...extendWatchCommands(ref, watchOfPrompt(prompt, siro)),
    ...(isJudged ? [judgeAtCommand(ref, firedAtMs + siro.confirmMinutes * 60_000)] : []),
  ];
}

function outcomeOf(
  { events }: WorkerKit,
  job: Job,
  outcome: Exclude<FireOutcome, { kind: "held" }>,
): JobOutcome {
  switch (outcome.kind) {
    case "too-early":
      return { kind: "later", afterMs: outcome.waitMs };
    case "unknown":
      return job.attemptsStarted < MOST_LOOKS
        ? { kind: "later", afterMs: LOOK_AGAIN_MS }
        : { kind: "done", note: { prompt: "unknown" } };
    case "not-needed":
      return { kind: "done", note: { prompt: outcome.state } };
    case "fired":
      if (!outcome.wasHeld) {
        events.promptFired(outcome.lateMs);
      }
      return firedAs(outcome);
  }
}

/** A device that refused it is for an operator to look at. */
function firedAs({
  deliveries,
  lateMs,
  first,
}: Extract<FireOutcome, { kind: "fired" }>): JobOutcome {
  return first?.outcome.kind === "refused"
    ? parkDelivery(first.ref, first.outcome.reason, first.outcome.detail)
    : { kind: "done", note: { deliveries, lateMs, ...noteOf(first?.outcome) } };
}

function noteOf(outcome: DeliveryOutcome | undefined): Readonly<Record<string, string>> {
  return outcome === undefined
    ? {}
    : { delivery: outcome.kind === "done" ? outcome.state : outcome.kind };
}
