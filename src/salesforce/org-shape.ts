import type { DescribedObject } from "./describe-object.ts";
import type { Refusal } from "./judge-refusal.ts";
import { type Denial, readDenial } from "./read-denial.ts";

/** What one org has and lacks, learned from its descriptions and from what it refuses. */
export interface OrgShape {
  /** Describes an object type, once; undefined when the org has none, or none for us. */
  describe(type: string): Promise<DescribedObject | undefined>;
  /** Forgets the descriptions, so that they are asked for again; false when that was done just now. */
  redescribe(): boolean;
  /** Learns from a refused query what must not be asked for; false when it does not say, or said it before. */
  learn(refusal: Refusal): boolean;
  /** What queries were refused for, although the descriptions promise it. */
  denials(): readonly Denial[];
  /** Notes what this org cannot give; each text once. */
  warn(text: string): void;
  /** What this org cannot give, for operators. */
  warnings(): readonly string[];
}

/** What the shape needs from the world. */
export interface ShapeDeps {
  readonly describe: (type: string) => Promise<DescribedObject | undefined>;
  readonly nowMs: () => number;
}

/** An administrator may add fields and rights at any time. */
const SHAPE_LASTS_MS = 6 * 3_600_000;
const REDESCRIBE_PAUSE_MS = 600_000;

/** Makes the shape of an org, empty at first. */
export function createOrgShape(deps: ShapeDeps): OrgShape {
  const descriptions = new Map<string, Promise<DescribedObject | undefined>>();
  const denials = new Map<string, Denial>();
  const warnings = new Set<string>();
  let bornAtMs = deps.nowMs();
  let redescribedAtMs = Number.NEGATIVE_INFINITY;

  function renewWhenOld(): void {
    if (deps.nowMs() - bornAtMs > SHAPE_LASTS_MS) {
      bornAtMs = deps.nowMs();
      descriptions.clear();
      denials.clear();
      warnings.clear();
    }
  }
  async function ask(type: string): Promise<DescribedObject | undefined> {
    try {
      return await deps.describe(type);
    } catch (error) {
      // A failure says nothing about the org: the next one asks again.
      descriptions.delete(type);
      throw error;
    }
  }
  return {
    describe: (type) => {
      renewWhenOld();
      if (denials.has(`type ${type}`)) {
        return Promise.resolve(undefined);
      }
      const known = descriptions.get(type) ?? ask(type);
      descriptions.set(type, known);
      return known;
    },
    redescribe: () => {
      const isDue = deps.nowMs() - redescribedAtMs >= REDESCRIBE_PAUSE_MS;
      if (isDue) {
        redescribedAtMs = deps.nowMs();
        descriptions.clear();
      }
      return isDue;
    },
    learn: (refusal) => {
      const denial = readDenial(refusal);
      const isNew = denial !== undefined && !denials.has(denial.key);
      if (isNew) {
        denials.set(denial.key, denial);
      }
      return isNew;
    },
    denials: () => [...denials.values()],
    warn: (text) => {
      warnings.add(text);
    },
    warnings: () => [...warnings],
  };
}
