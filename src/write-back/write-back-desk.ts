import type { AppointmentDossier } from "../books/appointment-book.ts";
import type { RecordType } from "../domain/appointment.ts";
import type { Connection } from "../domain/connection.ts";
import { type WriteBack, type WriteBackRef, writeBackFields } from "../domain/write-back.ts";
import { BridgeError } from "../errors.ts";
import { isSettled } from "./is-settled.ts";
import { judgeWrite } from "./judge-write.ts";
import { createRests, type Rests } from "./rests.ts";
import { shareWrites } from "./share-writes.ts";
import { wantedFields } from "./wanted-fields.ts";
import { type WriteBackDeps, type WriteBackOutcome, writeBack } from "./write-back.ts";
import { writeBackHindrance, writeBackWithin } from "./write-back-scope.ts";

/** The records of one call: as many as Salesforce takes. */
const MAX_RECORDS = 200;
const LOOK_AGAIN_MS = 300;
/** After so many looks the plan was never committed; what stands now is what counts. */
const MOST_LOOKS = 20;
/** Without a time from the org: as the reader waits. */
const TRY_AGAIN_MS = 15_000;
/** Reading needs the last calls of the day more than writing does. */
const SCARCE_SHARE = 0.9;
const SCARCE_PAUSE_MS = 300_000;

/** What the desk of one connection needs from the world. */
export interface WriteBackDeskDeps extends Omit<WriteBackDeps, "wanted"> {
  readonly connection: Connection;
  readonly publicUrl: URL;
  /** How long the first of a group of writes waits for others. */
  readonly waitMs: () => number;
  /** The share of the org's API calls that is used; 0 when it is not known. */
  readonly usedShare: () => number;
  /** Tells the operators what cannot be written. */
  readonly warn: (text: string) => Promise<void>;
  readonly nowMs: () => number;
}

/** What came of one look at one write, for the queue. */
export type WriteBackLook =
  | { readonly kind: "done"; readonly note: string }
  | { readonly kind: "later"; readonly afterMs: number };

/** Where the writes of one connection are made. */
export interface WriteBackDesk {
  /** Writes what the record should hold now; `looks` counts how often this write was looked at. */
  write(ref: WriteBackRef, looks: number): Promise<WriteBackLook>;
}

type WriteOne = (recordId: string) => Promise<WriteBackOutcome | undefined>;

interface Desk {
  readonly deps: WriteBackDeskDeps;
  /** The fields that are on and can be filled. */
  readonly fields: WriteBack;
  readonly rests: Rests;
  /** One per type: a field that one type lacks must not cost the others their writes. */
  readonly writerOf: (recordType: RecordType) => WriteOne;
}

/**
 * Opens the desk of one connection.
 *
 * An org that is away lets the write wait; fields that it does not take let all writes to that type rest for an hour.
 */
export function openWriteBackDesk(deps: WriteBackDeskDeps): WriteBackDesk {
  const { connection, publicUrl, waitMs } = deps;
  const fields = writeBackWithin(connection.writeBack, publicUrl);
  const wanted = (dossier: AppointmentDossier) =>
    wantedFields(dossier, { writeBack: fields, publicUrl });
  const writers = new Map<RecordType, WriteOne>();
  const writerOf = (recordType: RecordType) => {
    const known =
      writers.get(recordType) ??
      shareWrites((recordIds) => writeBack({ ...deps, wanted }, recordIds), {
        waitMs,
        maxRecords: MAX_RECORDS,
      });
    writers.set(recordType, known);
    return known;
  };
  const desk = { deps, fields, rests: createRests(deps.nowMs), writerOf };
  return { write: (ref, looks) => lookAt(desk, ref, looks) };
}

async function lookAt(desk: Desk, ref: WriteBackRef, looks: number): Promise<WriteBackLook> {
  const { deps, fields, rests } = desk;
  const dossier = await deps.readDossier(ref.recordId);
  if (dossier === undefined) {
    return done("unknown");
  }
  const { stored, prompts } = dossier;
  const { recordType } = stored.appointment;
  const hindrance = writeBackHindrance(deps.connection, stored.appointment, deps.nowMs());
  if (hindrance !== undefined) {
    return done(hindrance);
  }
  await warnOfPublicUrl(desk);
  if (writeBackFields(fields).length === 0) {
    return done("off");
  }
  if (looks < MOST_LOOKS && !isSettled(ref, prompts)) {
    return later(LOOK_AGAIN_MS);
  }
  const pauseMs = deps.usedShare() >= SCARCE_SHARE ? SCARCE_PAUSE_MS : rests.leftMs(recordType);
  return pauseMs > 0 ? later(pauseMs) : write(desk, recordType, ref.recordId);
}

async function warnOfPublicUrl({ deps, fields, rests }: Desk): Promise<void> {
  const isLacking =
    writeBackFields(fields).length < writeBackFields(deps.connection.writeBack).length;
  if (isLacking && rests.leftMs("links") === 0) {
    rests.begin("links");
    await deps.warn("Links are not written back: PUBLIC_URL is not https");
  }
}

async function write(desk: Desk, type: RecordType, recordId: string): Promise<WriteBackLook> {
  const { rests, writerOf } = desk;
  try {
    const outcome = await writerOf(type)(recordId);
    if (outcome?.kind === "written") {
      rests.noteWell(type);
    }
    const verdict = judgeWrite(outcome, rests.wentWell(type));
    switch (verdict.kind) {
      case "done":
        return verdict;
      case "busy":
        return later(TRY_AGAIN_MS);
      case "hopeless":
        return rest(desk, type, verdict.why);
    }
  } catch (error) {
    if (!(error instanceof BridgeError)) {
      throw error;
    }
    return error.retry === "later" ? later(pauseMsOf(error)) : rest(desk, type, error.message);
  }
}

/** Of many that are refused in one call the first one speaks. */
async function rest({ deps, rests }: Desk, type: RecordType, why: string): Promise<WriteBackLook> {
  if (rests.leftMs(type) === 0) {
    rests.begin(type);
    await deps.warn(`Write-back to ${type} rests: ${why}`);
  }
  return later(rests.leftMs(type));
}

function pauseMsOf(error: BridgeError): number {
  const given = "retryAfterMs" in error ? error.retryAfterMs : undefined;
  return typeof given === "number" ? given : TRY_AGAIN_MS;
}

function done(note: string): WriteBackLook {
  return { kind: "done", note };
}

function later(afterMs: number): WriteBackLook {
  return { kind: "later", afterMs };
}
