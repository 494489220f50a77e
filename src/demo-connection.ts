import { type Connection, connectionSchema } from "./domain/connection.ts";
import { storedSecret } from "./stored-secret.ts";

/** The organization id of the demo org; invented, and refused outside local mode. */
const DEMO_ORGANIZATION_ID = "00D000000000000AAA";

/**
 * The one connection of local mode: invented org, short lead times, secrets made once and kept in `dataDir`.
 */
export function demoConnection(dataDir: string): Connection {
  return connectionSchema.parse({
    name: "demo",
    organizationId: DEMO_ORGANIZATION_ID,
    webhookSecrets: [
      Buffer.from(storedSecret(dataDir, "demo-webhook-secret"), "base64").toString("hex"),
    ],
    signingSecrets: [`whsec_${storedSecret(dataDir, "demo-signing-secret")}`],
    integrationConnectionId: "01HDEMO0000000000000000000",
    schedule: { startLeadSeconds: 2, restartGapSeconds: 2 },
  });
}
