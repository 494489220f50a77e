import type { Redis } from "ioredis";
import { endFatally } from "./child-lifecycle.ts";
import { StoreNewerError, takeUpStore } from "./take-up-store.ts";

/** Takes the store up, or ends this process and the whole tree where a newer version wrote it. */
export async function takeUpStoreOrEnd(redis: Redis): Promise<void> {
  try {
    await takeUpStore(redis);
  } catch (error) {
    if (!(error instanceof StoreNewerError)) {
      throw error;
    }
    endFatally(error.message);
    // Nothing of what follows may run until the process has ended.
    await new Promise(() => undefined);
  }
}
