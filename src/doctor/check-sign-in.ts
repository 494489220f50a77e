import type { Connection } from "../domain/connection.ts";
import { isSameSalesforceId } from "../domain/crm-record-id.ts";
import { BridgeError } from "../errors.ts";
import { type Finding, fail, ok, warn } from "./finding.ts";
import type { OrgUnderCheck } from "./org-under-check.ts";

/** Whether the org lets us in, and whether it answers what it is asked. */
export interface SignInReading {
  readonly isAnswering: boolean;
  readonly findings: readonly Finding[];
}

/** What a refusal hints at, and what mends that; the first that fits. */
const REMEDIES: readonly (readonly [RegExp, string])[] = [
  [
    /no client credentials user/,
    "In the External Client App's policies enable the Client Credentials Flow and choose the user it runs as",
  ],
  [
    /hasn't approved|not approved|app_not_found|app is not attached/,
    "In the External Client App's policies let admins pre-authorize users, and assign the integration user its permission set",
  ],
  [/audience/i, "Set auth.loginUrl to the org's My Domain URL"],
  [
    /private key/,
    "auth.privateKeyFile has to be a readable PEM file with the key that belongs to the app's certificate",
  ],
  [
    /invalid_client|client identifier/,
    "Compare auth.clientId and auth.clientSecret with the consumer key and secret of the External Client App",
  ],
  [
    /invalid_grant|expired|authentication failure/,
    "Check that the integration user is active, that auth.username is right, and that the app may be used from this network (IP relaxation)",
  ],
  [/API_DISABLED|API_CURRENTLY_DISABLED/, "Grant the integration user the permission API Enabled"],
  [
    /refuses a session|refuses every new session|INVALID_SESSION/,
    "The app gets a session that the API does not accept: give the app the scope api, the user API Enabled, and check the IP ranges of both",
  ],
  [
    /is not available/,
    "Check instanceUrl, the network and a proxy on the way, and https://status.salesforce.com",
  ],
];

/**
 * Signs in to the org of a connection, makes one call, and compares the org with the configured one.
 *
 * @throws whatever is no deliberate error of the org.
 */
export async function checkSignIn(
  connection: Connection,
  org: Pick<OrgUnderCheck, "readOrganizationId">,
): Promise<SignInReading> {
  try {
    const organizationId = await org.readOrganizationId();
    return { isAnswering: true, findings: identityFindings(connection, organizationId) };
  } catch (error) {
    return { isAnswering: false, findings: [refusalFinding(error)] };
  }
}

/**
 * Says what an error of the org means for whoever set it up.
 *
 * @throws the error itself when it is none of the org's.
 */
export function refusalFinding(error: unknown): Finding {
  if (!(error instanceof BridgeError)) {
    throw error;
  }
  if (error.code === "ORG_API_LIMIT") {
    return fail("api-share", {
      message: error.message,
      whatToDo:
        "Wait for the rolling 24 hours, or raise the limit (Setup, Company Information, API Requests)",
    });
  }
  const remedy = REMEDIES.find(([hint]) => hint.test(error.message))?.[1];
  return fail("sign-in", {
    message: error.message,
    whatToDo: remedy ?? `See docs/failures.md, ${error.code}`,
  });
}

function identityFindings(
  connection: Connection,
  organizationId: string | undefined,
): readonly Finding[] {
  if (organizationId === undefined) {
    return [
      warn("sign-in", {
        message: "Signed in, but the org does not show its id: it was not compared",
        whatToDo: "Compare organizationId with Setup, Company Information",
      }),
    ];
  }
  return isSameSalesforceId(connection.organizationId, organizationId)
    ? [ok("sign-in", `Signed in to ${organizationId}`)]
    : [
        fail("sign-in", {
          message: `Signed in to ${organizationId}, but organizationId is ${connection.organizationId}`,
          whatToDo:
            "Correct organizationId, or instanceUrl: a refreshed sandbox has a new id, and messages of another org are refused",
        }),
      ];
}
