/** Settings by their names, as JSON has them. */
export type Settings = Readonly<Record<string, unknown>>;

/** Puts changes over settings: objects key by key, lists and all else as a whole. */
export function mergeSettings(settings: Settings, changes: Settings): Settings {
  const changed = Object.entries(changes).map(([key, value]) => {
    const own = settings[key];
    return [key, isSettings(own) && isSettings(value) ? mergeSettings(own, value) : value];
  });
  return { ...settings, ...Object.fromEntries(changed) };
}

/** What of `after` is not so in `before`: what has to be written into the file. */
export function changedSettings(before: Settings, after: Settings): Settings {
  const changed = Object.entries(after).flatMap(([key, value]) => {
    const own = before[key];
    if (isSame(own, value)) {
      return [];
    }
    return [[key, isSettings(own) && isSettings(value) ? changedSettings(own, value) : value]];
  });
  return Object.fromEntries(changed);
}

function isSame(left: unknown, right: unknown): boolean {
  return JSON.stringify(left) === JSON.stringify(right);
}

/** Tells an object of settings from a list and a plain value. */
export function isSettings(value: unknown): value is Settings {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
