import { readSeenLink } from "../../src/recording-link.ts";
import type { MobileEvent } from "../../src/siro/mobile-event.ts";
import type { OutstandingPrompt } from "../../src/siro/outstanding-prompt.ts";

/** When the tests begin. */
export const NINE_MS = Date.UTC(2026, 10, 23, 9);
const HOUR_MS = 3_600_000;
const CONNECTION_ID = "01HACME0000000000000000000";

/** Takes links apart with the bridge's own library. */
export const readLink = (fullUrl: string) => readSeenLink(fullUrl, "app.siro.ai");

/** What a link is made of. */
interface LinkInput {
  readonly action?: "start" | "stop" | "restart";
  readonly token?: string;
  readonly objectIds?: readonly string[];
}

/** Writes a link the way the bridge issues it. */
export function aLink({ action = "start", token, objectIds = [] }: LinkInput = {}): string {
  const objects = objectIds.map((objectId) => ({ objectType: "ServiceAppointment", objectId }));
  const parts = [
    `action=${action}`,
    ...(token === undefined
      ? []
      : [`redirectUrl=${encodeURIComponent(`https://bridge.example.com/done/${token}`)}`]),
    ...(objects.length === 0
      ? []
      : [
          `integrationConnectionId=${CONNECTION_ID}`,
          `crmObjects=${encodeURIComponent(JSON.stringify(objects))}`,
        ]),
  ];
  return `https://app.siro.ai/record?${parts.join("&")}`;
}

/** A token as the bridge draws it, with a name in it. */
export function tokenOf(name: string): string {
  return `${name}${"-token-of-22-letters-"}`.padEnd(22, "x").slice(0, 22);
}

/** A prompt of rep "ann" at nine, followed for an hour. */
export function aPrompt(own: Partial<OutstandingPrompt> = {}): OutstandingPrompt {
  const promptId = own.promptId ?? "p1";
  return {
    promptId,
    action: "start",
    token: tokenOf(promptId),
    objectIds: [],
    recordings: [],
    siroUserId: "ann",
    fromMs: NINE_MS,
    untilMs: NINE_MS + HOUR_MS,
    ...own,
  };
}

let count = 0;

/** A link that rep "ann" tapped, `atSeconds` after nine. */
export function aTap(
  kind: "received" | "consumed",
  fullUrl: string,
  own: { readonly atSeconds?: number; readonly by?: string; readonly recordingId?: string } = {},
): MobileEvent {
  return { ...base(own), kind: `link-${kind}`, fullUrl };
}

/** A change of rep "ann"'s recorder. */
export function aChange(
  change: "start" | "resume" | "pause" | "stop" | "cancelled",
  own: {
    readonly atSeconds?: number;
    readonly by?: string;
    readonly recordingId?: string;
    readonly trigger?: string;
  } = {},
): MobileEvent {
  return { ...base(own), kind: "recorder", change, trigger: own.trigger ?? "deeplink" };
}

function base({
  atSeconds = 0,
  by = "ann",
  recordingId,
}: {
  readonly atSeconds?: number;
  readonly by?: string;
  readonly recordingId?: string;
}) {
  count += 1;
  return {
    eventId: `event-${String(count).padStart(6, "0")}`,
    atMs: NINE_MS + atSeconds * 1000,
    ...(by === "" ? {} : { siroUserId: by }),
    ...(recordingId === undefined ? {} : { recordingId }),
  };
}
