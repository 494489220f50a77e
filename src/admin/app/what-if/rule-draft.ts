import { isSection, valueAt, withValue } from "../connections/settings-at.ts";
import { DATED_OBJECTS, RULE_SECTIONS, type RuleField } from "./rule-fields.ts";
import type { Settings } from "./what-if-shapes.ts";

/** What somebody typed, by the path of the setting; what is absent is as it was. */
export type RuleDraft = Readonly<Record<string, string>>;

const OPTIONAL_OBJECTS = Object.keys(DATED_OBJECTS).map((name) => `mapping.${name}`);

/** A setting as it stands in its field. */
export function textOf({ path, kind }: RuleField, rules: Settings): string {
  const value = valueAt(rules, path);
  if (kind === "ladder") {
    return Array.isArray(value) ? value.map(rungText).join("\n") : "";
  }
  return Array.isArray(value) ? value.join(", ") : String(value ?? "");
}

/** The fields in which something else was typed. */
export function changedFields(rules: Settings, draft: RuleDraft): readonly RuleField[] {
  return RULE_SECTIONS.flatMap(({ fields }) => fields).filter((field) => {
    const typed = draft[field.path];
    return typed !== undefined && typed.trim() !== textOf(field, rules);
  });
}

/** What was typed, in the form of the connections file; whatever is no number there is left to the bridge to refuse. */
export function changesOf(rules: Settings, draft: RuleDraft): Settings {
  let changes: Settings = {};
  for (const field of changedFields(rules, draft)) {
    changes = withValue(changes, field.path, settingOf(field, (draft[field.path] ?? "").trim()));
  }
  for (const path of OPTIONAL_OBJECTS.filter((one) => isEmptied(one, rules, draft))) {
    changes = withValue(changes, path, null);
  }
  return changes;
}

function isEmptied(path: string, rules: Settings, draft: RuleDraft): boolean {
  const fields = RULE_SECTIONS.flatMap((section) => section.fields).filter((field) =>
    field.path.startsWith(`${path}.`),
  );
  return (
    isSection(valueAt(rules, path)) &&
    fields.every((field) => (draft[field.path] ?? textOf(field, rules)).trim() === "")
  );
}

function settingOf({ kind }: RuleField, text: string): unknown {
  switch (kind) {
    case "number":
      return numberOf(text);
    case "maybe-number":
      return text === "" ? null : numberOf(text);
    case "maybe-text":
      return text === "" ? null : text;
    case "flag":
      return text === "true";
    case "list":
      return namesOf(text);
    case "ladder":
      return text.split("\n").map(rungOf);
    case "text":
    case "choice":
      return text;
  }
}

function numberOf(text: string): number | string {
  return /^-?\d+$/.test(text) ? Number(text) : text;
}

function namesOf(text: string): readonly string[] {
  return text
    .split(",")
    .map((name) => name.trim())
    .filter((name) => name !== "");
}

/** One rung as two texts: after how many seconds, and whom. */
export function rungTexts(line: string): readonly [string, string] {
  const [after = "", ...to] = line.split(":");
  return [after.trim(), to.join(":").trim()];
}

function rungText(rung: unknown): string {
  const { afterSeconds, to } = isSection(rung) ? rung : {};
  return `${afterSeconds}: ${Array.isArray(to) ? to.join(", ") : to}`;
}

function rungOf(line: string) {
  const [after, to] = rungTexts(line);
  const names = namesOf(to);
  return { afterSeconds: numberOf(after), to: names.length === 1 ? names[0] : names };
}
