import fc from "fast-check";
import { wildText } from "./wild-text.ts";

/** A value as it stands in a JSON text: values alone cannot say `1e400`, or a name twice. */
interface Raw {
  readonly raw: string;
}

/** JSON that no careful sender writes; the texts are valid all the same. */
const LOADED_JSON: readonly (() => string)[] = [
  ...[
    "null",
    "true",
    "false",
    "0",
    "-0",
    "1e400",
    "-1e400",
    "1e-400",
    "1.5",
    "-1",
    '""',
    "[]",
    "{}",
  ].map((text) => () => text),
  ...[
    "9007199254740993",
    "123456789012345678901234567890",
    "8640000000000001",
    "-62198755200001",
  ].map((text) => () => text),
  ...[
    '{"__proto__":{"isAdmin":true}}',
    '{"constructor":{"prototype":{"x":1}}}',
    '{"a":1,"a":2}',
  ].map((text) => () => text),
  ...[
    '{"then":1,"length":-1}',
    '{"toString":null,"toJSON":1}',
    '"\\ud800"',
    '"\\u0000"',
    "[null]",
  ].map((text) => () => text),
  ...["[[null]]", "[[],[[]]]", '[{"id":null}]', '{"attributes":{"type":"Lead"}}'].map(
    (text) => () => text,
  ),
  () => "[".repeat(20_000) + "]".repeat(20_000),
  () => `${'{"a":'.repeat(20_000)}1${"}".repeat(20_000)}`,
  () => `[${"0,".repeat(100_000)}0]`,
  () => `[${"null,".repeat(200_000)}null]`,
  () => `[${"{},".repeat(20_000)}{}]`,
  () => `[${"[1],".repeat(150_000)}[1]]`,
  () => `{${Array.from({ length: 10_000 }, (_, at) => `"k${at}":${at}`).join(",")}}`,
  () => `"${"a".repeat(1_000_000)}"`,
];

const HEAVY = 8;

/** A loaded value, seldom one of the heavy ones: they take a while to read. */
const loaded: fc.Arbitrary<Raw> = fc
  .oneof(
    { weight: 20, arbitrary: fc.nat(LOADED_JSON.length - HEAVY - 1) },
    {
      weight: 1,
      arbitrary: fc.integer({ min: LOADED_JSON.length - HEAVY, max: LOADED_JSON.length - 1 }),
    },
  )
  .map((at) => ({ raw: LOADED_JSON[at]?.() ?? "null" }));

const anyValue: fc.Arbitrary<unknown> = fc.oneof(
  { weight: 4, arbitrary: loaded },
  { weight: 3, arbitrary: wildText },
  { weight: 1, arbitrary: fc.jsonValue({ maxDepth: 3 }) },
);

/** One change of a value: where, by turns at each level, and what becomes of what stands there. */
interface Bend {
  readonly turns: readonly number[];
  readonly kind: "replace" | "drop" | "wrap" | "unwrap" | "twice" | "add";
  readonly value: unknown;
  readonly name: string;
}

const bend: fc.Arbitrary<Bend> = fc.record({
  turns: fc.array(fc.nat(30), { minLength: 1, maxLength: 6 }),
  kind: fc.constantFrom("replace", "replace", "drop", "wrap", "unwrap", "twice", "add"),
  value: anyValue,
  name: wildText,
});

/** JSON texts that begin as a good value and are bent in up to three places; now and then any JSON at all. */
export function bentJson(good: fc.Arbitrary<unknown>): fc.Arbitrary<string> {
  const bent = fc
    .tuple(good, fc.array(bend, { maxLength: 3 }))
    .map(([value, bends]) => bends.reduce((one, next) => applyBend(one, next, 0), value));
  return fc.oneof({ weight: 12, arbitrary: bent }, { weight: 1, arbitrary: anyValue }).map(textOf);
}

function applyBend(value: unknown, bent: Bend, depth: number): unknown {
  const turn = bent.turns[depth];
  const entries = entriesOf(value);
  if (turn === undefined || entries.length === 0) {
    return outcomeOf(value, bent);
  }
  const at = turn % entries.length;
  return rebuilt(
    value,
    entries.flatMap(([name, inner], place) => {
      if (place !== at) {
        return [[name, inner] as const];
      }
      const isHere = depth === bent.turns.length - 1;
      if (isHere && bent.kind === "drop") {
        return [];
      }
      if (isHere && bent.kind === "add") {
        return [
          [name, inner],
          [bent.name, bent.value],
        ] as const;
      }
      return [[name, applyBend(inner, bent, depth + 1)] as const];
    }),
  );
}

function outcomeOf(value: unknown, { kind, value: other }: Bend): unknown {
  switch (kind) {
    case "wrap":
      return [value];
    case "twice":
      return [value, value];
    case "unwrap":
      return entriesOf(value)[0]?.[1] ?? null;
    default:
      return other;
  }
}

function isRaw(value: object): value is Raw {
  return "raw" in value && typeof value.raw === "string";
}

function entriesOf(value: unknown): readonly (readonly [string, unknown])[] {
  return typeof value === "object" && value !== null && !isRaw(value) ? Object.entries(value) : [];
}

function rebuilt(value: unknown, entries: readonly (readonly [string, unknown])[]): unknown {
  return Array.isArray(value)
    ? entries.map(([, inner]) => inner)
    : Object.fromEntries(entries.filter(([, inner]) => inner !== undefined));
}

/** Writes a value; what is raw stands as it is. */
function textOf(value: unknown): string {
  if (typeof value !== "object" || value === null) {
    return JSON.stringify(value) ?? "null";
  }
  if (isRaw(value)) {
    return value.raw;
  }
  return Array.isArray(value)
    ? `[${value.map(textOf).join(",")}]`
    : `{${Object.entries(value)
        .filter(([, inner]) => inner !== undefined)
        .map(([name, inner]) => `${JSON.stringify(name)}:${textOf(inner)}`)
        .join(",")}}`;
}

/** What a reader gets of such a text; undefined where it is no JSON. */
export function readJsonText(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
