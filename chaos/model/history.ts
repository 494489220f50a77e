import fc from "fast-check";

/** The visits of one history, and between which hours each may lie: they never touch. */
export const PLACES = [
  { visit: "A", fromHour: 1 },
  { visit: "B", fromHour: 5 },
  { visit: "C", fromHour: 9 },
] as const;

/** One change of one visit, as the CRM made it; their order in a history is the order in which they happened. */
export interface Change {
  readonly visit: "A" | "B" | "C";
  /** Uncanceled is what is scheduled after a cancel. */
  readonly status: "scheduled" | "canceled";
  /** Hours after the visit's first possible one. */
  readonly slot: number;
  /** Which of three reps it belongs to. */
  readonly rep: number;
  /** Made within the same second as the change before it. */
  readonly isSameSecond: boolean;
}

/** What happened, and a stream of choices: order, repeats, interleaving, crashes. */
export interface History {
  readonly changes: readonly Change[];
  readonly choices: readonly number[];
}

const MOST_CHANGES = 8;
const MOST_CHOICES = 160;
const LARGEST_CHOICE = 999;

/** Draws histories; what fast-check finds broken it makes smaller, change by change and choice by choice. */
export const historyArbitrary: fc.Arbitrary<History> = fc.record({
  changes: fc.array(
    fc.record({
      visit: fc.constantFrom("A" as const, "B" as const, "C" as const),
      status: fc.constantFrom("scheduled" as const, "scheduled" as const, "canceled" as const),
      slot: fc.nat({ max: 2 }),
      rep: fc.nat({ max: 2 }),
      isSameSecond: fc.boolean(),
    }),
    { minLength: 1, maxLength: MOST_CHANGES },
  ),
  choices: fc.array(fc.nat({ max: LARGEST_CHOICE }), { maxLength: MOST_CHOICES, size: "max" }),
});

/** Takes one choice after the other; when none is left everything goes the plain way. */
export class Choices {
  readonly #choices: readonly number[];
  #at = 0;

  constructor(choices: readonly number[]) {
    this.#choices = choices;
  }

  /** One of `count` possibilities; the first is the plain one. */
  pick(count: number): number {
    const choice = this.#choices[this.#at] ?? 0;
    this.#at += 1;
    return count <= 1 ? 0 : choice % count;
  }

  /** Whether something rare happens, once in `odds`; the last of as many possibilities. */
  isRare(odds: number): boolean {
    return this.pick(odds) === odds - 1;
  }
}
