import fc from "fast-check";

/** Texts that mean something to a parser, a runtime or a store. */
const LOADED_TEXTS = [
  ...[
    "",
    " ",
    "\0",
    "\ufeff",
    "\ud800",
    "\udfff\ud800",
    "\u2028",
    "\r\n",
    "\t",
    "\x1b[2J",
    "ﬀ",
    "İ",
  ],
  ...["__proto__", "constructor", "prototype", "toString", "hasOwnProperty", "then", "length"],
  ...["null", "undefined", "NaN", "true", "false", "0", "-0", "-1", "1e400", "0x10", "1e-400"],
  ...["9007199254740993", "99999999999999999999", "1e309", "Infinity", "-Infinity"],
  ...["2026-03-08T09:30:00Z", "2026-03-08T09:30:00.000+0000", "0000-01-01T00:00:00Z"],
  ...["9999-12-31T23:59:59-23:59", "9999-12-31T23:59:59.999999999Z", "2026-02-30T25:61:61Z"],
  ...["0000-01-01T00:00:00+23:59", "+275760-09-13T00:00:00Z", "2026-03-08", "2026-13-45", "now"],
  ...[
    "%",
    "%00",
    "%ZZ",
    "%E0%A4%A",
    "%uD800",
    "..",
    "../..",
    "//",
    "\\",
    "'",
    '"',
    "`",
    "<",
    ">",
    "&",
  ],
  ...[
    "&amp;",
    "]]>",
    "<![CDATA[",
    "<!--",
    "<?x?>",
    "&#0;",
    "&#x110000;",
    "{{}}",
    "$" + "{x}",
    "; --",
  ],
  ...["08p5f0000000001AAA", "08p5f0000000001", "00D5f000004XyZaEAK", "005000000000001AAA"],
  ...[
    "ServiceAppointment",
    "Event",
    "Lead",
    "Opportunity",
    "https://app.siro.ai/record?action=start",
  ],
  ...[
    "a@b.c",
    "America/Denver",
    "Etc/GMT+12",
    "http://127.0.0.1",
    "https://[::1]:99999/",
    "data:,x",
  ],
];

const longText = fc
  .tuple(
    fc.constantFrom(
      "a",
      " ",
      "\t",
      "é",
      "🏠",
      "\ud800",
      "\0",
      '"',
      "\\",
      "%",
      "=",
      ";",
      "/",
      "a@",
      "<",
      "&",
    ),
    fc.constantFrom(100, 255, 256, 1_001, 4_096, 65_537),
  )
  .map(([piece, count]) => piece.repeat(count));

/** Any text at all: loaded, long, broken, or ordinary. */
export const wildText: fc.Arbitrary<string> = fc.oneof(
  { weight: 6, arbitrary: fc.constantFrom(...LOADED_TEXTS) },
  { weight: 3, arbitrary: fc.string({ unit: "binary", maxLength: 40 }) },
  { weight: 2, arbitrary: fc.string({ unit: "grapheme", maxLength: 40 }) },
  { weight: 1, arbitrary: longText },
  {
    weight: 1,
    arbitrary: fc
      .array(fc.constantFrom(...LOADED_TEXTS), { minLength: 2, maxLength: 5 })
      .map((parts) => parts.join("")),
  },
);

/** One change of a text. */
interface Edit {
  readonly at: number;
  readonly length: number;
  readonly kind: "insert" | "replace" | "cut" | "repeat" | "truncate";
  readonly text: string;
  readonly count: number;
}

/** Takes a good text and spoils it in up to four places, or not at all. */
export function spoiledText(good: fc.Arbitrary<string>): fc.Arbitrary<string> {
  return fc
    .tuple(good, fc.array(edit, { maxLength: 4 }))
    .map(([text, edits]) => edits.reduce(applyEdit, text));
}

const edit: fc.Arbitrary<Edit> = fc.record({
  at: fc.double({ min: 0, max: 1, noNaN: true }),
  length: fc.nat(40),
  kind: fc.constantFrom("insert", "replace", "cut", "repeat", "truncate"),
  text: wildText,
  count: fc.constantFrom(2, 10, 1_000),
});

function applyEdit(text: string, { at, length, kind, text: other, count }: Edit): string {
  const from = Math.floor(at * text.length);
  const [before, piece, after] = [
    text.slice(0, from),
    text.slice(from, from + length),
    text.slice(from + length),
  ];
  switch (kind) {
    case "insert":
      return before + other + piece + after;
    case "replace":
      return before + other + after;
    case "cut":
      return before + after;
    case "repeat":
      return before + piece.repeat(count) + after;
    case "truncate":
      return before;
  }
}
