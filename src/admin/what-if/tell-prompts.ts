import { isoInstant } from "../../domain/instant.ts";
import type { PromptAction } from "../../domain/prompt.ts";
import type { RepStep } from "./plan-side.ts";

const WORDS: Readonly<Record<PromptAction, string>> = {
  start: "Start prompt",
  stop: "Stop prompt",
  restart: "Restart prompt",
};

/** One rep's prompts of one visit under both sets of rules. */
interface RepSteps {
  readonly before: readonly RepStep[];
  readonly after: readonly RepStep[];
  /** Says whose they are, where the visit has several reps. */
  readonly whose: string;
}

/** Says in plain sentences how a visit's prompts differ; the moments are ISO-8601. */
export function tellPrompts(
  before: readonly RepStep[],
  after: readonly RepStep[],
  nameOf: (userId: string) => string,
): readonly string[] {
  const userIds = [...new Set([...before, ...after].map(({ userId }) => userId))];
  return userIds.flatMap((userId) => {
    const steps: RepSteps = {
      before: before.filter((step) => step.userId === userId),
      after: after.filter((step) => step.userId === userId),
      whose: userIds.length > 1 ? ` of ${nameOf(userId)}` : "",
    };
    return [...tellSlot(steps, isBegin), ...tellSlot(steps, isEnd)];
  });
}

/** Says whether a prompt begins a visit's recording. */
export function isBegin({ action }: Pick<RepStep, "action">): boolean {
  return action !== "stop";
}

function isEnd(step: RepStep): boolean {
  return !isBegin(step);
}

function tellSlot(
  { before, after, whose }: RepSteps,
  isSlot: (step: RepStep) => boolean,
): readonly string[] {
  const was = before.find(isSlot);
  const is = after.find(isSlot);
  if (was === undefined || is === undefined) {
    return [
      ...(was === undefined
        ? []
        : [`${WORDS[was.action]}${whose} ${at(was)} would not be planned`]),
      ...(is === undefined
        ? []
        : [`${WORDS[is.action]}${whose} ${at(is)} would be planned: ${is.reason}`]),
    ];
  }
  return was.action === is.action
    ? tellSameAction(was, is, whose)
    : [
        `${WORDS[was.action]}${whose} ${at(was)} would become a ${WORDS[is.action].toLowerCase()} ${at(is)}: ${is.reason}`,
      ];
}

function tellSameAction(was: RepStep, is: RepStep, whose: string): readonly string[] {
  const word = `${WORDS[is.action]}${whose}`;
  const usefulMs = (step: RepStep) => step.expiresAtMs - step.dueAtMs;
  // The others are useful until the visit ends, which is told with the visit's times.
  const isOtherwiseUseful = is.action === "stop" && usefulMs(was) !== usefulMs(is);
  return [
    ...(was.dueAtMs === is.dueAtMs
      ? []
      : [`${word} ${isoInstant(was.dueAtMs)} → ${isoInstant(is.dueAtMs)}`]),
    ...(isOtherwiseUseful
      ? [`${word} useful for ${lasting(usefulMs(was))} → ${lasting(usefulMs(is))}`]
      : []),
    ...(was.endsRecordId === is.endsRecordId
      ? []
      : [`${word} ends the recording of ${was.endsRecordId} → ${is.endsRecordId}`]),
  ];
}

function at({ dueAtMs }: RepStep): string {
  return `at ${isoInstant(dueAtMs)}`;
}

/** Whole minutes where it is so, else seconds. */
export function lasting(ms: number): string {
  const seconds = Math.round(ms / 1000);
  return seconds !== 0 && seconds % 60 === 0 ? `${seconds / 60} min` : `${seconds} s`;
}
