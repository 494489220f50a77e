import { readAppointment, readDelivery, readDossier } from "../books/appointment-book.ts";
import { changeRep } from "../books/change-rep.ts";
import { findPromptByToken } from "../books/prompt-token-book.ts";
import { type RepRef, readRep, readRepState } from "../books/rep-book.ts";
import { appendTimelineOnce } from "../books/timeline-book.ts";
import type { Appointment } from "../domain/appointment.ts";
import type { Connection } from "../domain/connection.ts";
import type { Device } from "../domain/device.ts";
import type { LinkOffer, NextLink, RepReturn } from "../domain/link-offer.ts";
import type { Prompt, PromptRef } from "../domain/prompt.ts";
import type { RepDay } from "../domain/rep-day.ts";
import { type IssuedLink, type IssueLinkDeps, issueLink } from "./issue-link.ts";
import { openPrompt } from "./open-prompt.ts";
import { readDay } from "./read-day.ts";
import { openReceiptDesk, type ReceiptDesk, type ReceiptDeskDeps } from "./receipt-desk.ts";
import { returnRep } from "./return-rep.ts";
import { serveNextLink } from "./serve-next-link.ts";

/** What the desk needs from the world. */
export interface RepDeskDeps extends IssueLinkDeps, ReceiptDeskDeps {
  readonly connections: ReadonlyMap<string, Connection>;
  /** Hears that a prompt was sent because its link was asked for, so long after it was due; must not fail. */
  readonly announceSent: (ref: PromptRef, servedAfterMs?: number) => Promise<void>;
}

/** All that a rep's phone can ask for. */
export interface RepDesk extends Pick<ReceiptDesk, "recordShown" | "recordOpened"> {
  serveNextLink(device: Device): Promise<NextLink>;
  openPrompt(token: string, isSeen: boolean): Promise<LinkOffer>;
  returnRep(token: string, isSeen: boolean): Promise<RepReturn>;
  readDay(rep: RepRef): Promise<RepDay>;
}

/** Binds the reps' verbs to the books. */
export function openRepDesk(deps: RepDeskDeps): RepDesk {
  const { redis, connections, nowMs } = deps;
  const { recordShown, recordOpened, recordFollowed } = openReceiptDesk(deps);
  const findPromptRef = (token: string) => findPromptByToken(redis, token);
  return {
    readDay: (rep) => readDayOf(deps, rep),
    recordShown,
    recordOpened,
    serveNextLink: (device) =>
      serveNextLink(
        {
          changeRep: (decide) => changeRep(redis, device, decide),
          readDelivery: (recordId, deliveryId) =>
            readDelivery(redis, { connection: device.connection, recordId }, deliveryId),
          readDeliveries: async (recordId) =>
            (await readDossier(redis, { connection: device.connection, recordId }))?.deliveries ??
            [],
          issueLink: (prompt, appointment) =>
            issueFor(deps, device.connection, { prompt, appointment }),
          announceSent: ({ promptId, userId, recordId, dueAtMs }) =>
            deps.announceSent(
              { connection: device.connection, userId, recordId, promptId },
              nowMs() - dueAtMs,
            ),
        },
        device,
      ),
    openPrompt: (token, isSeen) =>
      openPrompt(
        {
          findPromptRef,
          tellOnce: (ref, why, entry) => {
            const { promptId, userId } = ref;
            const line = { ...entry, atMs: nowMs(), promptId, userId };
            return appendTimelineOnce(redis, ref, { mark: `${promptId}:${why}`, entry: line });
          },
          recordOpened: (ref) => recordFollowed(ref, { kind: "opened", source: "go-page" }),
          readRepState: (ref) => readRepState(redis, ref),
          issueLink: (ref, found) => issueFor(deps, ref.connection, found),
        },
        token,
        isSeen,
      ),
    returnRep: (token, isSeen) =>
      returnRep(
        {
          findPromptRef,
          connections,
          readAppointment: (ref) => readAppointment(redis, ref),
          recordReturned: (ref) => recordFollowed(ref, { kind: "returned", source: "done-page" }),
        },
        token,
        isSeen,
      ),
  };
}

function readDayOf(deps: RepDeskDeps, rep: RepRef): Promise<RepDay> {
  const { redis } = deps;
  const { connection, userId } = rep;
  return readDay(
    {
      readRep: () => readRep(redis, rep),
      readRepState: () => readRepState(redis, rep),
      readReceipts: async (recordId) =>
        (await readDossier(redis, { connection, recordId }))?.receipts ?? [],
      issueLink: ({ prompt, visit }) =>
        issueFor(deps, connection, { prompt, appointment: visit.stored.appointment }),
    },
    userId,
  );
}

function issueFor(
  deps: RepDeskDeps,
  name: string,
  found: { readonly prompt: Prompt; readonly appointment: Appointment },
): IssuedLink {
  const connection = deps.connections.get(name);
  return connection === undefined
    ? { kind: "refused", reasons: "the connection is not configured any more" }
    : issueLink(deps, connection, found);
}
