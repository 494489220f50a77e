import type { SiroEvent } from "../domain/siro-event.ts";
import { StoreUnavailableError } from "../errors.ts";
import { within } from "./within.ts";

/** Where webhooks of Siro become durable. */
export interface SiroInbox {
  /**
   * Stores one event and answers once it is durable; the same message again is a duplicate.
   *
   * @throws {StoreUnavailableError} when it could not be confirmed; it may be stored all the same.
   */
  put(event: SiroEvent): Promise<"accepted" | "duplicate">;
}

/**
 * Stores the event within `timeoutMs`.
 *
 * @throws {StoreUnavailableError} when the inbox refuses or is too slow.
 */
export async function storeSiroEvent(
  inbox: SiroInbox,
  event: SiroEvent,
  timeoutMs: number,
): Promise<"accepted" | "duplicate"> {
  try {
    return await within(timeoutMs, inbox.put(event));
  } catch (error) {
    throw new StoreUnavailableError("an event of Siro was not stored", { cause: error });
  }
}
