import { changeRep } from "../src/books/change-rep.ts";
import { type RepRef, readRepState, recorderCommand } from "../src/books/rep-book.ts";
import type { RepState } from "../src/books/rep-state.ts";
import { setWatchCommands } from "../src/books/siro-watch-book.ts";
import { begunByHand } from "../src/deliveries/begun-by-hand.ts";
import { recordConsent } from "../src/deliveries/record-consent.ts";
import { watchOfRep } from "../src/deliveries/watch-span.ts";
import type { Connection } from "../src/domain/connection.ts";
import type { SiroWatch } from "../src/domain/siro-watch.ts";
import { outstandingPrompts } from "../src/outstanding-prompts.ts";
import { readSeenLink } from "../src/recording-link.ts";
import { addSigns } from "../src/siro/add-signs.ts";
import { correlateEvents } from "../src/siro/correlate.ts";
import type { MobileEvent } from "../src/siro/mobile-event.ts";
import type { WorkerKit } from "./kit.ts";
import { receiptDesk } from "./worker-receipts.ts";

/** What one rep's phone reported. */
export interface Report {
  readonly connection: Connection;
  readonly settings: SiroWatch;
  readonly userId: string;
  readonly siroUserId: string | undefined;
  readonly events: readonly MobileEvent[];
}

/** Writes down what one rep's phone reported; the same report again changes nothing. */
export async function takeInEvents(kit: WorkerKit, report: Report): Promise<void> {
  const rep = { connection: report.connection.name, userId: report.userId };
  await recordEvidence(kit, rep, report);
  await recordConsents(kit, rep, report);
  await recordHandBegun(kit, rep, report);
  await saveTrail(kit, rep, report);
}

async function recordEvidence(kit: WorkerKit, rep: RepRef, report: Report): Promise<void> {
  const { connection, siroUserId, events } = report;
  const state = await readRepState(kit.redis, rep);
  const { publicUrl } = kit.config;
  const prompts = outstandingPrompts(state, { connection, publicUrl, siroUserId });
  const desk = receiptDesk(kit);
  for (const evidence of correlateEvents(events, prompts, readLinkOf(connection))) {
    await desk.recordReported(rep, { ...evidence, source: "siro-events" });
  }
}

async function recordConsents(
  { redis }: WorkerKit,
  rep: RepRef,
  { connection, events }: Report,
): Promise<void> {
  // The trail is kept last; a word about a recording may come together with its beginning.
  const withSigns = (state: RepState): RepState => ({
    ...state,
    recorder: addSigns(state.recorder, events, readLinkOf(connection)),
  });
  for (const event of events) {
    if (event.kind === "consent") {
      await changeRep(redis, rep, (state) => recordConsent(withSigns(state), rep, event));
    }
  }
}

/** After the evidence of links: what no prompt began may have been begun by hand. */
async function recordHandBegun(kit: WorkerKit, rep: RepRef, report: Report): Promise<void> {
  const state = await readRepState(kit.redis, rep);
  const recorder = addSigns(state.recorder, report.events, readLinkOf(report.connection));
  const desk = receiptDesk(kit);
  for (const evidence of begunByHand({ ...state, recorder }, rep.userId)) {
    await desk.recordReported(rep, evidence);
  }
}

async function saveTrail({ redis }: WorkerKit, rep: RepRef, report: Report): Promise<void> {
  const { events, settings, connection } = report;
  await changeRep(redis, rep, (state) => {
    const recorder = addSigns(state.recorder, events, readLinkOf(connection));
    const isSame = JSON.stringify(recorder) === JSON.stringify(state.recorder);
    const watch = setWatchCommands(rep, watchOfRep({ ...state, recorder }, settings));
    return {
      result: undefined,
      commands: isSame ? [] : [recorderCommand(rep, recorder), ...watch],
    };
  });
}

function readLinkOf({ links }: Connection) {
  return (fullUrl: string) => readSeenLink(fullUrl, links.host);
}
