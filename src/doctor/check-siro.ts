import type { Connection } from "../domain/connection.ts";
import { BridgeError } from "../errors.ts";
import { type Finding, fail, ok, warn } from "./finding.ts";

/** What is asked of Siro with a connection's token; each rejects with a `BridgeError` by what Siro answers. */
export interface SiroUnderCheck {
  /** Whose token it is; undefined where Siro does not say. */
  readonly readOrganization: (connection: Connection) => Promise<string | undefined>;
  /** Siro reads the connection's Salesforce org by itself. */
  readonly isSyncedByItself: (connection: Connection) => Promise<boolean>;
}

/** What mends a refusal, by its code. */
const REMEDIES: Readonly<Record<string, string>> = {
  SIRO_ACCESS_REFUSED:
    "Make a token in Siro's web app (Person icon, API Tokens) and set siro.apiToken; with code 1010, look at the proxy on the way out",
  SIRO_UNAVAILABLE: "Check siro.apiBaseUrl, the network and a proxy on the way",
  SIRO_LIMIT: "Wait a minute: something else uses this token, too",
};

/**
 * Asks Siro with the connection's token, which changes nothing there; says nothing without `siro` settings.
 *
 * @throws whatever is no deliberate error of Siro's.
 */
export async function checkSiro(
  probe: SiroUnderCheck,
  connection: Connection,
): Promise<readonly Finding[]> {
  const { siro } = connection;
  if (siro === undefined) {
    return [];
  }
  return [
    siro.apiToken === undefined
      ? warn("siro", {
          message: "siro.apiToken is not set: what happens after a tap is not known",
          whatToDo: "Make a token in Siro's web app (Person icon, API Tokens)",
        })
      : await tokenFinding(probe, connection),
    ...(siro.syncEngagements ? await syncFindings(probe, connection) : []),
    siro.webhookSecret === undefined
      ? warn("siro", {
          message: "siro.webhookSecret is not set: Siro cannot tell of finished recordings",
          whatToDo: `Add the endpoint /webhooks/siro/${connection.name} in Siro's web app (Organization Admin, Webhooks) and set its secret`,
        })
      : ok("siro", "Webhooks of Siro are proven by their signature"),
  ];
}

async function tokenFinding(probe: SiroUnderCheck, connection: Connection): Promise<Finding> {
  try {
    const organizationId = await probe.readOrganization(connection);
    return ok(
      "siro",
      organizationId === undefined
        ? "Siro answers, and accepts the token"
        : `Siro answers; the token belongs to organization ${organizationId}`,
    );
  } catch (error) {
    return refusalFinding(error);
  }
}

async function syncFindings(
  probe: SiroUnderCheck,
  connection: Connection,
): Promise<readonly Finding[]> {
  try {
    return (await probe.isSyncedByItself(connection))
      ? [
          warn("siro", {
            message:
              "siro.syncEngagements is on, but Siro reads this Salesforce org by itself: no visit is put to Siro, because each would be there twice",
            whatToDo: "Turn siro.syncEngagements off, or Siro's own Salesforce integration",
          }),
        ]
      : [ok("siro", "Visits are put to Siro, which does not read Salesforce by itself")];
  } catch (error) {
    return [refusalFinding(error)];
  }
}

function refusalFinding(error: unknown): Finding {
  if (!(error instanceof BridgeError)) {
    throw error;
  }
  const { code, message } = error;
  return fail("siro", { message, whatToDo: REMEDIES[code] ?? `See docs/failures.md, ${code}` });
}
