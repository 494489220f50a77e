import { canonicalRecordId } from "../../domain/crm-record-id.ts";

/** What stands in the place of a value that is not shown. */
const HIDDEN = "•••••";

/** Keys whose values name things, moments and states, never people. */
const OPEN_KEYS = new Set([
  ...["kind", "connection", "source", "queue", "job", "reason", "status", "action"],
  ...["eventId", "recordType", "recordId", "userId", "objectType", "objectId"],
  ...["promptId", "deviceId", "awaits", "timeZone", "generation", "Status"],
]);

const INSTANT = /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}(?::\d{2}(?:\.\d{1,9})?)?(?:Z|[+-]\d{2}:?\d{2})$/;
/** An address or a sentence is no name of a thing, whatever its key says. */
const PLAIN_NAME = /^[\w.:~/+=-]{1,200}$/;
const SALESFORCE_ID = /^[0-9a-zA-Z]{18}$/;
/** Any other name of a field may itself be somebody's. */
const PLAIN_KEY = /^[A-Za-z_][\w.:-]{0,79}$/;

/**
 * Hides every value that may be personal or secret; structure, ids, times and states stay. Pure.
 *
 * What is not known to be harmless is hidden: parked work may hold whatever a sender made up.
 */
export function redactWork(value: unknown, key = ""): unknown {
  if (Array.isArray(value)) {
    return value.map((item: unknown) => redactWork(item, key));
  }
  if (typeof value === "object" && value !== null) {
    return Object.fromEntries(
      Object.entries(value).map(([name, inner], at) => [
        shownKey(name, at),
        redactWork(inner, name),
      ]),
    );
  }
  return shownValue(key, value);
}

/** Which values differ between two objects, by path, as they stood before and stand after. */
export interface ToldChanges {
  readonly before: Readonly<Record<string, unknown>>;
  readonly after: Readonly<Record<string, unknown>>;
}

/** Tells what an edit changed, path by path; a personal value is told as hidden. Pure. */
export function tellChanges(before: object, after: object): ToldChanges {
  const [old, fresh] = [leavesOf(before), leavesOf(after)];
  const changed = [...new Set([...old.keys(), ...fresh.keys()])].filter(
    (path) => !(old.has(path) && fresh.has(path) && old.get(path) === fresh.get(path)),
  );
  return { before: told(old, changed), after: told(fresh, changed) };
}

function told(
  leaves: ReadonlyMap<string, unknown>,
  paths: readonly string[],
): Readonly<Record<string, unknown>> {
  return Object.fromEntries(
    paths
      .filter((path) => leaves.has(path))
      .map((path) => [path, shownValue(keyOf(path), leaves.get(path))]),
  );
}

function leavesOf(value: unknown, path = ""): ReadonlyMap<string, unknown> {
  if (typeof value !== "object" || value === null) {
    return new Map(value === undefined ? [] : [[path, value]]);
  }
  return new Map(
    Object.entries(value).flatMap(([name, inner]) => [
      ...leavesOf(inner, path === "" ? name : `${path}.${name}`),
    ]),
  );
}

/** Places in a list have no names of their own. */
function keyOf(path: string): string {
  return path.split(".").findLast((part) => !/^\d+$/.test(part)) ?? "";
}

function shownKey(name: string, at: number): string {
  return PLAIN_KEY.test(name) ? name : `${HIDDEN} ${at + 1}`;
}

function shownValue(key: string, value: unknown): unknown {
  if (value === null || value === undefined || typeof value === "boolean") {
    return value;
  }
  return (typeof value === "string" ? isOpenText(key, value) : isOpenNumber(key)) ? value : HIDDEN;
}

function isOpenText(key: string, text: string): boolean {
  return (OPEN_KEYS.has(key) && PLAIN_NAME.test(text)) || isHarmless(text);
}

function isOpenNumber(key: string): boolean {
  return OPEN_KEYS.has(key) || /(?:AtMs|At)$/.test(key);
}

/** An id is told by its check letters. */
function isHarmless(text: string): boolean {
  const isId = SALESFORCE_ID.test(text) && canonicalRecordId(text.slice(0, 15)) === text;
  return isId || text === "" || text === "true" || text === "false" || INSTANT.test(text);
}
