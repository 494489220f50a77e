import fc from "fast-check";
import { spoiledText } from "./wild-text.ts";

/** Ways to write a text as bytes; only the first is the right one. */
const ENCODINGS: readonly ((text: string) => Buffer)[] = [
  (text) => Buffer.from(text, "utf8"),
  (text) => Buffer.from(`\ufeff${text}`, "utf8"),
  (text) => Buffer.from(text, "utf16le"),
  (text) => Buffer.from(`\ufeff${text}`, "utf16le"),
  (text) => Buffer.from(`\ufeff${text}`, "utf16le").swap16(),
  (text) => Buffer.from(text, "latin1"),
  (text) => Buffer.concat([Buffer.from(text, "utf8"), Buffer.from([0])]),
  // A lone surrogate as three bytes, and a NUL as two: neither is UTF-8.
  (text) => Buffer.concat([Buffer.from(text, "utf8"), Buffer.from([0xed, 0xa0, 0x80, 0xc0, 0x80])]),
];

const encoding = fc.oneof(
  { weight: 12, arbitrary: fc.constant(ENCODINGS[0] ?? Buffer.from) },
  { weight: 1, arbitrary: fc.constantFrom(...ENCODINGS) },
);

const flips = fc.oneof(
  { weight: 5, arbitrary: fc.constant([]) },
  {
    weight: 1,
    arbitrary: fc.array(
      fc.tuple(
        fc.double({ min: 0, max: 1, noNaN: true, maxExcluded: true }),
        fc.integer({ min: 1, max: 255 }),
      ),
      { maxLength: 6 },
    ),
  },
);

/** Takes a good text, spoils it as text, writes it in some encoding, and flips some bits; often none of it. */
export function spoiledBytes(good: fc.Arbitrary<string>): fc.Arbitrary<Buffer> {
  return fc
    .tuple(fc.oneof(good, spoiledText(good)), encoding, flips)
    .map(([text, encode, changes]) => {
      const bytes = encode(text);
      for (const [at, bits] of changes) {
        const place = Math.floor(at * bytes.length);
        bytes[place] = (bytes[place] ?? 0) ^ bits;
      }
      return bytes;
    });
}
