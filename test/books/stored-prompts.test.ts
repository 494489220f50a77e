import { describe, expect, test } from "@jest/globals";
import fc from "fast-check";
import { packPrompts, unpackPrompts } from "../../src/books/stored-prompts.ts";
import { recordTypeSchema } from "../../src/domain/appointment.ts";
import { type Prompt, promptActionSchema, promptStateSchema } from "../../src/domain/prompt.ts";

const instant = fc.integer({ min: 0, max: 4_000_000_000_000 });
const place = fc.record({
  userId: fc.string(),
  recordId: fc.string(),
  recordType: fc.constantFrom(...recordTypeSchema.options),
});
const rest = fc.record(
  {
    promptId: fc.string(),
    action: fc.constantFrom(...promptActionSchema.options),
    dueAtMs: instant,
    expiresAtMs: instant,
    generation: fc.nat(),
    state: fc.constantFrom(...promptStateSchema.options),
    reason: fc.string({ unit: "grapheme" }),
    token: fc.string(),
    endsRecordId: fc.string(),
    firedAtMs: instant,
    sentAtMs: instant,
  },
  {
    requiredKeys: [
      ...(["promptId", "action", "dueAtMs", "expiresAtMs"] as const),
      ...(["generation", "state", "reason", "token"] as const),
    ],
  },
);

describe("stored prompts", () => {
  test("come back as they were, from where they were stored", () => {
    fc.assert(
      fc.property(place, fc.array(rest, { maxLength: 4 }), (at, many) => {
        const prompts: readonly Prompt[] = many.map((one) => ({ ...one, ...at }));
        expect(unpackPrompts(packPrompts(prompts), at)).toEqual(prompts);
      }),
    );
  });

  test("that an earlier version stored whole are read, too", () => {
    fc.assert(
      fc.property(place, fc.array(rest, { maxLength: 4 }), (at, many) => {
        const prompts: readonly Prompt[] = many.map((one) => ({ ...one, ...at }));
        expect(unpackPrompts(JSON.stringify(prompts), at)).toEqual(prompts);
      }),
    );
  });

  test("repeat nothing that their place says", () => {
    const at = { userId: "the-rep", recordId: "the-visit", recordType: "Event" } as const;
    const prompt: Prompt = {
      ...at,
      promptId: "p1",
      action: "start",
      dueAtMs: 1,
      expiresAtMs: 2,
      generation: 1,
      state: "waiting",
      reason: "the visit begins",
      token: "t",
    };
    expect(packPrompts([prompt])).not.toMatch(/the-rep|the-visit|Event|waiting/);
    expect(packPrompts([{ ...prompt, state: "sent" }])).toMatch(/sent/);
  });

  test("that no version knows are refused, not guessed at", () => {
    const at = { userId: "r", recordId: "v", recordType: "Event" } as const;
    expect(() => unpackPrompts('[{"promptId":"p1"}]', at)).toThrow();
    expect(() => unpackPrompts("[1]", at)).toThrow();
  });
});
