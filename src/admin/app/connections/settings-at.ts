import type { Settings } from "./connection-shapes.ts";

/** The value at a dotted path; undefined where there is none. */
export function valueAt(settings: Settings, path: string): unknown {
  return path
    .split(".")
    .reduce<unknown>((place, key) => (isSection(place) ? place[key] : undefined), settings);
}

/** The same settings with another value at a dotted path; undefined takes the key away. */
export function withValue(settings: Settings, path: string, value: unknown): Settings {
  const [key = "", ...rest] = path.split(".");
  const { [key]: before, ...others } = settings;
  const next =
    rest.length === 0 ? value : withValue(isSection(before) ? before : {}, rest.join("."), value);
  return next === undefined ? others : { ...others, [key]: next };
}

/** An object, and no list. */
export function isSection(value: unknown): value is Settings {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
