import { z } from "zod";
import type { AskSiro } from "./ask-siro.ts";
import { parseRows, readPages } from "./read-pages.ts";

/** Siro's own words are more than its description lists. */
const connectionSchema = z
  .object({
    id: z.string().min(1),
    name: z.string().nullish(),
    integrationPlatform: z.string(),
    isActive: z.boolean().nullish(),
  })
  .transform(({ id, name, integrationPlatform, isActive }) => ({
    connectionId: id,
    name: name ?? "",
    platform: integrationPlatform,
    isActive: isActive === true,
  }));

/** Where Siro has its records from: one CRM that it is connected to. */
export interface SiroConnection {
  readonly connectionId: string;
  readonly name: string;
  readonly platform: string;
  readonly isActive: boolean;
}

/**
 * Reads which CRMs Siro is connected to.
 *
 * @throws {BridgeError} by what Siro answers; see `askSiro`.
 * @see https://docs.siro.ai/specs/openapi-externalApi.json
 */
export async function readConnections(
  ask: AskSiro,
  connection: string,
): Promise<readonly SiroConnection[]> {
  const { rows } = await readPages(ask, {
    connection,
    path: "/core/integrations/connections",
    query: {},
  });
  return parseRows(rows, connectionSchema).parsed;
}

/** Says whether Siro reads Salesforce by itself: visits put there over the API would be there twice. */
export function isSyncedByItself(connections: readonly SiroConnection[]): boolean {
  return connections.some(({ platform, isActive }) => isActive && platform === "SALESFORCE");
}
