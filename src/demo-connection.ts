import { type Connection, connectionSchema } from "./domain/connection.ts";
import { storedSecret } from "./stored-secret.ts";

/** The organization of local mode's stub org; invented. */
const DEMO_ORGANIZATION_ID = "00D5f000004XyZaEAK";

/**
 * The app that the stub org lets in. Not secret: the org holds invented data and listens on this machine only.
 */
export const DEMO_APP = { clientId: "siro-bridge-demo", clientSecret: "not-a-secret" } as const;

/** Where the stub Siro of local mode is found, below the bridge's own address. */
export const DEMO_SIRO_PATH = "/local/siro";

/**
 * The one connection of local mode: the stub org and the stub Siro behind the bridge's own port, short lead times, secrets made
 * once and kept in `dataDir`.
 */
export function demoConnection(dataDir: string, port: number): Connection {
  const siroUrl = `http://127.0.0.1:${port}${DEMO_SIRO_PATH}`;
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
      repSignIn: DEMO_APP,
    },
    schedule: { startLeadSeconds: 2, restartGapSeconds: 2 },
    reconcile: { everySeconds: 10 },
    siro: {
      apiToken: "not-a-secret",
      webhookSecret: `whsec_${storedSecret(dataDir, "demo-siro-secret")}`,
      apiBaseUrl: `${siroUrl}/api-externalApi/v1`,
      userApp: DEMO_APP,
      userApiBaseUrl: `${siroUrl}/v1`,
      pollSeconds: 1,
      lateLookSeconds: 3,
      confirmMinutes: 0.5,
    },
  });
}
