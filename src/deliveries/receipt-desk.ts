import type { Redis } from "ioredis";
import type { AckTarget } from "../ack-token.ts";
import { readDossier, readReceipt } from "../books/appointment-book.ts";
import { changeRep } from "../books/change-rep.ts";
import { noteDevice, readDevice } from "../books/device-book.ts";
import { findPromptByToken } from "../books/prompt-token-book.ts";
import type { RepReach, RepRef } from "../books/rep-book.ts";
import type { ClearRef } from "../domain/clear.ts";
import type { ChannelKind } from "../domain/device.ts";
import type { PromptRef } from "../domain/prompt.ts";
import type { ReceiptKind } from "../domain/receipt.ts";
import type { MendJob } from "../domain/siro-mend.ts";
import { clearElsewhere } from "./clear-elsewhere.ts";
import { type Evidence, recordReceipt } from "./record-receipt.ts";

/** What recording receipts needs from the world. */
export interface ReceiptDeskDeps {
  readonly redis: Redis;
  readonly deliveries: { clear(clears: readonly ClearRef[]): Promise<void> };
  /** The channel can take back what its devices show. */
  readonly canClear: (channel: ChannelKind) => boolean;
  /** Hears that a prompt counts as sent because the rep followed it; must not fail. */
  readonly announceSent: (ref: PromptRef) => Promise<void>;
  /** Hears that more is known about a recording that a prompt began, and by what; must not fail. */
  readonly announceRecording?: (ref: MendJob, by: ReceiptKind) => Promise<void>;
  readonly nowMs: () => number;
}

/** Whether there is such a prompt; recording the same again is harmless. */
export type Recorded = "recorded" | "unknown";

/** All that the outside can say about what became of a prompt. */
export interface ReceiptDesk {
  /** A device says that it showed a prompt. */
  recordShown(target: AckTarget): Promise<Recorded>;
  /** A rep tapped the button on the own page, on this device where that is known. */
  recordOpened(rep: RepRef, promptId: string, deviceId?: string): Promise<Recorded>;
  /** Somebody with a prompt's token followed it, or came back. */
  recordFollowed(ref: PromptRef, what: Pick<Evidence, "kind" | "source">): Promise<Recorded>;
  /** Siro says something about a prompt, perhaps long after its visit: `lookBackMs` says how long. */
  recordReported(rep: RepReach, evidence: Evidence): Promise<Recorded>;
}

/** Binds the recording of receipts to the books and the queue. */
export function openReceiptDesk(deps: ReceiptDeskDeps): ReceiptDesk {
  return {
    recordShown: (target) => recordShown(deps, target),
    recordOpened: (rep, promptId, deviceId) =>
      record(deps, rep, {
        promptId,
        kind: "opened",
        source: "rep-page",
        ...(deviceId === undefined ? {} : { deviceId }),
      }),
    recordFollowed: (ref, what) => record(deps, ref, { ...what, promptId: ref.promptId }),
    recordReported: (rep, evidence) => record(deps, rep, evidence),
  };
}

async function recordShown(deps: ReceiptDeskDeps, target: AckTarget): Promise<Recorded> {
  const { redis, nowMs } = deps;
  const { promptToken, deviceId } = target;
  const ref = await findPromptByToken(redis, promptToken);
  if (ref === undefined || (await readDevice(redis, { ...ref, deviceId })) === undefined) {
    return "unknown";
  }
  await noteDevice(redis, { ...ref, deviceId }, { lastShownAtMs: nowMs() });
  const { promptId } = ref;
  await record(deps, ref, { promptId, kind: "delivered", source: "service-worker", deviceId });
  return "recorded";
}

async function record(
  deps: ReceiptDeskDeps,
  { connection, userId, lookBackMs }: RepReach,
  evidence: Evidence,
): Promise<Recorded> {
  const { redis, deliveries, canClear } = deps;
  const recorded = await recordReceipt(
    {
      connection,
      changeRep: (decide) => changeRep(redis, { connection, userId, lookBackMs }, decide),
      readReceipt: (recordId, key) => readReceipt(redis, { connection, recordId }, key),
    },
    evidence,
  );
  if (recorded.kind === "recorded" && recorded.isSent) {
    await deps.announceSent(recorded.ref);
  }
  if (recorded.kind === "recorded" && recorded.isRecording) {
    const { ref, recordingId } = recorded;
    const named = recordingId === undefined ? ref : { ...ref, recordingId };
    await deps.announceRecording?.(named, evidence.kind);
  }
  if (recorded.kind === "recorded" && recorded.isAnswer) {
    await clearElsewhere(
      {
        readDeliveries: async (ref) => (await readDossier(redis, ref))?.deliveries ?? [],
        canClear,
        enqueue: (clears) => deliveries.clear(clears),
      },
      recorded.ref,
      { why: "answered", exceptDeviceId: evidence.deviceId },
    );
  }
  return recorded.kind === "unknown" ? "unknown" : "recorded";
}
