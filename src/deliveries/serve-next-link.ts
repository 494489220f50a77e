import { deliveryCommand } from "../books/appointment-book.ts";
import type { RepDecision } from "../books/change-rep.ts";
import { findLivePrompt, type RepState } from "../books/rep-state.ts";
import { timelineCommands } from "../books/timeline-book.ts";
import type { Appointment } from "../domain/appointment.ts";
import { type Delivery, deliveryIdOf } from "../domain/delivery.ts";
import type { Device } from "../domain/device.ts";
import type { NextLink } from "../domain/link-offer.ts";
import type { Prompt } from "../domain/prompt.ts";
import type { TimelineEntry } from "../domain/timeline-entry.ts";
import type { RedisCommand } from "../redis-script.ts";
import { isVisitOver } from "./is-visit-over.ts";
import type { IssuedLink } from "./issue-link.ts";
import { changePromptCommands, type FoundPrompt, issueCommands } from "./prompt-change.ts";

/** What serving needs from the world. */
export interface ServeNextLinkDeps {
  readonly changeRep: (
    decide: (state: RepState) => Promise<RepDecision<Served>>,
  ) => Promise<Served>;
  readonly readDelivery: (recordId: string, deliveryId: string) => Promise<Delivery | undefined>;
  /** All deliveries of an appointment. */
  readonly readDeliveries: (recordId: string) => Promise<readonly Delivery[]>;
  readonly issueLink: (prompt: Prompt, appointment: Appointment) => IssuedLink;
  /** Hears, once, that a prompt was sent by being served; must not fail. */
  readonly announceSent: (prompt: Prompt) => Promise<void>;
}

/** What was served, and the prompt that is sent by it. */
interface Served {
  readonly link: NextLink;
  readonly sent?: Prompt;
}

/**
 * Serves the link that is due for a rep now to a device that asks by itself.
 *
 * Serving counts as issuing: the prompt is sent, and the timeline tells of it once per device. A start or stop is
 * served again for as long as it is live; a restart once, whichever device asks, and not once the rep followed it,
 * because it must not be followed twice.
 */
export async function serveNextLink(deps: ServeNextLinkDeps, device: Device): Promise<NextLink> {
  const { link, sent } = await deps.changeRep((state) => decide(deps, device, state));
  if (sent !== undefined) {
    await deps.announceSent(sent);
  }
  return link;
}

async function decide(
  deps: ServeNextLinkDeps,
  device: Device,
  state: RepState,
): Promise<RepDecision<Served>> {
  const found = findLivePrompt(state);
  if (found === undefined) {
    return NOTHING;
  }
  const { prompt, visit } = found;
  const { appointment } = visit.stored;
  // Read after the state: if it changes from here on, the state changes, too, and the commit is refused.
  const known = await deps.readDelivery(
    prompt.recordId,
    deliveryIdOf(prompt.promptId, device.deviceId),
  );
  if (isVisitOver(appointment, prompt, state.nowMs) || (await isUsedUp(deps, prompt))) {
    return NOTHING;
  }
  const link = deps.issueLink(prompt, appointment);
  return link.kind === "refused"
    ? NOTHING
    : {
        result: {
          link: { kind: "link", url: link.url },
          ...(prompt.sentAtMs === undefined ? { sent: prompt } : {}),
        },
        commands: servedCommands(state, device, { found, known }),
      };
}

async function isUsedUp({ readDeliveries }: ServeNextLinkDeps, prompt: Prompt): Promise<boolean> {
  const { action, answeredAtMs, promptId, recordId } = prompt;
  if (action !== "restart") {
    return false;
  }
  return (
    answeredAtMs !== undefined ||
    (await readDeliveries(recordId)).some(
      (one) => one.promptId === promptId && one.channel === "pull" && one.state === "accepted",
    )
  );
}

const NOTHING: RepDecision<Served> = { result: { link: { kind: "none" } }, commands: [] };

interface Serving {
  readonly found: FoundPrompt;
  readonly known: Delivery | undefined;
}

function servedCommands(
  state: RepState,
  device: Device,
  { found, known }: Serving,
): readonly RedisCommand[] {
  const { prompt } = found;
  const { connection, deviceId, channel } = device;
  const record = { connection, recordId: prompt.recordId };
  const delivery: Delivery = {
    deliveryId: deliveryIdOf(prompt.promptId, deviceId),
    promptId: prompt.promptId,
    action: prompt.action,
    userId: prompt.userId,
    deviceId,
    channel,
    state: "accepted",
    attempts: (known?.attempts ?? 0) + 1,
    answer: "the device asked for its link",
    updatedAtMs: state.nowMs,
  };
  return [
    ...issueCommands(state, device, found),
    deliveryCommand(record, delivery),
    ...tellCommands(state, device, { found, known }),
  ];
}

function tellCommands(
  { nowMs }: RepState,
  device: Device,
  { found, known }: Serving,
): readonly RedisCommand[] {
  const { prompt } = found;
  const { deviceId, connection, userId } = device;
  const text = `The ${prompt.action} link was served to a device that asked for it`;
  const entry: Pick<TimelineEntry, "kind" | "text" | "deviceId"> = {
    kind: "link.served",
    text,
    deviceId,
  };
  if (prompt.sentAtMs === undefined) {
    const next: Prompt = { ...prompt, state: "sent", sentAtMs: nowMs };
    return changePromptCommands(device, found, { next, atMs: nowMs, entry });
  }
  const { promptId, recordId } = prompt;
  const line = { ...entry, atMs: nowMs, promptId, userId };
  return known === undefined ? timelineCommands({ connection, recordId }, [line]) : [];
}
