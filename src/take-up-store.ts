import { setTimeout as delay } from "node:timers/promises";
import type { Redis } from "ioredis";
import { raiseStoreSchema, readStoreSchema, upgradeAlone } from "./books/store-schema-book.ts";
import { BridgeError } from "./errors.ts";

/**
 * The form in which this version keeps its state.
 *
 * Raise it when a version before would misread or destroy what is stored, and add the step that leads there; what is
 * merely added needs no new number. A version that still runs meanwhile must be able to go on beside the step.
 */
const STORE_SCHEMA = 1;

/** What brings a store from the form before to this one; safe to repeat, because it may be killed in the middle. */
export interface StoreStep {
  readonly to: number;
  readonly run: (redis: Redis) => Promise<void>;
}

/** In the order of their numbers. */
const STEPS: readonly StoreStep[] = [];

/** A step that takes longer may run a second time beside itself. */
const CLAIM_MS = 10 * 60_000;
const LOOK_AGAIN_MS = 200;

/** The store holds what only a newer version understands. */
export class StoreNewerError extends BridgeError {
  override readonly name = "StoreNewerError";
  override readonly code = "STORE_NEWER";
  override readonly retry = "never";

  constructor(found: number, known: number) {
    super(
      `this store was written by a newer siro-bridge (its form has number ${found}, this version knows ${known}): ` +
        "upgrade siro-bridge, or restore a backup (docs/failures.md, STORE_NEWER)",
    );
  }
}

/** Which form is wanted, and how to get there. */
export interface StoreForm {
  readonly schema: number;
  readonly steps: readonly StoreStep[];
}

/**
 * Makes sure that this version may work on the store: upgrades an older one, once, however many processes start.
 *
 * @throws {StoreNewerError} when a newer version wrote it; nothing was changed then.
 */
export async function takeUpStore(
  redis: Redis,
  { schema, steps }: StoreForm = { schema: STORE_SCHEMA, steps: STEPS },
): Promise<void> {
  await refuseNewer(redis, schema);
  const upgrade = () => runSteps(redis, steps);
  while ((await readStoreSchema(redis)) < schema) {
    if (!(await upgradeAlone(redis, CLAIM_MS, upgrade))) {
      await delay(LOOK_AGAIN_MS);
    }
  }
  await refuseNewer(redis, schema);
  // A store that is new, or from before there were numbers.
  await raiseStoreSchema(redis, schema);
}

async function runSteps(redis: Redis, steps: readonly StoreStep[]): Promise<void> {
  for (const { to, run } of steps) {
    if (to > (await readStoreSchema(redis))) {
      await run(redis);
      await raiseStoreSchema(redis, to);
    }
  }
}

/** Says whether a newer version has taken the store up meanwhile. */
export async function isStoreNewer(redis: Redis): Promise<boolean> {
  return (await readStoreSchema(redis)) > STORE_SCHEMA;
}

/**
 * Refuses a store that a newer version wrote, for who only reads.
 *
 * @throws {StoreNewerError}
 */
export async function refuseNewer(redis: Redis, schema = STORE_SCHEMA): Promise<void> {
  const found = await readStoreSchema(redis);
  // A number that cannot be read is none that this version wrote.
  if (!(found <= schema)) {
    throw new StoreNewerError(found, schema);
  }
}
