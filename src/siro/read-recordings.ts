import { z } from "zod";
import { instantSchema, isoInstant } from "../domain/instant.ts";
import { type SiroCrmLink, siroCrmLinkSchema } from "../domain/siro-crm-link.ts";
import type { AskSiro } from "./ask-siro.ts";
import { parseRows, readPages } from "./read-pages.ts";

/** Larger pages with `show…` flags came back with holes. */
const PAGE_SIZE = 25;

const recordingSchema = z
  .object({
    id: z.string().min(1),
    userId: z.string().min(1),
    title: z.string().nullish(),
    createdAt: instantSchema,
    durationInMilliseconds: z.number().nullish(),
    deleted: z.boolean().nullish(),
    isProcessingDone: z.boolean().nullish(),
    crm: siroCrmLinkSchema.nullish().catch(undefined),
  })
  .transform((row) => ({
    recordingId: row.id,
    siroUserId: row.userId,
    createdAtMs: row.createdAt,
    isDeleted: row.deleted === true,
    isProcessed: row.isProcessingDone === true,
    ...(row.title == null ? {} : { title: row.title }),
    ...(row.durationInMilliseconds == null ? {} : { durationMs: row.durationInMilliseconds }),
    ...(row.crm == null ? {} : { crm: row.crm }),
  }));

/** One recording as Siro lists it. */
export interface SiroRecording {
  readonly recordingId: string;
  readonly siroUserId: string;
  readonly createdAtMs: number;
  readonly isDeleted: boolean;
  readonly isProcessed: boolean;
  readonly title?: string;
  /** Zero is a known fault of Siro's app, not a length. */
  readonly durationMs?: number;
  /** What it hangs on; absent until Siro has confirmed the link. */
  readonly crm?: SiroCrmLink;
}

/** Which recordings are asked for: those that changed since a time, or those that were made in a span of time. */
export type RecordingsQuery =
  | { readonly updatedFromMs: number }
  | { readonly madeAfterMs: number; readonly madeBeforeMs: number };

/** Recordings as Siro lists them. */
export interface RecordingsReading {
  readonly recordings: readonly SiroRecording[];
  /** False when there were more than are read at once. */
  readonly isComplete: boolean;
}

/**
 * Reads recordings, deleted ones included.
 *
 * @throws {BridgeError} by what Siro answers; see `askSiro`.
 * @see https://docs.siro.ai/specs/openapi-externalApi.json
 */
export async function readRecordings(
  ask: AskSiro,
  connection: string,
  query: RecordingsQuery,
): Promise<RecordingsReading> {
  const { rows, isComplete } = await readPages(ask, {
    connection,
    path: "/core/recordings",
    query: {
      ...("updatedFromMs" in query
        ? { "updatedAt:gte": isoInstant(query.updatedFromMs) }
        : {
            "createdAt:gt": isoInstant(query.madeAfterMs),
            "createdAt:lt": isoInstant(query.madeBeforeMs),
          }),
      showCrmLinks: "true",
      pageSize: String(PAGE_SIZE),
    },
  });
  return { recordings: parseRows(rows, recordingSchema).parsed, isComplete };
}

const engagementSchema = z
  .object({
    id: z.string().min(1),
    externalId: z.string().nullish(),
    recordingId: z.string().min(1).nullish(),
  })
  .transform(({ id, externalId, recordingId }) => ({
    engagementId: id,
    ...(externalId == null ? {} : { externalId }),
    ...(recordingId == null ? {} : { recordingId }),
  }));

/** A visit as Siro knows it from the CRM. */
export interface SiroEngagement {
  readonly engagementId: string;
  readonly externalId?: string;
  /** The recording that hangs on it, once there is one. */
  readonly recordingId?: string;
}

/**
 * Reads what Siro knows about one record of the CRM that is a visit: is it there, and is it recorded?
 *
 * @throws {BridgeError} by what Siro answers; see `askSiro`.
 * @see https://docs.siro.ai/specs/openapi-externalApi.json
 */
export async function readEngagements(
  ask: AskSiro,
  connection: string,
  externalId: string,
): Promise<readonly SiroEngagement[]> {
  const { rows } = await readPages(ask, {
    connection,
    path: "/integrations/engagements",
    query: { externalId },
  });
  return parseRows(rows, engagementSchema).parsed;
}
