import type { Connection } from "../domain/connection.ts";
import { BridgeError } from "../errors.ts";
import { checkAccess, type ObjectNeed } from "./check-access.ts";
import { checkApiShare } from "./check-api-share.ts";
import { checkClock } from "./check-clock.ts";
import { checkInstanceUrl } from "./check-instance-url.ts";
import { checkLinks } from "./check-links.ts";
import { checkSecrets } from "./check-secrets.ts";
import { checkSignIn, refusalFinding } from "./check-sign-in.ts";
import { checkSiro, type SiroUnderCheck } from "./check-siro.ts";
import { about, type Finding, ok, warn } from "./finding.ts";
import type { OrgUnderCheck } from "./org-under-check.ts";

/** What checking a connection needs from the world. */
export interface CheckConnectionDeps {
  readonly openOrg: (connection: Connection) => OrgUnderCheck;
  /** What is read from the org for this connection. */
  readonly needsOf: (connection: Connection) => readonly ObjectNeed[];
  readonly siro: SiroUnderCheck;
  readonly nowMs: () => number;
}

/** Checks one connection: its settings, and its org and Siro as far as they can be asked. */
export async function checkConnection(
  deps: CheckConnectionDeps,
  connection: Connection,
): Promise<readonly Finding[]> {
  const { salesforce } = connection;
  const settings = [...checkLinks(connection), ...checkSecrets(connection)];
  const siro = await checkSiro(deps.siro, connection);
  if (salesforce === undefined) {
    const text = "No salesforce settings: appointments come from signed JSON events alone";
    return about(connection.name, [...settings, ok("sign-in", text), ...siro]);
  }
  return about(connection.name, [
    ...settings,
    ...checkInstanceUrl(salesforce),
    ...(await checkOrg(deps, connection)),
    ...siro,
  ]);
}

/** Checks the settings of a connection whose org cannot be asked now, and says so. Pure. */
export function checkSettingsOnly(connection: Connection): readonly Finding[] {
  return about(connection.name, [
    ...checkLinks(connection),
    ...checkSecrets(connection),
    warn("sign-in", {
      message: "The stub org of local mode is part of the bridge, which does not run: not checked",
      whatToDo: "Start the bridge and run this again",
    }),
  ]);
}

async function checkOrg(
  deps: CheckConnectionDeps,
  connection: Connection,
): Promise<readonly Finding[]> {
  const org = deps.openOrg(connection);
  const signIn = await checkSignIn(connection, org);
  if (!signIn.isAnswering) {
    return [...signIn.findings, notAsked()];
  }
  const [access, clock] = await Promise.all([
    accessFindings(org, deps.needsOf(connection)),
    clockFinding(org, deps.nowMs),
  ]);
  return [...signIn.findings, ...access, checkApiShare(org.usage()), clock];
}

function notAsked(): Finding {
  return warn("access", {
    message:
      "Objects, fields, used API calls and the clock were not checked: the org does not answer",
  });
}

async function accessFindings(
  org: OrgUnderCheck,
  needs: readonly ObjectNeed[],
): Promise<readonly Finding[]> {
  try {
    return await checkAccess(org.describe, needs);
  } catch (error) {
    if (!(error instanceof BridgeError)) {
      throw error;
    }
    return [refusalFinding(error)];
  }
}

async function clockFinding(
  { readDate }: Pick<OrgUnderCheck, "readDate">,
  nowMs: () => number,
): Promise<Finding> {
  const askedAtMs = nowMs();
  const answer = await readDate();
  const answeredAtMs = nowMs();
  const theirMs = answer.kind === "answered" ? Date.parse(answer.date ?? "") : Number.NaN;
  return Number.isNaN(theirMs)
    ? warn("clock", {
        message: "The org's time could not be read: the clock was not compared",
        whatToDo: "Check that this machine may call the org directly (proxy), and its clock (NTP)",
      })
    : checkClock("the org", { askedAtMs, answeredAtMs, theirMs, resolutionMs: 1000 });
}
