import type { Redis } from "ioredis";
import { readSiroBudgetUse } from "./books/siro-budget-book.ts";
import type { Connection } from "./domain/connection.ts";
import { organizationCredentials } from "./siro/siro-credentials.ts";

/** How much of what may go out to Siro at once is taken, for every connection that has a token. */
export async function readSiroBudgets(
  redis: Redis,
  connections: Iterable<Connection>,
): Promise<ReadonlyMap<string, number>> {
  const used = await Promise.all(
    [...connections].map(async ({ name, siro }): Promise<[string, number][]> => {
      if (siro?.apiToken === undefined) {
        return [];
      }
      const { countedAs } = await organizationCredentials(siro.apiToken).current();
      return [[name, await readSiroBudgetUse(redis, countedAs)]];
    }),
  );
  return new Map(used.flat());
}
