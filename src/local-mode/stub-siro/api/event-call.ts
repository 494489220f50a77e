import type { WireReply } from "../../stub-org/wire/wire-reply.ts";
import type { SiroWorld, StubEvent } from "../siro-world.ts";
import { type ApiCall, errorReply, listReply, type Oddities } from "./api-call.ts";

const MOST_CODES = 10;

/**
 * `GET /core/mobile-events`: newest first, page by page.
 *
 * The cursor is a time in base64. Whether the row at that time comes again on the next page is nowhere written;
 * here it does.
 *
 * @see https://docs.siro.ai/specs/openapi-externalApi.json
 */
export function listEvents({ world, oddities, query }: ApiCall): WireReply {
  const pageSize = Number(query.get("pageSize") ?? 100);
  const codes = query.getAll("eventCodeIn").flatMap((list) => list.split(","));
  if (!(pageSize >= 1 && pageSize <= 1000) || codes.length > MOST_CODES) {
    return errorReply(400, "Invalid query");
  }
  const found = world.events
    .filter((event) => event.isUploaded && isAskedFor(event, query, codes))
    .sort((left, right) => right.createdAtMs - left.createdAtMs);
  const page = found.slice(0, pageSize);
  const last = page.at(-1);
  const cursor =
    found.length > page.length && last !== undefined ? cursorAt(last.createdAtMs) : null;
  return listReply(shaped(world, page, oddities), cursor);
}

function isAskedFor(event: StubEvent, query: URLSearchParams, codes: readonly string[]): boolean {
  const { createdAtMs } = event;
  const after = query.get("createdAtGt");
  const before = query.get("createdAtLt");
  const cursor = query.get("cursor");
  return (
    (codes.length === 0 || codes.includes(event.eventCode)) &&
    (after === null || createdAtMs > Date.parse(after)) &&
    (before === null || createdAtMs < Date.parse(before)) &&
    (cursor === null || createdAtMs <= timeOf(cursor)) &&
    ["userId", "recordingId"].every((field) => isSame(event, query, field))
  );
}

function isSame(event: StubEvent, query: URLSearchParams, field: string): boolean {
  const wanted = query.get(field);
  return wanted === null || Reflect.get(event, field) === wanted;
}

function cursorAt(atMs: number): string {
  return Buffer.from(new Date(atMs).toISOString()).toString("base64");
}

function timeOf(cursor: string): number {
  return Date.parse(Buffer.from(cursor, "base64").toString("utf8"));
}

function shaped(
  { organizationId }: SiroWorld,
  page: readonly StubEvent[],
  { nestedRows, nullRecordingIds, repeatedRows }: Oddities,
): readonly unknown[] {
  const rows = page.map(({ createdAtMs, isUploaded: _, recordingId, ...event }) => ({
    ...event,
    recordingId: nullRecordingIds ? null : recordingId,
    organizationId,
    createdAt: new Date(createdAtMs).toISOString(),
  }));
  const listed = repeatedRows ? [...rows, ...rows] : rows;
  return nestedRows ? [listed] : listed;
}
