import type { HttpAnswer } from "./call-http.ts";

/** An object type as the integration user sees it. */
export interface SeenObject {
  readonly fields: ReadonlySet<string>;
  /** By relationship name. */
  readonly relationships: ReadonlyMap<string, unknown>;
}

/** How much of the day's API calls everybody together has used. */
export interface UsedCalls {
  readonly used: number;
  readonly limit: number;
  /** `used / limit`. */
  readonly share: number;
}

/** What the checks ask a Salesforce org; calls reject with a `BridgeError` by what the org answers. */
export interface OrgUnderCheck {
  /** Signs in and asks for the org's own id; undefined when it does not show it. */
  readonly readOrganizationId: () => Promise<string | undefined>;
  /** Undefined when the org has no such object, or none for this user. */
  readonly describe: (type: string) => Promise<SeenObject | undefined>;
  /** What the newest answer said; undefined when it said nothing. */
  readonly usage: () => UsedCalls | undefined;
  /** Asks for anything that needs no session, to see the `Date` header. */
  readonly readDate: () => Promise<HttpAnswer>;
}
