import type { Redis } from "ioredis";
import { readAppointment, readDelivery } from "../books/appointment-book.ts";
import { findPromptByToken } from "../books/prompt-token-book.ts";
import { changeRep, readRepState } from "../books/rep-book.ts";
import { appendTimeline } from "../books/timeline-book.ts";
import type { Appointment } from "../domain/appointment.ts";
import type { Connection } from "../domain/connection.ts";
import type { Device } from "../domain/device.ts";
import type { LinkOffer, NextLink, RepReturn } from "../domain/link-offer.ts";
import type { Prompt, PromptRef } from "../domain/prompt.ts";
import type { TimelineEntry } from "../domain/timeline-entry.ts";
import { type IssuedLink, type IssueLinkDeps, issueLink } from "./issue-link.ts";
import { openPrompt } from "./open-prompt.ts";
import { returnRep } from "./return-rep.ts";
import { serveNextLink } from "./serve-next-link.ts";

/** What the desk needs from the world. */
export interface RepDeskDeps extends IssueLinkDeps {
  readonly redis: Redis;
  readonly connections: ReadonlyMap<string, Connection>;
  readonly nowMs: () => number;
}

/** All that a rep's phone can ask for. */
export interface RepDesk {
  serveNextLink(device: Device): Promise<NextLink>;
  openPrompt(token: string, isSeen: boolean): Promise<LinkOffer>;
  returnRep(token: string, isSeen: boolean): Promise<RepReturn>;
}

/** Binds the reps' verbs to the books. */
export function openRepDesk(deps: RepDeskDeps): RepDesk {
  const { redis, connections, nowMs } = deps;
  const findPromptRef = (token: string) => findPromptByToken(redis, token);
  const tell = (ref: PromptRef, entry: Pick<TimelineEntry, "kind" | "text">) => {
    const { promptId, userId } = ref;
    return appendTimeline(redis, ref, [{ ...entry, atMs: nowMs(), promptId, userId }]);
  };
  return {
    serveNextLink: (device) =>
      serveNextLink(
        {
          changeRep: (decide) => changeRep(redis, device, decide),
          readDelivery: (recordId, deliveryId) =>
            readDelivery(redis, { connection: device.connection, recordId }, deliveryId),
          issueLink: (prompt, appointment) =>
            issueFor(deps, device.connection, { prompt, appointment }),
        },
        device,
      ),
    openPrompt: (token, isSeen) =>
      openPrompt(
        {
          findPromptRef,
          tell,
          readRepState: (ref) => readRepState(redis, ref),
          issueLink: (ref, found) => issueFor(deps, ref.connection, found),
        },
        token,
        isSeen,
      ),
    returnRep: (token, isSeen) =>
      returnRep(
        { findPromptRef, tell, connections, readAppointment: (ref) => readAppointment(redis, ref) },
        token,
        isSeen,
      ),
  };
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
