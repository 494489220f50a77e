import type { SiroUnderCheck } from "../doctor/check-siro.ts";
import type { Connection } from "../domain/connection.ts";
import { openSiro, type Siro } from "../siro/open-siro.ts";
import { isSyncedByItself } from "../siro/read-connections.ts";

/** One request of a person needs no counting. */
const UNCOUNTED = { take: async () => 0, pause: async () => undefined };

/** Asks Siro with the very client that reads its events. */
export const siroProbe: SiroUnderCheck = {
  readOrganization: async (connection) => open(connection)?.readOrganizationId(),
  isSyncedByItself: async (connection) => {
    const connections = await open(connection)?.readConnections();
    return isSyncedByItself(connections ?? []);
  },
};

function open(connection: Connection): Siro | undefined {
  return openSiro(connection, { budget: UNCOUNTED, nowMs: Date.now });
}
