import { z } from "zod";
import { type Connection, connectionSchema } from "../../domain/connection.ts";
import { DATED_KEYS } from "../../domain/dated-object.ts";
import { InputInvalidError } from "../../http/input-errors.ts";
import { changedSettings, isSettings, mergeSettings, type Settings } from "./merge-settings.ts";

const section = z.record(z.string(), z.unknown()).optional();

/** What can be tried: parts of a connection as the connections file has them. */
export const ruleChangesSchema = z.strictObject({
  integrationConnectionId: z.string().nullable().optional(),
  schedule: section,
  links: section,
  mapping: section,
});
export type RuleChanges = Readonly<z.infer<typeof ruleChangesSchema>>;

/** The rules of a connection that can be tried; there is no secret among them. */
export function rulesOf({ integrationConnectionId, schedule, links, mapping }: Connection) {
  const absent = Object.fromEntries(OPTIONAL_OBJECTS.map((key) => [key, null]));
  return {
    integrationConnectionId: integrationConnectionId ?? null,
    schedule,
    links,
    mapping: { ...absent, ...mapping },
  };
}

/**
 * A connection with changed rules, judged by the schema of the connections file. What is null is taken away, where the
 * file may do without it.
 *
 * @throws {InputInvalidError} with the path of each value that the file could not hold.
 */
export function changeRules(connection: Connection, changes: RuleChanges): Connection {
  const merged = mergeSettings({ ...connection }, withoutAbsent({ ...changes }));
  const parsed = connectionSchema.safeParse(withoutOptionalNulls(merged));
  if (parsed.success) {
    return parsed.data;
  }
  const issues = parsed.error.issues.map(({ path, message }) => ({
    path: ["changes", ...path].map(String).join("."),
    message,
  }));
  throw new InputInvalidError(issues, { cause: parsed.error });
}

/** What the connections file has to say for a change to hold. */
export interface SettingsToWrite {
  /** The settings that differ, in the file's own form. */
  readonly write: Readonly<Record<string, unknown>>;
  /** Dotted paths of what has to be taken out. */
  readonly takeOut: readonly string[];
}

/** What has to be written into the connections file, and taken out of it, for the change to hold. */
export function settingsToWrite(before: Connection, after: Connection): SettingsToWrite {
  const changed = changedSettings(rulesOf(before), rulesOf(after));
  const { mapping } = changed;
  const { mapping: mapped, ...rest } = withoutOptionalNulls(changed);
  const isEmpty = isSettings(mapped) && Object.keys(mapped).length === 0;
  const nulls = [
    ...(changed["integrationConnectionId"] === null ? ["integrationConnectionId"] : []),
    ...OPTIONAL_OBJECTS.filter((name) => isSettings(mapping) && mapping[name] === null).map(
      (name) => `mapping.${name}`,
    ),
  ];
  return {
    write: { ...rest, ...(mapped === undefined || isEmpty ? {} : { mapping: mapped }) },
    takeOut: nulls,
  };
}

/** Objects that a mapping may do without. */
const OPTIONAL_OBJECTS: readonly string[] = Object.values(DATED_KEYS);

function withoutAbsent(settings: Settings): Settings {
  return Object.fromEntries(Object.entries(settings).filter(([, value]) => value !== undefined));
}

/** The file knows no null in these places; only a form does. */
function withoutOptionalNulls(settings: Settings): Settings {
  const { integrationConnectionId, mapping, ...rest } = settings;
  const isNamed = integrationConnectionId !== undefined && integrationConnectionId !== null;
  return {
    ...rest,
    ...(isNamed ? { integrationConnectionId } : {}),
    ...(isSettings(mapping) ? { mapping: withoutNullObjects(mapping) } : {}),
  };
}

function withoutNullObjects(mapping: Settings): Settings {
  const kept = Object.entries(mapping).filter(
    ([key, value]) => value !== null || !OPTIONAL_OBJECTS.includes(key),
  );
  return Object.fromEntries(kept);
}
