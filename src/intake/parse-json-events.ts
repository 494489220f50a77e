import { type CrmEventInput, crmEventInputSchema } from "../domain/crm-event.ts";
import type { Issue } from "../http/request-error.ts";
import { EventsInvalidError } from "./intake-errors.ts";

/** As many as Salesforce puts into one outbound message. */
export const MAX_EVENTS = 100;

/** Enough to see the pattern; a batch of nonsense must not be answered with a book. */
const MAX_ISSUES = 50;

/**
 * Reads the events of a JSON body: one object, or `{"events": [...]}` with 1 to 100 of them.
 *
 * A field that is null counts as absent: that is how Apex writes what is not set. `latestMs` is the latest
 * believable `occurredAt`.
 *
 * @throws {EventsInvalidError} when anything in it is wrong, with the reasons by path; then no event counts.
 */
export function parseJsonEvents(
  body: Buffer,
  latestMs = Number.POSITIVE_INFINITY,
): readonly CrmEventInput[] {
  const content = parseJson(body);
  if (typeof content !== "object" || content === null || Array.isArray(content)) {
    throw invalid("", 'must be one event or {"events": [...]}');
  }
  if (!("events" in content)) {
    return parseEach([{ path: [], value: content }], latestMs);
  }
  const { events } = content;
  if (!Array.isArray(events)) {
    throw invalid("events", "must be a list");
  }
  if (events.length === 0 || events.length > MAX_EVENTS) {
    throw invalid("events", `must hold 1 to ${MAX_EVENTS} events, not ${events.length}`);
  }
  // An event that is null left a hole, which `map` would pass over.
  const candidates = Array.from(events, (value: unknown, at) => ({ path: ["events", at], value }));
  return parseEach(candidates, latestMs);
}

interface Candidate {
  readonly path: readonly PropertyKey[];
  readonly value: unknown;
}

function parseEach(candidates: readonly Candidate[], latestMs: number): readonly CrmEventInput[] {
  const events: CrmEventInput[] = [];
  const issues: Issue[] = [];
  for (const { path, value } of candidates) {
    const parsed = crmEventInputSchema.safeParse(value);
    if (parsed.success && parsed.data.occurredAt > latestMs) {
      const message = "must not lie more than a day ahead";
      issues.push({ path: [...path, "occurredAt"].map(String).join("."), message });
    } else if (parsed.success) {
      events.push(parsed.data);
    } else {
      const found = parsed.error.issues.map((issue) => ({
        path: [...path, ...issue.path].map(String).join("."),
        message: issue.message,
      }));
      issues.push(...found);
    }
  }
  if (issues.length > 0) {
    throw new EventsInvalidError(issues.slice(0, MAX_ISSUES));
  }
  return events;
}

function parseJson(body: Buffer): unknown {
  try {
    const text = new TextDecoder("utf-8", { fatal: true }).decode(body);
    return JSON.parse(text, (_name, value: unknown) => value ?? undefined);
  } catch (error) {
    throw new EventsInvalidError([{ path: "", message: "must be JSON in UTF-8" }], {
      cause: error,
    });
  }
}

function invalid(path: string, message: string): EventsInvalidError {
  return new EventsInvalidError([{ path, message }]);
}
