import { StoreUnavailableError } from "../errors.ts";

/**
 * Waits for the store, but not longer than `timeoutMs`; what it does afterwards is not heard.
 *
 * @throws {StoreUnavailableError} when the time is over.
 */
export async function within<T>(timeoutMs: number, stored: Promise<T>): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => {
      reject(new StoreUnavailableError(`The store did not answer within ${timeoutMs} ms`));
    }, timeoutMs);
  });
  try {
    return await Promise.race([stored, late]);
  } finally {
    clearTimeout(timer);
  }
}
