import { type Connection, connectionSchema } from "./domain/connection.ts";
import { storedSecret } from "./stored-secret.ts";

/** The organization of local mode's stub org; invented. */
const DEMO_ORGANIZATION_ID = "00D5f000004XyZaEAK";

/**
 * The app that the stub org lets in. Not secret: the org holds invented data and listens on this machine only.
 */
export const DEMO_APP = { clientId: "siro-bridge-demo", clientSecret: "not-a-secret" } as const;

/**
 * The one connection of local mode: the stub org behind the bridge's own port, short lead times, secrets made
 * once and kept in `dataDir`.
 */
export function demoConnection(dataDir: string, port: number): Connection {
  const webhookSecret = Buffer.from(storedSecret(dataDir, "demo-webhook-secret"), "base64");
  return connectionSchema.parse({
    name: "demo",
    organizationId: DEMO_ORGANIZATION_ID,
    webhookSecrets: [webhookSecret.toString("hex")],
    signingSecrets: [`whsec_${storedSecret(dataDir, "demo-signing-secret")}`],
    integrationConnectionId: "01HDEMO0000000000000000000",
    salesforce: {
      instanceUrl: `http://127.0.0.1:${port}`,
      auth: { kind: "client-credentials", ...DEMO_APP },
    },
    schedule: { startLeadSeconds: 2, restartGapSeconds: 2 },
    reconcile: { everySeconds: 10 },
  });
}
