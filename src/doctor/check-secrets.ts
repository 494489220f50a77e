import type { Connection } from "../domain/connection.ts";
import { type Finding, ok, warn } from "./finding.ts";

const SECRETS = [
  { key: "webhookSecrets", closed: "outbound messages and bearer events cannot come in" },
  { key: "signingSecrets", closed: "signed JSON events cannot come in" },
] as const;

/** Counts the secrets of a connection; the secrets themselves are never shown. Pure. */
export function checkSecrets(connection: Connection): readonly Finding[] {
  const counted = SECRETS.map(({ key, closed }) => secretsFinding(key, connection[key], closed));
  return [...counted, ...pollOnly(connection)];
}

function secretsFinding(key: string, secrets: readonly string[], closed: string): Finding {
  const [first, second] = secrets;
  if (first === undefined) {
    return ok("secrets", `${key}: none; ${closed}`);
  }
  if (second === undefined) {
    return ok("secrets", `${key}: one`);
  }
  return first === second
    ? warn("secrets", {
        message: `${key}: two, and both are the same`,
        whatToDo: "Remove one, or make a new one (openssl rand -hex 32)",
      })
    : warn("secrets", {
        message: `${key}: two; a rotation is under way`,
        whatToDo: "Remove the old one once every sender uses the new one, and restart the bridge",
      });
}

function pollOnly({ webhookSecrets, salesforce, reconcile }: Connection): readonly Finding[] {
  const isMessageless = salesforce !== undefined && webhookSecrets.length === 0;
  return isMessageless && reconcile.everySeconds === 0
    ? [
        warn("secrets", {
          message: "No webhook secret, and reconcile is off: nothing tells of changes in the org",
          whatToDo: "Set webhookSecrets, or reconcile.everySeconds to 120",
        }),
      ]
    : [];
}
