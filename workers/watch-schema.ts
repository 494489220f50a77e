import type { Redis } from "ioredis";
import { noteError } from "../src/books/error-book.ts";
import { isStoreNewer } from "../src/take-up-store.ts";

const LOOK_MS = 5_000;
const NEWER =
  "A newer siro-bridge has taken up the store: processes of this version go on, and cannot start again; upgrade them all";

/** Tells, once, when a newer version takes up the store while this process works on it. */
export function watchSchema(redis: Redis, tell: () => void): () => void {
  const timer = setInterval(() => void look().catch(() => undefined), LOOK_MS);
  timer.unref();
  async function look(): Promise<void> {
    if (await isStoreNewer(redis)) {
      clearInterval(timer);
      tell();
      await noteError(redis, { code: "STORE_NEWER", atMs: Date.now(), message: NEWER });
    }
  }
  return () => clearInterval(timer);
}
