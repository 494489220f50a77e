import type { Siro, SiroAsUser } from "./open-siro.ts";
import type { SiroRecording } from "./read-recordings.ts";
import { SiroAccessError } from "./siro-errors.ts";

/**
 * Gives what may be done in the name of a recording's owner.
 *
 * @throws {SiroAccessError} without the app that makes users' tokens.
 */
export function userOf(
  { asUser }: Pick<Siro, "asUser">,
  { connection }: { readonly connection: string },
  { siroUserId }: SiroRecording,
): SiroAsUser {
  if (asUser === undefined) {
    throw new SiroAccessError(connection, { detail: "siro.userApp is not set" });
  }
  return asUser(siroUserId);
}
