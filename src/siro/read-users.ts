import { z } from "zod";
import type { AskSiro } from "./ask-siro.ts";
import { parseRows, readPages } from "./read-pages.ts";

const userSchema = z
  .object({
    id: z.string().min(1),
    email: z.string().nullish(),
    disabled: z.boolean().nullish(),
  })
  .transform(({ id, email, disabled }) => ({
    siroUserId: id,
    email: email?.trim().toLowerCase() ?? "",
    isDisabled: disabled === true,
  }));

/** One user of Siro's. */
export interface SiroUser {
  readonly siroUserId: string;
  /** In lower case; empty when Siro knows none. */
  readonly email: string;
  readonly isDisabled: boolean;
}

/**
 * Reads the users of the organization; the call has no page, or none that is described.
 *
 * @throws {BridgeError} by what Siro answers; see `askSiro`.
 * @see https://docs.siro.ai/specs/openapi-externalApi.json
 */
export async function readUsers(ask: AskSiro, connection: string): Promise<readonly SiroUser[]> {
  const { rows } = await readPages(ask, { connection, path: "/core/users", query: {} });
  return parseRows(rows, userSchema).parsed;
}

/**
 * Finds the user behind a rep's e-mail address; undefined when there is none, or more than one.
 *
 * Siro itself matches reps by e-mail. A name is no ground: matching by first names accused the wrong people.
 */
export function findSiroUser(
  users: readonly SiroUser[],
  email: string | undefined,
): SiroUser | undefined {
  const wanted = email?.trim().toLowerCase() ?? "";
  const [found, ...others] = users.filter((user) => !user.isDisabled && user.email === wanted);
  return wanted !== "" && others.length === 0 ? found : undefined;
}
