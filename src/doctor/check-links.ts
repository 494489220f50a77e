import type { Connection } from "../domain/connection.ts";
import { type Finding, ok, warn } from "./finding.ts";

/** Says what the links of a connection will lack. Pure. */
export function checkLinks({ integrationConnectionId }: Connection): readonly Finding[] {
  return integrationConnectionId === undefined
    ? [
        warn("links", {
          message: "integrationConnectionId is not set: links carry no CRM records",
          whatToDo: "Ask Siro for the id of this CRM connection and set integrationConnectionId",
        }),
      ]
    : [ok("links", "Links name the CRM records of a visit")];
}
